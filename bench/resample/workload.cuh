// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/buffers.cuh"
#include "../harness/device.cuh"
#include "../harness/fill.cuh"
#include "../harness/stamps.cuh"
#include "../harness/touched.cuh"
#include "shape.hpp"

#include <cstddef>
#include <cstdint>

/// \file
/// Inputs and outputs of a row on the device: a recording at 500 Hz with jitter, targets over its
/// span.

namespace bench {

/// One set of buffers, dense.
template <class In, class Time, class Out>
struct resample_buffers {
  In* values;     // [B, S, D]
  Time* times;    // [B, S]
  Time* targets;  // [B, T]
  Out* output;    // [B, T, D]
};

/// The seeds are those of a fuse row of one stream.
template <class Time>
void fill_stamps(cudaStream_t where, const resample_shape& shape, target_order order, int set,
                 Time* times, Time* targets) {
  fill_times(where, times, shape.batch, shape.samples, sample_period, seed_of_set(set) + 3);
  fill_targets(where, targets, shape.batch, shape.rows, sample_period * shape.samples, order,
               seed_of_set(set));
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
      const std::size_t touched = count_touched(where, some_times.data(), some_targets.data(),
                                                shape.batch, shape.samples, shape.rows);
      bytes_ = touched * (shape.channels * sizeof(In) + sizeof(Time)) + targets * sizeof(Time) +
               outputs * sizeof(Out);
    }
    sets_ = buffer_sets(cold, bytes_);

    values_pitch_ = aligned(values * sizeof(In)) / sizeof(In);
    times_pitch_ = aligned(times * sizeof(Time)) / sizeof(Time);
    targets_pitch_ = aligned(targets * sizeof(Time)) / sizeof(Time);
    outputs_pitch_ = aligned(outputs * sizeof(Out)) / sizeof(Out);
    values_ = device_array<In>(values_pitch_ * sets_);
    times_ = device_array<Time>(times_pitch_ * sets_);
    targets_ = device_array<Time>(targets_pitch_ * sets_);
    output_ = device_array<Out>(outputs_pitch_ * sets_);
    poison(where, output_.data(), output_.size());
    for (int set = 0; set < sets_; ++set) {
      const resample_buffers<In, Time, Out> buffers = (*this)[set];
      fill_values(where, buffers.values, values, seed_of_set(set));
      fill_stamps(where, shape, order, set, buffers.times, buffers.targets);
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
