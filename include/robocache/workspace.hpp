// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// \file
/// Temporary memory of a launcher.

namespace robocache {

/// Temporary memory that the caller provides: contents do not matter before, mean nothing after.
/// A function named after the operation, `voxelize_workspace_bytes` for one, tells how much a call
/// needs. Aligned to 16 bytes. Calls that may run at the same time need one each.
struct workspace {
  void* data = nullptr;
  std::size_t bytes = 0;
};

}  // namespace robocache
