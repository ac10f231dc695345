// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/device.cuh"
#include "../harness/fill.cuh"
#include "shape.hpp"

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// \file
/// Inputs and outputs of a row on the device: a recording at 500 Hz with jitter, targets on a
/// regular grid over its span that starts at a random phase in each item.

namespace bench {

/// One set of buffers, dense.
template <class In, class Time, class Out>
struct resample_buffers {
  In* values;     // [B, S, D]
  Time* times;    // [B, S]
  Time* targets;  // [B, T]
  Out* output;    // [B, T, D]
};

/// Seconds as float or double, or nanoseconds since 2023 as an integer.
template <class Time>
__host__ __device__ Time time_from_seconds(double seconds) {
  if constexpr (std::is_integral_v<Time>) {
    return static_cast<Time>(1700000000000000000ll) + static_cast<Time>(seconds * 1e9);
  } else {
    return static_cast<Time>(seconds);
  }
}

inline constexpr double sample_period = 0.002;  // s

template <class Time>
__global__ void fill_times_kernel(Time* times, resample_shape shape, std::uint64_t seed) {
  const std::int64_t count = std::int64_t{shape.batch} * shape.samples;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < count; i += step) {
    const double jitter = 0.4 * (uniform(seed, i) - 0.5);
    times[i] = time_from_seconds<Time>(sample_period *
                                       (static_cast<double>(i % shape.samples) + 0.5 + jitter));
  }
}

template <class Time>
__global__ void fill_targets_kernel(Time* targets, resample_shape shape, bool is_shuffled,
                                    std::uint64_t seed) {
  const std::int64_t count = std::int64_t{shape.batch} * shape.rows;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < count; i += step) {
    const std::uint64_t item = static_cast<std::uint64_t>(i / shape.rows);
    std::uint32_t row = static_cast<std::uint32_t>(i % shape.rows);
    if (is_shuffled) {
      row = shuffled(hash(seed + 1, item), row, static_cast<std::uint32_t>(shape.rows));
    }
    const double grid = (row + uniform(seed, item)) / shape.rows;
    targets[i] = time_from_seconds<Time>(sample_period * shape.samples * grid);
  }
}

/// Marks the samples that the bracket of some target touches.
template <class Time>
__global__ void mark_touched_kernel(const Time* times, const Time* targets, resample_shape shape,
                                    std::uint8_t* touched) {
  const std::int64_t count = std::int64_t{shape.batch} * shape.rows;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < count; i += step) {
    const std::int64_t first = i / shape.rows * shape.samples;
    int low = 0;
    int high = shape.samples;
    while (low < high) {
      const int middle = (low + high) / 2;
      if (times[first + middle] <= targets[i]) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    touched[first + (low > 0 ? low - 1 : 0)] = 1;
    touched[first + (low < shape.samples ? low : shape.samples - 1)] = 1;
  }
}

__global__ static void count_marked_kernel(const std::uint8_t* marks, std::size_t count,
                                           unsigned long long* result) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  unsigned long long mine = 0;
  for (std::size_t i = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; i < count;
       i += step) {
    mine += marks[i];
  }
  if (mine != 0) atomicAdd(result, mine);
}

template <class Time>
void fill_stamps(cudaStream_t where, const resample_shape& shape, target_order order, int set,
                 Time* times, Time* targets) {
  const std::size_t batch = static_cast<std::size_t>(shape.batch);
  const std::uint64_t seed = 1000 + 2 * static_cast<std::uint64_t>(set);
  fill_times_kernel<<<fill_blocks(batch * shape.samples), fill_threads, 0, where>>>(times, shape,
                                                                                    seed);
  fill_targets_kernel<<<fill_blocks(batch * shape.rows), fill_threads, 0, where>>>(
      targets, shape, order == target_order::shuffled, seed);
  check(cudaGetLastError(), "fill_stamps");
}

/// How many of the batch's samples the bracket of some target touches. Waits for the stream.
template <class Time>
std::size_t count_touched(const stream& where, const resample_shape& shape, const Time* times,
                          const Time* targets) {
  const std::size_t batch = static_cast<std::size_t>(shape.batch);
  device_array<std::uint8_t> touched(batch * shape.samples);
  device_array<unsigned long long> counter(1);
  check(cudaMemsetAsync(touched.data(), 0, touched.bytes(), where), "count_touched");
  check(cudaMemsetAsync(counter.data(), 0, counter.bytes(), where), "count_touched");
  mark_touched_kernel<<<fill_blocks(batch * shape.rows), fill_threads, 0, where>>>(
      times, targets, shape, touched.data());
  count_marked_kernel<<<fill_blocks(touched.size()), fill_threads, 0, where>>>(
      touched.data(), touched.size(), counter.data());
  check(cudaGetLastError(), "count_touched");
  unsigned long long result = 0;
  check(cudaMemcpyAsync(&result, counter.data(), sizeof(result), cudaMemcpyDeviceToHost, where),
        "count_touched");
  where.synchronize();
  return static_cast<std::size_t>(result);
}

/// One set of buffers (warm), or so many that what a rotation through them touches is more than
/// four times the L2 (cold).
template <class In, class Time, class Out>
class resample_workload {
 public:
  resample_workload(const stream& where, const resample_shape& shape, target_order order,
                    bool cold) {
    const std::size_t batch = static_cast<std::size_t>(shape.batch);
    const std::size_t values = batch * shape.samples * shape.channels;
    const std::size_t times = batch * shape.samples;
    const std::size_t targets = batch * shape.rows;
    const std::size_t outputs = batch * shape.rows * shape.channels;
    {
      const device_array<Time> some_times(times);
      const device_array<Time> some_targets(targets);
      fill_stamps(where, shape, order, 0, some_times.data(), some_targets.data());
      const std::size_t touched =
          count_touched(where, shape, some_times.data(), some_targets.data());
      bytes_ = touched * (shape.channels * sizeof(In) + sizeof(Time)) + targets * sizeof(Time) +
               outputs * sizeof(Out);
    }
    sets_ = cold ? static_cast<int>(4 * this_device().l2_bytes / bytes_ + 1) : 1;

    values_pitch_ = aligned(values * sizeof(In)) / sizeof(In);
    times_pitch_ = aligned(times * sizeof(Time)) / sizeof(Time);
    targets_pitch_ = aligned(targets * sizeof(Time)) / sizeof(Time);
    outputs_pitch_ = aligned(outputs * sizeof(Out)) / sizeof(Out);
    values_ = device_array<In>(values_pitch_ * sets_);
    times_ = device_array<Time>(times_pitch_ * sets_);
    targets_ = device_array<Time>(targets_pitch_ * sets_);
    output_ = device_array<Out>(outputs_pitch_ * sets_);
    fill_values(where, values_.data(), values_.size(), 1);
    poison(where, output_.data(), output_.size());
    for (int set = 0; set < sets_; ++set) {
      fill_stamps(where, shape, order, set, (*this)[set].times, (*this)[set].targets);
    }
    where.synchronize();
  }

  int sets() const { return sets_; }

  /// Bytes that have to move, each once: the samples and stamps of set 0 that the bracket of some
  /// target touches, the targets, the output. What no target needs does not count.
  std::size_t bytes() const { return bytes_; }

  resample_buffers<In, Time, Out> operator[](int set) const {
    const std::size_t i = static_cast<std::size_t>(set);
    return {values_.data() + i * values_pitch_, times_.data() + i * times_pitch_,
            targets_.data() + i * targets_pitch_, output_.data() + i * outputs_pitch_};
  }

 private:
  static std::size_t aligned(std::size_t bytes) { return (bytes + 255) / 256 * 256; }

  int sets_ = 1;
  std::size_t bytes_ = 0;
  std::size_t values_pitch_ = 0;  // elements from one set to the next
  std::size_t times_pitch_ = 0;
  std::size_t targets_pitch_ = 0;
  std::size_t outputs_pitch_ = 0;
  device_array<In> values_;
  device_array<Time> times_;
  device_array<Time> targets_;
  device_array<Out> output_;
};

}  // namespace bench
