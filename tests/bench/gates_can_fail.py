#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A gate that cannot fail is worth nothing: the committed results, made slower, must miss theirs."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile

bench = pathlib.Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(bench))
sys.dont_write_bytecode = True
import report  # noqa: E402

DEVICE = "NVIDIA H100 80GB HBM3"
ROW = "voxelize/count/1M->128^3/uniform/warm"


def problems_of(change):
    """Of the committed results, with `change(entry)` made to the row."""
    data = json.loads((bench / "results" / "h100" / "bench.json").read_text(encoding="utf-8"))
    for entry in data["benchmarks"]:
        if entry["name"].startswith(ROW + "/"):
            change(entry)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "results.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        context, rows, errors = report.read_all([path])
    facts, gates = report.read_gates(bench / "gates.csv", context["device"])
    peers = report.read_peers([bench / "results" / "h100" / "peers.json"])
    result = report.Report(rows, facts, peers, DEVICE)
    with contextlib.redirect_stdout(io.StringIO()):
        result.check_gates([g for g in gates if g.row == ROW], ["voxelize"])
    return result.problems + list(errors)


def slow(entry):
    for key in ("real_time", "ratio_to_copy", "ratio_to_naive"):
        entry[key] *= 1.5
    entry["points_per_s"] /= 1e6


def lose(entry):
    entry["error_occurred"] = True


def main():
    assert problems_of(lambda entry: None) == [], "the committed results miss their gates"
    missed = problems_of(slow)
    for figure in ("ratio_to_copy", "ratio_to_naive", "ratio_to_torch.compile", "points_per_s"):
        assert any(figure in problem and "by" in problem for problem in missed), (figure, missed)
    assert any("was not measured" in problem for problem in problems_of(lose))
    _, none = report.read_gates(bench / "gates.csv", "a card without limits")
    assert none == []


if __name__ == "__main__":
    main()
