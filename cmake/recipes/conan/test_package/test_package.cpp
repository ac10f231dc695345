// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.hpp>

#include <cstdio>

int main() {
  const double times[] = {0, 1, 2};
  const float values[] = {0, 10, 30};
  const double targets[] = {0.5, 1.5};
  float output[2] = {};
  using robocache::tensor_view;
  const robocache::status done = robocache::resample(
      robocache::padded_source(tensor_view(values, {1, 3, 1}), tensor_view(times, {1, 3})), targets,
      tensor_view(output, {1, 2, 1}), {}, robocache::cpu);
  std::printf("%g %g %s\n", static_cast<double>(output[0]), static_cast<double>(output[1]),
              done.message());
  return done.ok() && output[0] == 5 && output[1] == 20 ? 0 : 1;
}
