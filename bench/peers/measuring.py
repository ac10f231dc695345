# SPDX-License-Identifier: Apache-2.0
"""What all scripts of peers share, whatever they compute with: options, the names of the rows to
measure, checks, and the JSON."""

import argparse
import csv
import json
import os
import pathlib
import re
import sys
import time

# What Google Benchmark adds to a row's name.
SUFFIXES = re.compile(r"/(iterations:\d+|repeats:\d+|manual_time|real_time)(?=/|$)")


class WrongResult(Exception):
    """A result is not what it is compared with, or there is nothing to compare it with."""


def tolerated(row, error):
    """`error`, unless the row does not tolerate it."""
    if not error <= row.tolerance():
        raise WrongResult(f"differs by {error}, which is more than {row.tolerance()}")
    return error


def argument_parser(description, budget):
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", help="JSON file; default: stdout")
    parser.add_argument("--gates", default=here.parent / "gates.csv",
                        help="take the rows with targets from here (default)")
    parser.add_argument("--rows-of", nargs="+", metavar="JSON",
                        help="take the rows from these benchmark JSONs instead")
    parser.add_argument("--results", metavar="FOLDER",
                        help="compare with the library's results, which the C++ programs left in "
                             "the folder that the environment variable ROBOCACHE_RESULTS named; "
                             "without --results with a reference in double")
    parser.add_argument("--filter", default="", help="only rows that this regex finds")
    parser.add_argument("--budget", type=float, default=budget, metavar="SECONDS",
                        help=f"start no new measurement after this time (default {budget})")
    return parser


def row_names(arguments):
    """The rows' names in a file, each once; of the gates those of the rows that have targets."""
    names = []
    for path in arguments.rows_of or []:
        with open(path, encoding="utf-8") as file:
            names += [SUFFIXES.sub("", line["name"])
                      for line in json.load(file)["benchmarks"]]
    if not arguments.rows_of:
        with open(arguments.gates, encoding="utf-8", newline="") as file:
            names = [line["row"] for line in csv.DictReader(file) if line["figure"] == "target_us"]
    return [n for n in dict.fromkeys(names) if re.search(arguments.filter, n)]


class Run:
    """Collects entries; a peer that fails is reported, and the others go on. What is wrong or could
    not be compared is marked, and fails the gates: others fail for lack of memory, or because they
    cannot. All is written after each measurement, so that a run that is stopped leaves what it
    had."""

    def __init__(self, arguments, context=None):
        self.arguments = arguments
        self.context = {"commit": os.environ.get("ROBOCACHE_COMMIT") or "unknown"} | (context or {})
        self.started = time.monotonic()
        self.results, self.cut_off = [], []

    def seconds(self):
        return time.monotonic() - self.started

    def is_over(self):
        return self.seconds() > self.arguments.budget

    def attempt(self, row, peer, spelling, body):
        """:param body: returns the figures of an entry, as a dict; None where a peer cannot"""
        if self.is_over():
            self.cut_off.append({"name": row.name, "peer": peer, "spelling": spelling})
            return
        entry = {"name": row.name, "peer": peer, "spelling": spelling}
        try:
            figures = body()
            if figures is None:
                return
            entry |= figures
            text = f"{entry['real_time']:.2f} us"
        except Exception as error:
            text = (f"{type(error).__name__}: {error}".splitlines() or [""])[0][:200]
            entry["error_message"] = text
            if isinstance(error, WrongResult):
                entry["is_wrong"] = True
        self.results.append(entry)
        print(f"{row.name} {peer} {spelling}: {text} ({self.seconds():.0f} s)", file=sys.stderr)
        if self.arguments.out:
            pathlib.Path(self.arguments.out).write_text(self.text(), encoding="utf-8")

    def text(self):
        context = self.context | {"seconds": round(self.seconds(), 1),
                                  "not_measured_for_lack_of_time": self.cut_off}
        return json.dumps({"context": context, "benchmarks": self.results}, indent=1) + "\n"

    def write(self):
        if self.arguments.out:
            pathlib.Path(self.arguments.out).write_text(self.text(), encoding="utf-8")
        else:
            sys.stdout.write(self.text())
        if self.cut_off:
            print(f"{len(self.cut_off)} measurements left out for lack of time", file=sys.stderr)
