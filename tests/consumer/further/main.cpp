// SPDX-License-Identifier: Apache-2.0
#include "calls.hpp"

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

// Plain C++ that calls the kernels of the types in calls.hpp. Without a device the calls are empty
// or wrong, which is all that can be seen there; with one they must give what the CPU gives.

namespace {

using robocache::tensor_view;

int failures = 0;

void expect(bool holds, const char* what, const robocache::status& status) {
  if (holds) return;
  std::printf("%s: '%s'\n", what, status.message());
  ++failures;
}

// Memory that both sides see, so that one call can be made on either.
template <class T>
struct managed {
  explicit managed(std::size_t count) : bytes(count * sizeof(T)) {
    if (cudaMallocManaged(reinterpret_cast<void**>(&data), bytes) != cudaSuccess) data = nullptr;
  }
  ~managed() { cudaFree(data); }
  T* data = nullptr;
  std::size_t bytes;
};

void without_a_device() {
  const std::int64_t b = 0;
  const auto source =
      robocache::padded_source(tensor_view<const std::int16_t, 3>(nullptr, {b, 3, 1}),
                               tensor_view<const std::int64_t, 2>(nullptr, {b, 3}));
  robocache::status done =
      robocache::resample(source, tensor_view<const std::int64_t, 2>(nullptr, {b, 2}),
                          tensor_view<float, 3>(nullptr, {b, 2, 1}), {}, cudaStream_t{});
  expect(done.ok(), "an empty resample", done);
  done = robocache::resample(source, tensor_view<const std::int64_t, 2>(nullptr, {b, 2}),
                             tensor_view<float, 3>(nullptr, {b, 2, 5}), {}, cudaStream_t{});
  expect(!done.ok() && std::strstr(done.message(), "output") != nullptr, "five channels of one",
         done);
  const tensor_view<const float, 2> none(nullptr, {b, 3});
  done = robocache::resample(
      robocache::padded_source(tensor_view<const __half, 3>(nullptr, {b, 3, 1}), none), none,
      tensor_view<float, 3>(nullptr, {b, 3, 1}), {}, cudaStream_t{});
  expect(done.ok(), "an empty resample of half", done);
  const rig streams[] = {{source}};
  done = robocache::fuse(streams, tensor_view<const std::int64_t, 2>(nullptr, {b, 2}),
                         tensor_view<float, 3>(nullptr, {b, 2, 1}), cudaStream_t{});
  expect(done.ok(), "an empty fuse", done);
}

void with_a_device() {
  managed<std::int16_t> depths(4);
  managed<std::int64_t> times(4 + 3);
  managed<float> rows(2 * 3);
  std::int64_t* const targets = times.data + 4;
  for (int i = 0; i < 4; ++i) {
    depths.data[i] = static_cast<std::int16_t>(1000 * i * i - 700);
    times.data[i] = 1'700'000'000'000'000'000 + 33'333'333 * i;
  }
  for (int i = 0; i < 3; ++i) targets[i] = times.data[0] + 40'000'001 * i;
  const auto source =
      robocache::padded_source(tensor_view<const std::int16_t, 3>(depths.data, {1, 4, 1}),
                               tensor_view<const std::int64_t, 2>(times.data, {1, 4}));
  const auto resample_to = [&](float* out, auto where) {
    return robocache::resample(source, tensor_view<const std::int64_t, 1>(targets, {3}),
                               tensor_view<float, 3>(out, {1, 3, 1}), {}, where);
  };
  const rig streams[] = {{source}};
  const auto fuse_to = [&](float* out, auto where) {
    return robocache::fuse(streams, tensor_view<const std::int64_t, 1>(targets, {3}),
                           tensor_view<float, 3>(out, {1, 3, 1}), where);
  };
  for (const bool fused : {false, true}) {
    const robocache::status there =
        fused ? fuse_to(rows.data, cudaStream_t{}) : resample_to(rows.data, cudaStream_t{});
    expect(there.ok() && cudaDeviceSynchronize() == cudaSuccess, "on the device", there);
    const robocache::status here =
        fused ? fuse_to(rows.data + 3, robocache::cpu) : resample_to(rows.data + 3, robocache::cpu);
    expect(here.ok(), "on the CPU", here);
    expect(std::memcmp(rows.data, rows.data + 3, 3 * sizeof(float)) == 0, "the rows", there);
  }

  managed<double> points(3 * 4);
  managed<float> features(4);
  managed<float> voxels(2 * 8);
  for (int i = 0; i < 12; ++i) points.data[i] = (i * 7 % 5) * 0.4;
  for (int i = 0; i < 4; ++i) features.data[i] = static_cast<float>(i + 1);
  const robocache::voxel_grid<double> grid{{0, 0, 0}, {1, 1, 1}, {2, 2, 2}};
  managed<unsigned char> memory(
      robocache::voxelize_workspace_bytes(last_seen{}, 4, grid, cudaStream_t{}));
  const auto voxelize_to = [&](float* out, auto where) {
    return robocache::voxelize(
        last_seen{}, robocache::points_of(tensor_view<const double, 2>(points.data, {4, 3})),
        robocache::features_of(tensor_view<const float, 2>(features.data, {4, 1})), grid,
        tensor_view<float, 4>(out, {2, 2, 2, 1}), {memory.data, memory.bytes}, where);
  };
  const robocache::status there = voxelize_to(voxels.data, cudaStream_t{});
  expect(there.ok() && cudaDeviceSynchronize() == cudaSuccess, "voxels on the device", there);
  const robocache::status here = voxelize_to(voxels.data + 8, robocache::cpu);
  expect(here.ok(), "voxels on the CPU", here);
  expect(std::memcmp(voxels.data, voxels.data + 8, 8 * sizeof(float)) == 0, "the voxels", there);
}

}  // namespace

int main() {
  without_a_device();
  int devices = 0;
  if (cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0) {
    with_a_device();
    std::puts("compared with the CPU on a device");
  } else {
    std::puts("no device: only empty calls");
  }
  return failures == 0 ? 0 : 1;
}
