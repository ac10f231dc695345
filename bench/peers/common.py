# SPDX-License-Identifier: Apache-2.0
"""What the peers of all operations share: PyTorch's arrays, the interpolation in its spellings."""

import torch

# CuPy has no BF16: those rows are computed in float16, which has as many bytes.
CUPY_SCALARS = {torch.bfloat16: "float16", torch.float16: "float16", torch.float32: "float32"}


class TorchArrays:
    """As inputs.Arrays."""

    module = torch
    types = {"bf16": torch.bfloat16, "f16": torch.float16, "f32": torch.float32,
             "f64": torch.float64, "u8": torch.uint8, "u32": torch.int32, "int64": torch.int64}

    def __init__(self, device):
        self.device = device

    def indices(self, number):
        return torch.arange(number, device=self.device)

    def cast(self, array, scalar):
        return array.to(self.types[scalar])

    def from_numpy(self, array):
        return torch.from_numpy(array).to(self.device)

    def to_numpy(self, array):
        if array.dtype == torch.bfloat16:
            array = array.float()
        return array.cpu().numpy()


# ------------------------------------------------------------------------------- the computation

def brackets(times, targets):
    right = torch.searchsorted(times, targets, right=True).clamp(1, times.shape[1] - 1)
    left = right - 1
    t_left = times.gather(1, left)
    whole = times.gather(1, right) - t_left
    part = targets - t_left
    if not times.is_floating_point():
        part, whole = part.double(), whole.double()
    return left, right, (part / whole).float().clamp(0, 1).unsqueeze(-1)


def gather_float(values, times, targets):
    """In float, as all spellings but the native one."""
    left, right, weight = brackets(times, targets)
    channels = values.shape[2]
    a = values.gather(1, left.unsqueeze(-1).expand(-1, -1, channels))
    b = values.gather(1, right.unsqueeze(-1).expand(-1, -1, channels))
    return torch.lerp(a.float(), b.float(), weight)


def index_float(values, times, targets):
    left, right, weight = brackets(times, targets)
    item = torch.arange(values.shape[0], device=values.device).unsqueeze(-1)
    return torch.lerp(values[item, left].float(), values[item, right].float(), weight)


def index_native(values, times, targets, out_dtype):
    """The weight rounded to the output's type: fewer kernels in eager mode, less exact."""
    left, right, weight = brackets(times, targets)
    item = torch.arange(values.shape[0], device=values.device).unsqueeze(-1)
    a, b = values[item, left].to(out_dtype), values[item, right].to(out_dtype)
    return torch.lerp(a, b, weight.to(out_dtype))


# ---------------------------------------------------------------------------------------- CuPy

CUPY_SPELLING = "flat searchsorted"


def cupy_array(cupy, values):
    """A tensor's values as a CuPy array of the nearest type."""
    return cupy.asarray(values.float()).astype(CUPY_SCALARS[values.dtype])


def cupy_resample(cupy, values, times, targets, shift, first):
    """[B, T, D] in float32. CuPy has no batched search: the items' stamps go into one ascending
    array of doubles.

    :param shift: [B, 1], what keeps the items' times apart
    :param first: [B, 1], the index of each item's first sample
    """
    b, s, d = values.shape
    t = targets.shape[1]
    flat = (times + shift).ravel()
    wanted = (targets + shift).ravel()
    right = cupy.searchsorted(flat, wanted, side="right").reshape(b, t)
    right = cupy.clip(right, first + 1, first + s - 1).ravel()
    left = right - 1
    weight = (wanted - flat[left]) / (flat[right] - flat[left])
    weight = cupy.clip(weight, 0, 1).astype("float32")[:, None]
    rows = values.reshape(b * s, d)
    a = rows[left].astype("float32")
    return (a + weight * (rows[right] - a)).reshape(b, t, d)
