// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.hpp>
#include <robocache/resample/cuda/launch.cuh>

/// \file
/// `resample`, `find_brackets` and `apply_brackets` on a CUDA stream: with this header their last
/// argument may be a `cudaStream_t`, or `robocache::preload`.
