// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/fuse.hpp>
#include <robocache/fuse/cuda/launch.cuh>
#include <robocache/resample.cuh>

/// \file
/// `fuse` on a CUDA stream: with this header its last argument may be a `cudaStream_t`, or
/// `robocache::preload`. Includes `resample.cuh`, of which it is made.
