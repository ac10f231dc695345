// SPDX-License-Identifier: Apache-2.0
#include "environment.hpp"

namespace robocache_test {

std::string reason_without_device();

std::string reason_to_skip() {
  return reason_without_device();
}

}  // namespace robocache_test
