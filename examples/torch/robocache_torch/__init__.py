# SPDX-License-Identifier: Apache-2.0
"""RoboCache's operators for PyTorch.

Importing this package loads the library beside it, after which there are

    torch.ops.robocache.resample, resample_out
    torch.ops.robocache.fuse, fuse_out
    torch.ops.robocache.voxelize, voxelize_out

docs/torch.md of RoboCache describes them. The two functions of this module are short forms for the
usual cases.
"""

import os
import pathlib

import torch

_library = pathlib.Path(os.environ.get("ROBOCACHE_TORCH_LIBRARY")
                        or pathlib.Path(__file__).with_name("librobocache_torch.so"))
if not _library.exists():
    raise ImportError(f"{_library} does not exist. Build it (examples/torch/README.md), and import "
                      "this package from the build folder: PYTHONPATH=<build folder>")
torch.ops.load_library(str(_library))

from . import _registrations  # noqa: E402, F401  (needs the operators)

__all__ = ["fuse_multimodal", "voxelize_pointcloud"]


def fuse_multimodal(vision, vision_times, proprioception, proprioception_times, imu, imu_times,
                    targets, *, out=None, **options):
    """The three classic streams of robot learning, side by side at the same times.

    vision, proprioception, imu: float32 or bfloat16 tensors [B, S_n, D_n] of any strides; their
    times [B, S_n] and the targets, [T] for all items or [B, T] for each, are all of one type:
    float32, float64, int64 or uint64. Returns [B, T, D_v + D_p + D_i]: float32, or bfloat16 if
    vision is. Pass `out` to have it written there. Other options are those of
    torch.ops.robocache.fuse, with one element for each stream where that takes lists.
    """
    values = [vision, proprioception, imu]
    times = [vision_times, proprioception_times, imu_times]
    if out is None:
        return torch.ops.robocache.fuse(values, times, targets, **options)
    torch.ops.robocache.fuse_out(values, times, targets, out=out, **options)
    return out


def voxelize_pointcloud(points, features=None, *, origin, voxel_size, extents, reduction=None,
                        out=None, **options):
    """Points [N, 3 or more] (x y z first, float32) to a dense grid [nz, ny, nx] or, with features
    [N, F], [nz, ny, nx, F].

    origin: x y z of the corner of the first voxel. voxel_size: edges along x y z, or one number
    for all. extents: numbers of voxels along x y z. reduction: 'occupancy' (the default; uint8),
    'count' (int32) or 'occupancy_bits' without features; 'mean' (the default), 'sum', 'max', 'min',
    'variance' or 'first' with them. Pass `out` to have it written there. Other options are those of
    torch.ops.robocache.voxelize.
    """
    if isinstance(voxel_size, (int, float)):
        voxel_size = [voxel_size] * 3
    if reduction is None:
        reduction = "occupancy" if features is None else "mean"
    arguments = (points, features, origin, voxel_size, extents)
    if out is None:
        return torch.ops.robocache.voxelize(*arguments, reduction=reduction, **options)
    torch.ops.robocache.voxelize_out(*arguments, reduction=reduction, out=out, **options)
    return out
