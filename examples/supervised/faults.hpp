// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>

#include "shared_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// Faults on demand, in the worker, to try what the supervisor does about them. They stand for what
/// cannot be had at will: the reset of a GPU, the eviction from a MIG slice, a driver that hangs.

namespace supervised {

enum class fault_kind {
  kill,      ///< the process is gone
  hang,      ///< it goes on without an end
  abort,     ///< it ends itself, as libraries do
  fatal,     ///< CUDA says that a kernel failed
  resource,  ///< CUDA says that memory is used up
  argument,  ///< the library refuses the call
  stop,      ///< SIGTERM to the supervisor, and to itself, as service managers do
  orphan,    ///< the supervisor is killed
};

/// Between which steps of an item; `fatal`, `resource` and `argument` are always the outcome of
/// `computed`.
enum class fault_place {
  taken,      ///< nothing is computed
  computed,   ///< nothing is written
  written,    ///< not committed
  locked,     ///< within the commit, with the lock
  committed,  ///< the next item is not taken
};

struct fault {
  std::uint64_t sequence = 0;  ///< the item's, or of the first after it that was not dropped
  fault_kind kind = fault_kind::kill;
  fault_place place = fault_place::computed;
  std::uint32_t times = 1;
};

/// "17=kill", "17=hang@locked", "17=fatal*3".
/// \throws recordings::usage_error
fault parse_fault(const std::string& text);

/// Those of the command line; how often each is still to happen is in the shared memory, since who
/// is killed cannot remember it.
class fault_injector {
 public:
  fault_injector(const std::vector<fault>& faults, shared_state& state)
      : faults_(faults), state_(state) {}

  void at(fault_place place, std::uint64_t sequence);
  /// \return what stands for the outcome of the computation; success if nothing does
  robocache::status outcome(std::uint64_t sequence);

 private:
  bool is_due(std::size_t index);

  const std::vector<fault>& faults_;
  shared_state& state_;
};

}  // namespace supervised
