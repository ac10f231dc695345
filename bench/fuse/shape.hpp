// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/host_device.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// What a row of the fuse benchmarks is, and its name, which `report.py` and the peers parse.

namespace bench {

enum class fuse_scalar { bf16, f32 };

inline const char* name_of(fuse_scalar type) {
  return type == fuse_scalar::bf16 ? "bf16" : "f32";
}

struct fuse_stream_shape {
  int samples;   // S
  int channels;  // D
  fuse_scalar scalar = fuse_scalar::bf16;
  int quaternion = -1;  // f32 only: the first channel of an x, y, z, w; -1: there is none
};

inline constexpr int most_fuse_streams = 16;
inline constexpr double fuse_span = 1.0;  // s: all streams cover it, S is the rate

/// Streams to one BF16 tensor [B, T, sum of D].
struct fuse_shape {
  int batch;  // B
  std::vector<fuse_stream_shape> streams;
  int anchors;               // T, or the windows' anchors
  int window = 1;            // targets around each anchor
  bool has_reports = false;  // status bytes and ages

  bool is_windowed() const { return window > 1; }
  int rows() const { return anchors * window; }
  int columns() const {
    int result = 0;
    for (const auto& s : streams) result += s.channels;
    return result;
  }
  std::int64_t outputs() const { return std::int64_t{batch} * rows() * columns(); }
  bool has_rotations() const {
    return std::any_of(streams.begin(), streams.end(),
                       [](const fuse_stream_shape& s) { return s.quaternion >= 0; });
  }
  /// Whether all streams are BF16, as the output is.
  bool is_bf16() const {
    return std::all_of(streams.begin(), streams.end(),
                       [](const fuse_stream_shape& s) { return s.scalar == fuse_scalar::bf16; });
  }
};

/// Seconds from an anchor to target `k` of its `window`: a history at 50 Hz that ends at the
/// anchor.
BENCH_HD inline float window_delta(int window, int k) {
  return -0.02f * static_cast<float>(window - 1 - k);
}

/// `4x(30x512,100x64,200x12)->50`: B x (S x D of each stream) to T rows. Streams alike are counted,
/// `16x200x14`; with windows the targets are anchors x window, `->64x16`.
inline std::string shape_name(const fuse_shape& shape) {
  std::string name = std::to_string(shape.batch) + "x(";
  for (std::size_t n = 0; n < shape.streams.size();) {
    const fuse_stream_shape& s = shape.streams[n];
    std::size_t end = n + 1;
    while (end < shape.streams.size() && shape.streams[end].samples == s.samples &&
           shape.streams[end].channels == s.channels) {
      ++end;
    }
    if (n > 0) name += ",";
    if (end - n > 1) name += std::to_string(end - n) + "x";
    name += std::to_string(s.samples) + "x" + std::to_string(s.channels);
    n = end;
  }
  name += ")->" + std::to_string(shape.anchors);
  if (shape.is_windowed()) name += "x" + std::to_string(shape.window);
  return name;
}

/// `fuse/4x(30x512,100x64,200x12)->50/bf16[/reports][/slerp]`; the scalars of streams that are not
/// all BF16 are listed, `bf16,f32,f32->bf16`.
inline std::string row_name(const char* prefix, const fuse_shape& shape) {
  std::string name = std::string(prefix) + "/" + shape_name(shape) + "/";
  if (shape.is_bf16()) {
    name += "bf16";
  } else {
    for (std::size_t n = 0; n < shape.streams.size(); ++n) {
      name += std::string(n > 0 ? "," : "") + name_of(shape.streams[n].scalar);
    }
    name += "->bf16";
  }
  if (shape.has_reports) name += "/reports";
  if (shape.has_rotations()) name += "/slerp";
  return name;
}

/// The rows that both programs measure.
inline std::vector<fuse_shape> fuse_rows() {
  constexpr fuse_scalar bf16 = fuse_scalar::bf16;
  constexpr fuse_scalar f32 = fuse_scalar::f32;
  const std::vector<fuse_stream_shape> small = {{30, 512}, {100, 64}, {200, 12}};
  const std::vector<fuse_stream_shape> large = {{100, 512}, {200, 128}, {300, 64}};
  const std::vector<fuse_stream_shape> mixed = {{100, 512, bf16}, {200, 128, f32}, {300, 64, f32}};
  // A state of x y z, qx qy qz qw, seven joints.
  const std::vector<fuse_stream_shape> pose = {{30, 512, bf16}, {200, 14, f32, 3}};
  const std::vector<fuse_stream_shape> many(16, fuse_stream_shape{200, 14});

  fuse_shape with_reports{4, small, 50};
  with_reports.has_reports = true;
  return {
      {4, small, 50},       // the latest second of a few robots, for a policy
      {256, large, 128},    // a training batch
      {64, many, 100},      // sixteen arms, hands or wheels
      {32, small, 64, 16},  // histories for a transformer
      with_reports,         // the small one that says what its rows are worth
      {256, mixed, 128},    // the training batch as it is recorded
      {64, pose, 100},
  };
}

}  // namespace bench
