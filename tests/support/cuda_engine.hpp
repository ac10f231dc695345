// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"

#include <vector>

/// \file
/// What the CUDA back end is compiled for: one .cu file per group of types, so that they build in
/// parallel.

namespace robocache_test {

void append_cuda_operations_f32(std::vector<operations>& to);
void append_cuda_operations_f64(std::vector<operations>& to);
void append_cuda_operations_u64(std::vector<operations>& to);
void append_cuda_operations_i64(std::vector<operations>& to);
void append_cuda_operations_i64_narrowing(std::vector<operations>& to);
void append_cuda_operations_i64_widening(std::vector<operations>& to);
void append_cuda_operations_i64_double(std::vector<operations>& to);
void append_cuda_operations_fast_math(std::vector<operations>& to);
void append_cuda_operations_fast_math_i64(std::vector<operations>& to);

/// All that the executable was linked with.
void append_cuda_operations(std::vector<operations>& to);

}  // namespace robocache_test
