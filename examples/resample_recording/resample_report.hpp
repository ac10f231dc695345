// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stream_result.hpp"

#include <string>
#include <vector>

namespace recordings {

/// What became of the target rows.
/// \param milliseconds  [streams], of the call that resampled each
/// \param backend       where it was computed: "the CPU, up to 2 threads", "CUDA, NVIDIA H100"
void print_resampled(const std::vector<stream_result>& streams,
                     const std::vector<double>& milliseconds, const std::string& backend);

}  // namespace recordings
