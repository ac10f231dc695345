// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "raw_voxels.hpp"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

// More than 2^31 voxels, elements and bytes: indices that fit 32 bits would wrap.

using namespace robocache_test;
using robocache::reduction;

namespace {

cudaStream_t stream() {
  return static_cast<cudaStream_t>(tested().where().stream);
}

struct whole_point {
  std::int64_t x, y, z;
};

/// Corners, and voxels all over; the middle of each as a point.
std::vector<whole_point> scattered(std::int64_t nx, std::int64_t ny, std::int64_t nz) {
  std::vector<whole_point> all;
  for (std::int64_t corner = 0; corner < 8; ++corner) {
    all.push_back({corner % 2 * (nx - 1), corner / 2 % 2 * (ny - 1), corner / 4 * (nz - 1)});
  }
  for (std::int64_t i = 0; i < 992; ++i)
    all.push_back({i * 7919 % nx, i * 104729 % ny, i * 1299709 % nz});
  return all;
}

std::vector<float> middles(const std::vector<whole_point>& voxels) {
  std::vector<float> points;
  for (const whole_point& v : voxels) {
    for (const std::int64_t c : {v.x, v.y, v.z}) points.push_back(static_cast<float>(c) + 0.5f);
  }
  return points;
}

}  // namespace

TEST_CASE("more than 2^31 voxels", "[gpu][big]") {
  constexpr std::int64_t n = 1300;
  constexpr std::int64_t cells = n * n * n;
  const raw_memory output(static_cast<std::size_t>(cells) * 4);
  if (output.get() == nullptr) {
    (void)cudaGetLastError();
    WARN("skipped: needs 9 GB of GPU memory");
    return;
  }
  const std::vector<whole_point> voxels = scattered(n, n, n);
  const std::vector<float> points = middles(voxels);
  std::map<std::int64_t, std::uint32_t> expected;
  for (const whole_point& v : voxels) ++expected[(v.z * n + v.y) * n + v.x];
  const raw_memory cloud(points.size() * 4);
  upload(cloud, points);
  REQUIRE(cudaMemsetAsync(output.get(), 0x5a, static_cast<std::size_t>(cells) * 4, stream()) ==
          cudaSuccess);
  const voxel_types types{scalar_kind::f32, reduction::count};
  run_raw(types, raw_call(types, {{0, 0, 0}, {1, 1, 1}, {n, n, n}}, cloud.get(),
                          static_cast<std::int64_t>(voxels.size()), output.get()));
  std::vector<std::uint32_t> plane(static_cast<std::size_t>(n * n));
  std::int64_t wrong = 0;
  auto next = expected.begin();
  for (std::int64_t z = 0; z < n; ++z) {
    tested().download(plane.data(), static_cast<const std::uint32_t*>(output.get()) + z * n * n,
                      plane.size() * 4);
    for (; next != expected.end() && next->first < (z + 1) * n * n; ++next) {
      std::uint32_t& count = plane[static_cast<std::size_t>(next->first - z * n * n)];
      wrong += count != next->second;
      count = 0;
    }
    wrong += std::count_if(plane.begin(), plane.end(), [](std::uint32_t c) { return c != 0; });
  }
  CHECK(wrong == 0);
}

TEST_CASE("more than 2^31 elements of features", "[gpu][big]") {
  constexpr std::int64_t n = 256;
  constexpr std::int64_t channels = 130;
  constexpr std::int64_t cells = n * n * n;
  const raw_memory output(static_cast<std::size_t>(cells * channels) * 4);
  if (output.get() == nullptr) {
    (void)cudaGetLastError();
    WARN("skipped: needs 9 GB of GPU memory");
    return;
  }
  const std::vector<whole_point> voxels = scattered(n, n, n);
  const auto size = static_cast<std::int64_t>(voxels.size());
  const std::vector<float> points = middles(voxels);
  std::vector<float> features;
  for (std::int64_t i = 0; i < size * channels; ++i) {
    features.push_back(static_cast<float>(i / channels % 512 + i % channels));
  }
  const raw_memory cloud(points.size() * 4);
  const raw_memory values(features.size() * 4);
  upload(cloud, points);
  upload(values, features);
  const voxel_types types{scalar_kind::f32, reduction::max};
  any_voxel_call call =
      raw_call(types, {{0, 0, 0}, {1, 1, 1}, {n, n, n}}, cloud.get(), size, output.get());
  for (int d = 0; d < 3; ++d) call.output.strides[d] *= channels;
  call.output.extents[3] = channels;
  call.features = {values.get(), size, channels, channels * 4, 4};
  call.options.empty_value = -1;
  REQUIRE(cudaMemsetAsync(output.get(), 0x5a, static_cast<std::size_t>(cells * channels) * 4,
                          stream()) == cudaSuccess);
  run_raw(types, call);
  std::map<std::int64_t, std::int64_t> largest;  // the point that has it
  for (std::int64_t i = 0; i < size; ++i) {
    const whole_point& v = voxels[static_cast<std::size_t>(i)];
    const std::int64_t voxel = (v.z * n + v.y) * n + v.x;
    const auto found = largest.find(voxel);
    if (found == largest.end() || found->second % 512 < i % 512) largest[voxel] = i;
  }
  std::int64_t wrong = 0;
  std::vector<float> row(static_cast<std::size_t>(channels));
  const auto check_voxel = [&](std::int64_t voxel) {
    tested().download(row.data(), static_cast<const float*>(output.get()) + voxel * channels,
                      row.size() * 4);
    const auto found = largest.find(voxel);
    for (std::int64_t c = 0; c < channels; ++c) {
      const float expected =
          found == largest.end() ? -1.0f : static_cast<float>(found->second % 512 + c);
      wrong += row[static_cast<std::size_t>(c)] != expected;
    }
  };
  for (const auto& each : largest) {
    check_voxel(each.first);
    check_voxel((each.first + 1) % cells);
    check_voxel((each.first + cells / 2) % cells);
  }
  CHECK(wrong == 0);
}

TEST_CASE("records so far apart that their offsets exceed 2^31 bytes", "[gpu][big]") {
  constexpr std::int64_t size = 1000;
  constexpr std::int64_t step = 5000001;  // 5 GB in all, and not aligned
  const raw_memory records(static_cast<std::size_t>(size * step));
  const raw_memory output(1000 * 4);
  if (records.get() == nullptr) {
    (void)cudaGetLastError();
    WARN("skipped: needs 5 GB of GPU memory");
    return;
  }
  for (std::int64_t i = 0; i < size; ++i) {
    const float record[4] = {static_cast<float>((i * 7) % 1000) + 0.5f, 0.5f, 0.5f,
                             static_cast<float>(i)};
    REQUIRE(cudaMemcpyAsync(static_cast<char*>(records.get()) + i * step, record, 16,
                            cudaMemcpyHostToDevice, stream()) == cudaSuccess);
  }
  for (const bool backwards : {false, true}) {
    const voxel_types types{scalar_kind::f32, reduction::mean};
    char* const first = static_cast<char*>(records.get()) + (backwards ? (size - 1) * step : 0);
    any_voxel_call call =
        raw_call(types, {{0, 0, 0}, {1, 1, 1}, {1000, 1, 1}}, first, size, output.get());
    call.points.step = backwards ? -step : step;
    call.features = {first + 12, size, 1, call.points.step, 4};
    run_raw(types, call);
    std::vector<float> got(1000);
    download(got, output);
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < size; ++i) {
      wrong += got[static_cast<std::size_t>((i * 7) % 1000)] != static_cast<float>(i);
    }
    CHECK(wrong == 0);
  }
}
