// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/run.hpp>
#include <robocache/execution.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/check.hpp>
#include <robocache/voxelize/coordinates.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/rules/numbering.hpp>
#include <robocache/voxelize/rules/reducers.hpp>
#include <robocache/workspace.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// A call of `voxelize` as a value.

namespace robocache {

/// What the size of a call's workspace depends on.
struct voxelize_sizes {
  std::int64_t points;      ///< the most there can be
  std::int64_t cells;       ///< voxels as they are numbered
  std::size_t state_bytes;  ///< of the larger of a reducer's states; 0 without features
  bool adds_many;           ///< the reducer has `add_many`
};

/// A call of `voxelize`, everything in it: checked once, then read by both back ends. Trivially
/// copyable.
///
/// \tparam Reducer  one of `reducers`, or your own (`rules/reducer.hpp`)
/// \tparam Real     type of the points, float or double
/// \tparam In       type of the features, which may be `point_coordinates`; without features that
///                  of the output
/// \tparam Out      type of the output's elements
template <class Reducer, class Real, class In, class Out>
struct voxelize_call {
  static constexpr bool has_features = detail::reduces_features<Reducer>;
  using in = In;  ///< type of the features

  Reducer reducer;
  point_view<Real> points;
  feature_view<In> features;  ///< not looked at without features
  voxel_grid<Real> grid;
  tensor_view<Out, has_features ? 4 : 3> output;
  voxel_reports reports;
  voxel_options options;
  workspace space;

  /// Everything that can be wrong and can be seen without reading the data, but for the workspace.
  ROBOCACHE_HIDDEN status check() const noexcept { return detail::check_voxelize(*this, 0); }
  /// The same with the workspace that a run there needs.
  ///
  /// \param where  `robocache::cpu`, a `cudaStream_t` or `preload`
  template <class Where>
  ROBOCACHE_HIDDEN status check(Where where) const noexcept {
    constexpr bool by_slabs = !std::is_same_v<Where, cpu_execution>;
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_grid_for(by_slabs));
    return detail::check_voxelize(*this, workspace_bytes(where));
  }
  /// The same for a call whose points a kernel makes: `points.data` is not looked at.
  ///
  /// \param where  a `cudaStream_t` or `preload`. `robocache::cpu`, where nothing makes points, is
  ///               refused
  template <class Where>
  ROBOCACHE_HIDDEN status check_produced(Where where) const noexcept {
    if constexpr (has_features && detail::are_coordinates<In>) {
      return status::invalid_argument(
          "voxelize: features are coordinates of the points, which must be in memory then, and not "
          "be made by a kernel");
    } else if constexpr (std::is_same_v<Where, cpu_execution>) {
      return status::invalid_argument("voxelize: points are made by kernels, not on the CPU");
    } else {
      return with_points_somewhere().check(where);
    }
  }
  /// The same for a call whose results kernels of yours hand to a sink (`rules/sink.hpp`): `output`
  /// is not looked at, and the call must replace. On a CUDA stream `points.data` may be null, if a
  /// kernel makes them and no features are their coordinates.
  ///
  /// \param where  `robocache::cpu`, a `cudaStream_t` or `preload`
  template <class Where>
  ROBOCACHE_HIDDEN status check_for_sink(Where where) const noexcept {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_grid_for(true));
    constexpr bool may_be_produced =
        !std::is_same_v<Where, cpu_execution> && !(has_features && detail::are_coordinates<In>);
    const bool produced = may_be_produced && points.data == nullptr;
    const voxelize_call stored = produced ? with_points_somewhere() : *this;
    return detail::check_voxelize<false>(stored, workspace_bytes(where));
  }
  /// See `voxelize_workspace_bytes`.
  ///
  /// \param where  `robocache::cpu`, a `cudaStream_t` or `preload`
  template <class Where>
  ROBOCACHE_HIDDEN std::size_t workspace_bytes(Where where) const noexcept {
    return bytes_for(points.size, grid, where);
  }

  template <class Where>
  ROBOCACHE_HIDDEN static std::size_t bytes_for(std::int64_t points, const voxel_grid<Real>& grid,
                                                Where where) noexcept {
    if (points < 0 || points > std::numeric_limits<std::int32_t>::max() ||
        !detail::check_grid("voxelize", grid, per_element).ok()) {
      return 0;
    }
    std::size_t state_bytes = 0;
    if constexpr (has_features) state_bytes = detail::looked_at<Reducer>::state_bytes;
    const voxelize_sizes sizes{points, detail::make_numbering(grid, per_element).cells(),
                               state_bytes, detail::adds_many<Reducer>::value};
    return workspace_bytes_of(sizes, detail::settled(where));  // found by its argument
  }

  /// Slabs of the grid, 2^24 voxels each: a call on a larger grid goes over the points once for
  /// each of them. Where no voxel is written (no channels, no counts) one is enough for the
  /// counters.
  ROBOCACHE_HIDDEN std::int64_t slabs() const noexcept {
    if (!writes_voxels()) return 1;
    const std::int64_t cells = detail::make_numbering(grid, per_element).cells();
    return (cells + detail::cells_per_slab - 1) / detail::cells_per_slab;
  }

 private:
  ROBOCACHE_HIDDEN bool writes_voxels() const noexcept {
    if constexpr (has_features) {
      return features.channels > 0 || reports.counts.data() != nullptr;
    } else {
      return true;
    }
  }

  ROBOCACHE_HIDDEN status check_grid_for(bool by_slabs) const noexcept {
    return detail::check_grid(
        "voxelize", grid, per_element,
        by_slabs && writes_voxels() ? detail::most_voxels_by_slabs : detail::most_voxels);
  }

  /// The call as if all points were at one place that overlaps nothing.
  ROBOCACHE_HIDDEN voxelize_call with_points_somewhere() const noexcept {
    voxelize_call stored = *this;
    stored.points.data = this;
    stored.points.step = 0;
    for (std::int64_t& offset : stored.points.offsets) offset = 0;
    return stored;
  }

  static constexpr int per_element = detail::voxels_per_element<Reducer>();
};

}  // namespace robocache
