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

  const robocache::brackets_view<float> no_brackets{};
  robocache::source_times<double> stamps;
  stamps.times = tensor_view<const double, 2>(nullptr, {0, 3});
  const robocache::status found = robocache::find_brackets(
      stamps, tensor_view<const double, 1>(nullptr, {0}), no_brackets, {}, cudaStream_t{});
  std::printf("%s\n", found.message());

  // Refused, before a device is asked for.
  const robocache::status counted = robocache::voxelize<robocache::reduction::count>(
      robocache::point_view<float>{}, robocache::voxel_grid<float>{{0, 0, 0}, {1, 1, 1}, {4, 4, 4}},
      tensor_view<std::uint32_t, 3>(nullptr, {4, 4, 5}), {}, cudaStream_t{});
  std::printf("%s\n", counted.message());
  const robocache::status averaged = robocache::voxelize<robocache::reduction::mean>(
      robocache::point_view<float>{}, robocache::feature_view<robocache::bfloat16>{},
      robocache::voxel_grid<float>{{0, 0, 0}, {1, 1, 1}, {4, 4, 4}},
      tensor_view<robocache::bfloat16, 4>(nullptr, {4, 4, 5, 1}), {}, cudaStream_t{});
  std::printf("%s\n", averaged.message());
  const auto refused = robocache::status_code::invalid_argument;
  return status.ok() && fused.ok() && found.ok() && counted.code() == refused &&
                 averaged.code() == refused
             ? 0
             : 1;
}
