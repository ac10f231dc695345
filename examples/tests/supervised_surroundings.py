#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts supervised where standard streams are closed or full, signals are ignored and files are
not what they seem:

    supervised_surroundings.py PROGRAM FOLDER
"""
import os
import shutil
import signal
import subprocess
import sys
import time

program, folder = sys.argv[1:]
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
os.chdir(folder)


def run(*arguments, items=30, state="state", output="output", setup=None, **streams):
    """Its exit code, and what it says on standard error."""
    streams.setdefault("stdout", subprocess.DEVNULL)
    streams.setdefault("stderr", subprocess.PIPE)
    done = subprocess.run(
        [program, "--items", str(items), "--never-drop", "--rate", "0", "--state", state,
         "--output", output, *arguments],
        preexec_fn=setup, timeout=60, check=False, text=True, **streams)
    return done.returncode, done.stderr or ""


def expect(code, text, got):
    if got[0] != code or text not in got[1]:
        sys.exit(f"expected {code} and '{text}', got {got[0]} and '{got[1]}'")


def close_all():
    for descriptor in (0, 1, 2):
        os.close(descriptor)


def ignore_children():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def lines(name):
    with open(name) as file:
        return len(file.readlines())


# A file must not get the number of a stream that is closed.
expect(0, "", run())
expect(0, "", run("--resume", items=60, setup=lambda: os.close(2), stderr=None))
expect(0, "", run("--resume", "--verify", items=70, setup=close_all, stdout=None, stderr=None))
# Ends of children are seen whatever was done about them before.
expect(0, "", run("--resume", items=80, setup=ignore_children))
with open("/dev/full", "w") as full:
    expect(0, "", run("--resume", items=90, stderr=full))  # the log may be lost
    expect(74, "standard output: No space left", run("--resume", items=90, stdout=full))
reading, writing = os.pipe()
os.close(reading)
expect(0, "", run("--resume", items=100, stderr=writing))
os.close(writing)
expect(0, "", run("--resume", "--verify", items=100))
if lines("output") != 100:
    sys.exit(f"{lines('output')} lines, expected 100")

# Files that are not its own, or not there any more.
expect(64, "the same file", run(state="one", output="one"))
expect(74, "output: has records", run("--resume", state="lost"))
if lines("output") != 100:
    sys.exit("the output was cut")
with open("text", "w") as file:
    file.write("somebody's text\n")
expect(74, "text: not an output", run(state="other", output="text"))
expect(74, "text: not a state", run(state="text", output="other"))
if open("text").read() != "somebody's text\n":
    sys.exit("the text was written to")
for name in ("removed", "shared"):
    first = subprocess.Popen(
        [program, "--items", "100", "--never-drop", "--rate", "100", "--state", f"{name}.state",
         "--output", name],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not os.path.exists(name) or os.path.getsize(name) == 0:
        time.sleep(0.01)
    if name == "removed":
        os.remove(name)
    else:
        expect(75, "shared: in use", run(state="second", output=name))
    code = first.wait(timeout=60)
    if code != (74 if name == "removed" else 0):
        sys.exit(f"{name}: ended with {code}")

# Options whose numbers are none, or too large.
for text, option in (("--rate: not a number", "--rate=nan"), ("--items", "--items=-1"),
                     ("--grace: 9223372036 is more", "--grace=9223372036"),
                     ("--backoff: 9223372036 is more", "--backoff=9223372036")):
    expect(64, text, run(option))
expect(0, "", run("--", items=5, state="last", output="last.txt"))
