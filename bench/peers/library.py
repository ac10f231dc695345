#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes entries of peers.json of what robocache_bench_library_peers measured.

    library.py peers_bench.json [--into peers.json] [--out FILE]

With --into the entries are added to that file, and replace those of the same row, peer and
spelling; otherwise they go to --out, or to stdout. A spelling that failed is an entry with
`error_message`, as the other peers' are.
"""

import argparse
import json
import pathlib
import statistics
import sys
from typing import Any

import measuring

PREFIX = "library_peer/"
CONTEXT = ("device", "driver", "cuda_driver", "cuda_runtime", "nvcc", "commit", "cub", "thrust",
           "date")


def key_of(entry):
    return entry["name"], entry["peer"], entry.get("spelling")


def entries_of(data):
    """One entry per row, peer and spelling; of repetitions the median."""
    times: dict[tuple, list[float]] = {}
    result: dict[tuple, dict] = {}
    for line in data["benchmarks"]:
        name = measuring.SUFFIXES.sub("", line["name"])
        if not name.startswith(PREFIX) or line.get("run_type", "iteration") != "iteration":
            continue
        row, peer, spelling = name.removeprefix(PREFIX).rsplit("/", 2)
        entry = {"name": row, "peer": peer, "spelling": spelling}
        key = key_of(entry)
        if line.get("error_occurred") or line.get("skipped"):
            entry["error_message"] = line.get("error_message", line.get("skip_message", "failed"))
            if "differ" in entry["error_message"]:  # from the library's result
                entry["is_wrong"] = True
            result[key] = entry
            continue
        if "error_message" in result.get(key, {}):  # once wrong is wrong
            continue
        times.setdefault(key, []).append(line["real_time"])
        # The program compares with the library before it measures.
        entry.update(real_time=statistics.median(times[key]), time_unit=line["time_unit"],
                     compared_with="robocache")
        for figure in ("launches", "replays"):
            if figure in line:
                entry[figure] = int(line[figure])
        result[key] = entry
    return list(result.values())


def merge(document, context, entries):
    """`document` with `entries` instead of its own of the same row, peer and spelling."""
    replaced = {key_of(entry) for entry in entries}
    kept = [entry for entry in document["benchmarks"] if key_of(entry) not in replaced]
    own = {key: context[key] for key in CONTEXT if key in context}
    return {"context": {**document["context"], "library_peers": own}, "benchmarks": kept + entries}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", help="JSON that robocache_bench_library_peers wrote")
    parser.add_argument("--into", metavar="FILE", help="add them to this peers.json")
    parser.add_argument("--out", metavar="FILE", help="write here; default: --into, else stdout")
    arguments = parser.parse_args()

    data = json.loads(pathlib.Path(arguments.results).read_text(encoding="utf-8"))
    context = data.get("context", {})
    entries = entries_of(data)
    if not entries:
        print(f"{arguments.results}: no rows {PREFIX}...", file=sys.stderr)
        return 1
    document: dict[str, Any] = {"context": {}, "benchmarks": []}
    if "device" in context:
        document["context"]["device"] = context["device"]
    if arguments.into and pathlib.Path(arguments.into).exists():
        document = json.loads(pathlib.Path(arguments.into).read_text(encoding="utf-8"))
        other = document["context"].get("device")
        if other != context.get("device"):
            print(f"{arguments.into} is of {other}, not of {context.get('device')}",
                  file=sys.stderr)
            return 1
    text = json.dumps(merge(document, context, entries), indent=1) + "\n"
    out = arguments.out or arguments.into
    if out:
        pathlib.Path(out).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
