// SPDX-License-Identifier: Apache-2.0
// The CPU back end against the loop one writes first, in the same run: robot-like shapes, float and
// BF16, one thread and all of them.

#include <robocache/resample.hpp>

#include "harness/cpu_main.hpp"
#include "harness/cpu_row.hpp"
#include "harness/inputs.hpp"
#include "harness/plain.hpp"
#include "resample/shape.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using bench::bfloat16;

/// A batch: what a buffer set holds on the GPU, but for the type of the stamps.
template <class T>
struct recording {
  recording(const bench::resample_shape& s, bench::target_order order, int set) : shape(s) {
    const std::uint64_t seed = bench::seed_of_set(set);
    const std::size_t batch = static_cast<std::size_t>(s.batch);
    values.resize(batch * s.samples * s.channels);
    for (std::size_t i = 0; i < values.size(); ++i) {
      bench::assign(values[i], bench::random_float(seed, i));
    }
    for (std::size_t i = 0; i < batch * s.samples; ++i) {
      times.push_back(bench::sample_seconds(seed + 3, i, s.samples, bench::sample_period));
    }
    const double span = bench::sample_period * s.samples;
    for (std::size_t i = 0; i < batch * s.rows; ++i) {
      targets.push_back(bench::target_seconds(seed, i, s.rows, span, order));
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
      recordings.emplace_back(shape, order, i);
    }
    bench::measure_cpu_row(state, name, recordings, naive_resample<T>,
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
