// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.hpp>
#include <robocache/resample/collective/rows_to.hpp>

#include "../support/typed_fuse_call.hpp"
#include "own_rows.hpp"

#include <cstdint>
#include <type_traits>
#include <vector>

/// \file
/// From erased calls to what the collectives read. Instantiated by each back end.

namespace robocache_test {

inline std::vector<row_tile> all_tiles(const robocache::row_tiling& tiling) {
  std::vector<row_tile> tiles;
  for (std::int64_t i = 0; i < tiling.size(); ++i) {
    tiles.push_back(tiling[static_cast<std::uint32_t>(i)]);
  }
  return tiles;
}

template <class Work>
struct is_apply_call : std::false_type {};
template <class In, class Out>
struct is_apply_call<robocache::apply_brackets_call<In, Out>> : std::true_type {};

/// `resample_rows_to`, into the tile's part of the call's own output; of calls that have no such
/// function `resample_rows`.
template <class Group, int Capacity, class Work>
ROBOCACHE_HD void write_tile_to(const Group& group, robocache::resample_storage<Capacity>& storage,
                                const Work& work, const row_tile& tile) {
  if constexpr (is_apply_call<Work>::value) {
    robocache::resample_rows(group, storage, work, tile);
  } else {
    const auto output = work.output();
    const robocache::tensor_view<typename Work::out, 2> rows(
        output.data() + tile.item * output.stride(0) + tile.first_row * output.stride(1),
        {tile.rows, work.channels()}, {output.stride(1), output.stride(2)});
    robocache::resample_rows_to(group, storage, work, tile, rows);
  }
}

/// \tparam Run      `Run{group, tiles, where}(work)` runs `resample_rows`, `.find(work)`
///                  `store_brackets`
/// \tparam Grouped  with channel groups, too
template <class Run, scalar_kind InKind, scalar_kind OutKind, time_kind TimeKind, bool Grouped>
struct typed_own_rows {
  using in = typename scalar_of<InKind>::type;
  using out = typename scalar_of<OutKind>::type;
  using time = typename time_of<TimeKind>::type;
  using real = robocache::compute_t<in, out>;

  /// Calls `body` with the `resample_call` of the one stream.
  template <class Body>
  static auto with_call(const any_fuse_call& call, const Body& body) {
    const any_stream& stream = call.streams.front();
    any_view<2> statuses;  // [B, T] of the [B, T, 1] of the report
    statuses.data = call.statuses.data;
    for (int d = 0; d < 2; ++d) {
      statuses.extents[d] = call.statuses.extents[d];
      statuses.strides[d] = call.statuses.strides[d];
    }
    const auto source = typed_source<in, time>(as_call(stream));
    const auto make = [&](const auto& from) {
      return robocache::make_resample_call(from, typed_targets<time>(call.targets),
                                           typed<out>(call.output), typed<std::uint8_t>(statuses),
                                           typed_options<time, real>(as_call(stream)));
    };
    if constexpr (Grouped) {
      if (stream.groups.count > 0) return body(make(robocache::with_groups(source, stream.groups)));
    }
    return body(make(source));
  }

  static std::vector<row_tile> tiles(const any_fuse_call& call) {
    return with_call(call,
                     [](const auto& typed) { return all_tiles(robocache::tiling_of(typed)); });
  }

  static robocache::status rows(const any_fuse_call& call, const std::vector<row_tile>& tiles,
                                rows_group group, const any_where& where) {
    return with_call(call, [&](const auto& typed) {
      const robocache::status checked = typed.check();
      return checked.ok() ? Run{group, tiles, where}(typed.work()) : checked;
    });
  }

  static robocache::status find(const any_call& call, const std::vector<row_tile>& tiles,
                                rows_group group, const any_where& where) {
    return with_targets<time>(call, [&](const auto& targets) {
      const robocache::resample_policy<time, real> policy = typed_options<time, real>(call);
      const auto typed = robocache::make_find_brackets_call(typed_times<time>(call),
                                                            robocache::target_view<time>(targets),
                                                            typed_brackets<real>(call), policy);
      const robocache::status checked = typed.check();
      return checked.ok() ? Run{group, tiles, where}.find(typed.work()) : checked;
    });
  }

  static auto apply_call(const any_call& call) {
    robocache::normalization<real> options;
    options.scale = typed<const real>(call.scale);
    options.shift = typed<const real>(call.shift);
    return robocache::make_apply_brackets_call(
        typed<const in>(call.values), typed_brackets<real>(call), typed<out>(call.output), options);
  }

  static std::vector<row_tile> apply_tiles(const any_call& call) {
    return all_tiles(robocache::tiling_of(apply_call(call)));
  }

  static robocache::status apply(const any_call& call, const std::vector<row_tile>& tiles,
                                 rows_group group, const any_where& where) {
    const auto typed = apply_call(call);
    const robocache::status checked = typed.check();
    return checked.ok() ? Run{group, tiles, where}(typed) : checked;
  }

  static own_row_operations rows_alone() {
    own_row_operations result;
    result.types = {InKind, OutKind, TimeKind};
    result.tiles = tiles;
    result.rows = rows;
    result.grouped = Grouped;
    return result;
  }

  static own_row_operations rows_and_brackets() {
    own_row_operations result = rows_alone();
    result.find = find;
    result.apply = apply;
    result.apply_tiles = apply_tiles;
    return result;
  }
};

}  // namespace robocache_test
