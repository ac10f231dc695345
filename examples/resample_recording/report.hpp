// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "conditioning.hpp"
#include "recording.hpp"
#include "statistics.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// Everything known about one stream, and the tables that tell it.

namespace recordings {

struct stream_result {
  recording source;
  condition_report condition;
  interval_statistics intervals;
  resample_outcome outcome;
  std::string written_to;
};

/// What the recordings are like.
void print_recorded(const std::vector<stream_result>& streams);

/// What became of the target rows.
/// \param backend  where it was computed: "CPU, 2 threads", "CUDA, NVIDIA H100"
void print_resampled(const std::vector<stream_result>& streams, const std::string& backend);

/// What the user should know, one sentence a line.
void print_notes(const std::vector<stream_result>& streams);

}  // namespace recordings
