#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reduces what ncu wrote of a few kernel launches to one line per row and kernel.

    profile.py --out profile.csv --device NAME --commit HASH ROW LOG [ROW LOG ...]

LOG is the file of `ncu --csv --page raw --log-file LOG`; profile.sh makes them. Of several launches
of one kernel the median counts. Exits with 1 if a row has no numbers, and says what ncu said
instead; the others are written all the same. Standard library only.
"""

import argparse
import csv
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Hits over hits and misses: ncu's own rate divides counters of different passes, and can exceed 1.
L2_HITS = ("lts__t_sectors_lookup_hit.sum", "lts__t_sectors_lookup_miss.sum")
# Our columns, ncu's metrics, and the unit and digits wanted.
COLUMNS = {
    "us": ("gpu__time_duration.sum", "us", 2),
    "dram_percent": ("dram__throughput.avg.pct_of_peak_sustained_elapsed", "%", 1),
    "dram_gbytes_per_s": ("dram__bytes.sum.per_second", "Gbyte/s", 0),
    "l2_hit_percent": (L2_HITS, "%", 1),
    "occupancy_percent": ("sm__warps_active.avg.pct_of_peak_sustained_active", "%", 1),
    "registers": ("launch__registers_per_thread", "", 0),
    "instructions": ("smsp__inst_executed.sum", "", 0),
}
PREFIXES = {"": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "K": 1e3, "k": 1e3, "M": 1e6, "G": 1e9,
            "T": 1e12}
# The many spellings of units: 1 byte/second, 1 Gbyte/s, 1 us, 1 usecond, 1 nsecond...
UNIT = re.compile(r"([numkKMGT]?)(s|sec|second|byte|bytes|inst|register)(/.*)?")


def scale_of(unit):
    """How many of the unit without prefixes: 1e-9 of "ns", 1e9 of "Gbyte/s", 1 of "%"."""
    found = UNIT.fullmatch(unit.strip())
    return PREFIXES[found.group(1)] if found else 1.0


def value_of(text, unit, wanted):
    """`text`, a number in `unit`, in `wanted`; None for "n/a" and the like."""
    try:
        number = float(text.replace(",", ""))  # 1,234.5
    except ValueError:
        return None
    return number * scale_of(unit) / scale_of(wanted)


def split_arguments(text):
    """The arguments of a template, `text` being what stands between < and >."""
    parts, depth, begin = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "<([") - (c in ">)]")
        if c == "," and depth == 0:
            parts.append(text[begin:i])
            begin = i + 1
    return [part.strip() for part in [*parts, text[begin:]] if part.strip()]


def matching(text, begin):
    """The place of the > that closes the < at `begin`."""
    depth = 0
    for i in range(begin, len(text)):
        depth += (text[i] == "<") - (text[i] == ">")
        if depth == 0:
            return i
    raise ValueError(text)


def enumerators(path, name):
    """The names of an enumeration in a header, in order."""
    try:
        text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
    except OSError:
        return []
    found = re.search(rf"enum class {name}\b[^{{]*{{([^}}]*)}}", text)
    return re.findall(r"\w+", found.group(1)) if found else []


REDUCTIONS = enumerators(ROOT / "include/robocache/voxelize/options.hpp", "reduction")


def short_argument(text):
    """A template argument without namespaces and casts; enumerators of `reduction` by name."""
    value = re.fullmatch(r"\(([\w: ]+)\)(-?\w+)", text)
    if value:
        kind, number = value.groups()
        if kind == "bool":
            return {"0": "false", "1": "true"}.get(number, number)
        if kind.split("::")[-1] == "reduction" and number.isdigit():
            index = int(number)
            return REDUCTIONS[index] if index < len(REDUCTIONS) else number
        return number
    return short_kernel(text)


def short_kernel(name):
    """`reduce_bins_kernel<mean,4,float,float>` of a demangled kernel's name."""
    name = re.sub(r"^void ", "", name.strip())
    begin = name.find("<")
    if begin < 0:
        return name.partition("(")[0].split("::")[-1].strip() or name
    end = matching(name, begin)
    arguments = [short_argument(part) for part in split_arguments(name[begin + 1:end])]
    own = name[:begin].split("::")[-1]
    # What comes after: the function's parameters, or of a nested type its name.
    rest = name[end + 1:]
    if rest.startswith("::"):
        return short_kernel(rest[2:])
    return f"{own}<{','.join(arguments)}>"


def read_log(path):
    """[{column of ncu: (text, unit)}], one per launch; the lines that are no table are skipped."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    begin = next((i for i, line in enumerate(lines) if line.startswith('"ID"')), None)
    if begin is None:
        return []
    header, units, *rows = list(csv.reader(
        line for line in lines[begin:] if line and not line.startswith("=="))) + [[]] * 2
    return [dict(zip(header, zip(row, units))) for row in rows if len(row) == len(header)]


def figure_of(launch, metric, wanted):
    """A metric of a launch, or of a pair the share of the first in both in percent."""
    if isinstance(metric, tuple):
        part, rest = (figure_of(launch, m, "") for m in metric)
        if part is None or rest is None or part + rest == 0:
            return None
        return 100 * part / (part + rest)
    if metric not in launch:
        return None
    text, unit = launch[metric]
    return value_of(text, unit, wanted)


def reduce(row, launches):
    """One line per kernel, in the order of the first launches."""
    kernels: dict[str, list[dict]] = {}
    for launch in launches:
        kernels.setdefault(short_kernel(launch["Kernel Name"][0]), []).append(launch)
    for kernel, group in kernels.items():
        line = {"row": row, "kernel": kernel}
        for column, (metric, wanted, digits) in COLUMNS.items():
            values = [figure_of(launch, metric, wanted) for launch in group]
            values = [value for value in values if value is not None]
            line[column] = f"{statistics.median(values):.{digits}f}" if values else ""
        yield line


def complaint(log):
    """What stands in the logs of a row without numbers: ncu's errors first, the program's end."""
    for path in (log, log.with_name(log.name + ".program")):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        errors = [line for line in lines if re.search(r"==(ERROR|WARNING)==|ERROR OCC", line)]
        if errors or lines:
            return (errors or lines[-1:])[0]
    return "ncu wrote nothing in its time"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the CSV to write")
    parser.add_argument("--device", required=True, help="what it was measured on")
    parser.add_argument("--commit", required=True, help="and of which sources")
    parser.add_argument("pairs", nargs="+", metavar="ROW LOG")
    arguments = parser.parse_args()
    if len(arguments.pairs) % 2:
        parser.error("a LOG after each ROW")

    table, failed = [], []
    for row, log in zip(arguments.pairs[::2], map(pathlib.Path, arguments.pairs[1::2])):
        lines = list(reduce(row, read_log(log)))
        # Without permission to read counters ncu may list launches that have no numbers.
        if any(line["us"] for line in lines):
            table += [dict(line, device=arguments.device, commit=arguments.commit)
                      for line in lines]
        else:
            failed.append(f"{row}: no numbers: {complaint(log)}")

    columns = ["row", "kernel", *COLUMNS, "device", "commit"]
    with open(arguments.out, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    widths = [max(len(line[c]) for line in [*table, {c: c}]) for c in columns]
    for line in [dict(zip(columns, columns)), *table]:
        print("  ".join(line[c].ljust(w) if c in ("row", "kernel") else line[c].rjust(w)
                        for c, w in zip(columns, widths)).rstrip())
    for message in failed:
        print("FAILED:", message, file=sys.stderr)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
