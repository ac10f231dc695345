// SPDX-License-Identifier: Apache-2.0
// What a call costs on the host before anything runs: its checks. Nothing of it depends on the
// sizes of tensors, only on the number of streams.

#include <robocache/fuse.hpp>
#include <robocache/resample.hpp>

#include "harness/cpu_main.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using robocache::tensor_view;
using time_type = std::int64_t;
using stream = robocache::sensor_stream<time_type, float>;

constexpr std::int64_t batch = 32;
constexpr std::int64_t samples = 500;
constexpr std::int64_t rows = 250;
constexpr std::int64_t channels = 8;

std::uintptr_t next = std::uintptr_t{1} << 32;

/// Memory of its own for each tensor. Checks look at addresses alone, so it is never touched.
template <class T, int Rank>
tensor_view<T, Rank> tensor(const std::int64_t (&extents)[Rank]) {
  std::uintptr_t bytes = sizeof(T);
  for (const std::int64_t extent : extents) bytes *= static_cast<std::uintptr_t>(extent);
  const std::uintptr_t address = next;
  next += (bytes + 255) / 256 * 256;
  return tensor_view<T, Rank>(reinterpret_cast<T*>(address), extents);
}

enum class layout {
  concatenated,  ///< one output for all streams
  separate,      ///< an output for each
  slices,        ///< an output for each, which are the columns of one tensor
};

struct fusion {
  fusion(std::int64_t count, layout how) : output(tensor<float>({batch, rows, count * channels})) {
    for (std::int64_t n = 0; n < count; ++n) {
      const auto source = robocache::padded_source(tensor<const float>({batch, samples, channels}),
                                                   tensor<const time_type>({batch, samples}));
      streams.emplace_back(source, robocache::resample_options<time_type, float>{});
      outputs.push_back(how == layout::separate
                            ? tensor<float>({batch, rows, channels})
                            : tensor_view<float, 3>(output.data() + n * channels,
                                                    {batch, rows, channels},
                                                    {output.stride(0), output.stride(1), 1}));
    }
    reports.statuses = tensor<std::uint8_t>({batch, rows, count});
  }

  tensor_view<float, 3> output;
  std::vector<stream> streams;
  std::vector<tensor_view<float, 3>> outputs;
  robocache::target_view<time_type> targets = tensor<const time_type>({batch, rows});
  robocache::fuse_reports<time_type> reports;
};

template <class Outputs>
robocache::status check(const fusion& call, const Outputs& outputs) {
  return robocache::detail::check_fuse("fuse", robocache::detail::list_of(call.streams),
                                       call.targets, outputs, call.reports);
}

void check_fuse(benchmark::State& state, layout how) {
  const fusion call(state.range(0), how);
  for (auto _ : state) {
    robocache::status checked = how == layout::concatenated
                                    ? check(call, robocache::concatenated<float>(call.output))
                                    : check(call, robocache::separate<float>(call.outputs));
    if (!checked.ok()) state.SkipWithError(checked.message());
    benchmark::DoNotOptimize(checked);
  }
  state.counters["per_stream"] = benchmark::Counter(
      static_cast<double>(state.range(0)),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void check_resample(benchmark::State& state) {
  const auto source = robocache::padded_source(tensor<const float>({batch, samples, channels}),
                                               tensor<const time_type>({batch, samples}));
  const robocache::target_view<time_type> targets = tensor<const time_type>({batch, rows});
  const auto output = tensor<float>({batch, rows, channels});
  const auto statuses = tensor<std::uint8_t>({batch, rows});
  const robocache::resample_options<time_type, float> options;
  for (auto _ : state) {
    robocache::status checked =
        robocache::detail::check_resample("resample", source, targets, output, statuses, options);
    if (!checked.ok()) state.SkipWithError(checked.message());
    benchmark::DoNotOptimize(checked);
  }
}

}  // namespace

BENCHMARK(check_resample);
BENCHMARK_CAPTURE(check_fuse, one_output, layout::concatenated)->Arg(1)->Arg(3)->Arg(16)->Arg(64);
BENCHMARK_CAPTURE(check_fuse, separate, layout::separate)->Arg(1)->Arg(3)->Arg(16)->Arg(64);
BENCHMARK_CAPTURE(check_fuse, slices, layout::slices)->Arg(1)->Arg(3)->Arg(16)->Arg(64);

int main(int argc, char** argv) {
  return bench::cpu_main(argc, argv);
}
