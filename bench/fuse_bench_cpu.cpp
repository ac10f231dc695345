// SPDX-License-Identifier: Apache-2.0
// The CPU back end against a plain loop per stream, in the same run: the GPU's rows but the one
// with reports, with stamps in double.

#include <robocache/fuse.hpp>

#include "fuse/rotations.hpp"
#include "fuse/shape.hpp"
#include "fuse/slerp.hpp"
#include "harness/cpu_main.hpp"
#include "harness/cpu_row.hpp"
#include "harness/inputs.hpp"
#include "harness/plain.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using bench::bfloat16;

struct stream_data {
  bench::fuse_stream_shape shape;
  std::vector<double> times;
  std::vector<bfloat16> bf16;  // the values are in the one of the stream's scalar
  std::vector<float> f32;
};

/// A batch: what a buffer set holds on the GPU, but for the type of the stamps.
struct recording {
  recording(const bench::fuse_shape& s, int set) : shape(s) {
    const std::uint64_t seed = bench::seed_of_set(set);
    const std::size_t batch = static_cast<std::size_t>(s.batch);
    for (std::size_t n = 0; n < s.streams.size(); ++n) {
      const bench::fuse_stream_shape& one = s.streams[n];
      const std::uint64_t stream_seed = seed + 4 * n;
      stream_data data{one, {}, {}, {}};
      const auto fill = [&](auto& values) {
        values.resize(batch * one.samples * one.channels);
        for (std::size_t i = 0; i < values.size(); ++i) {
          bench::assign(values[i], bench::random_float(stream_seed, i));
        }
      };
      if (one.scalar == bench::fuse_scalar::bf16) {
        fill(data.bf16);
      } else {
        fill(data.f32);
      }
      for (std::size_t i = 0; i < batch * one.samples; ++i) {
        if (one.quaternion >= 0) {
          bench::random_rotation(stream_seed + 1, i, one.samples,
                                 data.f32.data() + i * one.channels + one.quaternion);
        }
        data.times.push_back(
            bench::sample_seconds(stream_seed + 3, i, one.samples, bench::fuse_span / one.samples));
      }
      streams.push_back(std::move(data));
    }
    for (std::size_t i = 0; i < batch * s.anchors; ++i) {
      anchors.push_back(
          bench::target_seconds(seed, i, s.anchors, bench::fuse_span, bench::target_order::sorted));
    }
    for (int k = 0; k < s.window; ++k) deltas.push_back(bench::window_delta(s.window, k));
    output.resize(static_cast<std::size_t>(s.outputs()));
  }

  bench::fuse_shape shape;
  std::vector<stream_data> streams;
  std::vector<double> anchors;  // [B, T], or the windows' anchors
  std::vector<double> deltas;   // [K]; a single zero without windows
  std::vector<bfloat16> output;
};

/// One stream of one item.
template <class T>
void naive_stream(recording& r, const stream_data& s, const std::vector<T>& all_values, int item,
                  int column) {
  const std::size_t b = static_cast<std::size_t>(item);
  const int channels = s.shape.channels;
  const int columns = r.shape.columns();
  const int rows = r.shape.rows();
  const int window = r.shape.window;
  const T* const values = all_values.data() + b * s.shape.samples * channels;
  const double* const anchors = r.anchors.data() + b * r.shape.anchors;
  bfloat16* const output = r.output.data() + b * rows * columns + column;
  bench::plain_resample(
      s.times.data() + b * s.shape.samples, s.shape.samples, rows,
      [&](int t) { return anchors[t / window] + r.deltas[t % window]; },
      [&](int t, std::ptrdiff_t left, std::ptrdiff_t right, float weight) {
        const T* const from = values + left * channels;
        const T* const to = values + right * channels;
        bfloat16* const out = output + std::size_t(t) * columns;
        bench::plain_lerp(from, to, weight, channels, out);
        if (s.shape.quaternion < 0) return;
        float ends[2][4];
        float between[4];
        for (int k = 0; k < 4; ++k) {
          ends[0][k] = bench::to_float(from[s.shape.quaternion + k]);
          ends[1][k] = bench::to_float(to[s.shape.quaternion + k]);
        }
        bench::baseline_slerp(ends[0], ends[1], weight, between);
        for (int k = 0; k < 4; ++k) bench::assign(out[s.shape.quaternion + k], between[k]);
      });
}

void naive_fuse(recording& r) {
  int column = 0;
  for (const stream_data& s : r.streams) {
    for (int b = 0; b < r.shape.batch; ++b) {
      if (s.shape.scalar == bench::fuse_scalar::bf16) {
        naive_stream(r, s, s.bf16, b, column);
      } else {
        naive_stream(r, s, s.f32, b, column);
      }
    }
    column += s.shape.channels;
  }
}

robocache::status library_fuse(recording& r, robocache::cpu_execution where) {
  using robocache::tensor_view;
  using stream = robocache::sensor_stream<double, bfloat16, float>;
  const std::int64_t batch = r.shape.batch;
  std::vector<stream> streams;
  for (const stream_data& s : r.streams) {
    const auto add = [&](const auto& values) {
      using value = typename std::decay_t<decltype(values)>::value_type;
      const auto source = robocache::padded_source(
          tensor_view<const value, 3>(values.data(), {batch, s.shape.samples, s.shape.channels}),
          tensor_view<const double, 2>(s.times.data(), {batch, s.shape.samples}));
      if (s.shape.quaternion >= 0) {
        streams.emplace_back(robocache::with_groups(
            source, {{s.shape.quaternion, 4, robocache::channel_mode::slerp_xyzw}}));
      } else {
        streams.emplace_back(source);
      }
    };
    if (s.shape.scalar == bench::fuse_scalar::bf16) {
      add(s.bf16);
    } else {
      add(s.f32);
    }
  }
  const tensor_view<const double, 2> anchors(r.anchors.data(), {batch, r.shape.anchors});
  robocache::target_view<double> targets = anchors;
  if (r.shape.is_windowed()) {
    targets = robocache::window_times(
        anchors, tensor_view<const double, 1>(r.deltas.data(), {r.shape.window}));
  }
  return robocache::fuse(
      streams, targets,
      tensor_view<bfloat16, 3>(r.output.data(), {batch, r.shape.rows(), r.shape.columns()}), where);
}

void add(const bench::fuse_shape& shape) {
  const std::string name = bench::row_name("fuse_cpu", shape) + "/f64";
  bench::register_cpu_row(name, [=](benchmark::State& state, robocache::cpu_execution where) {
    std::vector<recording> recordings;
    for (int i = 0; i < bench::recordings_for(shape.batch * shape.rows()); ++i) {
      recordings.emplace_back(shape, i);
    }
    bench::measure_cpu_row(state, name, recordings, naive_fuse,
                           [=](recording& r) { return library_fuse(r, where); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  for (const bench::fuse_shape& shape : bench::fuse_rows()) {
    if (!shape.has_reports) add(shape);  // the same shape is there without
  }
  return bench::cpu_main(argc, argv);
}
