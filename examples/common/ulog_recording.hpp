// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recording.hpp"

#include <string>
#include <vector>

namespace recordings {

/// What to take from a flight log.
struct ulog_request {
  std::string topic;
  int instance = 0;
  std::vector<std::string> fields;  ///< numbers, or whole arrays and nested messages; empty: all
};

/// By the file's name: it ends in .ulg.
bool is_ulog(const std::string& path);

/// One topic as a recording; its stamps, microseconds since boot, exactly in ns.
/// \throws input_error that lists the topics or fields there are, if the one asked for is not there
recording read_ulog_recording(const std::string& path, const ulog_request& request);

}  // namespace recordings
