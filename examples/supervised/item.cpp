// SPDX-License-Identifier: Apache-2.0
#include "item.hpp"

#include <cstring>

namespace supervised {
namespace {

/// A bijection of 64 bits that looks random (the finalizer of SplitMix64).
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace

void simulate(std::uint64_t sequence, item& output) {
  constexpr std::int64_t interval = 10'000'000;  // ns: 100 Hz, with jitter and a gap here and there
  std::uint64_t state = mixed(sequence + 1);
  const auto random = [&state] { return mixed(state += 0x9e3779b97f4a7c15U); };
  output.sequence = sequence;
  const auto start = static_cast<std::int64_t>(sequence) * samples * interval;
  for (std::int64_t b = 0; b < batch; ++b) {
    std::int64_t time = start;
    for (std::int64_t s = 0; s < samples; ++s) {
      output.times[b * samples + s] = time;
      time += interval / 2 + static_cast<std::int64_t>(random() % interval);
      if (random() % 32 == 0) time += 3 * interval;
    }
  }
  for (float& x : output.values) x = static_cast<float>(random() >> 40U) * 0x1p-24F;
  for (std::int64_t k = 0; k < rows; ++k) output.targets[k] = start + k * interval / 2;
}

std::uint64_t checksum(const result& values) {
  std::uint64_t sum = 0xcbf29ce484222325U;  // FNV-1a
  const auto add = [&sum](const void* data, std::size_t size) {
    const auto* const bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) sum = (sum ^ bytes[i]) * 0x100000001b3U;
  };
  add(values.values, sizeof(values.values));
  add(values.statuses, sizeof(values.statuses));
  return sum;
}

}  // namespace supervised
