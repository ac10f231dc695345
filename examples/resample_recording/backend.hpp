// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

/// \file
/// One stream to resample, and the two places that can do it.

namespace recordings {

enum class scalar_kind { f32, f64, bf16 };

/// One recording and its targets. The vectors belong to the caller.
struct resample_job {
  const std::vector<std::int64_t>& times;  ///< ns, [samples], non-decreasing
  const std::vector<double>& values;       ///< [samples, channels]
  std::int64_t channels = 0;
  const std::vector<std::int64_t>& targets;                 ///< ns, [rows]
  robocache::resample_policy<std::int64_t, double> policy;  ///< offset included
  scalar_kind scalar = scalar_kind::f32;
};

struct resample_outcome {
  std::vector<double> values;          ///< [rows, channels], exactly what the scalar type holds
  std::vector<std::uint8_t> statuses;  ///< [rows], bits of `robocache::row_status`
  double milliseconds = 0;             ///< a second call, without copies to a GPU
};

/// The library refused a call, or CUDA failed; the message says why.
struct resample_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

resample_outcome resample_on_cpu(const resample_job& job, int threads);

/// Threads that `resample_on_cpu` uses at most.
int cpu_threads(int wanted);

/// The GPU's name. Nothing, and the reason, if there is none or this program knows no CUDA.
std::optional<std::string> cuda_device(std::string& why_not);

resample_outcome resample_on_cuda(const resample_job& job);

// ------------------------------------------------------------------- what both are written with

/// Calls `body(In{}, Out{})` with the types a scalar is computed from and written in.
template <class Body>
void with_scalars(scalar_kind scalar, const Body& body) {
  switch (scalar) {
    case scalar_kind::f32:
      return body(float{}, float{});
    case scalar_kind::f64:
      return body(double{}, double{});
    case scalar_kind::bf16:
      return body(float{}, robocache::bfloat16{});
  }
}

/// The job's policy for another type of arithmetic.
template <class Real>
robocache::resample_options<std::int64_t, Real> options_for(
    const robocache::resample_policy<std::int64_t, double>& policy) {
  robocache::resample_options<std::int64_t, Real> options;
  options.interpolation = policy.interpolation;
  options.extrapolation = policy.extrapolation;
  options.gap = policy.gap;
  options.offset = policy.offset;
  options.max_gap = policy.max_gap;
  options.tolerance = policy.tolerance;
  options.horizon = policy.horizon;
  options.fill_value = static_cast<Real>(policy.fill_value);
  return options;
}

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

template <class Out>
double as_double(Out x) {
  return robocache::scalar_cast<double>(x);
}

inline void throw_if_bad(const robocache::status& status) {
  if (!status.ok()) throw resample_error(status.message());
}

}  // namespace recordings
