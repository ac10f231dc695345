# SPDX-License-Identifier: Apache-2.0
"""The rows that the peers measure: what their names mean, their inputs, and what their results are
compared with.

Names are those of the GPU's rows, `fuse/.../warm`, and of the CPU's, `fuse_cpu/.../f64/one_thread`.
`Row.PATTERN` matches the whole name of a row, and `Row(match, arrays)` has

    name, cold, on_cpu      of the row
    make(number)            the inputs of a set of buffers, as the C++ programs make them: a tuple
    touched_bytes()         what one call moves, about
    output                  the scalar of the result, and
    output_shape()
    reference(*inputs)      the result, computed in double with NumPy
    work_items()            output rows, or points
    difference(result, expected)  how wrong a result is
    tolerance()             the most that it may be
"""

import math
import pathlib
import re

import inputs
import measuring
import numpy
from inputs import BYTES, VOXEL

# Of values below 1: one rounding of a weight, whose factor is up to 2, and one of the output, in
# ours and in theirs. In float there is the arithmetic, too.
ROUNDING = {"bf16": 2.0 ** -7, "f16": 2.0 ** -10, "f32": 2.0 ** -21}


class Row:
    """What the rows of all operations have in common."""

    output: str

    def make(self, number):
        raise NotImplementedError

    def output_shape(self):
        raise NotImplementedError

    def reference(self, *inputs):
        raise NotImplementedError

    def __init__(self, match, arrays):
        self.name = match[0]
        self.arrays = arrays
        self.cold = match["regime"] == "cold"
        self.on_cpu = match["regime"] == "one_thread"

    def result_file(self, folder, part=""):
        """Where the C++ programs keep the row's result."""
        name = self.name.rsplit("/", 1)[0].replace("/", "_")
        return pathlib.Path(folder) / f"{name}{part}.bin"

    def expected(self, folder):
        """(a result to compare with, whose it is): the library's in `folder`, where it must be; the
        reference without a folder."""
        if folder:
            try:
                return self.library_result(folder), "robocache"
            except (OSError, ValueError) as error:  # not there, or of another size
                raise measuring.WrongResult(f"no result of the library's: {error}") from error
        return self.from_numpy(self.reference(*self.make(0))), "reference"

    def library_result(self, folder):
        return self.from_numpy(read_result(self.result_file(folder), self.output,
                                           self.output_shape()))

    def from_numpy(self, result):
        return self.arrays.from_numpy(result.astype(numpy.float32))

    def in_float(self, result, expected):
        """The result in float32, as `expected` is. Throws where their shapes differ."""
        require_shape_of(result, expected)
        return self.arrays.cast(result, "f32")


def require_shape_of(result, expected):
    if tuple(result.shape) != tuple(expected.shape):
        raise measuring.WrongResult(f"the shape is {tuple(result.shape)}, "
                                    f"not {tuple(expected.shape)}")


def read_result(path, scalar, shape):
    """BF16 as float32."""
    types = {"bf16": numpy.uint16, "f16": numpy.float16, "f32": numpy.float32, "u8": numpy.uint8,
             "u32": numpy.uint32}
    values = numpy.fromfile(path, types[scalar])
    if scalar == "bf16":
        values = (values.astype(numpy.uint32) << 16).view(numpy.float32)
    return values.reshape(shape)


# --------------------------------------------------------------------------- resample and fuse

def target_times(anchors, deltas):
    """[B, T] of [B, T], or of anchors [B, A] and deltas [K]."""
    return anchors if deltas is None else (anchors[:, :, None] + deltas).reshape(len(anchors), -1)


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


class StreamRow(Row):
    """Inputs are streams, a tuple of (values [B, S, D], times [B, S]); anchors [B, A]; deltas [K],
    or None without windows. `resample` has one stream."""

    REGIME = r"/(?P<regime>warm|cold|one_thread)"
    streams: list[tuple[int, int, str]]  # samples, channels, scalar of each
    window: int  # targets per anchor
    span: float  # seconds of stamps

    def __init__(self, match, arrays):
        super().__init__(match, arrays)
        self.batch = int(match["b"])
        self.anchors = int(match["t"])
        self.shuffled = False
        self.stamps = "f64" if self.on_cpu else "f32"

    def rows(self):
        return self.anchors * self.window

    def work_items(self):
        return self.batch * self.rows()

    def make(self, number):
        seed = inputs.seed_of_set(number)
        streams = tuple(self.stream(seed + 4 * n, *stream) for n, stream in enumerate(self.streams))
        anchors = inputs.target_seconds(self.arrays, seed, self.batch, self.anchors, self.span,
                                        self.shuffled)
        deltas = None
        if self.window > 1:
            deltas = inputs.window_deltas(self.arrays, self.window, self.stamps)
        return streams, inputs.time_from_seconds(self.arrays, anchors, self.stamps), deltas

    def period(self, samples):
        return self.span / samples

    def stream(self, seed, samples, channels, scalar):
        shape = (self.batch, samples, channels)
        seconds = inputs.sample_seconds(self.arrays, seed + 3, self.batch, samples,
                                        self.period(samples))
        return (inputs.random_values(self.arrays, seed, shape, scalar),
                inputs.time_from_seconds(self.arrays, seconds, self.stamps))

    def touched_bytes(self):
        stamp = BYTES[self.stamps]
        samples = sum(min(s, 2 * self.rows()) * (d * BYTES[scalar] + stamp)
                      for s, d, scalar in self.streams)
        columns = sum(d for _, d, _ in self.streams)
        return self.batch * (samples + stamp * self.anchors
                             + self.rows() * columns * BYTES[self.output])

    def output_shape(self):
        return self.batch, self.rows(), sum(d for _, d, _ in self.streams)

    def reference(self, streams, anchors, deltas):
        to_numpy = self.arrays.to_numpy
        targets = target_times(to_numpy(anchors), None if deltas is None else to_numpy(deltas))
        return numpy.concatenate([interpolated(to_numpy(v), to_numpy(t), targets)
                                  for v, t in streams], axis=-1)

    def difference(self, result, expected):
        return float(abs(self.in_float(result, expected) - expected).max())

    def tolerance(self):
        scale = 255.0 if any(scalar == "u8" for _, _, scalar in self.streams) else 1.0
        return scale * ROUNDING[self.output]


class ResampleRow(StreamRow):
    PERIOD = 0.002  # s
    PATTERN = re.compile(r"resample(_cpu)?/(?P<b>\d+)x(?P<s>\d+)->(?P<t>\d+)x(?P<d>\d+)/"
                         r"(?P<scalar>\w+?)(->(?P<out>\w+))?(/(?P<stamps>f64|int64))?"
                         r"(?P<shuffled>/shuffled)?" + StreamRow.REGIME)

    def __init__(self, match, arrays):
        super().__init__(match, arrays)
        self.streams = [(int(match["s"]), int(match["d"]), match["scalar"])]
        self.output = match["out"] or match["scalar"]
        self.window = 1
        self.span = self.PERIOD * int(match["s"])
        self.stamps = match["stamps"] or "f32"
        self.shuffled = match["shuffled"] is not None

    def period(self, samples):
        return self.PERIOD


class FuseRow(StreamRow):
    """Rows with reports, rotations or int64 stamps have no peer."""

    PATTERN = re.compile(r"fuse(_cpu)?/(?P<b>\d+)x\((?P<streams>[\dx,]+)\)->(?P<t>\d+)"
                         r"(x(?P<k>\d+))?/(?P<scalars>[\w,]+)(->(?P<out>\w+))?(/f64)?"
                         + StreamRow.REGIME)
    STREAM = re.compile(r"(?:(?P<count>\d+)x)?(?P<s>\d+)x(?P<d>\d+)")

    def __init__(self, match, arrays):
        super().__init__(match, arrays)
        shapes = []
        for stream in self.STREAM.finditer(match["streams"]):
            shapes += [(int(stream["s"]), int(stream["d"]))] * int(stream["count"] or 1)
        names = match["scalars"].split(",")
        if len(names) == 1:
            names *= len(shapes)
        self.streams = [(s, d, name) for (s, d), name in zip(shapes, names, strict=True)]
        self.output = match["out"] or names[0]
        self.window = int(match["k"] or 1)
        self.span = 1.0


# ------------------------------------------------------------------------------------- voxelize

NUMBERS = {"": 1, "K": 1000, "M": 1000000}
LAYOUTS = {"dense": (12, 0), "records": (32, 4), "packed": (32, 5)}  # bytes per point, before x


def voxel_numbers(points, origin, grid):
    """[N], nz * ny * nx outside; each operation rounded in FP32, as the library does."""
    cell = [numpy.floor((points[:, k] - origin[k]) / VOXEL) for k in range(3)]
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


class VoxelRow(Row):
    """Inputs are points [N, 3], features [N, F] or None, origin [3] and grid (nz, ny, nx). Results
    are rows [voxels, F] or [voxels], of `occupancy_bits` rows of words; with `counts` a pair. Only
    NumPy has points in records."""

    PATTERN = re.compile(
        r"voxelize(_cpu)?/(?P<reduction>\w+)/(?P<n>\d+)(?P<unit>[KM]?)->"
        r"(?P<x>\d+)(\^3|x(?P<y>\d+)x(?P<z>\d+))/(?P<cloud>uniform|lidar|one_voxel)"
        r"(/(?P<layout>records|packed))?(/(?P<f>\d+)x(?P<scalar>f32|bf16))?(?P<counts>/counts)?/"
        r"(?P<regime>warm|cold|one_thread)")

    def __init__(self, match, arrays):
        super().__init__(match, arrays)
        self.reduction = match["reduction"]
        self.points = int(match["n"]) * NUMBERS[match["unit"]]
        nx = int(match["x"])
        self.grid = (int(match["z"] or nx), int(match["y"] or nx), nx)
        self.cloud = match["cloud"]
        self.layout = match["layout"] or "dense"
        self.features = int(match["f"] or 0)
        self.scalar = match["scalar"]
        self.output = self.scalar or {"occupancy": "u8"}.get(self.reduction, "u32")
        self.has_counts = match["counts"] is not None

    def work_items(self):
        return self.points

    def make(self, number):
        seed = inputs.seed_of_set(number)
        points = inputs.points_of_cloud(self.arrays, self.cloud, self.grid, self.points, seed)
        if self.layout != "dense":
            points = in_records(points, *LAYOUTS[self.layout])
        features = None
        if self.features:
            features = inputs.random_values(self.arrays, seed + 4, (self.points, self.features),
                                            self.scalar)
        origin = self.arrays.from_numpy(inputs.grid_origin(self.grid))
        return points, features, origin, self.grid

    def touched_bytes(self):
        features = self.features * BYTES[self.scalar] if self.features else 0
        return (self.points * (LAYOUTS[self.layout][0] + features)
                + math.prod(self.output_shape()) * BYTES[self.output]
                + math.prod(self.grid) * 4 * self.has_counts)

    def output_shape(self):
        nz, ny, nx = self.grid
        if self.reduction == "occupancy_bits":
            return nz * ny, -(-nx // 32)
        return (nz * ny * nx, self.features) if self.features else (nz * ny * nx,)

    def library_result(self, folder):
        result = super().library_result(folder)
        if not self.has_counts:
            return result
        counts = read_result(self.result_file(folder, ".counts"), "u32", math.prod(self.grid))
        return result, super().from_numpy(counts)

    def from_numpy(self, result):
        if isinstance(result, tuple):
            return tuple(map(super().from_numpy, result))
        if self.reduction == "occupancy_bits":
            return self.arrays.from_numpy(result)  # float32 would round the words
        return super().from_numpy(result)

    def reference(self, points, features, origin, grid):
        points, origin = self.arrays.to_numpy(points), self.arrays.to_numpy(origin)
        voxels = math.prod(grid)
        where = voxel_numbers(points, origin, grid)
        counts = numpy.bincount(where, minlength=voxels + 1)
        if self.reduction == "count":
            return counts[:-1]
        if self.reduction == "occupancy":
            return counts[:-1].clip(max=1)
        if self.reduction == "occupancy_bits":
            return packed_words(counts[:-1] > 0, grid)
        values = self.arrays.to_numpy(features).astype(float)
        if self.reduction == "max":
            result = reduce_sorted(numpy.maximum, where, values, voxels + 1)[:-1]
        else:
            sums = reduce_sorted(numpy.add, where, values, voxels + 1)
            result = sums[:-1] / counts[:-1, None].clip(min=1)
        return (result, counts[:-1]) if self.has_counts else result

    def difference(self, result, expected):
        """Wrong voxels per point: a cell is computed in FP32, but who multiplies by a reciprocal
        where the library divides puts a few points on the faces of voxels next door."""
        if self.has_counts:
            (result, counts), (expected, expected_counts) = result, expected
            require_shape_of(counts, expected_counts)
            if (counts != expected_counts).sum() > self.tolerance() * self.points:
                return math.inf
        if self.reduction == "occupancy_bits":
            require_shape_of(result, expected)
            return float((result != expected).sum() / self.points)
        rounding = max(ROUNDING[self.output], 1e-5) if self.features else 0.5
        wrong = ~(abs(self.in_float(result, expected) - expected) <= rounding)  # of a NaN, too
        return float(wrong.sum() / max(self.features, 1) / self.points)

    def tolerance(self):
        return 0.0 if self.cloud == "one_voxel" else 1e-4  # no point is near its faces


def in_records(points, step, offset):
    """The same in records of `step` bytes, x at `offset`."""
    memory = numpy.zeros(len(points) * step, numpy.uint8)
    result = numpy.ndarray(points.shape, numpy.float32, memory, offset, (step, 4))
    result[:] = points
    return result


def packed_words(marks, grid):
    """Rows of 32-bit words, bit x % 32 of word x / 32."""
    rows = numpy.packbits(marks.reshape(-1, grid[2]), axis=1, bitorder="little")
    missing = -rows.shape[1] % 4
    if missing:
        rows = numpy.pad(rows, ((0, 0), (0, missing)))
    return rows.view(numpy.uint32)


def wanted_rows(arguments, arrays, operations=(ResampleRow, FuseRow, VoxelRow)):
    found = ((operation, operation.PATTERN.fullmatch(name))
             for name in measuring.row_names(arguments) for operation in operations)
    return [operation(match, arrays) for operation, match in found if match]
