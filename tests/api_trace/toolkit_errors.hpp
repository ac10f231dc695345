// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace robocache_test {

/// A `cudaError_t` as the toolkit's header defines it.
struct toolkit_error {
  std::string name;
  int code;
  std::string comment;  ///< what stands before it
};

/// All of the toolkit that this was compiled with, read from its header now: so that codes of a
/// new one are there. Throws if they are not found.
std::vector<toolkit_error> toolkit_errors();

}  // namespace robocache_test
