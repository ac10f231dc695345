// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/collective/stencil_rows.hpp>
#include <robocache/resample/rules/ring.hpp>

#include <cstdint>
#include <type_traits>
#include <vector>

/// \file
/// Rows by stencils as users write them, and the same rows on the host and on the GPU.

namespace robocache_test {

/// A rule of a user's: the velocity of the line, per unit of the stamps. Zero outside.
struct velocity {
  template <class Axis, class Time, class Real>
  ROBOCACHE_HD robocache::sample_stencil<Real, 2> operator()(
      const Axis& axis, Time t, std::int32_t after,
      const robocache::resample_policy<Time, Real>& policy) const {
    using robocache::stencil_form;
    auto result = robocache::stencil_of(robocache::bracket_after(axis, t, after, policy));
    if (result.form == stencil_form::blend) {
      // In double, whose division `--use_fast_math` leaves alone.
      const auto h = static_cast<double>(axis[result.sample[1]] - axis[result.sample[0]]);
      result.form = stencil_form::sum;
      result.coefficient[0] = static_cast<Real>(-1.0 / h);
      result.coefficient[1] = static_cast<Real>(1.0 / h);
    } else if (result.form == stencil_form::sample) {
      result.form = stencil_form::constant;
      result.coefficient[0] = 0;
      result.count = 0;
    }
    return result;
  }
};

/// Where a job's recording lies.
enum class stencil_source { array, ring };

/// Rows of one recording. `first`: elements before the first one, so that addresses differ.
template <class In, class Out, class Time, stencil_source Source = stencil_source::array>
struct stencil_job {
  using real = robocache::compute_t<In, Out>;
  std::vector<Time> times;  // [S], of a ring [capacity]
  std::vector<In> values;   // likewise with D, and with pitches
  std::int32_t size = 0;    // samples
  std::int32_t head = 0;    // slot of the oldest one in a ring
  std::int64_t first = 0;
  std::int64_t sample_pitch = 1;
  std::int64_t channel_pitch = 1;
  std::int64_t channels = 1;
  std::vector<Time> targets;   // [T]
  std::int64_t row_pitch = 1;  // of the output
  robocache::resample_policy<Time, real> policy;
  std::vector<real> scale, shift;  // [D], or none
  bool by_velocity = false;        // else by the cubic

  /// Of some jobs only, since each kernel takes seconds to compile.
  static constexpr bool can_be_velocity =
      !std::is_same_v<Time, std::uint64_t> && !std::is_same_v<Time, double>;
};

template <class Out>
struct stencil_rows {
  std::vector<Out> rows;  // [first + T * row_pitch]
  std::vector<std::uint8_t> statuses;
};

/// A job with the addresses of its data, as code on either side reads it.
template <class In, class Out, class Time, stencil_source Source>
struct stencil_arguments {
  using real = robocache::compute_t<In, Out>;
  std::conditional_t<Source == stencil_source::ring, robocache::ring_axis<Time>,
                     robocache::time_axis<Time>>
      axis;
  robocache::tensor_view<const In, 2> values;
  robocache::channel_affine<real> affine;
  robocache::resample_policy<Time, real> policy;
  const Time* targets;
  std::int64_t rows;
  Out* out;
  std::int64_t row_pitch;
  std::uint8_t* statuses;

  /// Row `i`, by a group.
  template <class Rule, class Group>
  ROBOCACHE_HD void write(const Group& group, std::int64_t i) const {
    const robocache::tensor_view<Out, 1> row(out + i * row_pitch, {values.extent(1)});
    const std::uint8_t status =
        robocache::resample_row(group, axis, targets[i], values, Rule{}, policy, affine, row);
    if (group.thread_rank() == 0) statuses[i] = status;
  }

  /// Row `i` on the host, of a search that found `after` stamps at or before the target.
  template <class Rule>
  void write_after(std::int64_t i, std::int32_t after) const {
    const robocache::tensor_view<Out, 1> row(out + i * row_pitch, {values.extent(1)});
    const auto stencil = Rule{}(axis, targets[i], after, policy);
    robocache::write_row(robocache::serial_group{}, robocache::stored_stencil(axis, stencil),
                         values, affine, row);
    statuses[i] = stencil.status;
  }
};

/// \param at  gives the address of a copy of a vector, or of the vector
template <class In, class Out, class Time, stencil_source Source, class At>
stencil_arguments<In, Out, Time, Source> arguments_of(const stencil_job<In, Out, Time, Source>& job,
                                                      Out* out, std::uint8_t* statuses,
                                                      const At& at) {
  const auto slots = static_cast<std::int32_t>(job.times.size());
  decltype(stencil_arguments<In, Out, Time, Source>::axis) axis;
  axis.times = at(job.times);
  axis.size = job.size;
  axis.offset = job.policy.offset;
  if constexpr (Source == stencil_source::ring) {
    axis.capacity = slots;
    axis.head = job.head;
  }
  return {
      axis,
      {at(job.values) + job.first, {slots, job.channels}, {job.sample_pitch, job.channel_pitch}},
      {job.scale.empty() ? nullptr : at(job.scale), job.shift.empty() ? nullptr : at(job.shift)},
      job.policy,
      at(job.targets),
      static_cast<std::int64_t>(job.targets.size()),
      out + job.first,
      job.row_pitch,
      statuses};
}

/// Outputs of a job before it runs.
template <class In, class Out, class Time, stencil_source Source>
stencil_rows<Out> blank_rows(const stencil_job<In, Out, Time, Source>& job) {
  const auto rows = static_cast<std::int64_t>(job.targets.size());
  return {std::vector<Out>(static_cast<std::size_t>(job.first + rows * job.row_pitch),
                           robocache::scalar_cast<Out>(-77.0f)),
          std::vector<std::uint8_t>(static_cast<std::size_t>(rows), 0xa5)};
}

template <class In, class Out, class Time, stencil_source Source>
stencil_rows<Out> rows_on_host(const stencil_job<In, Out, Time, Source>& job) {
  stencil_rows<Out> result = blank_rows(job);
  const auto arguments = arguments_of(job, result.rows.data(), result.statuses.data(),
                                      [](const auto& data) { return data.data(); });
  for (std::int64_t i = 0; i < arguments.rows; ++i) {
    if (job.by_velocity) {
      arguments.template write<velocity>(robocache::serial_group{}, i);
    } else {
      arguments.template write<robocache::stencils::cubic>(robocache::serial_group{}, i);
    }
  }
  return result;
}

/// Who writes a row in a kernel.
enum class stencil_group { thread, tile8, warp, block96 };

/// The same in a kernel. `result` has what was written before. False if CUDA failed. Instantiated
/// in stencil_kernels.cu.
template <class In, class Out, class Time, stencil_source Source>
bool rows_on_gpu(const stencil_job<In, Out, Time, Source>& job, stencil_group group,
                 stencil_rows<Out>& result);

}  // namespace robocache_test
