#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns benchmark results into Markdown, and checks them against gates.csv.

    report.py bench.json [sweep.json ...] [--peers peers.json] [--out report.md] [--gate]
    report.py bench.json [sweep.json ...] [--peers peers.json] --merge run.json
    report.py --documents [--verify]

The inputs are what the benchmark programs wrote with --benchmark_out, what the scripts of peers/
wrote, or both in one file, as --merge makes it. Rows are matched by name. Standard library only.
README.md says what the columns mean.
"""

import argparse
import collections
import csv
import json
import math
import pathlib
import re
import statistics
import sys

MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}
OPERATIONS = ("resample", "fuse", "voxelize")
SUFFIXES = re.compile(r"/(iterations:\d+|repeats:\d+|manual_time|real_time)(?=/|$)")


def read_rows(path):
    """(context, {row: [one dict per repetition]}, {row: error})"""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    rows: dict[str, list[dict]] = {}
    errors: dict[str, str] = {}
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


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def peer_documents(results, peers):
    """What the peers' scripts wrote: of files of their own, and of those that hold a whole run."""
    documents = [load(path) for path in peers]
    for path in results:
        documents += load(path).get("peers", [])
    return documents


class Peers:
    """What others took for the rows."""

    def __init__(self, documents):
        # {row: {peer: microseconds}}, the best where a peer has several
        self.times: dict[str, dict[str, float]] = {}
        self.failed = {}    # {(row, peer): message}, where no spelling gave a right result
        self.unusable = []  # (row, peer, spelling, message) of all that failed
        self.wrong = []     # those of them whose result was not ours, or was not compared
        # {(row, peer)}: not all spellings had time, or calls came from Python one by one, so a
        # faster way may exist.
        self.doubtful = set()
        for document in documents:
            for cut in document["context"].get("not_measured_for_lack_of_time", []):
                self.doubtful.add((cut["name"], cut["peer"]))
            for entry in document["benchmarks"]:
                name, peer = entry["name"], entry["peer"]
                if "error_message" in entry:
                    self.failed[name, peer] = f"{entry['spelling']}: {entry['error_message']}"
                    failure = (name, peer, entry["spelling"], entry["error_message"])
                    self.unusable.append(failure)
                    if entry.get("is_wrong"):
                        self.wrong.append(failure)
                    continue
                us = entry["real_time"] * MICROSECONDS[entry["time_unit"]]
                times = self.times.setdefault(name, {})
                times[peer] = min(us, times.get(peer, us))
                if entry.get("one_by_one"):
                    self.doubtful.add((name, peer))
        # How many results were compared with ours before they were timed, and with a reference.
        self.compared = collections.Counter(
            entry["compared_with"] for document in documents for entry in document["benchmarks"]
            if "compared_with" in entry and "error_message" not in entry)
        self.versions = {}  # of the peers' packages
        for document in documents:
            context = document["context"]
            for name in ("torch", "cupy", "jax"):
                if context.get(name):
                    self.versions[name] = context[name]
            for name in ("cub", "thrust"):
                if name in context.get("library_peers", {}):
                    self.versions[name] = context["library_peers"][name]
        self.installed = {entry["peer"] for d in documents for entry in d["benchmarks"]}
        self.failed = {(row, peer): text for (row, peer), text in self.failed.items()
                       if peer not in self.of(row)}

    def of(self, row):
        return self.times.get(row, {})

    def sentence(self):
        """Who the peers are, and how they were checked."""
        if not self.times:
            return ""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        text = f"Peers: {versions}. " if versions else ""
        if self.compared:
            text += (f"Of {sum(self.compared.values())} measurements of theirs "
                     f"{self.compared['robocache']} agree with our results, element by element "
                     "on the first set of inputs, before anything was timed")
            other = self.compared["reference"]
            text += f", {other} with a reference in double." if other else "."
        return text.strip()

    def mark(self, row, peer):
        return "?" if (row, peer) in self.doubtful else ""


# Rows of an operation that stand under a head of their own: `latency/fuse/...`.
KINDS = ("limits", "latency", "scaling", "own_kernel", "embedding", "accumulate", "host_cost")
# Runs have rows of a kind from this day on. The gates of older runs leave it out, and say so.
SINCE = {"own_kernel": "2026-11-27", "host_cost": "2026-11-27", "accumulate": "2026-11-28",
         "embedding": "2026-11-28"}
KNOWN_PEERS = ("torch", "torch.compile", "cupy", "jax", "cub", "thrust")
FACTS = ("floor_us", "target_us", "compile_us")
Gate = collections.namedtuple("Gate", "row figure bound limit")  # bound: max or min


def read_gates(path, device):
    """(facts, gates) of a device: {row: {fact: number}} and a list of limits.

    A line of gates.csv is a device, a row, a figure and a number. Facts are what is known of a row:
    the floor, the target, torch.compile's time where it was measured elsewhere. Figures that begin
    with `max` or `min` are limits.
    """
    facts: dict[str, dict] = {}
    gates = []
    with open(path, encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["device"] != device:
                continue
            bound, _, figure = line["figure"].rpartition(" ")
            if bound:
                gates.append(Gate(line["row"], figure, bound, float(line["limit"])))
            else:
                row = facts.setdefault(line["row"], dict.fromkeys(FACTS))
                row[figure] = float(line["limit"])
    return {row: f for row, f in facts.items() if f["target_us"] is not None}, gates


# Times of some peers vary by this much from one process to the next, for kernels of a few
# microseconds (docs/adr/0008); so does what a caller waits.
PEER_NOISE = {"torch.compile": 0.45, "jax": 0.45}
LATENCY_NOISE = 0.5


def limits_of(report, noise):
    """(row, figure, limit): today's ratios and latencies with room for noise. Not those to peers
    that may have a faster way."""
    for row in report.rows:
        kind = row.split("/")[0]
        if kind in OPERATIONS:
            for figure in ("ratio_to_copy", "ratio_to_naive"):
                today = report.figure(row, figure)
                if today is not None:
                    yield row, figure, today * (1 + noise)
        if kind == "latency" and row.endswith(("/event", "/graph")):
            yield row, "p50_us", report.figure(row, "p50_us") * (1 + LATENCY_NOISE)
        if row not in report.facts:
            continue
        for peer in sorted(report.peers.of(row)):
            if (row, peer) in report.peers.doubtful:
                continue
            today = report.figure(row, f"ratio_to_{peer}")
            room = max(noise, PEER_NOISE.get(peer, 0))
            # But no peer is to become faster than we are by that room.
            yield (row, f"ratio_to_{peer}",
                   min(today * (1 + room), max(1.0, today * (1 + noise))))


def tighten(path, device, report, noise):
    """Writes today's limits, never looser than what stands there."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    known = {(line["device"], line["row"], line["figure"]): line for line in lines}
    for row, figure, limit in limits_of(report, noise):
        limit = float(f"{limit:.3g}")
        line = known.get((device, row, f"max {figure}"))
        if line is None:
            lines.append({"device": device, "row": row, "figure": f"max {figure}",
                          "limit": f"{limit:g}"})
        elif figure.startswith("ratio_to_"):  # the absolute ones are what was asked for
            line["limit"] = f"{min(limit, float(line['limit'])):g}"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["device", "row", "figure", "limit"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


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


def share(value):
    return "" if value is None else f"{100 * value:.0f} %"


def replace_between(text, begin, end, new):
    """`text` with `new` between the lines `begin` and `end`."""
    before, found, rest = text.partition(begin + "\n")
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"report.py: no lines {begin} and {end} to write between")
    return before + begin + "\n" + new + "\n" + end + after


DOUBT = ("? The peer may be faster: not all its spellings had time, or its calls came from Python "
         "one by one.")


class Report:
    def __init__(self, rows, facts, peers, context):
        self.rows = rows
        self.facts = facts
        self.peers = peers
        self.device = context.get("device", "")
        # Of Google Benchmark; a run without one is a new one.
        self.date = context.get("date", "9999")
        self.problems = []

    def gate(self, name):
        return self.facts.get(name)

    def figure(self, name, figure):
        """A figure of a row, as gates name it; None if it was not measured."""
        row = self.rows[name]
        peer = figure.removeprefix("ratio_to_")
        if peer in self.peers.of(name):
            return row["us"] / self.peers.of(name)[peer]
        return row.get(figure)

    def why_not_measured(self, gate):
        """Why a gate has nothing to check, if that is no failure; else None."""
        kind = gate.row.split("/")[0]
        if self.date < SINCE.get(kind, ""):
            return "older run"
        peer = gate.figure.removeprefix("ratio_to_")
        if peer == gate.figure or peer not in KNOWN_PEERS or gate.row not in self.rows:
            return None
        if (gate.row, peer) in self.peers.failed:
            return None
        if peer not in self.peers.installed:
            return "no peer"
        return "no time" if (gate.row, peer) in self.peers.doubtful else None

    def check_gates(self, gates, operations, wanted=""):
        """Lines of a table, one per gate; what fails goes to the problems."""
        lines = []
        for gate in gates:
            parts = gate.row.split("/")
            operation = parts[1] if parts[0] in KINDS else parts[0]
            if operations and operation not in operations or not re.search(wanted, gate.row):
                continue
            what = f"{gate.row}: {gate.figure}"
            limit = f"{'<=' if gate.bound == 'max' else '>='} {gate.limit:g}"
            value = self.figure(gate.row, gate.figure) if gate.row in self.rows else None
            if value is None:
                excuse = self.why_not_measured(gate)
                if excuse:  # seen, but no failure
                    lines.append([f"`{gate.row}`", gate.figure, "", limit, excuse])
                else:
                    peer = gate.figure.removeprefix("ratio_to_")
                    reason = self.peers.failed.get((gate.row, peer))
                    self.problems.append(f"{what} was not measured"
                                         + (f" ({reason})" if reason else ""))
                continue
            is_difference = gate.figure.startswith("over_")  # which may be 0, or less
            met = math.isfinite(value) and (value > 0 or is_difference) and (
                value <= gate.limit if gate.bound == "max" else value >= gate.limit)
            if not met:
                self.problems.append(
                    f"{what} is {value:.4g}, {'above' if gate.bound == 'max' else 'below'} the "
                    f"limit {gate.limit:g} by {abs(value / gate.limit - 1) * 100:.0f} %")
            lines.append([f"`{gate.row}`", gate.figure, number(value, 3), limit,
                          "met" if met else "**missed**"])
        return lines

    def compile_us(self, name):
        """Measured in this run if the peers ran, else as gates.csv has it (then with a star)."""
        measured = self.peers.of(name).get("torch.compile")
        if measured is not None:
            return measured, self.peers.mark(name, "torch.compile")
        gate = self.gate(name)
        return (gate["compile_us"], "*") if gate and gate["compile_us"] else (None, "")

    def check(self, factor):
        for name, row in self.rows.items():
            gate = self.gate(name)
            if gate and row["us"] > factor * gate["target_us"]:
                self.problems.append(f"{name}: {row['us']:.2f} us is "
                                     f"{row['us'] / gate['target_us']:.2f} x its target "
                                     f"{gate['target_us']:g} us (allowed: {factor:g} x)")
            rivals = dict(self.peers.of(name))
            compiled, star = self.compile_us(name)
            if star == "*":
                rivals["torch.compile (gates.csv)"] = compiled
            for peer, us in rivals.items():
                if row["us"] > us:
                    self.problems.append(f"{name}: {row['us']:.2f} us, {peer} takes {us:.2f} us")
            if row.get("ratio_to_naive", 0) > 1:
                self.problems.append(f"{name}: {row['ratio_to_naive']:.2f} x the naive one's time")

    def main_table(self, names):
        peers = sorted({p for n in names for p in self.peers.of(n)} - {"torch.compile"})
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
            line += [number(self.peers.of(name)[peer]) + self.peers.mark(name, peer)
                     if peer in self.peers.of(name) else "" for peer in peers]
            bandwidth = row.get("bytes_per_s")
            line += [number(row.get("ratio_to_naive")), number(row.get("ratio_to_copy")),
                     share(row.get("share_of_copy")),
                     number(bandwidth / 1e12) if bandwidth else ""]
            lines.append(line)
        return table(header, lines)

    def latency_table(self):
        """What a caller waits: a line per operation, p50 and p99 of each way to call it."""
        ways = ("event", "host", "graph", "loop_1kHz")
        names: dict[str, list[str]] = {}
        for name in self.rows:
            if name.startswith("latency/"):
                names.setdefault(name.removeprefix("latency/").rpartition("/")[0], []).append(name)
        lines = []
        for name in names:
            line = [f"`{name}`"]
            for way in ways:
                row = self.rows.get(f"latency/{name}/{way}")
                line.append(f"{number(row['p50_us'], 1)} / {number(row['p99_us'], 1)}"
                            if row else "")
            loop = self.rows.get(f"latency/{name}/loop_1kHz")
            line += [number(loop["p999_us"], 1),
                     " / ".join(number(loop[f"late_{p}_us"]) for p in ("p50", "p99", "p999")),
                     number(loop["calls_per_s"], 1)] if loop else ["", "", ""]
            lines.append(line)
        header = ["operation", "events p50 / p99", "host p50 / p99", "graph p50 / p99",
                  "1 kHz loop p50 / p99", "p99.9", "late p50 / p99 / p99.9", "calls/s"]
        return table(header, lines) if lines else ""

    def scaling_table(self):
        lines = [[f"`{name.removeprefix('scaling/')}`", number(row["us"]),
                  number(row.get("ratio_to_naive")), number(row.get("ratio_to_copy")),
                  share(row.get("share_of_copy"))]
                 for name, row in self.rows.items() if name.startswith("scaling/")]
        header = ["row", "us", "/ naive", "/ copy", "of copy bandwidth"]
        return table(header, lines) if lines else ""

    def own_kernel_table(self):
        """What the same work takes in a user's kernel: a line per row of the launcher."""
        names: dict[str, dict[str, dict]] = {}
        for name in self.rows:
            if name.startswith("own_kernel/"):
                shape, _, group = name.removeprefix("own_kernel/").rpartition("/")
                names.setdefault(shape, {})[group] = self.rows[name]
        lines = []
        for shape, groups in names.items():
            line = [f"`{shape}`"]
            for group in ("warp", "block"):
                row = groups.get(group, {})
                line += [number(row.get(figure))
                         for figure in ("launcher_us", "us", "ratio_to_launcher")]
            lines.append(line)
        header = ["operation", "launcher us", "by warps us", "/ launcher",
                  "launcher us", "by blocks us", "/ launcher"]
        return table(header, lines) if lines else ""

    def embedding_table(self):
        """What the kernels of docs/embedding.md take, and what one writes otherwise."""
        lines = [[f"`{name.removeprefix('embedding/')}`", number(row.get("separate_us")),
                  number(row["us"]), number(row.get("ratio_to_separate"))]
                 for name, row in self.rows.items() if name.startswith("embedding/")]
        header = ["row", "the separate way us", "us", "/ separate"]
        return table(header, lines) if lines else ""

    def host_cost_table(self):
        lines = [[f"`{name.removeprefix('host_cost/')}`", number(row["us"]),
                  number(row.get("plain_us")), number(row.get("over_plain_us")),
                  number(row.get("plain_overlapping_us")), number(row.get("p90_us")),
                  f"{row.get('kernels', 0):.0f}", f"{row.get('parameter_bytes', 0):.0f}"]
                 for name, row in self.rows.items() if name.startswith("host_cost/")]
        header = ["call", "us", "plain launches us", "over plain us", "overlapping launches us",
                  "p90 us", "kernels", "parameter bytes"]
        return table(header, lines) if lines else ""

    def best_peer(self, name):
        """(who, us, doubt) of the fastest peer of a row; None if none was measured."""
        times = self.peers.of(name)
        if not times:
            return None
        peer = min(times, key=times.get)
        return peer, times[peer], self.peers.mark(name, peer)

    def comparison_table(self, context, at_most=None):
        """What a user compares: the warm rows with targets, the best peer, a copy; of each
        operation the first ones."""
        lines: list[list[str]] = []
        for operation in OPERATIONS:
            end = None if at_most is None else len(lines) + at_most
            for name in self.facts:
                if len(lines) == end:
                    break
                if name not in self.rows or not name.startswith(operation + "/"):
                    continue
                if not name.endswith("/warm"):
                    continue
                row, best = self.rows[name], self.best_peer(name)
                title = name.removesuffix("/warm").replace("/", " ").replace(" bf16", "")
                copy = row.get("ratio_to_copy")
                lines.append([
                    title.replace(" 16xf32", ", 16 x f32"), number(row["us"]),
                    f"{best[0]} {number(best[1])}{best[2]}" if best else "",
                    number(best[1] / row["us"], 1) + "x" if best else "",
                    number(copy) + "x" if copy is not None else ""])
        stated = ", ".join(
            f"{label} {value}" for label, value in (
                ("driver", context.get("driver")), ("CUDA", context.get("cuda_runtime")),
                ("commit", context.get("commit"))) if value)
        notes = (f"{self.device}, {stated}; microseconds, medians of graph replays on the same "
                 "buffers. `resample` [B]x[S] -> [T]x[D] and `fuse` [B]x([S]x[D], ...) -> [T] of "
                 "BF16, `voxelize` of float. A copy: of as many bytes as have to move, in the same "
                 "run.")
        if any(line[2].endswith("?") for line in lines):
            notes += " A question mark: the peer may have a faster spelling there was no time for."
        return notes + "\n\n" + table(
            ["", "us", "best peer, us", "faster", "of a copy's time"], lines)

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


def read_all(paths):
    """(context, {row: figures}, {row: error}) of several files; the context is the first one's, and
    in `commits` has what each operation was measured at."""
    context: dict = {}
    repetitions: dict[str, list[dict]] = {}
    errors: dict[str, str] = {}
    for path in paths:
        file_context, file_rows, file_errors = read_rows(path)
        context = context or dict(file_context, commits={})
        measured = {name.split("/")[0] for name in file_rows}
        for operation in [o for o in OPERATIONS if o in measured]:
            context["commits"][operation] = file_context.get("commit", "unknown")
        for name, entries in file_rows.items():
            repetitions.setdefault(name, []).extend(entries)
        errors.update(file_errors)
    return context, {name: median_of(entries) for name, entries in repetitions.items()}, errors


def facts_line(context):
    facts = [f"{title} {context[key]}" for title, key in (
        ("", "device"), ("driver", "driver"), ("CUDA runtime", "cuda_runtime"), ("nvcc", "nvcc"),
        ("compiler", "compiler"), ("", "date")) if key in context]
    commits = context.get("commits", {})
    if len(set(commits.values())) > 1:
        facts += [f"{operation} at commit {commit}" for operation, commit in commits.items()]
    elif "commit" in context:
        facts.append(f"commit {context['commit']}")
    if "copy_bytes_per_s" in context:
        facts.append(f"copy bandwidth {float(context['copy_bytes_per_s']) / 1e12:.2f} TB/s")
    return ", ".join(fact.strip() for fact in facts) + "."


def with_readme_table(content, report, context):
    return replace_between(content, "<!-- begin measured -->", "<!-- end measured -->",
                           report.comparison_table(context, at_most=1))


def profile_table(path):
    """profile.sh's CSV as Markdown."""
    with open(path, encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    places = [i for i, name in enumerate(header) if name != "device"]
    header, *lines = ([line[i] for i in places] for line in [header, *lines])
    titles = {"dram_percent": "DRAM %", "dram_gbytes_per_s": "DRAM GB/s",
              "l2_hit_percent": "L2 hits %",
              "occupancy_percent": "occupancy %"}
    lines = [[f"`{row}`", f"`{kernel}`", *rest] for row, kernel, *rest in lines]
    return table([titles.get(name, name) for name in header], lines)


def compile_table(path):
    """compile.py's JSON as Markdown, with what it was measured with."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    lines = []
    for entry in data["results"]:
        device = entry.get("device_bytes")
        host = entry.get("host_bytes")
        lines.append([f"`{entry['what']}`", number(entry["wall_s"]),
                      number(entry.get("extra_cpu_ratio", entry.get("cpu_ratio"))),
                      f"{device / 1000:.0f}" if device else "",
                      f"{host / 1000:.0f}" if host else ""])
    context = data["context"]
    return (f"{context['cxx']}, nvcc {context['nvcc']} for {context['architecture']}, "
            f"{context['flags']}, on one core of an {context['cpu']}; commit {context['commit']}."
            "\n\n" + table(["what", "s", "CPU time / nothing", "device code KB", "host code KB"],
                           lines))


def with_documentation(content, report, context, gate_lines, profile, compiling):
    """docs/performance.md with the parts that come from results."""
    parts = {"context": f"{facts_line(context)} {report.peers.sentence()}".strip(),
             "compared": report.comparison_table(context),
             "latency": report.latency_table(),
             "scaling": report.scaling_table(),
             "own_kernel": report.own_kernel_table(),
             "embedding": report.embedding_table(),
             "host_cost": report.host_cost_table(),
             "gates": table(["row", "figure", "measured", "limit", ""], gate_lines),
             "profile": profile_table(profile) if profile else "",
             "compile": compile_table(compiling) if compiling else ""}
    for operation in OPERATIONS:
        names = [n for n in report.rows if n.startswith(operation + "/")]
        parts[operation] = report.main_table(names) if names else ""
    for part, text in parts.items():
        if text:
            content = replace_between(content, f"<!-- begin {part} -->", f"<!-- end {part} -->",
                                      text)
    return content


def merge(results, peers, path):
    """One JSON of a run: the first file's context, all rows, and the peers with contexts of their
    own."""
    documents = [load(result) for result in results]
    merged = dict(documents[0])
    merged["benchmarks"] = [entry for d in documents for entry in d["benchmarks"]]
    merged["peers"] = peer_documents(results, peers)
    pathlib.Path(path).write_text(json.dumps(merged, indent=1) + "\n", encoding="utf-8")


def write_or_compare(path, new, verify):
    """Whether the file is as it should be; it is written unless that is only to be verified."""
    path = pathlib.Path(path)
    if path.read_text(encoding="utf-8") == new:
        return True
    if verify:
        print(f"{path.name} does not match the results it was made from; run report.py again",
              file=sys.stderr)
        return False
    path.write_text(new, encoding="utf-8")
    return True


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", nargs="*", help="JSON of the benchmark programs")
    parser.add_argument("--documents", action="store_true",
                        help="the same as the committed results with --readme and --docs")
    parser.add_argument("--peers", action="append", default=[],
                        help="JSON of a peer; may be repeated")
    parser.add_argument("--gates", default=here / "gates.csv")
    parser.add_argument("--out", help="write the Markdown here, not to stdout")
    parser.add_argument("--short", action="store_true", help="only the rows with targets")
    parser.add_argument("--readme", metavar="FILE",
                        help="write the small table between this file's markers")
    parser.add_argument("--docs", metavar="FILE",
                        help="write all tables between the markers of this file")
    parser.add_argument("--profile", metavar="CSV", help="of profile.sh, for --docs")
    parser.add_argument("--compiling", metavar="JSON", help="of compile.py, for --docs")
    parser.add_argument("--verify", action="store_true",
                        help="do not write --readme and --docs: exit 1 if they are not up to date")
    parser.add_argument("--at-most", type=int, default=150, metavar="N",
                        help="rows without a target: the N farthest from a copy (default 150)")
    parser.add_argument("--operation", action="append", metavar="NAME",
                        help="check the rows of this one alone; may be repeated (default: all)")
    parser.add_argument("--gate", action="store_true",
                        help="exit 1 if a limit of gates.csv for this device is missed, or was "
                             "not measured")
    parser.add_argument("--filter", default="", metavar="REGEX",
                        help="check the gates of the rows that this finds alone")
    parser.add_argument("--merge", metavar="FILE",
                        help="write the results and peers into this one file, and no report")
    parser.add_argument("--check", type=float, metavar="FACTOR",
                        help="exit 1 if a row takes longer than FACTOR x its target, longer than a "
                             "peer or longer than the naive kernel")
    parser.add_argument("--tighten", type=float, metavar="NOISE",
                        help="write today's ratios, with so much room (0.1: 10 %%), to gates.csv "
                             "where that makes them stricter")
    arguments = parser.parse_args()
    if arguments.documents:
        committed = here / "results" / "h100"
        arguments.results = [committed / "run.json"]
        arguments.profile = committed / "profile.csv"
        arguments.compiling = committed.parent / "compile.json"
        arguments.readme = here.parent / "README.md"
        arguments.docs = here.parent / "docs" / "performance.md"
    elif not arguments.results:
        parser.error("no results")

    if arguments.merge:
        merge(arguments.results, arguments.peers, arguments.merge)
        return 0
    context, rows, errors = read_all(arguments.results)
    device = context.get("device", "")
    peers = peer_documents(arguments.results, arguments.peers)
    for other in [load(path)["context"] for path in arguments.results] + [
            p["context"] for p in peers]:
        if other.get("device", device) != device:
            parser.error(f"results of {device} and of {other['device']}")
    facts, gates = read_gates(arguments.gates, device)
    report = Report(rows, facts, Peers(peers), context)
    if arguments.tighten is not None:
        tighten(arguments.gates, device, report, arguments.tighten)
        facts, gates = read_gates(arguments.gates, device)

    limits = [n for n in rows if n.startswith("limits/")]
    gated = [n for n in facts if n in rows]
    apart = tuple(f"{kind}/" for kind in KINDS)
    others = [n for n in rows if n not in gated and not n.startswith(apart)]
    parts = [facts_line(context), report.peers.sentence()]
    if limits and not arguments.short:
        parts += ["Limits of the card:", report.limits_table(limits)]
    if gated:
        parts += [report.main_table(gated)]
        if any(report.compile_us(n)[1] for n in gated):
            parts += ["\\* from gates.csv, not measured in this run."]
        if any(key[0] in gated for key in report.peers.doubtful):
            parts += [DOUBT]
    if others and not arguments.short:
        if len(others) > arguments.at_most:
            parts += [f"The {arguments.at_most} of {len(others)} other rows that are farthest from "
                      "a copy of as many bytes:", report.slowest(others, arguments.at_most)]
        else:
            parts += [report.main_table(others)]
    if report.latency_table():
        parts += ["What a caller waits, us:", report.latency_table()]
    if report.host_cost_table():
        parts += ["What a call costs on the host:", report.host_cost_table()]
    if report.own_kernel_table():
        parts += ["The same work in a user's kernel:", report.own_kernel_table()]
    if report.embedding_table():
        parts += ["Embedded in kernels that do more:", report.embedding_table()]
    if report.peers.unusable:
        parts += ["Peers that failed:", "\n".join(
            f"- `{row}`, {peer}, {spelling}: {text}"
            for row, peer, spelling, text in report.peers.unusable)]
    if errors:
        parts += ["Failed:", "\n".join(f"- `{n}`: {e}" for n, e in errors.items())]
    gate_lines = report.check_gates(gates, arguments.operation, arguments.filter)
    if not arguments.gate:
        report.problems.clear()
    elif not arguments.short:
        parts += ["Gates:", table(["row", "figure", "measured", "limit", ""], gate_lines)]
    if arguments.check is not None:
        report.check(arguments.check)
        for name in facts:
            is_wanted = not arguments.operation or name.split("/")[0] in arguments.operation
            if is_wanted and name not in rows:
                report.problems.append(f"{name}: not measured")
    if arguments.check is not None or arguments.gate:
        report.problems += [f"{n}: {e}" for n, e in errors.items()]
        if arguments.gate:
            report.problems += [f"{row}: {peer}, {spelling}: {text}"
                                for row, peer, spelling, text in report.peers.wrong]
            report.problems += [f"peers of commit {p['context']['commit']}, rows of "
                                f"{context.get('commit')}" for p in peers
                                if p["context"].get("commit", context.get("commit"))
                                != context.get("commit")]
        met = []
        if arguments.gate:
            unknown = sum(line[-1].startswith("no ") for line in gate_lines)
            older = sum(line[-1] == "older run" for line in gate_lines)
            met.append(f"All {len(gate_lines) - unknown - older} gates are met."
                       + (f" {unknown} more compare with peers that were not measured."
                          if unknown else "")
                       + (f" {older} more are for rows that the run is too old to have."
                          if older else "") if gates else
                       f"No limits are known for {device or 'this machine'}.")
        if arguments.check is not None:
            met.append(f"All rows within {arguments.check:g} x their targets and no slower than "
                       "the peers and the naive kernel.")
        parts += ["Problems:\n\n" + "\n".join(f"- {p}" for p in report.problems)
                  if report.problems else " ".join(met)]
    up_to_date = True
    for path, fill in ((arguments.readme, lambda c: with_readme_table(c, report, context)),
                       (arguments.docs,
                        lambda c: with_documentation(c, report, context, gate_lines,
                                                      arguments.profile, arguments.compiling))):
        if path:
            content = pathlib.Path(path).read_text(encoding="utf-8")
            up_to_date &= write_or_compare(path, fill(content), arguments.verify)
    text = "\n\n".join(part for part in parts if part) + "\n"
    if arguments.out:
        pathlib.Path(arguments.out).write_text(text, encoding="utf-8")
    elif not arguments.documents:
        sys.stdout.write(text)
    return 1 if report.problems or not up_to_date else 0


if __name__ == "__main__":
    sys.exit(main())
