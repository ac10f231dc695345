#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The voxelize rows in PyTorch (eager and torch.compile) and CuPy, on the GPU.

    torch_voxelize.py --out peers.json [--rows-of bench.json --filter REGEX] [--budget 80]

torch_resample.py says how rows are measured. Clearing the grid is included. Points outside go into
one more voxel behind the grid: picking them out would need their number on the CPU, which no graph
can wait for.

The results are checked against the host's in double. There and here a cell is computed in FP32, but
PyTorch may multiply by a reciprocal where the library divides, so that a few points in a hundred
thousand, on the faces of voxels, go next door: what is checked is the number of wrong voxels.
"""

import math
import re
import sys

import numpy
import torch

import common
import numpy_rows
import runner
from numpy_rows import FLOOR, NUMBERS, VOXEL


# ------------------------------------------------------------------------------- the computation
# `origin`, `size` and `extents` are tensors [3] in the order x, y, z, of the points' type; `grid`
# is (nz, ny, nx), and features and results are rows [voxels, F] or [voxels].

def voxel_numbers(points, origin, size, extents, grid):
    """[N] int64, nz * ny * nx outside."""
    _, ny, nx = grid
    cell = torch.floor((points - origin) / size)
    inside = ((cell >= 0) & (cell < extents)).all(-1)
    x, y, z = cell.long().unbind(-1)
    return torch.where(inside, (z * ny + y) * nx + x, math.prod(grid))


def voxel_numbers_by_axis(points, origin, size, extents, grid):
    """The same, one axis after the other: no [N, 3] between the kernels."""
    nz, ny, nx = grid
    x, y, z = (torch.floor((points[:, k] - origin[k]) / size[k]) for k in range(3))
    inside = (x >= 0) & (x < nx) & (y >= 0) & (y < ny) & (z >= 0) & (z < nz)
    return torch.where(inside, (z.long() * ny + y.long()) * nx + x.long(), math.prod(grid))


def count_index_add(points, features, origin, size, extents, grid, out_dtype):
    where = voxel_numbers(points, origin, size, extents, grid)
    counts = torch.zeros(math.prod(grid) + 1, device=points.device, dtype=out_dtype)
    counts.index_add_(0, where, torch.ones_like(where, dtype=out_dtype))
    return counts[:-1]


def count_scatter_add(points, features, origin, size, extents, grid, out_dtype):
    where = voxel_numbers_by_axis(points, origin, size, extents, grid)
    counts = torch.zeros(math.prod(grid) + 1, device=points.device, dtype=out_dtype)
    counts.scatter_add_(0, where, torch.ones((), device=points.device, dtype=out_dtype)
                        .expand(where.shape))
    return counts[:-1]


def count_histc(points, features, origin, size, extents, grid, out_dtype):
    """`bincount` waits for the largest number, `histc` does not: it ignores what is outside."""
    where = voxel_numbers(points, origin, size, extents, grid)
    voxels = math.prod(grid)
    # One bin per number, the last of them for those outside.
    return torch.histc(where, bins=voxels + 1, min=0, max=voxels + 1)[:-1]


def occupancy_scatter(points, features, origin, size, extents, grid, out_dtype):
    where = voxel_numbers_by_axis(points, origin, size, extents, grid)
    marks = torch.zeros(math.prod(grid) + 1, device=points.device, dtype=out_dtype)
    return marks.scatter_(0, where, 1)[:-1]


def occupancy_index_fill(points, features, origin, size, extents, grid, out_dtype):
    where = voxel_numbers(points, origin, size, extents, grid)
    marks = torch.zeros(math.prod(grid) + 1, device=points.device, dtype=out_dtype)
    return marks.index_fill_(0, where, 1)[:-1]


def mean_index_add(points, features, origin, size, extents, grid, out_dtype):
    where = voxel_numbers(points, origin, size, extents, grid)
    voxels = math.prod(grid) + 1
    sums = torch.zeros(voxels, features.shape[1], device=points.device)
    sums.index_add_(0, where, features.float())
    counts = torch.zeros(voxels, device=points.device)
    counts.index_add_(0, where, torch.ones_like(where, dtype=torch.float32))
    return (sums[:-1] / counts[:-1].clamp(min=1).unsqueeze(-1)).to(out_dtype)


def mean_scatter_add(points, features, origin, size, extents, grid, out_dtype):
    where = voxel_numbers_by_axis(points, origin, size, extents, grid)
    voxels, channels = math.prod(grid) + 1, features.shape[1]
    sums = torch.zeros(voxels, channels, device=points.device)
    sums.scatter_add_(0, where.unsqueeze(-1).expand(-1, channels), features.float())
    counts = torch.zeros(voxels, device=points.device)
    counts.scatter_add_(0, where, torch.ones((), device=points.device).expand(where.shape))
    return (sums[:-1] / counts[:-1].clamp(min=1).unsqueeze(-1)).to(out_dtype)


def max_scatter_empty(points, features, origin, size, extents, grid, out_dtype):
    """From minus infinity, which then becomes the zero of empty voxels."""
    where = voxel_numbers_by_axis(points, origin, size, extents, grid)
    channels = features.shape[1]
    best = torch.full((math.prod(grid) + 1, channels), -math.inf, device=points.device,
                      dtype=out_dtype)
    best.scatter_reduce_(0, where.unsqueeze(-1).expand(-1, channels), features, "amax",
                         include_self=True)
    return torch.where(best[:-1] == -math.inf, 0, best[:-1])


def max_scatter(points, features, origin, size, extents, grid, out_dtype):
    """Lets PyTorch see which voxels are empty."""
    where = voxel_numbers(points, origin, size, extents, grid)
    channels = features.shape[1]
    best = torch.zeros(math.prod(grid) + 1, channels, device=points.device, dtype=out_dtype)
    best.scatter_reduce_(0, where.unsqueeze(-1).expand(-1, channels), features, "amax",
                         include_self=False)
    return best[:-1]


# ------------------------------------------------------------------------------------- the inputs

def lidar_points(number, device):
    """As cloud.hpp: 64 beams, eight turns, a plane with boxes inside walls; by azimuth, then by
    beam."""
    beams, height = 64, 1.8
    i = torch.arange(number, device=device, dtype=torch.float64)
    azimuth = 2 * math.pi * 8 * torch.floor(i / beams) / (number / beams)
    elevation = torch.deg2rad(-24.8 + 26.8 * (i % beams) / (beams - 1))
    direction = [elevation.cos() * azimuth.cos(), elevation.cos() * azimuth.sin(), elevation.sin()]
    distance = 55 / torch.maximum(direction[0].abs(), direction[1].abs())
    ground = torch.where(direction[2] < 0, -height / direction[2], math.inf)
    distance = torch.minimum(distance, ground)
    for b in range(48):
        away = 7 + 0.9 * b
        is_house = b % 3 == 0 and away > 20
        half = (5.0, 5.0) if is_house else (2.2, 0.9)
        center = (away * math.cos(2.4 * b), away * math.sin(2.4 * b))
        low = (center[0] - half[0], center[1] - half[1], -height)
        high = (center[0] + half[0], center[1] + half[1], -height + (9.0 if is_house else 1.5))
        near, far = torch.zeros_like(distance), distance
        for k in range(3):
            one, other = low[k] / direction[k], high[k] / direction[k]
            near = torch.maximum(near, torch.minimum(one, other))
            far = torch.minimum(far, torch.maximum(one, other))
        distance = torch.where(near < far, near, distance)
    distance = distance + 0.02 * (2 * torch.rand_like(distance) - 1)
    return torch.stack([distance * d for d in direction], -1).float()


def uniform_points(number, origin, lengths, device):
    points = origin + lengths * torch.rand(number, 3, device=device)
    points[:, 0] += lengths[0] * (torch.rand(number, device=device) < 0.01)
    return points


# ------------------------------------------------------------------------------------- the rows

# The host's results. The runner seeds every row and pass alike, so equal clouds are the same cloud.
EXPECTED = {}


class Row:
    """What the rows have in common."""

    LAYOUT = (r"/(?P<n>\d+)(?P<unit>[KM]?)->(?P<x>\d+)(\^3|x(?P<y>\d+)x(?P<z>\d+))/"
              r"(?P<cloud>uniform|lidar)(/(?P<f>\d+)x(?P<scalar>f32|bf16))?/(?P<regime>warm|cold)")

    def __init__(self, match):
        self.name = match[0]
        self.cold = match["regime"] == "cold"
        self.points = int(match["n"]) * NUMBERS[match["unit"]]
        nx = int(match["x"])
        self.grid = (int(match["z"] or nx), int(match["y"] or nx), nx)
        self.is_lidar = match["cloud"] == "lidar"
        self.features = int(match["f"] or 0)
        self.scalar = common.SCALARS[match["scalar"] or "f32"]

    def make(self, device):
        nz, ny, nx = self.grid
        extents = torch.tensor([nx, ny, nz], device=device, dtype=torch.float32)
        origin = torch.tensor([-VOXEL * nx / 2, -VOXEL * ny / 2, FLOOR], device=device)
        size = torch.full((3,), VOXEL, device=device)
        if self.is_lidar:
            points = lidar_points(self.points, device)
        else:
            points = uniform_points(self.points, origin, extents * size, device)
        features = None
        if self.features:
            features = common.random_values((self.points, self.features), self.scalar, device)
        return points, features, origin, size, extents, self.grid

    def touched_bytes(self):
        channels = max(self.features, 1)
        return (self.points * (12 + self.features * self.scalar.itemsize)
                + math.prod(self.grid) * channels * self.out_type.itemsize)

    def reference(self, points, features, origin, size, extents, grid):
        """Computed once for the same reduction of the same cloud."""
        key = (self.reduce.__qualname__, self.points, grid, self.is_lidar, features is None
               or (features.shape[1], features.dtype))
        if key not in EXPECTED:
            where = numpy_rows.voxel_numbers(points.cpu().numpy(), origin.cpu().numpy(), grid)
            values = None if features is None else features.cpu().double().numpy()
            result = self.reduce(where, values, math.prod(grid) + 1)[:-1]
            EXPECTED[key] = torch.from_numpy(result.astype(numpy.float32)).to(points.device)
        return EXPECTED[key]

    def difference(self, result, expected):
        """Wrong voxels per point."""
        wrong = (result.float() - expected).abs() > self.rounding()
        return wrong.sum().item() / max(self.features, 1) / self.points

    def tolerance(self):
        return 1e-4

    def rounding(self):
        return 0.5

    def cupy_call(self, cupy, data):
        import cupyx

        nz, ny, nx = self.grid
        prepared = []
        for points, features, origin, _, _, _ in data:
            prepared.append((cupy.asarray(points), cupy.asarray(origin),
                             None if features is None else common.cupy_array(cupy, features)))

        def call(i):
            points, origin, features = prepared[i]
            x, y, z = (cupy.floor((points[:, k] - origin[k]) / cupy.float32(VOXEL)).astype("int32")
                       for k in range(3))
            inside = (x >= 0) & (x < nx) & (y >= 0) & (y < ny) & (z >= 0) & (z < nz)
            where = cupy.where(inside, (z * ny + y) * nx + x, cupy.int32(nz * ny * nx))
            return self.cupy_reduce(cupy, cupyx, where, features, nz * ny * nx)

        return call


class CountRow(Row):
    PATTERN = re.compile("voxelize/count" + Row.LAYOUT)
    PASSES = [("torch", count_index_add), ("torch.compile", count_scatter_add),
              ("torch", count_histc)]
    CUPY_SPELLING = "scatter_add"
    out_type = torch.int32

    def reduce(self, where, values, voxels):
        return numpy.bincount(where, minlength=voxels)

    def cupy_reduce(self, cupy, cupyx, where, features, voxels):
        counts = cupy.zeros(voxels + 1, dtype="int32")
        cupyx.scatter_add(counts, where, 1)
        return counts[:-1]


class OccupancyRow(CountRow):
    PATTERN = re.compile("voxelize/occupancy" + Row.LAYOUT)
    PASSES = [("torch", occupancy_scatter), ("torch.compile", occupancy_scatter),
              ("torch", occupancy_index_fill)]
    CUPY_SPELLING = "indexed assignment"
    out_type = torch.uint8

    def reference(self, *inputs):
        return super().reference(*inputs).clamp(max=1)

    def cupy_reduce(self, cupy, cupyx, where, features, voxels):
        marks = cupy.zeros(voxels + 1, dtype="uint8")
        marks[where] = 1
        return marks[:-1]


class FeatureRow(Row):
    def __init__(self, match):
        super().__init__(match)
        self.out_type = self.scalar

    def rounding(self):
        return max(common.ROUNDING[self.out_type], 1e-5)


class MeanRow(FeatureRow):
    PATTERN = re.compile("voxelize/mean" + Row.LAYOUT)
    PASSES = [("torch", mean_index_add), ("torch.compile", mean_scatter_add),
              ("torch.compile", mean_index_add), ("torch", mean_scatter_add)]
    CUPY_SPELLING = "scatter_add"

    def reduce(self, where, values, voxels):
        counts = numpy.bincount(where, minlength=voxels)
        sums = numpy_rows.reduce_sorted(numpy.add, where, values, voxels)
        return sums / numpy.maximum(counts, 1)[:, None]

    def cupy_reduce(self, cupy, cupyx, where, features, voxels):
        sums = cupy.zeros((voxels + 1, self.features), dtype="float32")
        cupyx.scatter_add(sums, where, features.astype("float32", copy=False))
        counts = cupy.zeros(voxels + 1, dtype="float32")
        cupyx.scatter_add(counts, where, 1)
        means = sums[:-1] / cupy.maximum(counts[:-1], 1)[:, None]
        return means.astype(common.CUPY_SCALARS[self.out_type], copy=False)


class MaxRow(FeatureRow):
    PATTERN = re.compile("voxelize/max" + Row.LAYOUT)
    PASSES = [("torch", max_scatter_empty), ("torch.compile", max_scatter_empty),
              ("torch", max_scatter)]
    CUPY_SPELLING = "scatter_max"

    def reduce(self, where, values, voxels):
        return numpy_rows.reduce_sorted(numpy.maximum, where, values, voxels)

    def cupy_reduce(self, cupy, cupyx, where, features, voxels):
        best = cupy.full((voxels + 1, self.features), -cupy.inf, dtype="float32")
        cupyx.scatter_max(best, where, features.astype("float32", copy=False))
        result = cupy.where(best[:-1] == -cupy.inf, cupy.float32(0), best[:-1])
        return result.astype(common.CUPY_SCALARS[self.out_type], copy=False)


ROWS = [CountRow, OccupancyRow, MeanRow, MaxRow]

if __name__ == "__main__":
    sys.exit(runner.main(ROWS, __doc__.splitlines()[0]))
