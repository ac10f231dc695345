# SPDX-License-Identifier: Apache-2.0
"""What torch.compile and autograd have to know of the operators."""

import torch

# ------------------------------------------------------------------- shapes, without computing them


def _type_of(values, dtype):
    if dtype is not None:
        return dtype
    return values.dtype if values.dtype in (torch.bfloat16, torch.float64) else torch.float32


def _rows(targets, windows):
    return targets.shape[-1] if windows is None else targets.shape[-1] * windows.shape[0]


@torch.library.register_fake("robocache::resample")
def _(values, times, targets, lengths=None, offsets=None, windows=None, scale=None, shift=None, *,
      interpolation="linear", extrapolation="hold", gap="hold", max_gap=None, tolerance=None,
      horizon=None, time_offset=0.0, fill_value=0.0, dtype=None):
    torch._check(values.dim() == (3 if offsets is None else 2),
                 lambda: f"robocache::resample: values has {values.dim()} dimensions")
    batch = values.shape[0] if offsets is None else offsets.shape[0] - 1
    return values.new_empty((batch, _rows(targets, windows), values.shape[-1]),
                            dtype=_type_of(values, dtype))


@torch.library.register_fake("robocache::fuse")
def _(values, times, targets, lengths=None, windows=None, *, interpolation=None,
      extrapolation="hold", gap="hold", max_gap=None, tolerance=None, horizon=None,
      time_offset=None, fill_value=0.0, dtype=None):
    torch._check(len(values) > 0, lambda: "robocache::fuse: values is empty")
    channels = sum(v.shape[2] for v in values)
    return values[0].new_empty((values[0].shape[0], _rows(targets, windows), channels),
                               dtype=_type_of(values[0], dtype))


@torch.library.register_fake("robocache::voxelize")
def _(points, features, origin, voxel_size, extents, count=None, *, reduction="count",
      empty_value=0.0, nans="propagate", transform=None):
    nx, ny, nz = extents
    if features is not None:
        return points.new_empty((nz, ny, nx, features.shape[1]), dtype=features.dtype)
    if reduction == "occupancy":
        return points.new_empty((nz, ny, nx), dtype=torch.uint8)
    if reduction == "occupancy_bits":
        nx = (nx + 31) // 32
    return points.new_empty((nz, ny, nx), dtype=torch.int32)


@torch.library.register_fake("robocache::resample_out")
@torch.library.register_fake("robocache::fuse_out")
@torch.library.register_fake("robocache::voxelize_out")
def _(*arguments, **options):
    return None


# ------------------------------------------------------------------------------------- no gradients


def _without_gradient(name):
    def backward(context, *gradients):
        raise NotImplementedError(
            f"robocache::{name} has no gradient: detach its inputs, or call it in torch.no_grad()")

    torch.library.register_autograd(f"robocache::{name}", backward)


for _name in ("resample", "fuse", "voxelize"):
    _without_gradient(_name)
