// SPDX-License-Identifier: Apache-2.0
#include "environment.hpp"

namespace robocache_test {

std::string reason_to_skip() {
  return "";
}

}  // namespace robocache_test
