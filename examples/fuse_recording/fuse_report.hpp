// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuse_job.hpp"
#include "stream_result.hpp"

#include <string>
#include <vector>

namespace recordings {

/// What became of the target rows in each stream.
/// \param results  [streams], of the job's streams
/// \param title    what was aligned with what, where and how fast
void print_aligned(const std::vector<stream_result>& results, const fuse_job& job,
                   const fuse_outcome& outcome, const std::string& title);

}  // namespace recordings
