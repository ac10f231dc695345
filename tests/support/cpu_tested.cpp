// SPDX-License-Identifier: Apache-2.0
#include "backend.hpp"

namespace robocache_test {

backend& tested() {
  return cpu();
}

}  // namespace robocache_test
