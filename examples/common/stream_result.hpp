// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conditioning.hpp"
#include "recording.hpp"
#include "statistics.hpp"

#include <cstdint>
#include <vector>

namespace recordings {

/// A recording, what is known about it, and what became of it at the target stamps.
struct stream_result {
  recording source;
  condition_report condition;
  interval_statistics intervals;
  std::vector<double> values;          ///< [rows, channels]
  std::vector<std::uint8_t> statuses;  ///< [rows], bits of `robocache::row_status`
};

}  // namespace recordings
