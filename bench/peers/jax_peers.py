#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rows of all operations in JAX under jit, on the GPU.

    jax_peers.py --out jax.json [--rows-of bench.json --filter REGEX] [--budget 120]

A process of its own, since JAX and PyTorch each want the GPU's memory. The result of the first set
of inputs is compared with the library's (--results), or with a reference in double, before anything
is timed.

What is timed: JAX gives no hold of CUDA graphs, so many calls are one program, a `lax.fori_loop` of
so many that it takes about 4 ms, and the time is that of the program, from the call to
`block_until_ready`, over its calls; the median of at least 15 runs. Starting the program and
waiting for it, some 50 us, is in it, as is the loop's counter, about a kernel of 2 us per call.
Warm: each call has the same inputs and writes the buffer that the loop carries. Cold: each turn of
the loop calls on all sets of inputs, more than four times the L2. What is the same in each turn a
compiler may do once, before the loop: the inputs go through `lax.optimization_barrier` together
with the counter, and a row whose program does not take longer with more turns is reported as
failed. Where the sets are too many to compile (MOST_SETS), the calls are made from Python, one
after another without waiting, and `block_until_ready` stands at the end; the spelling then says
`dispatched`, and short rows measure Python.

Rows with reports, rotations, counts, bits or records have no peer.
"""

import math
import os
import statistics
import sys
import time

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import inputs
import measuring
import numpy
import rows

try:
    import jax
    import jax.numpy as jnp
    from jax import lax
except ImportError:
    jax = None

MOST_SETS = 12


# --------------------------------------------------------------------------- resample and fuse

def resample(streams, anchors, deltas, out_type, method):
    targets = anchors
    if deltas is not None:
        targets = (anchors[:, :, None] + deltas).reshape(anchors.shape[0], -1)
    result = []
    for values, times in streams:
        right = jax.vmap(lambda s, t: jnp.searchsorted(s, t, side="right", method=method))(
            times, targets)
        right = jnp.clip(right, 1, times.shape[1] - 1)
        left = right - 1
        t_left = jnp.take_along_axis(times, left, 1)
        whole = jnp.take_along_axis(times, right, 1) - t_left
        part = targets - t_left
        if jnp.issubdtype(times.dtype, jnp.integer):
            part, whole = part.astype(jnp.float64), whole.astype(jnp.float64)
        weight = jnp.clip((part / whole).astype(jnp.float32), 0, 1)[:, :, None]
        take = jax.vmap(lambda v, i: v[i])
        a = take(values, left).astype(jnp.float32)
        b = take(values, right).astype(jnp.float32)
        result.append((a + weight * (b - a)).astype(out_type))
    return jnp.concatenate(result, -1) if len(result) > 1 else result[0]


def search_unrolled(streams, anchors, deltas, out_type):
    return resample(streams, anchors, deltas, out_type, "scan_unrolled")


def compare_all(streams, anchors, deltas, out_type):
    return resample(streams, anchors, deltas, out_type, "compare_all")


def search_sort(streams, anchors, deltas, out_type):
    return resample(streams, anchors, deltas, out_type, "sort")


# ------------------------------------------------------------------------------------- voxelize
# Points outside are dropped, since their number is beyond the grid.

def voxel_numbers(points, origin, grid):
    nz, ny, nx = grid
    x, y, z = (jnp.floor((points[:, k] - origin[k]) / jnp.float32(inputs.VOXEL))
               for k in range(3))
    inside = (x >= 0) & (x < nx) & (y >= 0) & (y < ny) & (z >= 0) & (z < nz)
    x, y, z = (c.astype(jnp.int32) for c in (x, y, z))
    return jnp.where(inside, (z * ny + y) * nx + x, math.prod(grid))


def count_scatter(points, features, origin, grid, out_type):
    where = voxel_numbers(points, origin, grid)
    return jnp.zeros(math.prod(grid), jnp.int32).at[where].add(1, mode="drop")


def count_segment_sum(points, features, origin, grid, out_type):
    where = voxel_numbers(points, origin, grid)
    ones = jnp.ones(len(where), out_type)
    return jax.ops.segment_sum(ones, where, math.prod(grid) + 1)[:-1]


def occupancy_scatter(points, features, origin, grid, out_type):
    where = voxel_numbers(points, origin, grid)
    return jnp.zeros(math.prod(grid), jnp.uint8).at[where].set(1, mode="drop")


def mean_scatter(points, features, origin, grid, out_type):
    where = voxel_numbers(points, origin, grid)
    voxels = math.prod(grid)
    sums = jnp.zeros((voxels, features.shape[1]), jnp.float32)
    sums = sums.at[where].add(features.astype(jnp.float32), mode="drop")
    counts = jnp.zeros(voxels, jnp.float32).at[where].add(1, mode="drop")
    return (sums / jnp.maximum(counts, 1)[:, None]).astype(out_type)


def mean_segment_sum(points, features, origin, grid, out_type):
    where = voxel_numbers(points, origin, grid)
    voxels = math.prod(grid) + 1
    sums = jax.ops.segment_sum(features.astype(jnp.float32), where, voxels)
    counts = jax.ops.segment_sum(jnp.ones(len(where), jnp.float32), where, voxels)
    return (sums[:-1] / jnp.maximum(counts[:-1], 1)[:, None]).astype(out_type)


def max_scatter(points, features, origin, grid, out_type):
    where = voxel_numbers(points, origin, grid)
    best = jnp.full((math.prod(grid), features.shape[1]), -jnp.inf, features.dtype)
    best = best.at[where].max(features, mode="drop")
    return jnp.where(best == -jnp.inf, 0, best).astype(out_type)


def max_segment_max(points, features, origin, grid, out_type):
    where = voxel_numbers(points, origin, grid)
    best = jax.ops.segment_max(features, where, math.prod(grid) + 1)[:-1]
    return jnp.where(best == -jnp.inf, 0, best).astype(out_type)


# -------------------------------------------------------------------------------------- the runs

VOXELIZE = {"count": [count_scatter, count_segment_sum], "occupancy": [occupancy_scatter],
            "mean": [mean_scatter, mean_segment_sum], "max": [max_scatter, max_segment_max]}


def spellings_of(row):
    if isinstance(row, rows.StreamRow):
        # Comparing all with all takes forever, and half a minute to compile, where that is much.
        compared = row.batch * row.rows() * max(samples for samples, _, _ in row.streams)
        return [search_unrolled, *([compare_all] if compared < 2**26 else []), search_sort]
    if row.layout != "dense" or row.has_counts:
        return []
    return VOXELIZE.get(row.reduction, [])


def bound(row, function):
    """`function` of arrays alone: what is fixed is no parameter of the program."""
    if isinstance(row, rows.StreamRow):
        return lambda arrays: function(*arrays, row.arrays.types[row.output])
    return lambda arrays: function(*arrays, row.grid, row.arrays.types[row.output])


def looped(function, turns):
    """A program that calls `function` on all sets, `turns` times, and returns the last results."""
    def turn(_, carried):
        count, sets, _ = carried
        seen, count = lax.optimization_barrier((sets, count))  # so that no turn is like another
        return count + 1, sets, tuple(function(arrays) for arrays in seen)

    def program(sets):
        empty = tuple(jnp.zeros(out.shape, out.dtype)
                      for out in jax.eval_shape(lambda s: tuple(map(function, s)), sets))
        return lax.fori_loop(0, turns, turn, (jnp.int32(0), sets, empty))[2]

    return jax.jit(program)


def run_us(program, *inputs):
    begin = time.perf_counter()
    jax.block_until_ready(program(*inputs))
    return 1e6 * (time.perf_counter() - begin)


def median_run_us(program, *inputs):
    """(median, runs) of at least 15 in 60 ms, after three that do not count."""
    first = [run_us(program, *inputs) for _ in range(3)]
    if min(first) > 1e6:
        return statistics.median(first), len(first)
    samples: list[float] = []
    while len(samples) < 15 or (sum(samples) < 60000 and len(samples) < 400):
        samples.append(run_us(program, *inputs))
    return statistics.median(samples), len(samples)


def measure_loop(function, sets, check, run_for_us=4000.0):
    """(median time of a call, calls per run, runs)"""
    few = 4
    program = looped(function, few)
    check(program(sets)[0])
    few_us, _ = median_run_us(program, sets)
    turns = min(max(round(run_for_us / few_us * few), 2 * few), 1000)
    us, runs = median_run_us(looped(function, turns), sets)
    # Starting a program takes as long as some calls, so the times need not be in proportion.
    if us - few_us < 0.2 * us * (1 - few / turns):
        raise RuntimeError(f"{turns} turns take {us:.0f} us, {few} take {few_us:.0f}: "
                           "the compiler has taken the calls out of the loop")
    return us / turns / len(sets), turns * len(sets), runs


def measure_dispatched(function, sets, check):
    call = jax.jit(function)
    check(call(sets[0]))

    def program():
        return [call(arrays) for arrays in sets][-1]  # in order: the last one is done last

    us, runs = median_run_us(program)
    return us / len(sets), len(sets), runs


def measure(row, function, sets, expected):
    result, whose = expected
    errors = []

    def check(value):
        error = row.difference(value, row.arrays.from_numpy(result))
        errors.append(measuring.tolerated(row, error))

    by_loop = len(sets) <= MOST_SETS
    measure_calls = measure_loop if by_loop else measure_dispatched
    us, calls, runs = measure_calls(bound(row, function), sets, check)
    return {"spelling": function.__name__ + ("" if by_loop else ", dispatched"), "real_time": us,
            "one_by_one": not by_loop, "time_unit": "us", "calls": calls, "replays": runs,
            "largest_error": errors[0], "compared_with": whose}


def device_of(arguments):
    """The device, or None."""
    if jax is None:
        return None
    try:
        return jax.devices("cpu" if arguments.cpu else "gpu")[0]
    except RuntimeError:
        return None


class Prepared:
    """The inputs of a row and what its results are compared with, for all its spellings."""

    def __init__(self, row, arguments):
        self.row, self.arguments = row, arguments
        self.expected = None
        self.number = 1
        if row.cold:
            self.number += int(4 * arguments.l2_mib * 2 ** 20) // row.touched_bytes()
        # As one program, but for what has to look at numbers on the way.
        is_shuffled = isinstance(row, rows.StreamRow) and row.shuffled
        self.make = self.arrays_of_set if is_shuffled else jax.jit(self.arrays_of_set)

    def arrays_of_set(self, number):
        made = self.row.make(number)
        return made if isinstance(self.row, rows.StreamRow) else made[:-1]  # without the grid

    def measure(self, function):
        if self.expected is None:
            result, whose = self.row.expected(self.arguments.results)
            self.expected = numpy.asarray(result), whose
        sets = jax.block_until_ready(tuple(self.make(k) for k in range(self.number)))
        return measure(self.row, function, sets, self.expected)


def main():
    parser = measuring.argument_parser(__doc__.splitlines()[0], 120)
    parser.add_argument("--l2-mib", type=float, default=50, help="of the GPU (default 50)")
    parser.add_argument("--cpu", action="store_true",
                        help="try the numerics without a GPU: the times mean nothing")
    arguments = parser.parse_args()
    run = measuring.Run(arguments)
    device = device_of(arguments)
    if device is None:
        print("no JAX, or JAX sees no GPU", file=sys.stderr)
        run.context["not_installed"] = ["jax"]
        run.write()
        return 0
    run.context |= {"device": device.device_kind, "jax": jax.__version__, "not_installed": []}
    jax.config.update("jax_enable_x64", True)  # for the inputs; the spellings name their types
    jax.config.update("jax_default_device", device)
    arrays = inputs.Arrays(jnp, {
        "f64": jnp.float64, "f32": jnp.float32, "f16": jnp.float16, "bf16": jnp.bfloat16,
        "u8": jnp.uint8, "u32": jnp.int32, "int64": jnp.int64})
    wanted = [(row, spellings_of(row), Prepared(row, arguments))
              for row in rows.wanted_rows(arguments, arrays) if not row.on_cpu]
    wanted.sort(key=lambda of_row: of_row[0].touched_bytes())  # the largest take longest to make
    # The first spelling of all rows before the second of any: a budget that ends early leaves each
    # row a time.
    for turn in range(max((len(spellings) for _, spellings, _ in wanted), default=0)):
        for row, spellings, prepared in wanted:
            if turn < len(spellings):
                function = spellings[turn]
                run.attempt(row, "jax", function.__name__, lambda: prepared.measure(function))
    run.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
