// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample/collective/rows.hpp>

#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

// More than 2^31 elements on both sides: indices that fit 32 bits would wrap.

using namespace robocache_test;

namespace {

/// Memory of the GPU, freed at the end; null if there is not enough.
struct device_memory {
  void* data = nullptr;
  explicit device_memory(std::size_t bytes) {
    if (cudaMalloc(&data, bytes) != cudaSuccess) {
      (void)cudaGetLastError();
      data = nullptr;
    }
  }
  ~device_memory() { (void)cudaFree(data); }
  device_memory(const device_memory&) = delete;
  device_memory& operator=(const device_memory&) = delete;
};

constexpr std::int64_t channels = 1024;
constexpr std::int64_t samples = 2100001;  // * channels = 2^31 + 2.9e6
constexpr std::int64_t rows = 2100003;

/// Values repeat after an odd number of rows, so that a wrapped index shows.
constexpr std::int64_t period = 16381;

robocache::bfloat16 pattern(std::int64_t sample, std::int64_t channel) {
  const std::uint64_t mixed =
      static_cast<std::uint64_t>((sample % period) * channels + channel) * 0x9e3779b97f4a7c15u;
  // A finite number between 2^-16 and 2^16, of either sign.
  return {static_cast<std::uint16_t>(((mixed >> 63) << 15) | ((111 + (mixed >> 40) % 32) << 7) |
                                     ((mixed >> 33) & 0x7f))};
}

const operations& bf16_operations() {
  const operations* const entry =
      tested().find({scalar_kind::bf16, scalar_kind::bf16, time_kind::i64});
  REQUIRE(entry != nullptr);
  return *entry;
}

void check_row(const std::vector<std::int64_t>& times, const std::vector<std::int64_t>& targets,
               std::int64_t batch, std::int64_t row, const robocache::bfloat16* output,
               const std::uint8_t* statuses) {
  const std::int64_t samples_each = samples / batch;
  const std::int64_t rows_each = rows / batch;
  const std::int64_t b = row / rows_each;
  robocache::time_axis<std::int64_t> axis;
  axis.times = times.data() + b * samples_each;
  axis.size = static_cast<std::int32_t>(samples_each);
  const auto found = robocache::bracket(axis, targets[static_cast<std::size_t>(row)],
                                        robocache::resample_policy<std::int64_t>{});
  std::vector<robocache::bfloat16> got(static_cast<std::size_t>(channels));
  tested().download(got.data(), output + row * channels, got.size() * sizeof(got[0]));
  std::uint8_t status = 0xff;
  tested().download(&status, statuses + row, 1);
  INFO("batch " << batch << " row " << row << " left " << found.left);
  REQUIRE(+status == +found.status);
  int wrong = 0;
  for (std::int64_t d = 0; d < channels; ++d) {
    const robocache::bfloat16 a = pattern(b * samples_each + found.left, d);
    const robocache::bfloat16 c = pattern(b * samples_each + found.right, d);
    const robocache::bfloat16 expected =
        found.left == found.right ? a
                                  : robocache::interpolate<robocache::bfloat16>(a, c, found.weight);
    wrong += got[static_cast<std::size_t>(d)].bits != expected.bits;
  }
  REQUIRE(wrong == 0);
}

}  // namespace

TEST_CASE("more than 2^31 source and output elements", "[gpu][big]") {
  const std::size_t value_bytes = static_cast<std::size_t>(samples * channels) * 2;
  device_memory values(value_bytes);
  device_memory output(static_cast<std::size_t>(rows * channels) * 2);
  device_memory times(static_cast<std::size_t>(samples) * 8);
  device_memory targets(static_cast<std::size_t>(rows) * 8);
  device_memory statuses(static_cast<std::size_t>(rows));
  if (!values.data || !output.data || !times.data || !targets.data || !statuses.data) {
    WARN("skipped: needs 9 GB of GPU memory");
    return;
  }

  const std::size_t block_bytes = static_cast<std::size_t>(period * channels) * 2;
  std::vector<robocache::bfloat16> block(static_cast<std::size_t>(period * channels));
  for (std::int64_t s = 0; s < period; ++s) {
    for (std::int64_t d = 0; d < channels; ++d) {
      block[static_cast<std::size_t>(s * channels + d)] = pattern(s, d);
    }
  }
  const auto stream = static_cast<cudaStream_t>(tested().where().stream);
  tested().upload(values.data, block.data(), block_bytes);
  for (std::size_t at = block_bytes; at < value_bytes; at += block_bytes) {
    REQUIRE(cudaMemcpyAsync(static_cast<char*>(values.data) + at, values.data,
                            std::min(block_bytes, value_bytes - at), cudaMemcpyDeviceToDevice,
                            stream) == cudaSuccess);
  }

  random_source random(111);
  std::vector<std::int64_t> host_times;
  std::vector<std::int64_t> host_targets;
  std::int64_t now = 1700000000000000000;
  for (std::int64_t s = 0; s < samples; ++s) host_times.push_back(now += random.between(1, 2000));
  for (std::int64_t t = 0; t < rows; ++t) {
    host_targets.push_back(random.between(host_times.front() - 5, host_times.back() + 5));
  }
  host_targets.back() = host_times.back() - 1;  // the last bracket into the last row
  tested().upload(times.data, host_times.data(), host_times.size() * 8);
  tested().upload(targets.data, host_targets.data(), host_targets.size() * 8);

  for (const std::int64_t batch : {1, 2, 3}) {
    any_call call;
    const std::int64_t s = samples / batch;
    const std::int64_t t = rows / batch;
    call.values = {values.data, {batch, s, channels}, {s * channels, channels, 1}};
    call.times = {times.data, {batch, s}, {s, 1}};
    call.targets = {targets.data, {batch, t}, {t, 1}};
    call.output = {output.data, {batch, t, channels}, {t * channels, channels, 1}};
    call.statuses = {statuses.data, {batch, t}, {t, 1}};
    REQUIRE(cudaMemsetAsync(output.data, 0x5a, static_cast<std::size_t>(rows * channels) * 2,
                            stream) == cudaSuccess);
    REQUIRE(std::string(bf16_operations().resample(call, tested().where()).message()) == "");
    tested().finish();
    const auto* const out = static_cast<const robocache::bfloat16*>(output.data);
    const auto* const status = static_cast<const std::uint8_t*>(statuses.data);
    const std::int64_t written = batch * t;
    for (const std::int64_t row : {std::int64_t{0}, written / 2, written - 2, written - 1}) {
      check_row(host_times, host_targets, batch, row, out, status);
    }
    for (int i = 0; i < 300; ++i) {
      check_row(host_times, host_targets, batch, random.between(0, written - 1), out, status);
    }
  }
}

TEST_CASE("more than 2^31 rows", "[gpu][big]") {
  const std::int64_t rows = (std::int64_t{1} << 30) + 77;  // per item
  const std::int64_t count = 2 * rows;
  device_memory output(static_cast<std::size_t>(count) * 2);
  if (!output.data) {
    WARN("skipped: needs 5 GB of GPU memory");
    return;
  }
  // One target for all: a stride of 0 is a view like any other.
  problem work;
  work.types = {scalar_kind::bf16, scalar_kind::bf16, time_kind::i64};
  work.items.assign(2, {{0, 4}, {0x3f80, 0x40a0}});  // 1 and 5
  work.targets = {{1}, {1}};
  prepared ready(tested(), work);
  ready.call.statuses = {};
  ready.call.targets.extents[1] = rows;
  ready.call.targets.strides[1] = 0;
  ready.call.output = {output.data, {2, rows, 1}, {rows, 1, 1}};
  REQUIRE(std::string(ready.launch(tested().where()).message()) == "");
  tested().finish();
  random_source random(112);
  for (int i = 0; i < 200; ++i) {
    const std::int64_t row = i < 100 ? count - 1 - i : random.between(0, count - 1);
    std::uint16_t bits = 0;
    tested().download(&bits, static_cast<const std::uint16_t*>(output.data) + row, 2);
    INFO("row " << row);
    REQUIRE(bits == 0x4000);  // 2
  }
}
