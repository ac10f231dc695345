// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Everything. Prefer the header of the operation you need.

#include <robocache/fuse.cuh>
#include <robocache/resample.cuh>
#include <robocache/robocache.hpp>
#include <robocache/voxelize.cuh>
