// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.hpp>

#include "arguments.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

// What resample and fuse have in common.

namespace robocache_torch {

/// A duration in the unit of the stamps. PyTorch's schemas have no number that is an integer or
/// floating point, so it comes as a double; integer stamps take whole numbers below 2^53 (104 days
/// in nanoseconds), which a double has exactly, and infinity.
template <class Time>
robocache::duration_t<Time> duration_of(const argument& name, double value) {
  using duration = robocache::duration_t<Time>;
  if constexpr (std::is_integral_v<duration>) {
    if (value == std::numeric_limits<double>::infinity()) return robocache::unlimited<Time>;
    if (!(std::abs(value) <= 9007199254740992.0) || value != std::trunc(value)) {
      fail("%s is %.17g, must be a whole number of at most 2^53, as the stamps are integers",
           name.string().c_str(), value);
    }
  }
  return static_cast<duration>(value);
}

/// The policy of a stream as PyTorch passes it.
struct policy_arguments {
  text interpolation;
  text extrapolation;
  text gap;
  std::optional<double> max_gap;
  std::optional<double> tolerance;
  std::optional<double> horizon;
  double time_offset;
  double fill_value;
};

template <class Time, class Real>
robocache::resample_options<Time, Real> options_of(const char* operation,
                                                   const policy_arguments& given, int stream = -1) {
  static constexpr const char* interpolations[] = {"linear", "nearest", "previous", "next"};
  static constexpr const char* extrapolations[] = {"hold", "fill", "nan", "linear"};
  static constexpr const char* gaps[] = {"hold", "fill", "nan", "interpolate"};
  const auto name = [&](const char* text) { return argument{operation, text, stream}; };
  robocache::resample_options<Time, Real> options;
  options.interpolation =
      named<robocache::interpolation>(name("interpolation"), given.interpolation, interpolations);
  options.extrapolation = named<robocache::extrapolation>({operation, "extrapolation"},
                                                          given.extrapolation, extrapolations);
  options.gap = named<robocache::gap_policy>({operation, "gap"}, given.gap, gaps);
  if (given.max_gap) options.max_gap = duration_of<Time>(name("max_gap"), *given.max_gap);
  if (given.tolerance) options.tolerance = duration_of<Time>(name("tolerance"), *given.tolerance);
  if (given.horizon) options.horizon = duration_of<Time>({operation, "horizon"}, *given.horizon);
  if (!std::isfinite(given.time_offset)) {
    fail("%s is %g, must be finite", name("time_offset").string().c_str(), given.time_offset);
  }
  options.offset = duration_of<Time>(name("time_offset"), given.time_offset);
  options.fill_value = static_cast<Real>(given.fill_value);
  return options;
}

/// T of the result, before any type is known.
inline std::int64_t rows_of(const char* operation, const Tensor& targets,
                            const std::optional<Tensor>& windows) {
  if (targets.dim() != 1) check_rank({operation, "targets"}, targets, 2);
  if (windows) check_rank({operation, "windows"}, *windows, 1);
  return targets.size(targets.dim() - 1) * (windows ? windows->size(0) : 1);
}

/// Targets [B, T] or [T], or windows [K] around them.
template <class Time>
robocache::target_view<Time> targets_of(const char* operation, const Tensor& targets,
                                        const std::optional<Tensor>& windows) {
  const argument name{operation, "targets"};
  const auto make = [&](const auto& anchors) -> robocache::target_view<Time> {
    if (!windows) return anchors;
    return robocache::window_times(
        anchors, view_of<const robocache::duration_t<Time>, 1>({operation, "windows"}, windows));
  };
  return targets.dim() == 1 ? make(view_of<const Time, 1>(name, targets))
                            : make(view_of<const Time, 2>(name, targets));
}

}  // namespace robocache_torch
