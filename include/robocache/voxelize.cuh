// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize.hpp>
#include <robocache/voxelize/cuda/launch.cuh>

/// \file
/// `voxelize` on a CUDA stream, and its collectives for kernels of your own: `bin_tile`,
/// `mark_bin`, `reduce_bin`, `reduce_crowds`. Includes `voxelize.hpp`, so the CPU back end too.
