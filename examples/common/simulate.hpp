// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

/// \file
/// Recordings for when there is no data: the same bytes on every machine.

namespace recordings {

/// Writes two recordings into a folder, with what real ones have: joints at 200 Hz with jitter, a
/// gap, repeated and backward stamps (CSV with header, epoch seconds), and poses of a camera at 30
/// Hz that starts late, drops frames and flips quaternion signs (TUM text). \return the files
std::vector<std::string> simulate_recordings(const std::string& folder);

}  // namespace recordings
