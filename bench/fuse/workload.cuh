// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/buffers.cuh"
#include "../harness/device.cuh"
#include "../harness/fill.cuh"
#include "../harness/stamps.cuh"
#include "../harness/touched.cuh"
#include "rotations.hpp"
#include "shape.hpp"

#include <cuda_bf16.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

/// \file
/// Inputs and outputs of a row on the device: streams of different rates over the same second,
/// targets over that second; stamps float32, or int64 nanoseconds of the epoch.

namespace bench {

/// One set of buffers, dense.
template <class Time>
struct fuse_buffers {
  struct recording {
    void* values;  // [B, S, D], of the stream's scalar
    Time* times;   // [B, S]
  };
  std::vector<recording> streams;
  Time* anchors;           // [B, T], or the windows' anchors
  Time* deltas;            // [K], null without windows
  __nv_bfloat16* output;   // [B, T, D]
  std::uint8_t* statuses;  // [B, T, N], null without reports
  Time* ages;              // [B, T, N], null without reports
};

namespace detail {

template <class Time>
__global__ void fill_deltas_kernel(Time* deltas, int window) {
  for (int k = threadIdx.x; k < window; k += blockDim.x) {
    const float seconds = window_delta(window, k);
    deltas[k] = static_cast<Time>(std::is_integral_v<Time> ? seconds * 1e9f : seconds);
  }
}

/// Quaternions in the channels from `first` on of recordings [count, channels].
__global__ static void fill_rotations_kernel(float* values, std::size_t count, int samples,
                                             int channels, int first, std::uint64_t seed) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t i = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; i < count;
       i += step) {
    random_rotation(seed, i, samples, values + i * channels + first);
  }
}

/// Targets [count] of windows: all that a launcher computes on the way.
template <class Time>
__global__ void expand_windows_kernel(const Time* anchors, const Time* deltas, int window,
                                      std::size_t count, Time* targets) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t i = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; i < count;
       i += step) {
    targets[i] = anchors[i / window] + (deltas != nullptr ? deltas[i % window] : Time{0});
  }
}

}  // namespace detail

/// One set of buffers (warm), or so many that what a rotation through them touches is more than
/// four times the L2 (cold). A set is one piece of memory: its parts one after another.
template <class Time>
class fuse_workload {
 public:
  fuse_workload(const stream& where, const fuse_shape& shape, bool cold) : shape_(shape) {
    const std::size_t batch = static_cast<std::size_t>(shape.batch);
    const std::size_t rows = batch * shape.rows();
    for (const fuse_stream_shape& s : shape.streams) {
      values_.push_back(place(batch * s.samples * s.channels * scalar_bytes(s)));
      times_.push_back(place(batch * s.samples * sizeof(Time)));
    }
    anchors_ = place(batch * shape.anchors * sizeof(Time));
    deltas_ = place(shape.window * sizeof(Time));
    output_ = place(rows * shape.columns() * sizeof(__nv_bfloat16));
    statuses_ = place(shape.has_reports ? rows * shape.streams.size() : 0);
    ages_ = place(shape.has_reports ? rows * shape.streams.size() * sizeof(Time) : 0);

    memory_ = device_array<unsigned char>(pitch_);
    fill(where, 0);
    bytes_ = count_bytes(where);
    sets_ = buffer_sets(cold, bytes_);
    if (sets_ > 1) {
      memory_ = {};  // before the next is allocated: both may not fit
      memory_ = device_array<unsigned char>(pitch_ * sets_);
      for (int set = 0; set < sets_; ++set) fill(where, set);
    }
    where.synchronize();
  }

  const fuse_shape& shape() const { return shape_; }
  int sets() const { return sets_; }

  /// Bytes that have to move, each once: the samples and stamps of set 0 that the bracket of some
  /// target touches, the targets (windows: anchors and deltas), the output and the reports. What no
  /// target needs does not count.
  std::size_t bytes() const { return bytes_; }

  fuse_buffers<Time> operator[](int set) const {
    unsigned char* const first = memory_.data() + static_cast<std::size_t>(set) * pitch_;
    fuse_buffers<Time> result{};
    for (std::size_t n = 0; n < values_.size(); ++n) {
      result.streams.push_back({first + values_[n], reinterpret_cast<Time*>(first + times_[n])});
    }
    result.anchors = reinterpret_cast<Time*>(first + anchors_);
    result.output = reinterpret_cast<__nv_bfloat16*>(first + output_);
    if (shape_.is_windowed()) result.deltas = reinterpret_cast<Time*>(first + deltas_);
    if (shape_.has_reports) {
      result.statuses = first + statuses_;
      result.ages = reinterpret_cast<Time*>(first + ages_);
    }
    return result;
  }

 private:
  static std::size_t scalar_bytes(const fuse_stream_shape& s) {
    return s.scalar == fuse_scalar::bf16 ? sizeof(__nv_bfloat16) : sizeof(float);
  }

  /// Where the next part of a set begins.
  std::size_t place(std::size_t bytes) {
    const std::size_t result = pitch_;
    pitch_ += aligned(bytes);
    return result;
  }

  void fill(const stream& where, int set) const {
    poison(where, memory_.data() + static_cast<std::size_t>(set) * pitch_, pitch_);
    const fuse_buffers<Time> buffers = (*this)[set];
    const std::uint64_t seed = seed_of_set(set);
    for (std::size_t n = 0; n < shape_.streams.size(); ++n) {
      const fuse_stream_shape& s = shape_.streams[n];
      const auto& recording = buffers.streams[n];
      const std::size_t values = static_cast<std::size_t>(shape_.batch) * s.samples * s.channels;
      const std::uint64_t stream_seed = seed + 4 * n;
      if (s.scalar == fuse_scalar::bf16) {
        fill_values(where, static_cast<__nv_bfloat16*>(recording.values), values, stream_seed);
      } else {
        fill_values(where, static_cast<float*>(recording.values), values, stream_seed);
      }
      if (s.quaternion >= 0) {
        const std::size_t samples = static_cast<std::size_t>(shape_.batch) * s.samples;
        detail::fill_rotations_kernel<<<fill_blocks(samples), fill_threads, 0, where>>>(
            static_cast<float*>(recording.values), samples, s.samples, s.channels, s.quaternion,
            stream_seed + 1);
        check(cudaGetLastError(), "fill_rotations");
      }
      fill_times(where, recording.times, shape_.batch, s.samples, fuse_span / s.samples,
                 stream_seed + 3);
    }
    fill_targets(where, buffers.anchors, shape_.batch, shape_.anchors, fuse_span,
                 target_order::sorted, seed);
    if (shape_.is_windowed()) {
      detail::fill_deltas_kernel<<<1, fill_threads, 0, where>>>(buffers.deltas, shape_.window);
      check(cudaGetLastError(), "fill_deltas");
    }
  }

  std::size_t count_bytes(const stream& where) const {
    const fuse_buffers<Time> buffers = (*this)[0];
    const std::size_t rows = static_cast<std::size_t>(shape_.batch) * shape_.rows();
    const device_array<Time> targets(rows);
    detail::expand_windows_kernel<<<fill_blocks(rows), fill_threads, 0, where>>>(
        buffers.anchors, buffers.deltas, shape_.window, rows, targets.data());
    check(cudaGetLastError(), "expand_windows");
    std::size_t bytes = static_cast<std::size_t>(shape_.batch) * shape_.anchors * sizeof(Time);
    if (shape_.is_windowed()) bytes += shape_.window * sizeof(Time);
    for (std::size_t n = 0; n < shape_.streams.size(); ++n) {
      const fuse_stream_shape& s = shape_.streams[n];
      bytes += (s.channels * scalar_bytes(s) + sizeof(Time)) *
               count_touched(where, buffers.streams[n].times, targets.data(), shape_.batch,
                             s.samples, shape_.rows());
    }
    bytes += rows * shape_.columns() * sizeof(__nv_bfloat16);
    if (shape_.has_reports) bytes += rows * shape_.streams.size() * (1 + sizeof(Time));
    return bytes;
  }

  fuse_shape shape_;
  int sets_ = 1;
  std::size_t bytes_ = 0;
  std::size_t pitch_ = 0;  // bytes from one set to the next; the parts' places in it:
  std::vector<std::size_t> values_;
  std::vector<std::size_t> times_;
  std::size_t anchors_ = 0;
  std::size_t deltas_ = 0;
  std::size_t output_ = 0;
  std::size_t statuses_ = 0;
  std::size_t ages_ = 0;
  device_array<unsigned char> memory_;
};

}  // namespace bench
