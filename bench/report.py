#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns benchmark results into a Markdown table, and checks them against gates.csv.

    report.py bench.json [sweep.json ...] [--peers peers.json] [--out report.md] [--check 1.4]

The inputs are what the benchmark programs wrote with --benchmark_out, and what
the scripts of peers/ wrote. Rows are matched by name. Standard library only. README.md says what
the columns mean.
"""

import argparse
import csv
import json
import pathlib
import re
import statistics
import sys

MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}
# Operations with a table in the README, and the head of its first column. The first table explains
# the columns, the others say what is different.
README_TABLES = {
    "resample": "[B]x[S] -> [T]x[D], BF16",
    "fuse": "[B]x([S]x[D], ...) -> [T], BF16",
    "voxelize": "reduction, points -> grid, cloud, features",
}
README_NOTES = {
    "voxelize": " Every launch writes the whole grid. `naive kernel`: clears the grid, then adds "
                "with one atomic operation per point and feature. Rows that move more than 200 MB "
                "are never warm.",
}
SUFFIXES = re.compile(r"/(iterations:\d+|repeats:\d+|manual_time|real_time)(?=/|$)")


def read_rows(path):
    """(context, {row: [one dict per repetition]}, {row: error})"""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    rows, errors = {}, {}
    for entry in data["benchmarks"]:
        if entry.get("run_type", "iteration") != "iteration":
            continue
        name = SUFFIXES.sub("", entry["name"])
        if entry.get("error_occurred") or entry.get("skipped"):
            errors[name] = entry.get("error_message", entry.get("skip_message", "failed"))
            continue
        entry["us"] = entry["real_time"] * MICROSECONDS[entry.get("time_unit", "us")]
        rows.setdefault(name, []).append(entry)
    return data.get("context", {}), rows, errors


def median_of(entries):
    """One dict: the median over the repetitions of every number."""
    return {
        key: statistics.median(entry[key] for entry in entries)
        for key, value in entries[0].items()
        if isinstance(value, (int, float)) and all(key in entry for entry in entries)
    }


def read_peers(paths):
    """{row: {peer: microseconds}}, the best entry where a peer has several."""
    result = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        for entry in data["benchmarks"]:
            if "error_message" in entry:
                continue
            us = entry["real_time"] * MICROSECONDS[entry["time_unit"]]
            peers = result.setdefault(entry["name"], {})
            peers[entry["peer"]] = min(us, peers.get(entry["peer"], us))
    return result


def read_gates(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for key in ("floor_us", "target_us", "compile_us"):
            row[key] = float(row[key]) if row[key] else None
    return {row["row"]: row for row in rows}


def number(value, digits=2):
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.{digits}f}"


def table(header, lines):
    """Markdown: the first column to the left, the others to the right."""
    lines = [header] + [[cell or "" for cell in line] for line in lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]

    def text(line):
        cells = [cell.ljust(w) if i == 0 else cell.rjust(w)
                 for i, (cell, w) in enumerate(zip(line, widths))]
        return "| " + " | ".join(cells) + " |"

    rule = ["-" * widths[0]] + ["-" * (w - 1) + ":" for w in widths[1:]]
    return "\n".join([text(lines[0]), text(rule)] + [text(line) for line in lines[1:]])


def row_title(operation, name):
    """A row's name as the README's table has it."""
    name = name.removeprefix(operation + "/").replace("/bf16/", " ")
    return name.replace("/", " ") if operation == "voxelize" else name


def share(value):
    return "" if value is None else f"{100 * value:.0f} %"


def replace_between(text, begin, end, new):
    """`text` with `new` between the lines `begin` and `end`."""
    before, found, rest = text.partition(begin + "\n")
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"report.py: no lines {begin} and {end} to write between")
    return before + begin + "\n" + new + "\n" + end + after


class Report:
    def __init__(self, rows, gates, peers, device):
        self.rows = rows
        self.gates = gates
        self.peers = peers
        self.device = device
        self.problems = []

    def gate(self, name):
        gate = self.gates.get(name)
        return gate if gate and gate["device"] == self.device else None

    def compile_us(self, name):
        """Measured in this run if the peers ran, else as gates.csv has it (then with a star)."""
        measured = self.peers.get(name, {}).get("torch.compile")
        if measured is not None:
            return measured, ""
        gate = self.gate(name)
        return (gate["compile_us"], "*") if gate and gate["compile_us"] else (None, "")

    def check(self, factor):
        for name, row in self.rows.items():
            gate = self.gate(name)
            if gate and row["us"] > factor * gate["target_us"]:
                self.problems.append(f"{name}: {row['us']:.2f} us is "
                                     f"{row['us'] / gate['target_us']:.2f} x its target "
                                     f"{gate['target_us']:g} us (allowed: {factor:g} x)")
            rivals = dict(self.peers.get(name, {}))
            compiled, star = self.compile_us(name)
            if star:
                rivals["torch.compile (gates.csv)"] = compiled
            for peer, us in rivals.items():
                if row["us"] > us:
                    self.problems.append(f"{name}: {row['us']:.2f} us, {peer} takes {us:.2f} us")
            if row.get("ratio_to_naive", 0) > 1:
                self.problems.append(f"{name}: {row['ratio_to_naive']:.2f} x the naive one's time")

    def main_table(self, names):
        peers = sorted({p for n in names for p in self.peers.get(n, {})} - {"torch.compile"})
        with_gates = any(self.gate(n) for n in names)
        with_compile = any(self.compile_us(n)[0] for n in names)
        header = ["row", "us", "alone us"]
        header += ["target us", "us / target", "floor us"] if with_gates else []
        header += ["torch.compile us"] if with_compile else []
        header += [f"{peer} us" for peer in peers]
        header += ["/ naive", "/ copy", "of copy bandwidth", "TB/s"]
        lines = []
        for name in names:
            row, gate = self.rows[name], self.gate(name)
            line = [f"`{name}`", number(row["us"]), number(row.get("alone_us"))]
            if with_gates:
                line += [number(gate["target_us"]), number(row["us"] / gate["target_us"]),
                         number(gate["floor_us"])] if gate else ["", "", ""]
            if with_compile:
                us, star = self.compile_us(name)
                line.append(number(us) + star if us else "")
            line += [number(self.peers.get(name, {}).get(peer)) for peer in peers]
            bandwidth = row.get("bytes_per_s")
            line += [number(row.get("ratio_to_naive")), number(row.get("ratio_to_copy")),
                     share(row.get("share_of_copy")),
                     number(bandwidth / 1e12) if bandwidth else ""]
            lines.append(line)
        return table(header, lines)

    def readme_table(self, operation, names, context):
        """The rows with targets in few columns, and what they were measured on."""
        lines = []
        for name in names:
            row = self.rows[name]
            compiled, star = self.compile_us(name)
            lines.append([
                row_title(operation, name), number(row["us"]),
                number(row.get("alone_us")), number(self.gate(name)["target_us"]),
                number(compiled) + star if compiled else "",
                number(1 / row["ratio_to_naive"], 1) + "x" if "ratio_to_naive" in row else "",
                share(row.get("share_of_copy"))])
        header = [README_TABLES[operation], "us", "us, alone", "target us", "torch.compile us",
                  "naive kernel", "of copy bandwidth"]
        stated = ", ".join(
            f"{label} {context[key]}" for label, key in (
                ("driver", "driver"), ("CUDA", "cuda_runtime"), ("commit", "commit"))
            if context.get(key))
        notes = f"{self.device}, {stated}; "
        if operation == next(iter(README_TABLES)):
            notes += ("graph replays, median. `us`: launches in a row, which overlap their "
                      "beginnings with the ends of those before; `alone`: after a foreign kernel. "
                      "Warm: the same buffers; cold: buffers rotate past the L2. `naive kernel`: "
                      "how many times longer one thread per element takes. The share of the copy "
                      "bandwidth counts only bytes that are needed, and exceeds 100 % where the L2 "
                      "helps. A star: from bench/gates.csv, not measured in this run.")
        else:
            notes += "measured in the same way." + README_NOTES.get(operation, "")
        return notes + "\n\n" + table(header, lines)

    def limits_table(self, names):
        lines = []
        for name in names:
            bandwidth = self.rows[name].get("bytes_per_s")
            lines.append([f"`{name}`", number(self.rows[name]["us"]),
                          number(bandwidth / 1e12) if bandwidth else ""])
        return table(["row", "us", "TB/s"], lines)

    def slowest(self, names, count):
        """Where to look first: the rows farthest from a copy of as many bytes."""
        ranked = sorted((n for n in names if "ratio_to_copy" in self.rows[n]),
                        key=lambda n: -self.rows[n]["ratio_to_copy"])
        return self.main_table(ranked[:count])


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", nargs="+", help="JSON of the benchmark programs")
    parser.add_argument("--peers", action="append", default=[],
                        help="JSON of a peer; may be repeated")
    parser.add_argument("--gates", default=here / "gates.csv")
    parser.add_argument("--out", help="write the Markdown here, not to stdout")
    parser.add_argument("--short", action="store_true", help="only the rows with targets")
    parser.add_argument("--readme", metavar="FILE",
                        help="write a small table per operation between this file's markers")
    parser.add_argument("--at-most", type=int, default=60, metavar="N",
                        help="rows without a target: the N farthest from a copy (default 60)")
    parser.add_argument("--operation", action="append", metavar="NAME",
                        help="--check does not miss rows of others; may be repeated (default: all)")
    parser.add_argument("--check", type=float, metavar="FACTOR",
                        help="exit 1 if a row takes longer than FACTOR x its target, longer than a "
                             "peer or longer than the naive kernel")
    arguments = parser.parse_args()

    context, repetitions, errors = {}, {}, {}
    for path in arguments.results:
        file_context, file_rows, file_errors = read_rows(path)
        context = context or file_context
        for name, entries in file_rows.items():
            repetitions.setdefault(name, []).extend(entries)
        errors.update(file_errors)
    rows = {name: median_of(entries) for name, entries in repetitions.items()}
    gates = read_gates(arguments.gates)
    peers = read_peers(arguments.peers)
    report = Report(rows, gates, peers, context.get("device", ""))

    limits = [n for n in rows if n.startswith("limits/")]
    gated = [n for n in gates if n in rows]
    others = [n for n in rows if n not in gated and n not in limits]
    facts = [f"{title} {context[key]}" for title, key in (
        ("", "device"), ("driver", "driver"), ("CUDA runtime", "cuda_runtime"), ("nvcc", "nvcc"),
        ("compiler", "compiler"), ("commit", "commit"), ("", "date")) if key in context]
    if "copy_bytes_per_s" in context:
        facts.append(f"copy bandwidth {float(context['copy_bytes_per_s']) / 1e12:.2f} TB/s")
    parts = [", ".join(fact.strip() for fact in facts) + "."]
    if limits and not arguments.short:
        parts += ["Limits of the card:", report.limits_table(limits)]
    if gated:
        parts += [report.main_table(gated)]
        if any(report.compile_us(n)[1] for n in gated):
            parts += ["\\* from gates.csv, not measured in this run."]
    if others and not arguments.short:
        if len(others) > arguments.at_most:
            parts += [f"The {arguments.at_most} of {len(others)} other rows that are farthest from "
                      "a copy of as many bytes:", report.slowest(others, arguments.at_most)]
        else:
            parts += [report.main_table(others)]
    if errors:
        parts += ["Failed:", "\n".join(f"- `{n}`: {e}" for n, e in errors.items())]
    if arguments.check is not None:
        report.check(arguments.check)
        for name in gates:
            is_wanted = not arguments.operation or name.split("/")[0] in arguments.operation
            if is_wanted and gates[name]["device"] == report.device and name not in rows:
                report.problems.append(f"{name}: not measured")
        report.problems += [f"{n}: {e}" for n, e in errors.items()]
        parts += ["Problems:\n\n" + "\n".join(f"- {p}" for p in report.problems)
                  if report.problems else f"All rows within {arguments.check:g} x their targets "
                  "and no slower than the peers and the naive kernel."]
    if arguments.readme:
        readme = pathlib.Path(arguments.readme)
        content = readme.read_text(encoding="utf-8")
        for operation in README_TABLES:
            names = [n for n in gated if n.startswith(operation + "/") and report.gate(n)]
            if names:  # a run of one operation leaves the other's table alone
                content = replace_between(
                    content, f"<!-- begin {operation} table -->", f"<!-- end {operation} table -->",
                    report.readme_table(operation, names, context))
        readme.write_text(content, encoding="utf-8")
    text = "\n\n".join(parts) + "\n"
    if arguments.out:
        pathlib.Path(arguments.out).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
