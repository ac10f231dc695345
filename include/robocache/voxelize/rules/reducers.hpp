// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// All reducers of the library.

// IWYU pragma: begin_exports
#include <robocache/voxelize/rules/extreme.hpp>
#include <robocache/voxelize/rules/first.hpp>
#include <robocache/voxelize/rules/marks.hpp>
#include <robocache/voxelize/rules/reducer.hpp>
#include <robocache/voxelize/rules/sum.hpp>
#include <robocache/voxelize/rules/variance.hpp>
// IWYU pragma: end_exports
