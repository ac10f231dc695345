#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An arm at 500 Hz and a camera at 30 Hz at the same 50 times a second, and points in voxels."""

import torch

import robocache_torch  # noqa: F401  (brings torch.ops.robocache)

device = "cuda" if torch.cuda.is_available() else "cpu"
ms = 1_000_000
start = 1_700_000_000_000_000_000  # nanoseconds since 1970, exact in int64

arm_times = start + 2 * ms * torch.arange(500, device=device).expand(8, -1)      # [B, S]
camera_times = start + 33 * ms * torch.arange(30, device=device).expand(8, -1)
arm = torch.sin(torch.arange(500, device=device) / 50)[None, :, None].expand(8, 500, 7)
camera = torch.randn(8, 30, 512, device=device, dtype=torch.bfloat16)
targets = start + 20 * ms * torch.arange(48, device=device)                      # [T]

rows = torch.ops.robocache.fuse([arm, camera], [arm_times, camera_times], targets,
                                interpolation=["linear", "previous"], dtype=torch.bfloat16)
print("fused:", tuple(rows.shape), rows.dtype, "on", rows.device)

points = 10 * torch.rand(100_000, 4, device=device)  # x y z intensity
grid = dict(origin=[0, 0, 0], voxel_size=[0.5, 0.5, 0.5], extents=[20, 20, 20])
occupied = torch.ops.robocache.voxelize(points, None, **grid, reduction="occupancy")
intensity = torch.ops.robocache.voxelize(points, points[:, 3:], **grid, reduction="mean")
print("voxels:", tuple(intensity.shape), "of which", int(occupied.sum()), "have points")
