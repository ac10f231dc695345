// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.hpp>

#include <cstdint>

/// \file
/// What is queued, what is made of it, and the call that does. Both are plain bytes: they lie in
/// shared memory and in device memory as they are.

namespace supervised {

constexpr std::int64_t batch = 4, samples = 64, channels = 7, rows = 128;
/// The stamps of items much later than this do not fit 64 bits of ns.
constexpr std::uint64_t max_sequence = 10'000'000'000;

/// A few short trajectories, as a sensor would deliver them.
struct item {
  std::uint64_t sequence;
  std::int64_t times[batch * samples];       ///< ns, [batch, samples]
  float values[batch * samples * channels];  ///< [batch, samples, channels]
  std::int64_t targets[rows];                ///< ns
};

struct result {
  float values[batch * rows * channels];  ///< [batch, rows, channels]
  std::uint8_t statuses[batch * rows];    ///< [batch, rows]
};

/// The sensor, simulated: the same item for the same number, always.
void simulate(std::uint64_t sequence, item& output);

std::uint64_t checksum(const result& values);

/// \param in, out  in memory that `where` can reach
template <class Where>
robocache::status resample_item(const item* in, result* out, Where where) {
  using robocache::tensor_view;
  robocache::resample_options<std::int64_t> options;
  options.max_gap = 25'000'000;
  options.gap = robocache::gap_policy::hold;
  return robocache::resample(
      robocache::padded_source(tensor_view<const float, 3>(in->values, {batch, samples, channels}),
                               tensor_view<const std::int64_t, 2>(in->times, {batch, samples})),
      tensor_view<const std::int64_t, 1>(in->targets, {rows}),
      tensor_view<float, 3>(out->values, {batch, rows, channels}),
      tensor_view<std::uint8_t, 2>(out->statuses, {batch, rows}), options, where);
}

}  // namespace supervised
