// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.hpp>

#include "backend.hpp"
#include "policy.hpp"

#include <cstdint>
#include <vector>

/// \file
/// One stream to resample, and the two places that can do it.

namespace recordings {

/// One recording and its targets. The vectors belong to the caller.
struct resample_job {
  const std::vector<std::int64_t>& times;  ///< ns, [samples], non-decreasing
  const std::vector<double>& values;       ///< [samples, channels]
  std::int64_t channels = 0;
  const std::vector<std::int64_t>& targets;  ///< ns, [rows]
  stream_policy policy;                      ///< offset included
  scalar_kind scalar = scalar_kind::f32;
};

struct resample_outcome {
  std::vector<double> values;          ///< [rows, channels], exactly what the scalar type holds
  std::vector<std::uint8_t> statuses;  ///< [rows], bits of `robocache::row_status`
  double milliseconds = 0;             ///< a second call, without copies to a GPU
};

resample_outcome resample_on_cpu(const resample_job& job, int threads);

resample_outcome resample_on_cuda(const resample_job& job);

// ------------------------------------------------------------------- what both are written with

/// The views of one recording as a batch of one, at whatever memory the pointers are in.
template <class In, class Out, class Where>
robocache::status call_resample(const resample_job& job, const In* values,
                                const std::int64_t* times, const std::int64_t* targets, Out* output,
                                std::uint8_t* statuses, Where where) {
  using robocache::tensor_view;
  const auto samples = static_cast<std::int64_t>(job.times.size());
  const auto rows = static_cast<std::int64_t>(job.targets.size());
  const auto source =
      robocache::padded_source(tensor_view<const In, 3>(values, {1, samples, job.channels}),
                               tensor_view<const std::int64_t, 2>(times, {1, samples}));
  return robocache::resample(source, tensor_view<const std::int64_t, 1>(targets, {rows}),
                             tensor_view<Out, 3>(output, {1, rows, job.channels}),
                             tensor_view<std::uint8_t, 2>(statuses, {1, rows}),
                             options_for<robocache::compute_t<In, Out>>(job.policy), where);
}

}  // namespace recordings
