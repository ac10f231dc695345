// SPDX-License-Identifier: Apache-2.0
#include <string>

namespace robocache_test {

std::string reason_without_device() {
  return "";
}

}  // namespace robocache_test
