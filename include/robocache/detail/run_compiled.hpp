// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/status.hpp>

/// \file
/// What `robocache::compiled` exports.

using cudaStream_t = struct CUstream_st*;  // the same as in <driver_types.h>, without including it

namespace robocache::compiled_detail {

/// What `run` in the `.cuh` headers does, from the library.
///
/// Its signature is the same for all calls and has no conditions on types, which g++ and clang put
/// under different names into an object file. Hidden, so that two shared libraries with two builds
/// of the target each keep to their own.
///
/// \param where  a `cudaStream_t`, or `preload`
template <class Call, class Where>
ROBOCACHE_HIDDEN status run_compiled(const Call& call, Where where) noexcept;

}  // namespace robocache::compiled_detail
