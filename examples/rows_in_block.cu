// SPDX-License-Identifier: Apache-2.0

#include "embedding/device.cuh"
#include "embedding/rows_in_block.cuh"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

/// \file
/// Rows that never leave the block: a block resamples 32 of them into shared memory and encodes
/// them there. Ends with 1 unless the features have the bits that `resample` on the CPU and the
/// same products in the same order give, and wrong arguments are refused.

namespace {

using call_options = robocache::resample_options<std::int64_t>;

/// Whether a call of these extents, which launches nothing, has this outcome.
bool ends_with(const std::string& expected, std::int64_t items, std::int64_t rows,
               std::int64_t channels, const call_options& options = {}) {
  using robocache::tensor_view;
  float value = 0, features = 0;
  std::int64_t time = 0;
  const auto call = robocache::make_resample_call(
      robocache::padded_source(tensor_view(&value, {items, 1, channels}, {0, 0, 0}),
                               tensor_view(&time, {items, 1}, {0, 0})),
      tensor_view(&time, {rows}, {0}), tensor_view<float, 3>(nullptr, {items, rows, channels}), {},
      options);
  const robocache::status done =
      embedding::launch_encoder(call, {&value, &value}, &features, nullptr);
  if (done.message() == expected) return true;
  std::fprintf(stderr, "'%s' instead of '%s'\n", done.message(), expected.c_str());
  return false;
}

/// What the kernel cannot do, and what leaves it nothing to do. Needs no GPU.
bool checks_its_arguments() {
  const float scale[embedding::encoder_channels] = {};
  call_options scaled;
  scaled.scale = robocache::tensor_view(scale, {embedding::encoder_channels});
  return ends_with("encode_streams: output has 31 channels, must have 32", 1, 1, 31) &&
         ends_with("encode_streams: output has 65536 items, at most 65535 are supported", 65'536, 1,
                   32) &&
         ends_with(
             "encode_streams: options.scale has extent 32 and options.shift 0, both must be "
             "empty",
             1, 1, 32, scaled) &&
         ends_with("", 0, 1, 32) && ends_with("", 1, 0, 32);
}

}  // namespace

int main() {
  if (!checks_its_arguments()) return 1;
  if (!embedding::has_device()) return embedding::skipped;
  using robocache::tensor_view;
  constexpr std::int64_t batch = 6, samples = 300, rows = 250;
  constexpr std::int64_t channels = embedding::encoder_channels;
  constexpr std::int64_t features = embedding::encoder_features;
  constexpr std::int64_t start = 1'700'000'000'000'000'000;  // ns
  std::vector<std::int64_t> times, targets;
  std::vector<float> values, weights, bias;
  for (std::int64_t i = 0; i < batch * samples; ++i) {  // about 100 Hz
    times.push_back(start + i % samples * 10'000'000 + i * 7919 % 4'000'000);
    for (std::int64_t d = 0; d < channels; ++d) {
      values.push_back(static_cast<float>((i * (d + 5)) % 101) / 101 - 0.5f);
    }
  }
  // The first targets are before the recordings, the last after them.
  for (std::int64_t t = 0; t < rows; ++t) targets.push_back(start - 50'000'000 + t * 13'000'000);
  for (std::int64_t i = 0; i < channels * features; ++i) {
    weights.push_back(static_cast<float>(i * 37 % 61) / 61 - 0.5f);
  }
  for (std::int64_t k = 0; k < features; ++k) bias.push_back(0.1f * static_cast<float>(k) - 0.4f);
  call_options options;
  options.max_gap = 13'000'000;

  const embedding::device_vector<std::int64_t> device_times(times), device_targets(targets);
  const embedding::device_vector<float> device_values(values), device_weights(weights),
      device_bias(bias), device_features(batch * rows * features);
  // [snippet:call]
  const auto call = robocache::make_resample_call(
      robocache::padded_source(tensor_view(device_values.data(), {batch, samples, channels}),
                               tensor_view(device_times.data(), {batch, samples})),
      tensor_view(device_targets.data(), {rows}),
      tensor_view<float, 3>(nullptr, {batch, rows, channels}),  // rows go nowhere
      {}, options);
  const robocache::status done = embedding::launch_encoder(
      call, {device_weights.data(), device_bias.data()}, device_features.data(), nullptr);
  // [/snippet:call]
  if (!done.ok()) {
    std::fprintf(stderr, "%s\n", done.message());
    return 1;
  }
  const std::vector<float> result = device_features.to_host();

  std::vector<float> resampled(batch * rows * channels);
  const robocache::status expected = robocache::resample(
      robocache::padded_source(tensor_view(values.data(), {batch, samples, channels}),
                               tensor_view(times.data(), {batch, samples})),
      targets, tensor_view(resampled.data(), {batch, rows, channels}), options, robocache::cpu);
  if (!expected.ok()) {
    std::fprintf(stderr, "%s\n", expected.message());
    return 1;
  }
  std::int64_t wrong = 0, active = 0;
  for (std::int64_t row = 0; row < batch * rows; ++row) {
    for (std::int64_t k = 0; k < features; ++k) {
      float sum = bias[static_cast<std::size_t>(k)];
      for (std::int64_t d = 0; d < channels; ++d) {
        sum = std::fma(weights[static_cast<std::size_t>(d * features + k)],
                       resampled[static_cast<std::size_t>(row * channels + d)], sum);
      }
      const float feature = sum > 0 ? sum : 0.0f;
      wrong += std::memcmp(&feature, &result[static_cast<std::size_t>(row * features + k)],
                           sizeof(float)) != 0;
      active += feature > 0;
    }
  }
  std::printf("%lld rows to %lld features each, %lld of them not 0\n",
              static_cast<long long>(batch * rows), static_cast<long long>(features),
              static_cast<long long>(active));
  if (wrong != 0) std::fprintf(stderr, "%lld features differ\n", static_cast<long long>(wrong));
  return wrong == 0 && active > 0 ? 0 : 1;
}
