// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// \file
/// What the name of a channel tells.

namespace recordings {

struct channel_name {
  std::string name;   ///< "position_1"
  std::string group;  ///< "position"
  std::string unit;   ///< "rad"
};

/// Of "position_1 [rad]".
channel_name take_apart(const std::string& full);

/// True if a channel is meant by this name: its own, or that without the unit in brackets.
bool is_called(const std::string& channel, const std::string& name);

}  // namespace recordings
