// SPDX-License-Identifier: Apache-2.0
#include <robocache/compiled.hpp>

#include <cstdio>

// Plain C++ that calls the CUDA launchers. An empty batch: a successful no-op without a device.
int main() {
  using robocache::tensor_view;
  const robocache::status status = robocache::resample(
      robocache::padded_source(tensor_view<const float, 3>(nullptr, {0, 3, 1}),
                               tensor_view<const float, 2>(nullptr, {0, 3})),
      tensor_view<const float, 2>(nullptr, {0, 2}), tensor_view<float, 3>(nullptr, {0, 2, 1}),
      robocache::resample_options<float>{}, cudaStream_t{});
  std::printf("%s\n", status.message());

  const robocache::compiled_stream<float> streams[] = {
      {robocache::padded_source(tensor_view<const float, 3>(nullptr, {0, 3, 1}),
                                tensor_view<const float, 2>(nullptr, {0, 3}))},
      {robocache::padded_source(tensor_view<const robocache::bfloat16, 3>(nullptr, {0, 5, 2}),
                                tensor_view<const float, 2>(nullptr, {0, 5}))},
  };
  const robocache::status fused =
      robocache::fuse(streams, tensor_view<const float, 1>(nullptr, {0}),
                      tensor_view<float, 3>(nullptr, {0, 0, 3}), cudaStream_t{});
  std::printf("%s\n", fused.message());
  return status.ok() && fused.ok() ? 0 : 1;
}
