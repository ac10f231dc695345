// SPDX-License-Identifier: Apache-2.0
#pragma once

#if !defined(__CUDACC__)
#include "robocache/resample.cuh has kernels: compile this file with nvcc (.cu), or include robocache/compiled.hpp and link robocache::compiled"
#endif

#include <robocache/resample.hpp>
#include <robocache/resample/cuda/launch.cuh>

/// \file
/// `resample`, `find_brackets` and `apply_brackets` on a CUDA stream: with this header their last
/// argument may be a `cudaStream_t`, or `robocache::preload`.
