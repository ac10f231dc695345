// SPDX-License-Identifier: Apache-2.0
// The CPU back end against the loop one writes first, in the same run: robot-like shapes, float and
// BF16, one thread and all of them.

#include <robocache/resample.hpp>

#include "harness/statistics.hpp"
#include "resample/shape.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using robocache::bfloat16;

// The baseline's own conversions: it shares no code with the library.
float to_float(float x) {
  return x;
}
float to_float(bfloat16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof(result));
  return result;
}
void assign(float& to, float x) {
  to = x;
}
void assign(bfloat16& to, float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  to.bits = static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

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
    for (T& x : values) assign(x, value(random));
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
    const double* const times = r.times.data() + std::size_t(b) * s.samples;
    const T* const values = r.values.data() + std::size_t(b) * s.samples * s.channels;
    for (int t = 0; t < s.rows; ++t) {
      const double target = r.targets[std::size_t(b) * s.rows + t];
      T* const out = r.output.data() + (std::size_t(b) * s.rows + t) * s.channels;
      const auto after = std::upper_bound(times, times + s.samples, target) - times;
      const std::ptrdiff_t left = std::max<std::ptrdiff_t>(after - 1, 0);
      const std::ptrdiff_t right = std::min<std::ptrdiff_t>(after, s.samples - 1);
      const float weight =
          left == right ? 0.0f
                        : static_cast<float>((target - times[left]) / (times[right] - times[left]));
      const T* const from = values + left * s.channels;
      const T* const to = values + right * s.channels;
      for (int d = 0; d < s.channels; ++d) {
        const float a = to_float(from[d]);
        assign(out[d], a + weight * (to_float(to[d]) - a));
      }
    }
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

/// Median over runs of 0.2 s together, each clock reading over at least 50 us of calls.
///
/// The calls take the recordings in turn: with the same short one every time the processor would
/// learn the branches of its searches by heart, which no live stream allows.
template <class T, class Call>
bench::timing time_calls(std::vector<recording<T>>& recordings, const Call& call_on) {
  std::size_t next = 0;
  const auto call = [&] {
    call_on(recordings[next]);
    next = next + 1 < recordings.size() ? next + 1 : 0;
    benchmark::ClobberMemory();
  };
  using clock = std::chrono::steady_clock;
  const auto microseconds = [](clock::duration d) {
    return std::chrono::duration<double, std::micro>(d).count();
  };
  call();
  const auto before = clock::now();
  call();
  const double estimate = std::max(microseconds(clock::now() - before), 0.05);
  const int calls = std::max(1, static_cast<int>(std::ceil(50 / estimate)));
  std::vector<double> samples_us;
  double spent = 0;
  while (samples_us.size() < 5 || (spent < 200000 && samples_us.size() < 2000)) {
    const auto start = clock::now();
    for (int i = 0; i < calls; ++i) call();
    const double us = microseconds(clock::now() - start);
    spent += us;
    samples_us.push_back(us / calls);
  }
  return bench::summarize(std::move(samples_us), calls);
}

/// Largest difference allowed: the baseline rounds a product that the library does not.
template <class T>
bool agree(const std::vector<T>& a, const std::vector<T>& b) {
  const float tolerance = std::is_same_v<T, float> ? 1e-6f : 0.01f;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::fabs(to_float(a[i]) - to_float(b[i])) <= tolerance)) return false;
  }
  return true;
}

template <class T>
void measure(benchmark::State& state, const bench::resample_shape& shape, bench::target_order order,
             robocache::cpu_execution where) {
  const int count = std::clamp(20000 / (shape.batch * shape.rows), 1, 64);
  std::vector<recording<T>> recordings;
  for (int i = 0; i < count; ++i) {
    recordings.emplace_back(shape, order, static_cast<std::uint64_t>(i));
    recording<T>& r = recordings.back();
    naive_resample(r);
    const std::vector<T> expected = r.output;
    std::fill(r.output.begin(), r.output.end(), T{});
    if (const auto result = library_resample(r, where); !result.ok()) {
      state.SkipWithError(result.message());
      return;
    }
    if (!agree(expected, r.output)) {
      state.SkipWithError("differs from the baseline");
      return;
    }
  }
  const bench::timing naive = time_calls(recordings, [](recording<T>& r) { naive_resample(r); });
  bench::timing ours;
  for (auto _ : state) {
    ours = time_calls(recordings, [&](recording<T>& r) {
      if (const auto result = library_resample(r, where); !result.ok()) std::abort();
    });
    state.SetIterationTime(ours.median_us * 1e-6);
  }
  state.counters["ratio_to_naive"] = ours.median_us / naive.median_us;
  state.counters["naive_us"] = naive.median_us;
  state.counters["min_us"] = ours.min_us;
  state.counters["p90_us"] = ours.p90_us;
  state.counters["recordings"] = count;
  state.counters["outputs_per_s"] = static_cast<double>(shape.outputs()) / (ours.median_us * 1e-6);
}

template <class T>
void add(const bench::resample_shape& shape, bench::target_order order) {
  const std::string name = bench::row_name("resample_cpu", shape,
                                           std::is_same_v<T, float> ? "f32" : "bf16", "f64", order);
  for (const bool all : {false, true}) {
    benchmark::RegisterBenchmark((name + (all ? "/all_threads" : "/one_thread")).c_str(),
                                 [=](benchmark::State& state) {
                                   measure<T>(state, shape, order,
                                              all ? robocache::cpu : robocache::cpu(1));
                                 })
        ->Iterations(1)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
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

  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const char* const commit = std::getenv("ROBOCACHE_COMMIT");
  benchmark::AddCustomContext("commit", commit != nullptr && *commit != '\0' ? commit : "unknown");
  benchmark::AddCustomContext("compiler", __VERSION__);
#if defined(_OPENMP)
  benchmark::AddCustomContext("openmp", "yes");
#else
  benchmark::AddCustomContext("openmp", "no");
#endif
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
