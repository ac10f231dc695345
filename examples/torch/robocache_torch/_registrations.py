# SPDX-License-Identifier: Apache-2.0
"""What torch.compile and autograd have to know of the operators."""

import torch

# ------------------------------------------------------------------- shapes, without computing them


def _fake_of(operation):
    """Registers a function as the fake of an operator, for tensors of one device.

    The operators themselves say which tensor is elsewhere, but where one of the meta device is
    among others PyTorch asks the fake alone."""
    names = [a.name for a in getattr(torch.ops.robocache, operation).default._schema.arguments]

    def register(function):
        def checked(*arguments, **options):
            first = None
            for name, given in {**dict(zip(names, arguments)), **options}.items():
                in_list = isinstance(given, (list, tuple))
                for i, tensor in enumerate(given if in_list else [given]):
                    if not isinstance(tensor, torch.Tensor):
                        continue
                    full = f"{name}[{i}]" if in_list else name
                    if first is None:
                        first, device = full, tensor.device
                    torch._check(tensor.device == device,
                                 lambda: f"robocache::{operation}: {full} is on {tensor.device}, "
                                         f"{first} is on {device}")
            return function(*arguments, **options)

        torch.library.register_fake(f"robocache::{operation}")(checked)
        return function

    return register


def _type_of(values, dtype):
    if dtype is not None:
        return dtype
    return values.dtype if values.dtype in (torch.bfloat16, torch.float64) else torch.float32


def _rows(targets, windows):
    return targets.shape[-1] if windows is None else targets.shape[-1] * windows.shape[0]


@_fake_of("resample")
def _(values, times, targets, lengths=None, offsets=None, windows=None, scale=None, shift=None, *,
      interpolation="linear", extrapolation="hold", gap="hold", max_gap=None, tolerance=None,
      horizon=None, time_offset=0.0, fill_value=0.0, dtype=None):
    torch._check(values.dim() == (3 if offsets is None else 2),
                 lambda: f"robocache::resample: values has {values.dim()} dimensions")
    batch = values.shape[0] if offsets is None else offsets.shape[0] - 1
    return values.new_empty((batch, _rows(targets, windows), values.shape[-1]),
                            dtype=_type_of(values, dtype))


@_fake_of("fuse")
def _(values, times, targets, lengths=None, windows=None, *, interpolation=None,
      extrapolation="hold", gap="hold", max_gap=None, tolerance=None, horizon=None,
      time_offset=None, fill_value=0.0, dtype=None):
    torch._check(len(values) > 0, lambda: "robocache::fuse: values is empty")
    channels = sum(v.shape[2] for v in values)
    return values[0].new_empty((values[0].shape[0], _rows(targets, windows), channels),
                               dtype=_type_of(values[0], dtype))


@_fake_of("voxelize")
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


@_fake_of("resample_out")
@_fake_of("fuse_out")
@_fake_of("voxelize_out")
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
