#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills supervised's worker and its supervisor at random moments, again and again, and starts it
anew with --resume; at last it verifies its output:

    supervised_kills.py PROGRAM SECONDS FOLDER [OPTION...]
"""
import fcntl
import os
import random
import signal
import subprocess
import sys
import time


def workers_of(process):
    try:
        with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except FileNotFoundError:
        return []


def stop(process):
    """SIGTERM, which it is ready for when it has started a worker."""
    while process.poll() is None and not workers_of(process):
        time.sleep(0.001)
    process.terminate()
    return process.wait()


def wait_until_unused(path):
    """The worker of a supervisor that was killed is gone a little later."""
    with open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)


program, seconds, folder = sys.argv[1], float(sys.argv[2]), sys.argv[3]
os.makedirs(folder, exist_ok=True)
state = os.path.join(folder, "kills.state")
for leftover in (state, os.path.join(folder, "kills.txt")):
    if os.path.exists(leftover):
        os.remove(leftover)
command = [program, "--resume", "--state", state, "--output", os.path.join(folder, "kills.txt"),
           "--items", "0", "--rate", "2000", "--queue", "8", "--backoff", "2ms",
           "--max-restarts", "1000000", *sys.argv[4:]]
workers = supervisors = stops = 0
end = time.monotonic() + seconds
while time.monotonic() < end:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + random.uniform(0.02, 1)
    while time.monotonic() < until:
        time.sleep(random.uniform(0.002, 0.06))
        for worker in workers_of(process):
            try:
                os.kill(worker, signal.SIGKILL)
                workers += 1
            except ProcessLookupError:
                pass
    if process.poll() is not None:
        sys.exit(f"it ended with {process.returncode}")
    if random.random() < 0.7:
        process.kill()
        supervisors += 1
        process.wait()
    else:
        stops += 1
        if stop(process) != 0:
            sys.exit(f"after SIGTERM it ended with {process.returncode}")
    wait_until_unused(state)
code = stop(subprocess.Popen([*command, "--verify"]))
print(f"killed {workers} workers and {supervisors} supervisors, stopped {stops}")
sys.exit(code or (workers == 0 or supervisors + stops == 0))
