// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/execution.hpp>
#include <robocache/status.hpp>

#include "launches.hpp"

namespace robocache_test {

/// `call(where)` with the last argument of a launcher.
template <class Call>
inline robocache::status run_at(const launch_place& at, const Call& call) {
  return at.preload ? call(robocache::preload) : call(at.stream);
}

}  // namespace robocache_test
