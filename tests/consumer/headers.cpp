// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.hpp>

#include <cstdio>

#if defined(EXPECT_OPENMP) && !defined(_OPENMP)
#error "robocache::openmp did not bring OpenMP"
#elif !defined(EXPECT_OPENMP) && defined(_OPENMP)
#error "robocache::robocache brought OpenMP, which nobody asked for"
#endif

int main() {
  using robocache::tensor_view;
  const float times[] = {0, 1, 2};
  const float values[] = {0, 10, 40};
  const float targets[] = {0.5f, 1.5f};
  float result[2] = {};
  const robocache::status status = robocache::resample(
      robocache::padded_source(tensor_view<const float, 3>(values, {1, 3, 1}),
                               tensor_view<const float, 2>(times, {1, 3})),
      tensor_view<const float, 2>(targets, {1, 2}), tensor_view<float, 3>(result, {1, 2, 1}),
      robocache::resample_options<float>{}, robocache::cpu);
  std::printf("%s%g %g\n", status.message(), result[0], result[1]);
  return status.ok() && result[0] == 5 && result[1] == 25 ? 0 : 1;
}
