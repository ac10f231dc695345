// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

/// \file
/// What a series of timings is reduced to.

namespace bench {

/// Of one operation, in microseconds.
struct timing {
  double median_us = 0;
  double min_us = 0;
  double p90_us = 0;
  int launches = 0;  // per sample: the operations that one clock reading spans
  int samples = 0;   // clock readings
};

/// \param samples_us  time of one operation, one entry per clock reading; not empty
inline timing summarize(std::vector<double> samples_us, int launches) {
  std::sort(samples_us.begin(), samples_us.end());
  const std::size_t n = samples_us.size();
  timing result;
  result.median_us =
      n % 2 == 1 ? samples_us[n / 2] : (samples_us[n / 2 - 1] + samples_us[n / 2]) / 2;
  result.min_us = samples_us.front();
  result.p90_us = samples_us[(n - 1) * 9 / 10];
  result.launches = launches;
  result.samples = static_cast<int>(n);
  return result;
}

/// What a caller sees of one operation, in microseconds.
struct latency {
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double max_us = 0;
  int samples = 0;
};

/// \param samples_us  one entry per call; not empty. Percentiles are samples, by the nearest rank.
inline latency percentiles(std::vector<double> samples_us) {
  std::sort(samples_us.begin(), samples_us.end());
  const std::size_t n = samples_us.size();
  const auto at = [&](std::size_t per_mille) {
    return samples_us[(n * per_mille + 999) / 1000 - 1];
  };
  return {at(500), at(990), at(999), samples_us.back(), static_cast<int>(n)};
}

}  // namespace bench
