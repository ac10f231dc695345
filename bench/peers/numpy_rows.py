# SPDX-License-Identifier: Apache-2.0
"""The rows for peers without PyTorch: inputs and references in NumPy.

cpu.py and jax_peers.py share it; what common.py has would need PyTorch. Names are
those of the GPU's rows, `fuse/.../warm`, and of the CPU's, `fuse_cpu/.../f64/one_thread`. Shapes
and distributions are those of the C++ programs and torch_*.py, the random numbers are others.

`Row.PATTERN` matches the whole name of a row, and `Row(match, scalars)` has

    name, cold, on_cpu      of the row
    scalars                 {name: NumPy's type that stands for it}
    touched_bytes()         what one call moves, about
    make(random)            one set of inputs, a tuple
    reference(*inputs)      the result, computed in double
    difference(result, expected)  how wrong a result is
    tolerance()             the largest difference allowed
"""

import math
import re

import numpy

import measuring

# As in common.py: one rounding of a weight and one of the output.
ROUNDING = {"bf16": 4 * 2.0 ** -8, "f16": 4 * 2.0 ** -11, "f32": 4 * 2.0 ** -20}


# --------------------------------------------------------------------------- resample and fuse

def target_times(anchors, deltas):
    """[B, T] of [B, T], or of anchors [B, A] and deltas [K]."""
    return anchors if deltas is None else (anchors[:, :, None] + deltas).reshape(len(anchors), -1)


def random_values(random, shape, scalar, dtype):
    if scalar == "u8":
        return random.integers(0, 256, shape, dtype=numpy.uint8)
    return (2 * random.random(shape, dtype=numpy.float32) - 1).astype(dtype)


def jittered_times(random, batch, samples, period):
    """[B, S] seconds, as stamps.cuh: a fixed rate with jitter."""
    return period * (numpy.arange(samples) + 0.5 + 0.4 * (random.random((batch, samples)) - 0.5))


def grid_targets(random, batch, rows, span):
    """[B, T] seconds: a regular grid with a random phase per item."""
    return span * (numpy.arange(rows) + random.random((batch, 1))) / rows


def interpolated(values, times, targets):
    """[B, T, D] in double; integer stamps are subtracted as integers."""
    result = []
    for v, s, t in zip(values, times, targets):
        right = numpy.searchsorted(s, t, side="right").clip(1, len(s) - 1)
        left = right - 1
        weight = (t - s[left]).astype(float) / (s[right] - s[left]).astype(float)
        a, b = v[left].astype(float), v[right].astype(float)
        result.append(a + weight.clip(0, 1)[:, None] * (b - a))
    return numpy.stack(result)


class StreamRow:
    """Inputs are streams, a tuple of (values [B, S, D], times [B, S]); anchors [B, A]; deltas [K],
    or None without windows. `resample` has one stream."""

    REGIME = r"/(?P<regime>warm|cold|one_thread)"

    def __init__(self, match, scalars):
        self.name = match[0]
        self.scalars = scalars
        self.cold = match["regime"] == "cold"
        self.on_cpu = match["regime"] == "one_thread"
        self.batch = int(match["b"])
        self.anchors = int(match["t"])
        self.shuffled = False
        self.stamps = "f64" if self.on_cpu else "f32"

    def rows(self):
        return self.anchors * self.window

    def stamps_of(self, seconds):
        if self.stamps == "int64":
            return (seconds * 1e9).astype(numpy.int64) + 1700000000000000000
        return seconds.astype({"f32": numpy.float32, "f64": numpy.float64}[self.stamps])

    def make(self, random):
        streams = tuple(
            (random_values(random, (self.batch, s, d), scalar, self.scalars[scalar]),
             self.stamps_of(jittered_times(random, self.batch, s, self.span / s)))
            for s, d, scalar in self.streams)
        targets = grid_targets(random, self.batch, self.anchors, self.span)
        if self.shuffled:
            targets = random.permuted(targets, axis=1)
        deltas = None
        if self.window > 1:  # a history at 50 Hz that ends at the anchor
            deltas = self.stamps_of(-0.02 * numpy.arange(self.window - 1, -1, -1))
        return streams, self.stamps_of(targets), deltas

    def touched_bytes(self):
        stamp = {"f32": 4, "f64": 8, "int64": 8}[self.stamps]
        size = {name: numpy.dtype(dtype).itemsize for name, dtype in self.scalars.items()}
        samples = sum(min(s, 2 * self.rows()) * (d * size[scalar] + stamp)
                      for s, d, scalar in self.streams)
        columns = sum(d for _, d, _ in self.streams)
        return self.batch * (samples + stamp * self.anchors
                             + self.rows() * columns * size[self.out_scalar])

    def reference(self, streams, anchors, deltas):
        targets = target_times(anchors, deltas)
        return numpy.concatenate([interpolated(v, t, targets) for v, t in streams], axis=-1)

    def difference(self, result, expected):
        return float(numpy.abs(result.astype(float) - expected).max())

    def tolerance(self):
        exact = self.scalars[self.out_scalar] == numpy.float32
        scale = 255.0 if any(scalar == "u8" for _, _, scalar in self.streams) else 1.0
        return scale * ROUNDING["f32" if exact else self.out_scalar]


class ResampleRow(StreamRow):
    PATTERN = re.compile(r"resample(_cpu)?/(?P<b>\d+)x(?P<s>\d+)->(?P<t>\d+)x(?P<d>\d+)/"
                         r"(?P<scalar>\w+?)(->(?P<out>\w+))?(/(?P<stamps>f64|int64))?"
                         r"(?P<shuffled>/shuffled)?" + StreamRow.REGIME)

    def __init__(self, match, scalars):
        super().__init__(match, scalars)
        self.streams = [(int(match["s"]), int(match["d"]), match["scalar"])]
        self.out_scalar = match["out"] or match["scalar"]
        self.window = 1
        self.span = 0.002 * int(match["s"])
        self.stamps = match["stamps"] or "f32"
        self.shuffled = match["shuffled"] is not None


class FuseRow(StreamRow):
    """Rows with reports or rotations have no peer."""

    PATTERN = re.compile(r"fuse(_cpu)?/(?P<b>\d+)x\((?P<streams>[\dx,]+)\)->(?P<t>\d+)"
                         r"(x(?P<k>\d+))?/(?P<scalars>[\w,]+)(->(?P<out>\w+))?(/f64)?"
                         + StreamRow.REGIME)
    STREAM = re.compile(r"(?:(?P<count>\d+)x)?(?P<s>\d+)x(?P<d>\d+)")

    def __init__(self, match, scalars):
        super().__init__(match, scalars)
        shapes = []
        for stream in self.STREAM.finditer(match["streams"]):
            shapes += [(int(stream["s"]), int(stream["d"]))] * int(stream["count"] or 1)
        names = match["scalars"].split(",")
        if len(names) == 1:
            names *= len(shapes)
        self.streams = [(s, d, name) for (s, d), name in zip(shapes, names, strict=True)]
        self.out_scalar = match["out"] or names[0]
        self.window = int(match["k"] or 1)
        self.span = 1.0


# ------------------------------------------------------------------------------------- voxelize

VOXEL = 0.2  # m
FLOOR = -2.0
NUMBERS = {"": 1, "K": 1000, "M": 1000000}
LAYOUTS = {"dense": (12, 0), "records": (32, 4), "packed": (32, 5)}  # bytes per point, before x


def lidar_points(random, number):
    """As cloud.hpp: 64 beams, eight turns, a plane with boxes inside walls; by azimuth, then by
    beam."""
    beams, height = 64, 1.8
    i = numpy.arange(number)
    azimuth = 2 * math.pi * 8 * (i // beams) / (number / beams)
    elevation = numpy.deg2rad(-24.8 + 26.8 * (i % beams) / (beams - 1))
    direction = [numpy.cos(elevation) * numpy.cos(azimuth),
                 numpy.cos(elevation) * numpy.sin(azimuth), numpy.sin(elevation)]
    with numpy.errstate(divide="ignore", invalid="ignore"):
        inverse = [1 / d for d in direction]
        distance = 55 / numpy.maximum(abs(direction[0]), abs(direction[1]))
        ground = numpy.where(direction[2] < 0, -height * inverse[2], math.inf)
        distance = numpy.minimum(distance, ground)
        for b in range(48):
            away = 7 + 0.9 * b
            is_house = b % 3 == 0 and away > 20
            half = (5.0, 5.0) if is_house else (2.2, 0.9)
            center = (away * math.cos(2.4 * b), away * math.sin(2.4 * b))
            low = (center[0] - half[0], center[1] - half[1], -height)
            high = (center[0] + half[0], center[1] + half[1], -height + (9 if is_house else 1.5))
            near, far = numpy.zeros(number), distance
            for k in range(3):
                one, other = low[k] * inverse[k], high[k] * inverse[k]
                near = numpy.fmax(near, numpy.fmin(one, other))
                far = numpy.fmin(far, numpy.fmax(one, other))
            distance = numpy.where(near < far, near, distance)
    distance = distance + 0.02 * (2 * random.random(number) - 1)
    return numpy.stack([distance * d for d in direction], -1).astype(numpy.float32)


def voxel_numbers(points, origin, grid):
    """[N], nz * ny * nx outside; each operation rounded in FP32, as the library does."""
    cell = [numpy.floor((points[:, k] - origin[k]) / numpy.float32(VOXEL)) for k in range(3)]
    inside = numpy.ones(len(points), dtype=bool)
    for c, extent in zip(cell, reversed(grid)):
        inside &= (c >= 0) & (c < extent)
    where = numpy.full(len(points), math.prod(grid))
    where[inside] = numpy.ravel_multi_index([c[inside].astype(numpy.int64) for c in cell[::-1]],
                                            grid)
    return where


def reduce_sorted(function, where, values, voxels, dtype=float):
    """`function.reduceat` of the rows of each voxel: zeros where there are none."""
    order = numpy.argsort(where, kind="stable")
    where = where[order]
    starts = numpy.flatnonzero(numpy.diff(where, prepend=-1))
    result = numpy.zeros((voxels, values.shape[1]), dtype)
    result[where[starts]] = function.reduceat(values[order], starts, axis=0)
    return result


class VoxelRow:
    """Inputs are points [N, 3], features [N, F] or None, origin [3] and grid (nz, ny, nx). Results
    are rows [voxels, F] or [voxels], of `occupancy_bits` rows of words; with `counts` a pair."""

    PATTERN = re.compile(
        r"voxelize(_cpu)?/(?P<reduction>\w+)/(?P<n>\d+)(?P<unit>[KM]?)->"
        r"(?P<x>\d+)(\^3|x(?P<y>\d+)x(?P<z>\d+))/(?P<cloud>uniform|lidar|one_voxel)"
        r"(/(?P<layout>records|packed))?(/(?P<f>\d+)x(?P<scalar>f32|bf16))?(?P<counts>/counts)?/"
        r"(?P<regime>warm|cold|one_thread)")

    def __init__(self, match, scalars):
        self.name = match[0]
        self.scalars = scalars
        self.cold = match["regime"] == "cold"
        self.on_cpu = match["regime"] == "one_thread"
        self.reduction = match["reduction"]
        self.points = int(match["n"]) * NUMBERS[match["unit"]]
        nx = int(match["x"])
        self.grid = (int(match["z"] or nx), int(match["y"] or nx), nx)
        self.cloud = match["cloud"]
        self.layout = match["layout"] or "dense"
        self.features = int(match["f"] or 0)
        self.scalar = match["scalar"] or "f32"
        self.has_counts = match["counts"] is not None

    def rows(self):
        return self.points

    def make(self, random):
        nz, ny, nx = self.grid
        lengths = VOXEL * numpy.array([nx, ny, nz])
        origin = numpy.array([-lengths[0] / 2, -lengths[1] / 2, FLOOR])
        if self.cloud == "lidar":
            cloud = lidar_points(random, self.points)
        elif self.cloud == "uniform":  # one in a hundred beside the grid
            cloud = origin + lengths * random.random((self.points, 3))
            cloud[:, 0] += lengths[0] * (random.random(self.points) < 0.01)
        else:
            cells = numpy.array([nx // 2, ny // 2, nz // 2]) + 0.1
            cloud = origin + VOXEL * (cells + 0.8 * random.random((self.points, 3)))
        step, offset = LAYOUTS[self.layout]
        memory = numpy.zeros(self.points * step, numpy.uint8)
        points = numpy.ndarray((self.points, 3), numpy.float32, memory, offset, (step, 4))
        points[:] = cloud
        features = None
        if self.features:
            features = random_values(random, (self.points, self.features), self.scalar,
                                     self.scalars[self.scalar])
        return points, features, origin.astype(numpy.float32), self.grid

    def touched_bytes(self):
        size = numpy.dtype(self.scalars[self.scalar]).itemsize
        per_voxel = self.features * size or {"count": 4, "occupancy": 1}.get(self.reduction, 0.125)
        return int(self.points * (LAYOUTS[self.layout][0] + self.features * size)
                   + math.prod(self.grid) * (per_voxel + 4 * self.has_counts))

    def reference(self, points, features, origin, grid):
        voxels = math.prod(grid)
        where = voxel_numbers(points, origin, grid)
        counts = numpy.bincount(where, minlength=voxels + 1)
        if self.reduction == "count":
            return counts[:-1]
        if self.reduction == "occupancy":
            return counts[:-1].clip(max=1)
        if self.reduction == "occupancy_bits":
            return packed_words(counts[:-1] > 0, grid)
        values = features.astype(float)
        if self.reduction == "max":
            result = reduce_sorted(numpy.maximum, where, values, voxels + 1)[:-1]
        else:
            sums = reduce_sorted(numpy.add, where, values, voxels + 1)
            result = sums[:-1] / counts[:-1, None].clip(min=1)
        return (result, counts[:-1]) if self.has_counts else result

    def difference(self, result, expected):
        """Wrong voxels per point."""
        if self.has_counts:
            (result, counts), (expected, expected_counts) = result, expected
            if (counts != expected_counts).sum() > self.tolerance() * self.points:
                return math.inf
        exact = self.scalars[self.scalar] == numpy.float32
        rounding = max(ROUNDING["f32" if exact else self.scalar], 1e-5) if self.features else 0.5
        wrong = numpy.abs(result.astype(float) - expected) > rounding
        return float(wrong.sum() / max(self.features, 1) / self.points)

    def tolerance(self):
        return 1e-4


def packed_words(marks, grid):
    """Rows of 32-bit words, bit x % 32 of word x / 32."""
    rows = numpy.packbits(marks.reshape(-1, grid[2]), axis=1, bitorder="little")
    missing = -rows.shape[1] % 4
    if missing:
        rows = numpy.pad(rows, ((0, 0), (0, missing)))
    return rows.view(numpy.uint32)


ROWS = [ResampleRow, FuseRow, VoxelRow]


def wanted_rows(arguments, scalars):
    found = ((operation, operation.PATTERN.fullmatch(name))
             for name in measuring.row_names(arguments) for operation in ROWS)
    return [operation(match, scalars) for operation, match in found if match]
