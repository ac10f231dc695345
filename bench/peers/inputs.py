# SPDX-License-Identifier: Apache-2.0
"""The inputs of the C++ programs, from the same seeds, element by element: harness/hash.hpp,
harness/inputs.hpp and voxelize/cloud.hpp say what they are, and why the formulas are as they are.
They are the same bit for bit, but for scans, whose sines are rounded differently.

The functions compute with arrays of any library, through an object like `Arrays`.
"""

import math

import numpy

BYTES = {"bf16": 2, "f16": 2, "f32": 4, "f64": 8, "u8": 1, "u32": 4, "int64": 8}


class Arrays:
    """NumPy, or what has its interface.

    :param module: its functions
    :param types: {scalar: type}; a "bf16" of four bytes is a float32 that was rounded to BF16
    """

    def __init__(self, module, types):
        self.module, self.types = module, types

    def indices(self, number):
        return self.module.arange(number, dtype=self.types["int64"])

    def cast(self, array, scalar):
        array = array.astype(self.types[scalar])
        if scalar == "bf16" and array.dtype == numpy.float32:
            bits = array.view(numpy.uint32)
            array = ((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000).view(numpy.float32)
        return array

    def from_numpy(self, array):
        return self.module.asarray(array)

    def to_numpy(self, array):
        return numpy.asarray(array)


# ------------------------------------------------------------------------------- random numbers
# In int64: in these libraries it wraps around, and has all operators.

def seed_of_set(number):
    return 1000 + 64 * number


def signed(x):
    """The int64 with the bits of a uint64."""
    x &= 2 ** 64 - 1
    return x - 2 ** 64 if x >> 63 else x


def shifted(x, bits):
    """To the right, with zeros from the left."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def hashed(seed, i):
    """:param seed: an integer, or an array"""
    factor = 0xd1342543de82ef95
    start = signed(seed * factor + 1) if isinstance(seed, int) else seed * signed(factor) + 1
    x = i * signed(0x9e3779b97f4a7c15) + start
    x = (x ^ shifted(x, 30)) * signed(0xbf58476d1ce4e5b9)
    x = (x ^ shifted(x, 27)) * signed(0x94d049bb133111eb)
    return x ^ shifted(x, 31)


def uniform(arrays, seed, i):
    """In [0, 1), in double."""
    return arrays.cast(shifted(hashed(seed, i), 11), "f64") * 2.0 ** -53


def random_values(arrays, seed, shape, scalar):
    """In [-1, 1), or all bytes alike."""
    i = arrays.indices(math.prod(shape))
    if scalar == "u8":
        values = arrays.cast(hashed(seed, i) & 255, "u8")
    else:
        values = arrays.cast(arrays.cast(2 * uniform(arrays, seed, i) - 1, "f32"), scalar)
    return values.reshape(shape)


# ------------------------------------------------------------------------------------ stamps

def time_from_seconds(arrays, seconds, stamps):
    """:param stamps: "f32", "f64" or "int64", nanoseconds since 2023"""
    if stamps == "int64":
        return arrays.cast(seconds * 1e9, "int64") + 1700000000000000000
    return arrays.cast(seconds, stamps)


def sample_seconds(arrays, seed, batch, samples, period):
    """[B, S]: a fixed rate with jitter."""
    i = arrays.indices(batch * samples)
    jitter = (uniform(arrays, seed, i) - 0.5) / 2
    return (period * (arrays.cast(i % samples, "f64") + 0.5 + jitter)).reshape(batch, samples)


def shuffled(arrays, seed, i, n):
    """A random place for each `i` of [0, n)."""
    half_bits = 1
    while 1 << 2 * half_bits < n:
        half_bits += 1
    mask = (1 << half_bits) - 1

    def once(i):
        high, low = i >> half_bits, i & mask
        for turn in range(4):
            high, low = low, high ^ (hashed(seed + turn, low) & mask)
        return high << half_bits | low

    i = once(i)
    while bool((i >= n).any()):
        i = arrays.module.where(i >= n, once(i), i)
    return i


def target_seconds(arrays, seed, batch, rows, span, is_shuffled):
    """[B, T]: a regular grid with a random phase per item."""
    i = arrays.indices(batch * rows)
    item, row = i // rows, i % rows
    if is_shuffled:
        row = shuffled(arrays, hashed(seed + 1, item), row, rows)
    row = arrays.cast(row, "f64")
    return (span / rows * (row + uniform(arrays, seed, item))).reshape(batch, rows)


def window_deltas(arrays, window, stamps):
    """[K]: a history at 50 Hz that ends at the anchor."""
    steps = arrays.cast(window - 1 - arrays.indices(window), "f32")
    return arrays.cast(steps * -0.02, stamps)


# ------------------------------------------------------------------------------------ clouds

VOXEL = numpy.float32(0.2)  # m
FLOOR = -2.0


def grid_origin(grid):
    """[3] float32.

    :param grid: (nz, ny, nx)
    """
    half = numpy.float32(-0.5) * VOXEL
    return numpy.array([half * numpy.float32(grid[2]), half * numpy.float32(grid[1]), FLOOR],
                       numpy.float32)


def points_of_cloud(arrays, cloud, grid, number, seed):
    """[N, 3] float32."""
    i = arrays.indices(number)
    if cloud == "lidar":
        axes = lidar_axes(arrays, number, seed, i)
    else:
        axes = []
        for k, (low, extent) in enumerate(zip(grid_origin(grid).tolist(), reversed(grid))):
            random = uniform(arrays, seed + k, i)
            if cloud == "uniform":
                length = float(VOXEL) * extent
                random = low / length + random
                if k == 0:
                    random = random + arrays.cast(uniform(arrays, seed + 3, i) < 0.01, "f64")
                axes.append(length * random)
            else:
                first = low / float(VOXEL) + extent // 2 + 0.25
                axes.append(float(VOXEL) * (first + random / 2))
    return arrays.module.stack([arrays.cast(axis, "f32") for axis in axes], -1)


def lidar_axes(arrays, number, seed, i):
    beams, turns, height = 64, 8, 1.8
    degree = math.pi / 180
    xp = arrays.module
    azimuth = 360 * degree * turns * arrays.cast(i // beams, "f64") / (number / beams)
    elevation = (-24.8 + 26.8 * arrays.cast(i % beams, "f64") / (beams - 1)) * degree
    direction = [xp.cos(elevation) * xp.cos(azimuth), xp.cos(elevation) * xp.sin(azimuth),
                 xp.sin(elevation)]
    with numpy.errstate(divide="ignore", invalid="ignore"):
        distance = 55 / xp.maximum(abs(direction[0]), abs(direction[1]))
        distance = xp.where(direction[2] < 0, xp.fmin(distance, -height / direction[2]), distance)
        for b in range(48):
            away = 7 + 0.9 * b
            is_house = b % 3 == 0 and away > 20
            half = (5.0, 5.0) if is_house else (2.2, 0.9)
            center = (away * math.cos(2.4 * b), away * math.sin(2.4 * b))
            low = (center[0] - half[0], center[1] - half[1], -height)
            high = (center[0] + half[0], center[1] + half[1], -height + (9.0 if is_house else 1.5))
            near, far = xp.zeros_like(distance), distance
            for k in range(3):
                one, other = low[k] / direction[k], high[k] / direction[k]
                near = xp.fmax(near, xp.fmin(one, other))
                far = xp.fmin(far, xp.fmax(one, other))
            distance = xp.where(near < far, near, distance)
    distance = distance + 0.02 * (2 * uniform(arrays, seed, i) - 1)
    return [distance * d for d in direction]
