// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuse_call.hpp"

#include <vector>

/// \file
/// What the CPU back end of `fuse` is compiled for. The CUDA back end has the same sets of types,
/// so that the two can be compared bit for bit.

namespace robocache_test {

void append_cpu_fuse_narrow(std::vector<fuse_operations>& to);
void append_cpu_fuse_half(std::vector<fuse_operations>& to);
void append_cpu_fuse_double(std::vector<fuse_operations>& to);
void append_cpu_fuse_mixed(std::vector<fuse_operations>& to);
void append_cpu_fuse_times(std::vector<fuse_operations>& to);

}  // namespace robocache_test
