// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Everything that compiles without nvcc. Prefer the header of the operation you need.

/// \namespace robocache
/// The operations, their arguments, and what their kernels are made of. What is in namespaces of
/// other names than `reducers` and `stencils` is internal.

// IWYU pragma: begin_exports
#include <robocache/fuse.hpp>
#include <robocache/resample.hpp>
#include <robocache/resample/collective/rows_to.hpp>
#include <robocache/resample/collective/stencil_rows.hpp>
#include <robocache/resample/rules/ring.hpp>
#include <robocache/version.hpp>
#include <robocache/voxelize.hpp>
// IWYU pragma: end_exports
