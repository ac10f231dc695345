// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/collective/rows.hpp>

#include "../support/fuse_call.hpp"

#include <vector>

/// \file
/// The collectives of `resample` as users call them, on tiles that the test hands over.

namespace robocache_test {

using robocache::row_tile;

/// Who works on a tile. `_tiled`: with the code for the tiles of a `row_tiling` alone. `_to`: by
/// `resample_rows_to`, where there is one for the call.
enum class rows_group {
  serial,
  tile8,
  tile32,
  tile32_tiled,
  warp,
  warp_tiled,
  block96,
  serial_to,
  block96_to
};

/// What one combination of types can do; null where not compiled.
struct own_row_operations {
  combination types;
  /// The tiling of a call of one stream, tile by tile.
  std::vector<row_tile> (*tiles)(const any_fuse_call&) = nullptr;
  /// `resample_rows`.
  robocache::status (*rows)(const any_fuse_call&, const std::vector<row_tile>&, rows_group,
                            const any_where&) = nullptr;
  /// Also for calls with channel groups.
  bool grouped = false;
  /// `store_brackets`.
  robocache::status (*find)(const any_call&, const std::vector<row_tile>&, rows_group,
                            const any_where&) = nullptr;
  /// `resample_rows` of a call of `apply_brackets`, and its tiling.
  robocache::status (*apply)(const any_call&, const std::vector<row_tile>&, rows_group,
                             const any_where&) = nullptr;
  std::vector<row_tile> (*apply_tiles)(const any_call&) = nullptr;
};

/// What the back end under test was compiled for.
const std::vector<own_row_operations>& own_rows();

/// The groups it can run.
const std::vector<rows_group>& rows_groups();

}  // namespace robocache_test
