// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/fuse/table.hpp>

#include "../support/fuse_call.hpp"

#include <cstdint>
#include <vector>

/// \file
/// A kernel as users write it around `fuse_rows`.

namespace robocache_test {

/// One way to run a call: which table of streams, which code, which warp.
struct own_fusion {
  bool many;         ///< the table of `many_streams`, not of `few_streams`
  bool grouped;      ///< the code for channel groups and normalization
  bool cooperative;  ///< cooperative groups' tile of 32, not `warp_group`
};

/// A tile of the table, and the stream that it belongs to.
struct fused_tile {
  std::int32_t stream;
  robocache::row_tile rows;
};

/// The types that it was compiled for.
fuse_types own_fuse_types();

/// All tiles of a call, in the table's order.
std::vector<fused_tile> own_fuse_tiles(const any_fuse_call& call, const own_fusion& how);

/// Writes the tiles `first`, `first + step`, ... of a call.
robocache::status own_fuse(const any_fuse_call& call, const own_fusion& how, std::uint32_t first,
                           std::uint32_t step, const any_where& where);

}  // namespace robocache_test
