#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The CPU's rows in NumPy, SciPy and pandas; Open3D and PCL where they are installed.

    cpu.py --out cpu_peers.json --rows-of resample.json fuse.json voxelize.json [--filter REGEX]

The rows are those that robocache_bench_{resample,fuse,voxelize}_cpu measured on one thread; here,
too, everything is on one. They are measured one after the other, each in all spellings, as the C++
programs do it: calls take recordings in turn, the median over 0.2 s of readings of at least 50 us.
The result of the first recording is compared with the library's (--results), those of the others
with a reference in double, before anything is timed. What is allocated or converted once for many
recordings (outputs, DataFrames, Open3D's clouds) is not timed.

What differs from the rows:

- NumPy has no BF16: those rows are computed in float32, which is faster there than float16.
- `pandas previous` is `merge_asof`, which takes the sample before a target and does not
  interpolate: less work, another result, NaN before the first sample. It is checked against the
  same done by a search. Windows are out, since their targets are not in order.
- `open3d` has no dense grids. `open3d sparse` gives the set of occupied voxels (occupancy rows) or
  the mean position and colour per voxel (rows of means with three features or more, of which it
  takes three), from a grid that begins at the cloud's least corner. `pcl sparse` is its VoxelGrid,
  the means of positions. They are checked against the same in double.
- Rows with reports, rotations or int64 stamps have no peer.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy is loaded

import importlib
import math
import platform
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import measuring
import numpy
import rows
from inputs import VOXEL, Arrays
from rows import target_times

ARRAYS = Arrays(numpy, {"f64": numpy.float64, "f32": numpy.float32, "bf16": numpy.float32,
                        "f16": numpy.float16, "u8": numpy.uint8, "int64": numpy.int64})


def imported(name):
    """The module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


scipy_interpolate, scipy_sparse = imported("scipy.interpolate"), imported("scipy.sparse")
pandas, open3d, pclpy = imported("pandas"), imported("open3d"), imported("pclpy")


# --------------------------------------------------------------------------- resample and fuse
# Each takes a row and a recording, and returns a function without parameters that gives the result.

def by_item(resample):
    """A spelling from `resample(values [S, D], times, targets, out [T, D])` of one item."""
    def prepare(row, streams, anchors, deltas):
        columns = sum(d for _, d, _ in row.streams)
        output = numpy.empty((row.batch, row.rows(), columns), numpy.float32)

        def call():
            targets = target_times(anchors, deltas)
            column = 0
            for values, times in streams:
                end = column + values.shape[2]
                for b in range(row.batch):
                    resample(values[b], times[b], targets[b], output[b, :, column:end])
                column = end
            return output
        return call
    prepare.__name__ = resample.__name__
    return prepare


@by_item
def searchsorted_gather(values, times, targets, out):
    right = numpy.searchsorted(times, targets, side="right")
    numpy.clip(right, 1, len(times) - 1, out=right)
    left = right - 1
    t_left = times[left]
    weight = (targets - t_left) / (times[right] - t_left)
    weight = numpy.clip(weight, 0, 1, out=weight).astype(numpy.float32)[:, None]
    a, b = numpy.take(values, left, axis=0), numpy.take(values, right, axis=0)
    b -= a
    b *= weight
    numpy.add(a, b, out=out)


@by_item
def interp_by_channel(values, times, targets, out):
    for d in range(values.shape[1]):
        out[:, d] = numpy.interp(targets, times, values[:, d])


@by_item
def interp1d(values, times, targets, out):
    out[:] = scipy_interpolate.interp1d(
        times, values, axis=0, copy=False, bounds_error=False, fill_value=(values[0], values[-1]),
        assume_sorted=True)(targets)


@by_item
def make_interp_spline(values, times, targets, out):
    """What SciPy's documentation recommends in its place. It extrapolates."""
    spline = scipy_interpolate.make_interp_spline(times, values, k=1)
    out[:] = spline(targets.clip(times[0], times[-1]))


def merge_asof(row, streams, anchors, deltas):
    frames = [[pandas.DataFrame(v).add_prefix(f"{n}_").assign(time=t)
               for v, t in zip(values, times)] for n, (values, times) in enumerate(streams)]
    targets = [pandas.DataFrame({"time": t}) for t in anchors]

    def call():
        result = []
        for b, merged in enumerate(targets):
            for frame in frames:
                merged = pandas.merge_asof(merged, frame[b], on="time")
            result.append(merged)
        return result
    return call


def check_merge_asof(row, result, streams, anchors, deltas):
    for b, merged in enumerate(result):
        expected = []
        for values, times in streams:
            left = numpy.searchsorted(times[b], anchors[b], side="right") - 1
            expected.append(numpy.where(left[:, None] < 0, math.nan, values[b].astype(float)[left]))
        if not numpy.array_equal(merged.drop(columns="time").to_numpy(),
                                 numpy.concatenate(expected, -1), equal_nan=True):
            raise measuring.WrongResult(f"recording {b} differs")
    return 0.0


# ------------------------------------------------------------------------------------- voxelize
# A spelling is `reduce(row, where, features, voxels)` after the voxels' numbers; those outside are
# in one more voxel behind the grid.

def voxels_by_mask(points, origin, grid):
    """The numbers, one axis after the other."""
    where: Any = None
    inside: Any = None
    for k, extent in ((2, grid[0]), (1, grid[1]), (0, grid[2])):
        cell = points[:, k] - origin[k]
        cell /= VOXEL
        numpy.floor(cell, out=cell)
        within = (cell >= 0) & (cell < extent)
        inside = within if inside is None else inside & within
        cell = cell.astype(numpy.int64)
        where = cell if where is None else where * extent + cell
    where[~inside] = math.prod(grid)
    return where


def by_number(reduce):
    def prepare(row, points, features, origin, grid):
        def call():
            where = voxels_by_mask(points, origin, grid)
            return reduce(row, where, features, math.prod(grid))
        return call
    prepare.__name__ = reduce.__name__
    return prepare


@by_number
def count_bincount(row, where, features, voxels):
    return numpy.bincount(where, minlength=voxels + 1)[:-1]


@by_number
def count_add_at(row, where, features, voxels):
    counts = numpy.zeros(voxels + 1, numpy.int64)  # int32 is slower here
    numpy.add.at(counts, where, 1)
    return counts[:-1]


@by_number
def count_unique(row, where, features, voxels):
    counts = numpy.zeros(voxels + 1, numpy.int32)
    found, number = numpy.unique(where, return_counts=True)
    counts[found] = number
    return counts[:-1]


@by_number
def occupancy_assign(row, where, features, voxels):
    marks = numpy.zeros(voxels + 1, numpy.uint8)
    marks[where] = 1
    marks = marks[:-1]
    return rows.packed_words(marks, row.grid) if row.reduction != "occupancy" else marks


def means(row, sums, where, voxels):
    counts = numpy.bincount(where, minlength=voxels + 1)[:-1]
    sums /= numpy.maximum(counts, 1).astype(numpy.float32)[:, None]
    return (sums, counts) if row.has_counts else sums


@by_number
def mean_bincount(row, where, features, voxels):
    """One call for each feature; adds in double."""
    sums = numpy.empty((voxels, row.features), numpy.float32)
    for f in range(row.features):
        sums[:, f] = numpy.bincount(where, weights=features[:, f], minlength=voxels + 1)[:-1]
    return means(row, sums, where, voxels)


@by_number
def mean_add_at(row, where, features, voxels):
    sums = numpy.zeros((voxels + 1, row.features), numpy.float32)
    numpy.add.at(sums, where, features)
    return means(row, sums[:-1], where, voxels)


@by_number
def mean_reduceat(row, where, features, voxels):
    sums = rows.reduce_sorted(numpy.add, where, features, voxels + 1, numpy.float32)
    return means(row, sums[:-1], where, voxels)


@by_number
def mean_sparse_matrix(row, where, features, voxels):
    """The sums as a product with a matrix of one 1 in each column."""
    n = len(where)
    chosen = scipy_sparse.csc_matrix(
        (numpy.ones(n, numpy.float32), where, numpy.arange(n + 1)), shape=(voxels + 1, n))
    return means(row, (chosen @ features)[:-1], where, voxels)


@by_number
def max_maximum_at(row, where, features, voxels):
    best = numpy.full((voxels + 1, row.features), -math.inf, numpy.float32)
    numpy.maximum.at(best, where, features)
    best[best == -math.inf] = 0
    return best[:-1]


@by_number
def max_reduceat(row, where, features, voxels):
    return rows.reduce_sorted(numpy.maximum, where, features, voxels + 1,
                                    numpy.float32)[:-1]


def open3d_cloud(points, features=None):
    cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(points.astype(float)))
    if features is not None:
        cloud.colors = open3d.utility.Vector3dVector(features[:, :3].astype(float))
    return cloud


def voxel_grid_within_bounds(row, points, features, origin, grid):
    cloud = open3d_cloud(points)
    low = origin.astype(float)
    high = low + float(VOXEL) * numpy.array(grid[::-1])
    create = open3d.geometry.VoxelGrid.create_from_point_cloud_within_bounds
    return lambda: create(cloud, float(VOXEL), low, high)


def check_voxel_grid(row, result, points, features, origin, grid):
    """Wrong voxels per point; Open3D computes in double, and takes in what is outside."""
    cells = numpy.array([voxel.grid_index for voxel in result.get_voxels()])
    cells = cells[((cells >= 0) & (cells < grid[::-1])).all(1)]
    where = numpy.floor((points.astype(float) - origin.astype(float)) / VOXEL)
    where = where[((where >= 0) & (where < grid[::-1])).all(1)].astype(int)
    expected = numpy.zeros(grid, numpy.uint8)
    expected[tuple(where.T[::-1])] = 1
    found = numpy.zeros(grid, numpy.uint8)
    found[tuple(cells.T[::-1])] = 1
    return measuring.tolerated(row, float((found != expected).sum() / row.points))


def voxel_down_sample(row, points, features, origin, grid):
    cloud = open3d_cloud(points, features)
    return lambda: cloud.voxel_down_sample(float(VOXEL))


def check_voxel_down_sample(row, result, points, features, origin, grid):
    """Wrong voxels per point. A mean lies in its voxel: that is how it is found again."""
    centroids = numpy.concatenate([numpy.asarray(result.points), numpy.asarray(result.colors)], 1)
    return check_centroids(row, centroids, points, features,
                           points.astype(float).min(0) - VOXEL / 2)


def check_centroids(row, centroids, points, features, low):
    def numbers(positions):
        cell = numpy.floor((positions - low) / VOXEL).astype(int)
        return numpy.ravel_multi_index(cell.T, (1 << 20,) * 3)
    values = points.astype(float)
    if centroids.shape[1] > 3:
        values = numpy.concatenate([values, features[:, :3].astype(float)], 1)
    _, where, counts = numpy.unique(numbers(values[:, :3]), return_inverse=True,
                                    return_counts=True)
    expected = numpy.stack([numpy.bincount(where, weights=v) / counts for v in values.T], 1)
    if len(expected) != len(centroids):
        raise measuring.WrongResult(f"{len(centroids)} voxels, not {len(expected)}")
    centroids = centroids[numpy.argsort(numbers(centroids[:, :3]))]
    wrong = (numpy.abs(centroids - expected) > 1e-4).any(1).sum()
    return measuring.tolerated(row, float(wrong / row.points))


def pcl_voxel_grid(row, points, features, origin, grid):
    cloud = pclpy.pcl.PointCloud.PointXYZ.from_array(numpy.ascontiguousarray(points))
    leaf = float(VOXEL)

    def call():
        grid_filter = pclpy.pcl.filters.VoxelGrid.PointXYZ()
        grid_filter.setInputCloud(cloud)
        grid_filter.setLeafSize(leaf, leaf, leaf)
        result = pclpy.pcl.PointCloud.PointXYZ()
        grid_filter.filter(result)
        return result
    return call


def check_pcl_voxel_grid(row, result, points, features, origin, grid):
    """PCL's voxels begin at multiples of their size."""
    low = numpy.floor(points.min(0) / VOXEL) * VOXEL
    return check_centroids(row, numpy.asarray(result.xyz, float), points, features, low)


# -------------------------------------------------------------------------------------- the runs

def spellings_of(row):
    """[(peer, spelling, None)] of a row. `check` is None where the result is the library's, else a
    function of the row, a result and its recording."""
    result: list[tuple[str, Callable, Callable | None]]
    if isinstance(row, rows.StreamRow):
        result = [("numpy", searchsorted_gather, None), ("numpy", interp_by_channel, None)]
        if scipy_interpolate:
            result += [("scipy", interp1d, None), ("scipy", make_interp_spline, None)]
        if pandas and isinstance(row, rows.FuseRow) and row.window == 1:
            result.append(("pandas previous", merge_asof, check_merge_asof))
        return result
    if row.reduction == "count":
        functions = [count_bincount, count_add_at, count_unique]
    elif row.reduction == "mean":
        functions = [mean_bincount, mean_add_at, mean_reduceat]
    elif row.reduction == "max":
        functions = [max_maximum_at, max_reduceat]
    else:
        functions = [occupancy_assign]
    result = [("numpy", function, None) for function in functions]
    if scipy_sparse and row.reduction == "mean":
        result.append(("scipy", mean_sparse_matrix, None))
    has_clouds = row.layout == "dense" and row.cloud != "one_voxel"
    if open3d and has_clouds and row.reduction == "occupancy":
        result.append(("open3d sparse", voxel_grid_within_bounds, check_voxel_grid))
    if open3d and has_clouds and row.reduction == "mean" and row.features >= 3:
        result.append(("open3d sparse", voxel_down_sample, check_voxel_down_sample))
    if pclpy and has_clouds and row.reduction == "mean" and row.features >= 3:
        result.append(("pcl sparse", pcl_voxel_grid, check_pcl_voxel_grid))
    return result


def median_us(calls):
    """As cpu_timer.hpp: (median time of a call, calls per reading, readings)."""
    position = 0

    def reading(number):
        nonlocal position
        begin = time.perf_counter()
        for _ in range(number):
            calls[position]()
            position = (position + 1) % len(calls)
        return 1e6 * (time.perf_counter() - begin)

    reading(1)
    number = max(1, math.ceil(50 / reading(1)))
    samples: list[float] = []
    spent = 0.0
    while len(samples) < 5 or (spent < 200000 and len(samples) < 2000):
        us = reading(number)
        spent += us
        samples.append(us / number)
    return statistics.median(samples), number, len(samples)


class Recordings:
    """Those that a row rotates through, and what their results are compared with: of the first the
    library's, of the others, which the C++ programs do not keep, a reference."""

    def __init__(self, row, folder):
        self.row, self.folder = row, folder
        self.inputs = []

    def make(self):
        row = self.row
        number = min(max(20000 // row.work_items(), 1), 64)
        inputs = [row.make(k) for k in range(number)]
        first, self.whose = row.expected(self.folder)
        self.expected = [first, *(row.from_numpy(row.reference(*recording))
                                  for recording in inputs[1:])]
        self.inputs = inputs

    def measure(self, prepare, check):
        row = self.row
        if not self.inputs:
            self.make()
        calls = [prepare(row, *recording) for recording in self.inputs]
        if check:
            error = max(check(row, call(), *recording)
                        for call, recording in zip(calls, self.inputs))
            compared_with = "reference"
        else:
            error = max(measuring.tolerated(row, row.difference(call(), expected))
                        for call, expected in zip(calls, self.expected))
            compared_with = self.whose
        us, number, readings = median_us(calls)
        return {"real_time": us, "time_unit": "us", "calls": number, "replays": readings,
                "largest_error": error, "compared_with": compared_with}


def main():
    parser = measuring.argument_parser(__doc__.splitlines()[0], 300)
    arguments = parser.parse_args()
    modules = {"numpy": numpy, "scipy": imported("scipy"), "pandas": pandas, "open3d": open3d,
               "pclpy": pclpy}
    versions = {name: getattr(module, "__version__", "unknown")
                for name, module in modules.items() if module}
    run = measuring.Run(arguments, {
        "python": platform.python_version(), **versions, "threads": 1,
        "not_installed": [name for name, module in modules.items() if not module]})
    for row in rows.wanted_rows(arguments, ARRAYS):
        if not row.on_cpu:
            continue
        recordings = Recordings(row, arguments.results)
        for peer, prepare, check in spellings_of(row):
            run.attempt(row, peer, prepare.__name__,
                        lambda: recordings.measure(prepare, check))
    run.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
