// SPDX-License-Identifier: Apache-2.0
#pragma once

#if !defined(__CUDACC__)
#include "robocache/robocache.cuh has kernels: compile this file with nvcc (.cu), or include robocache/compiled.hpp and link robocache::compiled"
#endif

/// \file
/// Everything. Prefer the header of the operation you need.

#include <robocache/fuse.cuh>
#include <robocache/resample.cuh>
#include <robocache/robocache.hpp>
#include <robocache/voxelize.cuh>
