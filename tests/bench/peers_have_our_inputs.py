#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The peers compute on our inputs: what the CPU's benchmarks leave as their results is what NumPy
makes of the inputs of peers/inputs.py, and peers/cpu.py finds its own results there.

    peers_have_our_inputs.py FOLDER_OF_PROGRAMS

Ends with 77 without NumPy."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

peers = pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"
sys.path.insert(0, str(peers))
sys.dont_write_bytecode = True

try:
    import numpy
except ImportError:
    print("skipped: no NumPy")
    sys.exit(77)

import cpu
import inputs
import rows

# One of each kind: scalars, order of targets, windows, mixed streams, clouds, layouts, reductions.
ROWS = {
    "resample": r"8x250->128x128/|shuffled",
    "fuse": r"4x\(|->64x16/|bf16,f32,f32->bf16/f64",
    "voxelize": r"count/10K|count/1M->(512|128.*(one_voxel|records|packed))|occupancy|"
                r"mean/1M->128\^3/uniform/(1xf32|16xbf16)|/counts/|max/",
}


def measured(programs, operation, folder):
    """The JSON of one program, whose results go into `folder`."""
    path = folder / f"{operation}.json"
    subprocess.run([programs / f"robocache_bench_{operation}_cpu",
                    f"--benchmark_filter=({ROWS[operation]}).*one_thread",
                    f"--benchmark_out={path}", "--benchmark_out_format=json"],
                   env={**os.environ, "ROBOCACHE_RESULTS": str(folder)}, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


def largest_allowed(row):
    """What rounding to the output's type makes of values below 1, and the arithmetic in float
    before it. Of counts, means and maxima nothing: a sum of few floats is exact in double, and a
    mean is rounded once, here as there."""
    if isinstance(row, rows.VoxelRow) and row.output != "bf16":
        return 0.0
    return {"f32": 2.0 ** -23, "bf16": 2.0 ** -9 + 2.0 ** -20}[row.output]


def compare(row, folder):
    ours, whose = row.expected(folder)
    assert whose == "robocache", f"{row.name}: no result"
    reference = row.from_numpy(row.reference(*row.make(0)))
    if isinstance(row, rows.VoxelRow) and row.cloud == "lidar":  # sines may be rounded differently
        assert row.difference(reference, ours) <= row.tolerance(), row.name
        return
    parts = zip(ours, reference) if isinstance(ours, tuple) else [(ours, reference)]
    for one, other in parts:
        assert one.shape == other.shape, row.name
        assert numpy.any(one), f"{row.name}: nothing but zeros"
        zeros = tuple(map(numpy.zeros_like, ours)) if isinstance(ours, tuple) else ours * 0
        assert not row.difference(zeros, ours) <= row.tolerance(), f"{row.name}: zeros pass"
        far = numpy.abs(one.astype(float) - other).max()
        assert far <= largest_allowed(row), f"{row.name}: {far} from the reference"


OTHER_LIBRARIES = """resample/8x250->128x128/bf16/cold resample/8x250->33x3/u8->f32/int64/cold
    resample/3x250->128x7/f32/f64/shuffled/cold fuse/2x(30x52,100x64)->64x16/bf16,f32->bf16/cold
    voxelize/count/10K->32x32x20/uniform/cold voxelize/mean/10K->32x32x20/lidar/16xbf16/cold
    voxelize/max/1K->32^3/one_voxel/3xf32/cold""".split()


def libraries():
    """{name: arrays} of those that are installed."""
    found = {}
    try:
        import common
        import torch
        found["PyTorch"] = common.TorchArrays(torch.device("cpu"))
    except ImportError:
        print("not compared: PyTorch")
    try:
        import jax
        import jax.numpy as jnp
        jax.config.update("jax_platforms", "cpu")
        jax.config.update("jax_enable_x64", True)
        found["JAX"] = inputs.Arrays(jnp, cpu.ARRAYS.types)
    except ImportError:
        print("not compared: JAX")
    return found


def leaves(made):
    return [leaf for part in made for leaf in (leaves(part) if isinstance(part, tuple) else [part])
            if hasattr(leaf, "shape")]


def compare_libraries():
    """All make the same inputs, bit for bit; of scans nearly."""
    for library, arrays in libraries().items():
        for name in OTHER_LIBRARIES:
            operation = next(o for o in (rows.ResampleRow, rows.FuseRow, rows.VoxelRow)
                             if o.PATTERN.fullmatch(name))
            match = operation.PATTERN.fullmatch(name)
            theirs = leaves(operation(match, arrays).make(3))
            expected = leaves(operation(match, cpu.ARRAYS).make(3))
            assert len(theirs) == len(expected)
            for one, other in zip(theirs, expected):
                one = numpy.asarray(arrays.to_numpy(one))
                assert one.shape == other.shape, (library, name)
                different = (one != other).mean()
                assert different <= (1e-3 if "lidar" in name else 0), (library, name, different)
        print(f"{library}: the same inputs")


def compared(results, folder, wanted):
    """(entries of peers/cpu.py for the rows that `wanted` finds, exit status of the gates)"""
    path = folder / "peers.json"
    subprocess.run([sys.executable, "-B", peers / "cpu.py", "--rows-of", *results, "--results",
                    folder, "--filter", wanted, "--budget", "60", "--out", path], check=True)
    gates = subprocess.run([sys.executable, "-B", peers.parent / "report.py", *results, "--peers",
                            path, "--gate"], stdout=subprocess.DEVNULL, check=False)
    return json.loads(path.read_text(encoding="utf-8"))["benchmarks"], gates.returncode


def main():
    compare_libraries()
    programs = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        results = [measured(programs, operation, folder) for operation in ROWS]
        arguments = argparse.Namespace(rows_of=results, filter="")
        wanted = rows.wanted_rows(arguments, cpu.ARRAYS)
        assert len(wanted) >= 15, [row.name for row in wanted]
        for row in wanted:
            compare(row, folder)

        entries, status = compared(results, folder, r"8x250.*/f32|fuse_cpu/4x|count/10K")
        assert status == 0, "right results fail the gates"
        assert {e["name"].split("/")[0] for e in entries} == {
            "resample_cpu", "fuse_cpu", "voxelize_cpu"}, entries
        for entry in entries:
            assert "error_message" not in entry, entry
            assert entry["peer"] != "numpy" or entry["compared_with"] == "robocache", entry

        # And it finds a wrong one, and one that is not there.
        row = next(r for r in wanted if r.name.startswith("resample_cpu/8x250->128x128/f32"))
        kept = row.result_file(folder)
        wrong = numpy.fromfile(kept, numpy.float32)
        wrong[len(wrong) // 2] += 0.01
        wrong.tofile(kept)
        for make_worse in (lambda: None, kept.unlink):
            make_worse()
            entries, status = compared(results, folder, r"8x250.*/f32")
            assert entries and all(e["is_wrong"] for e in entries), entries
            assert status == 1, "wrong results pass the gates"


if __name__ == "__main__":
    main()
