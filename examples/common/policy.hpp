// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/options.hpp>

#include <cstdint>

/// \file
/// The rules for one stream as the programs hold them: stamps in ns, numbers in double.

namespace recordings {

using stream_policy = robocache::resample_policy<std::int64_t, double>;

/// The policy for another type of arithmetic.
template <class Real>
robocache::resample_options<std::int64_t, Real> options_for(const stream_policy& policy) {
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

}  // namespace recordings
