// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuse_call.hpp"

#include <vector>

/// \file
/// What the CUDA back end of `fuse` is compiled for: the sets of `fuse_sets.hpp`.

namespace robocache_test {

void append_cuda_fuse_narrow(std::vector<fuse_operations>& to);
void append_cuda_fuse_half(std::vector<fuse_operations>& to);
void append_cuda_fuse_double(std::vector<fuse_operations>& to);
void append_cuda_fuse_mixed(std::vector<fuse_operations>& to);
void append_cuda_fuse_times(std::vector<fuse_operations>& to);
void append_cuda_fuse_fast_math(std::vector<fuse_operations>& to);

}  // namespace robocache_test
