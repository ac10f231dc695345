// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>

#include "launches.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// \file
/// The calls of launchers that are traced, and that meet faults: shapes and options that take
/// different kernels.

namespace robocache_test {

/// A call on device memory that is ready for it.
struct launcher_call {
  struct memory {
    void* data;
    std::size_t bytes;
  };

  std::string name;  ///< begins with that of the operation, and a comma
  /// How many kernels the documentation says it enqueues.
  int fewest_kernels;
  int most_kernels;
  std::function<robocache::status(const launch_place&)> launch;
  /// `check_memory` of the same arguments, if it takes such calls.
  std::function<robocache::status(cudaStream_t)> check_memory;
  /// What the call writes, but for its workspace.
  std::vector<memory> outputs;
  std::shared_ptr<const void> owner;  ///< of all device memory

  std::string operation() const { return name.substr(0, name.find(',')); }
};

/// All of them; their memory lives as long as one of them does.
std::vector<launcher_call> launcher_calls();

/// Each in turn.
template <class Body>
void for_each_call(const Body& body) {
  for (const launcher_call& call : launcher_calls()) body(call);
}

/// Two calls that count points in ways that share no kernel.
inline constexpr const char* counts_directly = "voxelize, counts of 10k points";
inline constexpr const char* counts_in_bins = "voxelize, counts of 1M points";

}  // namespace robocache_test
