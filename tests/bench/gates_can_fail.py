#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A gate that cannot fail is worth nothing: the committed results meet theirs, and made worse in
any way they miss them. All by the command that bench/run.sh uses."""

import json
import pathlib
import subprocess
import sys
import tempfile

bench = pathlib.Path(__file__).resolve().parents[2] / "bench"
ROW = "voxelize/count/1M->128^3/uniform/warm"
PEER = "torch.compile"


def gates_of(change):
    """(exit status, output) for the committed results after `change(document)`."""
    document = json.loads((bench / "results" / "h100" / "run.json").read_text(encoding="utf-8"))
    change(document)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "run.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        ran = subprocess.run([sys.executable, bench / "report.py", path, "--gate"], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return ran.returncode, ran.stdout


def entries(document, row):
    found = [e for e in document["benchmarks"] if e["name"].startswith(row + "/")]
    assert found, row
    return found


def scaled(row, factor):
    def change(document):
        for entry in entries(document, row):
            for figure in ("real_time", "ratio_to_copy", "ratio_to_naive", "p50_us", "p99_us"):
                if figure in entry:
                    entry[figure] *= factor
            if "points_per_s" in entry and factor:
                entry["points_per_s"] /= factor
    return change


def without_row(document):
    gone = entries(document, ROW)
    document["benchmarks"] = [e for e in document["benchmarks"] if e not in gone]


def newer_without_own_kernels(document):
    """The committed run may be older than these rows; a newer one may not be without them."""
    document["context"]["date"] = "2027-01-01T00:00:00+00:00"
    document["benchmarks"] = [e for e in document["benchmarks"]
                              if not e["name"].startswith("own_kernel/")]


def slow_own_kernel(document):
    row = "own_kernel/resample/32x500->256x256/bf16/warp"
    document["benchmarks"].append({"name": f"{row}/iterations:1/manual_time", "real_time": 8,
                                   "time_unit": "us", "ratio_to_launcher": 1.9})


def failed_row(document):
    for entry in entries(document, ROW):
        entry["error_occurred"] = True


def failed_peer(document):
    for peers in document["peers"]:
        for entry in peers["benchmarks"]:
            if entry["peer"] == PEER and entry["name"] == ROW:
                entry["error_message"] = "differs from the reference"


def wrong_peer_without_limit(document):
    """Of a row whose gates do not mention it."""
    entry = next(e for peers in document["peers"] for e in peers["benchmarks"]
                 if e["peer"] == "jax")
    entry.update(error_message="differs by 1", is_wrong=True)


def wrong_spelling(document):
    """Another one is right."""
    entry = next(e for peers in document["peers"] for e in peers["benchmarks"]
                 if e["peer"] == "torch" and e["name"] == ROW)
    entry.update(error_message="differs by 1", is_wrong=True)


def failed_peer_without_time(document):
    failed_peer(document)
    document["peers"][0]["context"]["not_measured_for_lack_of_time"].append(
        {"name": ROW, "peer": PEER, "spelling": "another"})


def peers_of_another_commit(document):
    document["peers"][0]["context"]["commit"] = "0123456789ab"


def all_of_a_peer_failed(document):
    for peers in document["peers"]:
        for entry in peers["benchmarks"]:
            if entry["peer"] == PEER:
                entry["error_message"] = "differs from the reference"


def without_peers(document):
    document["peers"] = []


def other_card(document):
    document["context"]["device"] = "a card without limits"
    document["peers"] = []


def mixed_cards(document):
    document["peers"][0]["context"]["device"] = "another card"


def main():
    status, output = gates_of(lambda document: None)
    assert status == 0 and "gates are met" in output, f"the committed results miss gates:\n{output}"
    assert "a reference in double" not in output, "not all peers were compared with our results"

    missed = gates_of(scaled(ROW, 1.5))
    assert missed[0] == 1, "50 % slower passes"
    for figure in ("ratio_to_copy", "ratio_to_naive"):
        assert any(ROW in line and figure in line and "above the limit" in line and "by" in line
                   for line in missed[1].splitlines()), (figure, missed[1])
    for name, change in {
            "a row without a target, slower": scaled(
                "fuse/64x(30x512,200x14)->100/bf16,f32->bf16/slerp/warm", 1.5),
            "latency, doubled": scaled("latency/fuse/32x(30x512,100x64,200x12)->50/bf16/graph", 2),
            "not a number": scaled(ROW, float("nan")),
            "zero": scaled(ROW, 0),
            "a million times less throughput": scaled(ROW, 1e6),
            "a row that is gone": without_row,
            "a new run without a kind of rows": newer_without_own_kernels,
            "a user's kernel at twice the launcher's time": slow_own_kernel,
            "a row that failed": failed_row,
            "a peer that failed in a row": failed_peer,
            "a peer that failed in all rows": all_of_a_peer_failed,
            "a peer that failed, and had no time for more": failed_peer_without_time,
            "a wrong result of a peer without a limit": wrong_peer_without_limit,
            "a wrong result of one of a peer's spellings": wrong_spelling,
            "peers of another commit": peers_of_another_commit,
            "results of two cards": mixed_cards}.items():
        status, output = gates_of(change)
        assert status != 0, f"{name} passes:\n{output}"

    status, output = gates_of(without_peers)  # not installed: no failure, but said
    assert status == 0 and "that were not measured" in output, output
    status, output = gates_of(other_card)
    assert status == 0 and "No limits are known for a card without limits" in output, output


if __name__ == "__main__":
    main()
