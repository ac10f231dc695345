// SPDX-License-Identifier: Apache-2.0
// The CPU back end against the loop one writes first, in the same run: robot-like shapes, float and
// BF16, one thread and all of them.

#include <robocache/resample.hpp>

#include "harness/cpu_main.hpp"
#include "harness/cpu_row.hpp"
#include "harness/plain.hpp"
#include "resample/shape.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using bench::bfloat16;

/// A batch: 500 Hz with jitter, targets on a regular grid, as on the GPU.
template <class T>
struct recording {
  recording(const bench::resample_shape& s, bench::target_order order, std::uint64_t seed)
      : shape(s) {
    const std::size_t batch = static_cast<std::size_t>(s.batch);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<float> value(-1, 1);
    std::uniform_real_distribution<double> unit(0, 1);
    values.resize(batch * s.samples * s.channels);
    for (T& x : values) bench::assign(x, value(random));
    for (int b = 0; b < s.batch; ++b) {
      for (int i = 0; i < s.samples; ++i) {
        times.push_back(0.002 * (i + 0.5 + 0.4 * (unit(random) - 0.5)));
      }
      const double phase = unit(random);
      for (int t = 0; t < s.rows; ++t) {
        targets.push_back(0.002 * s.samples * (t + phase) / s.rows);
      }
      if (order == bench::target_order::shuffled) {
        std::shuffle(targets.end() - s.rows, targets.end(), random);
      }
    }
    output.resize(batch * s.rows * s.channels);
  }

  bench::resample_shape shape;
  std::vector<T> values;
  std::vector<double> times;
  std::vector<double> targets;
  std::vector<T> output;
};

template <class T>
void naive_resample(recording<T>& r) {
  const bench::resample_shape& s = r.shape;
  for (int b = 0; b < s.batch; ++b) {
    const T* const values = r.values.data() + std::size_t(b) * s.samples * s.channels;
    const double* const targets = r.targets.data() + std::size_t(b) * s.rows;
    T* const output = r.output.data() + std::size_t(b) * s.rows * s.channels;
    bench::plain_resample(
        r.times.data() + std::size_t(b) * s.samples, s.samples, s.rows,
        [&](int t) { return targets[t]; },
        [&](int t, std::ptrdiff_t left, std::ptrdiff_t right, float weight) {
          bench::plain_lerp(values + left * s.channels, values + right * s.channels, weight,
                            s.channels, output + std::size_t(t) * s.channels);
        });
  }
}

template <class T>
robocache::status library_resample(recording<T>& r, robocache::cpu_execution where) {
  using robocache::tensor_view;
  const bench::resample_shape& s = r.shape;
  return robocache::resample(
      robocache::padded_source(
          tensor_view<const T, 3>(r.values.data(), {s.batch, s.samples, s.channels}),
          tensor_view<const double, 2>(r.times.data(), {s.batch, s.samples})),
      tensor_view<const double, 2>(r.targets.data(), {s.batch, s.rows}),
      tensor_view<T, 3>(r.output.data(), {s.batch, s.rows, s.channels}),
      robocache::resample_options<double>{}, where);
}

template <class T>
void add(const bench::resample_shape& shape, bench::target_order order) {
  const std::string name = bench::row_name("resample_cpu", shape,
                                           std::is_same_v<T, float> ? "f32" : "bf16", "f64", order);
  bench::register_cpu_row(name, [=](benchmark::State& state, robocache::cpu_execution where) {
    std::vector<recording<T>> recordings;
    for (int i = 0; i < bench::recordings_for(shape.batch * shape.rows); ++i) {
      recordings.emplace_back(shape, order, static_cast<std::uint64_t>(i));
    }
    bench::measure_cpu_row(state, recordings, naive_resample<T>,
                           [=](recording<T>& r) { return library_resample(r, where); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  using bench::target_order;
  const bench::resample_shape shapes[] = {
      {1, 500, 50, 7},       // one second of joint angles at the policy's rate
      {1, 5000, 1000, 14},   // ten seconds of positions and velocities
      {1, 1000, 500, 42},    // a humanoid's joints
      {8, 250, 128, 128},    // a small training batch
      {32, 500, 256, 256},   // a training batch
      {1, 100000, 10000, 7}  // a long recording
  };
  for (const auto& shape : shapes) {
    add<float>(shape, target_order::sorted);
    add<bfloat16>(shape, target_order::sorted);
  }
  add<float>(shapes[5], target_order::shuffled);
  return bench::cpu_main(argc, argv);
}
