// SPDX-License-Identifier: Apache-2.0
#pragma once

#if !defined(__CUDACC__)
#include "robocache/fuse.cuh has kernels: compile this file with nvcc (.cu), or include robocache/compiled.hpp and link robocache::compiled"
#endif

#include <robocache/fuse.hpp>
#include <robocache/fuse/cuda/launch.cuh>
#include <robocache/resample.cuh>

/// \file
/// `fuse` on a CUDA stream: with this header its last argument may be a `cudaStream_t`, or
/// `robocache::preload`. Includes `resample.cuh`, of which it is made.
