// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/fuse.hpp>

#include "backend.hpp"
#include "policy.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// \file
/// Several streams to align, and the two places that can do it.

namespace recordings {

/// The vectors belong to the caller.
struct fuse_input {
  const std::vector<std::int64_t>& times;  ///< ns, [samples], non-decreasing
  const std::vector<double>& values;       ///< [samples, channels]
  std::int64_t channels = 0;
  stream_policy policy;  ///< offset included
  robocache::channel_groups groups;
};

struct fuse_job {
  std::vector<fuse_input> streams;
  const std::vector<std::int64_t>& targets;  ///< ns, [rows]
  scalar_kind scalar = scalar_kind::f32;

  std::size_t rows() const { return targets.size(); }
  std::size_t channels() const {
    std::int64_t sum = 0;
    for (const fuse_input& input : streams) sum += input.channels;
    return static_cast<std::size_t>(sum);
  }
};

/// The tensor, and for each row of each stream how it came about.
struct fuse_outcome {
  std::vector<double> values;          ///< [rows, channels], exactly what the scalar type holds
  std::vector<std::uint8_t> statuses;  ///< [rows, streams], bits of `robocache::row_status`
  std::vector<std::int64_t> ages;      ///< [rows, streams], ns; `no_age` where made of no sample
  double milliseconds = 0;             ///< a second call, without copies to a GPU

  explicit fuse_outcome(const fuse_job& job)
      : statuses(job.rows() * job.streams.size()), ages(job.rows() * job.streams.size()) {}
};

inline constexpr std::int64_t no_age = robocache::unlimited<std::int64_t>;

fuse_outcome fuse_on_cpu(const fuse_job& job, int threads);

fuse_outcome fuse_on_cuda(const fuse_job& job);

// ------------------------------------------------------------------- what both are written with

template <class In>
using sensor_stream = robocache::sensor_stream<std::int64_t, In>;

/// One stream as a batch of one, at whatever memory the pointers are in.
template <class In, class Out>
sensor_stream<In> stream_at(const fuse_input& input, const In* values, const std::int64_t* times) {
  using robocache::tensor_view;
  const auto samples = static_cast<std::int64_t>(input.times.size());
  const auto source =
      robocache::padded_source(tensor_view<const In, 3>(values, {1, samples, input.channels}),
                               tensor_view<const std::int64_t, 2>(times, {1, samples}));
  return {robocache::with_groups(source, input.groups),
          options_for<robocache::compute_t<In, Out>>(input.policy)};
}

/// The call itself: all streams of the job into one tensor.
template <class In, class Out, class Where>
robocache::status call_fuse(const fuse_job& job, const std::vector<sensor_stream<In>>& streams,
                            const std::int64_t* targets, Out* output, std::uint8_t* statuses,
                            std::int64_t* ages, Where where) {
  using robocache::tensor_view;
  const auto rows = static_cast<std::int64_t>(job.rows());
  const auto channels = static_cast<std::int64_t>(job.channels());
  const auto count = static_cast<std::int64_t>(streams.size());
  robocache::fuse_reports<std::int64_t> reports;
  reports.statuses = tensor_view<std::uint8_t, 3>(statuses, {1, rows, count});
  reports.ages = tensor_view<std::int64_t, 3>(ages, {1, rows, count});
  return robocache::fuse(streams, tensor_view<const std::int64_t, 1>(targets, {rows}),
                         tensor_view<Out, 3>(output, {1, rows, channels}), reports, where);
}

}  // namespace recordings
