# SPDX-License-Identifier: Apache-2.0
"""What the operators should give, written as plainly as can be, and random calls of them."""

import numpy as np
import torch

TIMES = {"float32": torch.float32, "float64": torch.float64, "int64": torch.int64,
         "uint64": torch.uint64}
START = {"float32": 3.0, "float64": 1.7e9, "int64": 1_700_000_000_000_000_000,
         "uint64": 1_700_000_000_000_000_000}
STEP = {"float32": 1 / 64, "float64": 1 / 64, "int64": 1_000_000, "uint64": 1_000_000}


def numbers(tensor):
    """Values as doubles in NumPy, whatever their type and device."""
    return tensor.detach().cpu().double().numpy()


def stamps(tensor):
    """Stamps as a nested list of Python's exact numbers."""
    return tensor.detach().cpu().tolist()


def resampled(values, times, targets, lengths=None, interpolation="linear", extrapolation="hold",
              gap="hold", max_gap=None, time_offset=0, fill_value=0.0):
    """Row by row, in Python's numbers: integers stay integers until they are subtracted."""
    values, times, targets = numbers(values), stamps(times), stamps(targets)
    if not targets or not isinstance(targets[0], list):
        targets = [targets] * len(times)
    constant = {"fill": fill_value, "nan": float("nan")}
    out = np.empty((len(times), len(targets[0]), values.shape[2]))
    for b, row in enumerate(times):
        row = [t + time_offset for t in row]
        if lengths is not None:
            row = row[:int(lengths[b])]

        def sample(i):
            return values[b, i]

        for k, t in enumerate(targets[b]):
            if t < row[0] or t > row[-1]:
                end = 0 if t < row[0] else len(row) - 1
                out[b, k] = constant.get(extrapolation, sample(end))
                continue
            left = max(i for i, s in enumerate(row) if s <= t)
            if row[left] == t or left + 1 == len(row):
                out[b, k] = sample(left)
                continue
            whole, part = row[left + 1] - row[left], t - row[left]
            if max_gap is not None and whole > max_gap and gap != "interpolate":
                out[b, k] = constant.get(gap, sample(left))
            elif interpolation == "linear":
                out[b, k] = sample(left) + part / whole * (sample(left + 1) - sample(left))
            elif interpolation == "nearest":
                out[b, k] = sample(left if 2 * part <= whole else left + 1)
            else:
                out[b, k] = sample(left if interpolation == "previous" else left + 1)
    return out


def voxelized(points, features, origin, voxel_size, extents, reduction):
    """Point by point."""
    nx, ny, nz = extents
    cells: dict[tuple[int, int, int], list[int]] = {}
    for n, p in enumerate(numbers(points)):
        x, y, z = (int(np.floor((p[i] - origin[i]) / voxel_size[i])) for i in range(3))
        if 0 <= x < nx and 0 <= y < ny and 0 <= z < nz:
            cells.setdefault((z, y, x), []).append(n)
    if features is None:
        out = np.zeros((nz, ny, nx))
        for cell, found in cells.items():
            out[cell] = len(found) if reduction == "count" else 1
        return out
    rows = numbers(features)
    reduce = {"sum": lambda r: r.sum(0), "mean": lambda r: r.mean(0), "max": lambda r: r.max(0),
              "min": lambda r: r.min(0), "variance": lambda r: r.var(0), "first": lambda r: r[0]}
    out = np.zeros((nz, ny, nx, rows.shape[1]))
    for cell, found in cells.items():
        out[cell] = reduce[reduction](rows[found])
    return out


# ------------------------------------------------------------------------------------ random calls


def strided(tensor, generator):
    """The same numbers in another order of memory: transposed, or with room between."""
    way = int(torch.randint(0, 3, (), generator=generator))
    if way == 0 or tensor.numel() == 0:
        return tensor
    if way == 1:
        return tensor.movedim(0, -1).contiguous().movedim(-1, 0)
    room = torch.zeros((*tensor.shape[:-1], 2 * tensor.shape[-1]), dtype=tensor.dtype)
    room[..., ::2] = tensor
    return room[..., ::2]


def recording(generator, time_type, value_type, batch, samples, channels):
    """Values [B, S, D] and strictly rising times [B, S], at steps that float32 has exactly."""
    steps = torch.randint(1, 5, (batch, samples), generator=generator).cumsum(1)
    times = (START[time_type] + steps.double() * STEP[time_type]
             if time_type.startswith("float") else START[time_type] + steps * STEP[time_type])
    if value_type == torch.uint8:
        values = torch.randint(0, 256, (batch, samples, channels), generator=generator)
    else:
        values = torch.randn((batch, samples, channels), generator=generator)
    return (strided(values.to(value_type), generator),
            strided(times.to(torch.int64 if "int" in time_type else torch.float64)
                    .to(TIMES[time_type]), generator))


def targets_for(generator, time_type, samples, rows, batch=None):
    """Targets from before the first sample to after the last, at half steps."""
    shape = (rows,) if batch is None else (batch, rows)
    halves = torch.randint(0, 6 * samples, shape, generator=generator)
    if time_type.startswith("float"):
        return (START[time_type] + halves.double() * STEP[time_type] / 2).to(TIMES[time_type])
    return (START[time_type] + halves * (STEP[time_type] // 2)).to(TIMES[time_type])


def cloud(generator, size, channels, feature_type=torch.float32):
    """Points [N, 4], none on the face of a voxel of 0.5, some outside [0, 4]^3; features [N, F]."""
    cells = torch.randint(-1, 9, (size, 4), generator=generator)
    points = (cells + 0.25 + 0.5 * torch.rand((size, 4), generator=generator)) * 0.5
    features = torch.randn((size, channels), generator=generator).to(feature_type)
    return strided(points, generator), strided(features, generator)


GRID = dict(origin=[0.0, 0.0, 0.0], voxel_size=[0.5, 0.5, 0.5], extents=[8, 7, 6])

# What the operators take: values, their results, and the types of the stamps.
RESAMPLE_TYPES = (
    [(v, o, t) for v in (torch.float32, torch.bfloat16) for o in (torch.float32, torch.bfloat16)
     for t in TIMES]
    + [(v, o, t) for v in (torch.float16, torch.uint8) for o in (torch.float32, torch.bfloat16)
       for t in ("int64", "float64")]
    + [(torch.float64, torch.float64, t) for t in ("int64", "float64")])
