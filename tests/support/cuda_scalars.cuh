// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "typed_call.hpp"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

namespace robocache_test {

/// CUDA's own 16-bit types, as users have them; the library maps them to its own.
template <scalar_kind Kind>
struct cuda_scalar_of : scalar_of<Kind> {};
template <>
struct cuda_scalar_of<scalar_kind::f16> {
  using type = __half;
};
template <>
struct cuda_scalar_of<scalar_kind::bf16> {
  using type = __nv_bfloat16;
};

}  // namespace robocache_test
