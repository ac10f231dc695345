// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layout.hpp"
#include "quaternions.hpp"
#include "time_stamp.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// A recording in memory: stamps in nanoseconds and a matrix of channels.

namespace recordings {

struct recording {
  std::string path;
  std::string label;                ///< short name for tables and pictures
  column_layout layout;             ///< names, unit
  std::int64_t offset = 0;          ///< ns, added to every stamp when resampling (latency)
  std::vector<std::int64_t> times;  ///< ns, [samples]
  std::vector<double> values;       ///< [samples, channels]
  std::vector<int> lines;           ///< [samples], line in the file (ULog: number in the topic)
  std::vector<quaternion_columns> quaternions;
  std::vector<std::string> remarks;  ///< what the reader noticed, for the user

  std::size_t samples() const { return times.size(); }
  std::size_t channels() const { return layout.columns.size(); }
  /// The span on the common clock, latency compensated; of sorted stamps.
  std::int64_t first_time() const { return times.front() + offset; }
  std::int64_t last_time() const { return times.back() + offset; }
};

/// \throws input_error with file and line
recording read_recording(const std::string& path, const layout_request& request);

/// Only the stamps of a file, in the file's order; its other columns may be text.
std::vector<std::int64_t> read_stamps(const std::string& path, const layout_request& request,
                                      std::string& description);

/// Gives each recording the shortest label that tells it from the others.
void set_labels(std::vector<recording>& all);

}  // namespace recordings
