#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws benchmark results: roofline, ratios to the peers, scaling, latency.

    pictures.py bench.json [--peers peers.json] [--to FOLDER]

Writes performance_{roofline,ratios,scaling,latency}.png, those that the results have rows for.
Needs matplotlib (Debian: python3-matplotlib).
"""

import argparse
import pathlib
import sys

import report

try:
    import matplotlib
except ImportError:
    sys.exit("pictures.py: no pictures, matplotlib is not installed (Debian: python3-matplotlib)")
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLORS = {"resample": "#1f77b4", "fuse": "#d95f02", "voxelize": "#2ca02c"}
OPERATIONS = tuple(COLORS)


def operation_of(name):
    parts = name.split("/")
    return next((part for part in parts[:2] if part in COLORS), None)


def roofline(rows, context, title):
    """Bytes per second over bytes: where a row is, and how much room the copy says there is."""
    if "copy_bytes_per_s" not in context:  # a CPU
        return None
    figure, axes = plt.subplots(figsize=(9.5, 5))
    for operation in OPERATIONS:
        for kind, marker in (("cold", "o"), ("warm", "^")):
            names = [n for n in rows if n.startswith(operation + "/") and n.endswith(kind)]
            if names:
                axes.scatter([rows[n]["bytes"] for n in names],
                             [rows[n]["bytes_per_s"] / 1e12 for n in names], s=28, marker=marker,
                             facecolors="none" if kind == "warm" else COLORS[operation],
                             edgecolors=COLORS[operation], label=f"{operation}, {kind}")
    copies = sorted((r["bytes"], r["bytes"] / (r["copy_us"] * 1e-6) / 1e12)
                    for n, r in rows.items() if n.endswith("cold") and "copy_us" in r)
    if copies:
        axes.plot(*zip(*copies), color="0.6", lw=1, label="copy of as many bytes, cold")
    ceiling = float(context["copy_bytes_per_s"]) / 1e12
    axes.axhline(ceiling, color="k", lw=1, ls="--", label=f"copy bandwidth, {ceiling:.2f} TB/s")
    axes.set(xscale="log", yscale="log", xlabel="bytes that have to move", ylabel="TB/s",
             title=title)
    axes.grid(which="both", alpha=0.2)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def ratios(result, title):
    """How many times longer the others take, for the warm rows that have targets; on a CPU for all
    rows. Pale where a peer may have a faster way."""
    names = [n for n in result.facts if n in result.rows and n.endswith("/warm")]
    names = names or [n for n in result.rows if result.peers.of(n)]
    if not names:
        return None
    peers = ["naive", *sorted({p for n in names for p in result.peers.of(n)})]
    figure, axes = plt.subplots(figsize=(9, 0.26 * len(names) * max(len(peers) / 3, 1) + 1))
    height = 0.8 / len(peers)
    names_of_colors = []
    for i, peer in enumerate(peers):
        places, values, colors = [], [], []
        for j, name in enumerate(names):
            ratio = result.figure(name, f"ratio_to_{peer}")
            if ratio:
                places.append(j + (i - len(peers) / 2 + 0.5) * height)
                values.append(1 / ratio)
                doubtful = (name, peer) in result.peers.doubtful
                colors.append(to_rgba(f"C{i}", 0.4 if doubtful else 1))
        # From 1 on: to the right they are slower, to the left faster than we.
        axes.barh(places, [value - 1 for value in values], height, left=1, color=colors)
        names_of_colors.append(Patch(color=f"C{i}", label=f"{peer} kernel" if peer == "naive"
                                     else peer))
    axes.axvline(1, color="k", lw=1)
    axes.set_yticks(range(len(names)), [n.removesuffix("/warm") for n in names], fontsize=7)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.set_xlim(left=0.8)
    axes.set(xscale="log", xlabel="their time over ours", title=title)
    axes.grid(axis="x", which="both", alpha=0.2)
    axes.legend(handles=names_of_colors, fontsize=8)
    return figure


def scaling(rows, title):
    """Time over one size at a time, and that of a copy of as many bytes."""
    series: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for name, row in rows.items():
        if name.startswith("scaling/"):
            _, operation, size, _ = name.split("/")
            series.setdefault((operation, size), []).append(
                (row["size"], row["us"], row["copy_us"]))
    if not series:
        return None
    figure, axes = plt.subplots(figsize=(8, 5))
    for (operation, size), points in series.items():
        sizes, us, copies = zip(*sorted(points))
        line, = axes.plot(sizes, us, marker="o", ms=4, label=f"{operation}, {size}")
        axes.plot(sizes, copies, ls=":", lw=1, color=line.get_color())
    axes.set(xscale="log", yscale="log", xlabel="size", ylabel="us", title=title)
    axes.grid(which="both", alpha=0.2)
    axes.plot([], [], ls=":", lw=1, color="k", label="copy of as many bytes")
    axes.legend(fontsize=8)
    return figure


def latencies(rows, title):
    """From the call to its end on an idle GPU: p50 as a bar, p99 and p99.9 as marks."""
    names = [n for n in rows if n.startswith("latency/") and n.endswith(("/host", "/graph"))]
    if not names:
        return None
    figure, axes = plt.subplots(figsize=(9, 0.3 * len(names) + 1.2))
    places = range(len(names))
    colors = [COLORS[operation_of(n)] for n in names]
    axes.barh(places, [rows[n]["p50_us"] for n in names], color=colors, alpha=0.7, label="p50")
    axes.plot([rows[n]["p99_us"] for n in names], places, "k|", ms=10, label="p99")
    axes.plot([rows[n]["p999_us"] for n in names], places, "kx", ms=5, label="p99.9")
    axes.set_yticks(places, [n.removeprefix("latency/") for n in names], fontsize=7)
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="us", title=title)
    axes.grid(axis="x", which="both", alpha=0.2)
    axes.legend(fontsize=8)
    return figure


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", nargs="+")
    parser.add_argument("--peers", action="append", default=[])
    parser.add_argument("--gates", default=here / "gates.csv")
    parser.add_argument("--to", default=".", help="folder (default: this one)")
    arguments = parser.parse_args()
    context, rows, _ = report.read_all(arguments.results)
    device = context.get("device", "")
    facts, _ = report.read_gates(arguments.gates, device)
    result = report.Report(rows, facts, report.Peers(
        report.peer_documents(arguments.results, arguments.peers)), context)
    title = device
    if len(set(context["commits"].values())) == 1:
        title += f", commit {context['commit']}"
    folder = pathlib.Path(arguments.to)
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in (("roofline", roofline(rows, context, title)),
                         ("ratios", ratios(result, title)), ("scaling", scaling(rows, title)),
                         ("latency", latencies(rows, title))):
        if figure is None:
            continue
        figure.tight_layout()
        # Without the version of matplotlib in the file, so that the same results give the same one.
        figure.savefig(folder / f"performance_{name}.png", dpi=110, bbox_inches="tight",
                       metadata={"Software": None})
        plt.close(figure)
        print(folder / f"performance_{name}.png")


if __name__ == "__main__":
    main()
