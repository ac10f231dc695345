// SPDX-License-Identifier: Apache-2.0
#pragma once

#if !defined(__CUDACC__)
#include "robocache/voxelize.cuh has kernels: compile this file with nvcc (.cu), or include robocache/compiled.hpp and link robocache::compiled"
#endif

#include <robocache/voxelize.hpp>
#include <robocache/voxelize/cuda/launch.cuh>

/// \file
/// `voxelize` on a CUDA stream, and its collectives for kernels of your own: `bin_tile`,
/// `mark_bin`, `reduce_bin`. Includes `voxelize.hpp`, so the CPU back end too.
