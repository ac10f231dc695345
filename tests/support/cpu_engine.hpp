// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"

#include <vector>

/// \file
/// What the CPU back end is compiled for: one source file per time type, so that they build in
/// parallel.

namespace robocache_test {

void append_cpu_operations_f32(std::vector<operations>& to);
void append_cpu_operations_f64(std::vector<operations>& to);
void append_cpu_operations_i64(std::vector<operations>& to);
void append_cpu_operations_i64_double(std::vector<operations>& to);
void append_cpu_operations_u64(std::vector<operations>& to);

}  // namespace robocache_test
