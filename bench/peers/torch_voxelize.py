#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The voxelize rows in PyTorch (eager and torch.compile) and CuPy, on the GPU.

    torch_voxelize.py --out peers.json [--rows-of bench.json --filter REGEX] [--budget 80]

torch_resample.py says how rows are measured. Clearing the grid is included. Points outside go into
one more voxel behind the grid: picking them out would need their number on the CPU, which no graph
can wait for.
"""

import math
import sys

import common
import rows
import runner
import torch
from inputs import VOXEL

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


# ------------------------------------------------------------------------------- the same in CuPy

def cupy_count(cupy, cupyx, where, features, voxels):
    counts = cupy.zeros(voxels + 1, dtype="int32")
    cupyx.scatter_add(counts, where, 1)
    return counts[:-1]


def cupy_occupancy(cupy, cupyx, where, features, voxels):
    marks = cupy.zeros(voxels + 1, dtype="uint8")
    marks[where] = 1
    return marks[:-1]


def cupy_mean(cupy, cupyx, where, features, voxels):
    sums = cupy.zeros((voxels + 1, features.shape[1]), dtype="float32")
    cupyx.scatter_add(sums, where, features.astype("float32", copy=False))
    counts = cupy.zeros(voxels + 1, dtype="float32")
    cupyx.scatter_add(counts, where, 1)
    means = sums[:-1] / cupy.maximum(counts[:-1], 1)[:, None]
    return means.astype(features.dtype, copy=False)


def cupy_max(cupy, cupyx, where, features, voxels):
    best = cupy.full((voxels + 1, features.shape[1]), -cupy.inf, dtype="float32")
    cupyx.scatter_max(best, where, features.astype("float32", copy=False))
    result = cupy.where(best[:-1] == -cupy.inf, cupy.float32(0), best[:-1])
    return result.astype(features.dtype, copy=False)


# -------------------------------------------------------------------------------------- the rows

SPELLINGS = {
    "count": [("torch", count_index_add), ("torch.compile", count_scatter_add),
              ("torch", count_histc)],
    "occupancy": [("torch", occupancy_scatter), ("torch.compile", occupancy_scatter),
                  ("torch", occupancy_index_fill)],
    "mean": [("torch", mean_index_add), ("torch.compile", mean_scatter_add),
             ("torch.compile", mean_index_add), ("torch", mean_scatter_add)],
    "max": [("torch", max_scatter_empty), ("torch.compile", max_scatter_empty),
            ("torch", max_scatter)],
}
CUPY = {"count": (cupy_count, "scatter_add"), "occupancy": (cupy_occupancy, "indexed assignment"),
        "mean": (cupy_mean, "scatter_add"), "max": (cupy_max, "scatter_max")}


class Row(rows.VoxelRow):
    """Rows with counts, bits, records, or all points in one voxel have no peer."""

    def spellings(self):
        if self.has_counts or self.layout != "dense" or self.cloud == "one_voxel":
            return []
        return SPELLINGS.get(self.reduction, [])

    def arguments(self, points, features, origin, grid):
        size = torch.full((3,), float(VOXEL), device=points.device)
        extents = torch.tensor(grid[::-1], device=points.device, dtype=torch.float32)
        return points, features, origin, size, extents, grid

    def cupy_call(self, cupy, data):
        import cupyx

        reduce, spelling = CUPY[self.reduction]
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
            return reduce(cupy, cupyx, where, features, nz * ny * nx)

        return call, spelling


if __name__ == "__main__":
    sys.exit(runner.main([Row], __doc__.splitlines()[0]))
