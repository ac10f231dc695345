// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include "cuda_scalars.cuh"
#include "engines.hpp"
#include "own_group_rows.cuh"
#include "typed_call.hpp"

#include <cuda_runtime_api.h>

#include <vector>

// The CUDA back end of `resample`.

namespace robocache_test {

/// \tparam Scalar  `scalar_of` or `cuda_scalar_of`
template <scalar_kind InKind, scalar_kind OutKind, time_kind TimeKind,
          template <scalar_kind> class Scalar = scalar_of>
operations cuda_operations() {
  using in = typename Scalar<InKind>::type;
  using out = typename Scalar<OutKind>::type;
  using time = typename time_of<TimeKind>::type;
  using real = robocache::compute_t<in, out>;
  operations result;
  result.types = {InKind, OutKind, TimeKind};
  result.resample = [](const any_call& call, const any_where& where) {
    return typed_resample<in, out, time>(call, static_cast<cudaStream_t>(where.stream));
  };
  result.find_brackets = [](const any_call& call, const any_where& where) {
    return typed_find_brackets<real, time>(call, static_cast<cudaStream_t>(where.stream));
  };
  result.apply_brackets = [](const any_call& call, const any_where& where) {
    return typed_apply_brackets<in, out>(call, static_cast<cudaStream_t>(where.stream));
  };
  result.resample_rows = [](const any_call& call, group_kind group, const any_where& where) {
    return launch_rows<row_job<in, out, time>>(call, group, where);
  };
  return result;
}

/// What is compiled together. Templates, so that the other sets cost nothing.
namespace sets_on_cuda {

template <time_kind Time, class To>
void append_common(To& to) {
  to.push_back(cuda_operations<scalar_kind::f32, scalar_kind::f32, Time>());
  to.push_back(cuda_operations<scalar_kind::bf16, scalar_kind::bf16, Time>());
}

template <class To>
void f32(To& to) {
  append_common<time_kind::f32>(to);
}
template <class To>
void f64(To& to) {
  append_common<time_kind::f64>(to);
}
template <class To>
void u64(To& to) {
  append_common<time_kind::u64>(to);
}
template <class To>
void i64(To& to) {
  append_common<time_kind::i64>(to);
}
template <class To>
void i64_double(To& to) {
  to.push_back(cuda_operations<scalar_kind::f64, scalar_kind::f64, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::f64, scalar_kind::f32, time_kind::i64>());
}
template <class To>
void i64_narrowing(To& to) {
  to.push_back(
      cuda_operations<scalar_kind::f16, scalar_kind::f16, time_kind::i64, cuda_scalar_of>());
  to.push_back(
      cuda_operations<scalar_kind::f32, scalar_kind::bf16, time_kind::i64, cuda_scalar_of>());
  to.push_back(cuda_operations<scalar_kind::u8, scalar_kind::bf16, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::i16, scalar_kind::bf16, time_kind::i64>());
}
template <class To>
void i64_widening(To& to) {
  to.push_back(cuda_operations<scalar_kind::bf16, scalar_kind::f32, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::f16, scalar_kind::f32, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::u8, scalar_kind::f32, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::i16, scalar_kind::f32, time_kind::i64>());
}
template <class To>
void fast_math(To& to) {
  to.push_back(cuda_operations<scalar_kind::f32, scalar_kind::f32, time_kind::f32>());
  to.push_back(cuda_operations<scalar_kind::f32, scalar_kind::f32, time_kind::f64>());
  to.push_back(cuda_operations<scalar_kind::f32, scalar_kind::f32, time_kind::u64>());
}
template <class To>
void fast_math_i64(To& to) {
  to.push_back(cuda_operations<scalar_kind::f32, scalar_kind::f32, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::f16, scalar_kind::f16, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::f32, scalar_kind::bf16, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::f64, scalar_kind::f64, time_kind::i64>());
}

}  // namespace sets_on_cuda

ROBOCACHE_TEST_LINK_SET(operations, on_cuda)

}  // namespace robocache_test
