// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/collective/stencil_rows.hpp>

#include <cstdint>
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

/// Rows of one recording. `first`: elements before the first one, so that addresses differ.
template <class In, class Out, class Time>
struct stencil_job {
  using real = robocache::compute_t<In, Out>;
  std::vector<Time> times;  // [S]
  std::vector<In> values;   // [S, D], with pitches
  std::int64_t first = 0;
  std::int64_t sample_pitch = 1;
  std::int64_t channel_pitch = 1;
  std::int64_t channels = 1;
  std::vector<Time> targets;   // [T]
  std::int64_t row_pitch = 1;  // of the output
  robocache::resample_policy<Time, real> policy;
  std::vector<real> scale, shift;  // [D], or none
  bool by_velocity = false;        // else by the cubic
};

template <class Out>
struct stencil_rows {
  std::vector<Out> rows;  // [first + T * row_pitch]
  std::vector<std::uint8_t> statuses;
};

/// A job with the addresses of its data, as code on either side reads it.
template <class In, class Out, class Time>
struct stencil_arguments {
  using real = robocache::compute_t<In, Out>;
  robocache::time_axis<Time> axis;
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
};

/// \param at  gives the address of a copy of a vector, or of the vector
template <class In, class Out, class Time, class At>
stencil_arguments<In, Out, Time> arguments_of(const stencil_job<In, Out, Time>& job, Out* out,
                                              std::uint8_t* statuses, const At& at) {
  const auto samples = static_cast<std::int64_t>(job.times.size());
  return {
      {at(job.times), 1, static_cast<std::int32_t>(samples), job.policy.offset},
      {at(job.values) + job.first, {samples, job.channels}, {job.sample_pitch, job.channel_pitch}},
      {job.scale.empty() ? nullptr : at(job.scale), job.shift.empty() ? nullptr : at(job.shift)},
      job.policy,
      at(job.targets),
      static_cast<std::int64_t>(job.targets.size()),
      out + job.first,
      job.row_pitch,
      statuses};
}

/// Outputs of a job before it runs.
template <class In, class Out, class Time>
stencil_rows<Out> blank_rows(const stencil_job<In, Out, Time>& job) {
  const auto rows = static_cast<std::int64_t>(job.targets.size());
  return {std::vector<Out>(static_cast<std::size_t>(job.first + rows * job.row_pitch),
                           robocache::scalar_cast<Out>(-77.0f)),
          std::vector<std::uint8_t>(static_cast<std::size_t>(rows), 0xa5)};
}

template <class In, class Out, class Time>
stencil_rows<Out> rows_on_host(const stencil_job<In, Out, Time>& job) {
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
template <class In, class Out, class Time>
bool rows_on_gpu(const stencil_job<In, Out, Time>& job, stencil_group group,
                 stencil_rows<Out>& result);

}  // namespace robocache_test
