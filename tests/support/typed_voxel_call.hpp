// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize.hpp>

#include "typed_call.hpp"
#include "voxel_call.hpp"

#include <cstddef>
#include <cstdint>

/// \file
/// From an erased call of `voxelize` back to the library's types. Instantiated by each back end.

namespace robocache_test {

template <class Real>
robocache::point_view<Real> typed_points(const any_points& points) {
  return {points.data,  points.size,
          points.step,  {points.offsets[0], points.offsets[1], points.offsets[2]},
          points.count, points.coordinates};
}

template <class T>
robocache::feature_view<T> typed_features(const any_features& features) {
  return {features.data, features.size, features.channels, features.step, features.channel_step};
}

template <class Real>
robocache::voxel_grid<Real> typed_grid(const any_grid& grid) {
  robocache::voxel_grid<Real> result{};
  for (int i = 0; i < 3; ++i) {
    result.origin[i] = static_cast<Real>(grid.origin[i]);
    result.voxel_size[i] = static_cast<Real>(grid.voxel_size[i]);
    result.extents[i] = grid.extents[i];
  }
  return result;
}

/// An output without features: the first three dimensions.
template <class T>
robocache::tensor_view<T, 3> typed_voxels(const any_view<4>& view) {
  return robocache::tensor_view<T, 3>(static_cast<T*>(view.data),
                                      {view.extents[0], view.extents[1], view.extents[2]},
                                      {view.strides[0], view.strides[1], view.strides[2]});
}

inline robocache::voxel_reports typed_reports(const any_voxel_call& call) {
  robocache::voxel_reports reports;
  reports.counts = typed<std::uint32_t>(call.counts);
  reports.counters = call.counters;
  return reports;
}

template <robocache::reduction R, class Real, class Where>
robocache::status typed_voxelize(const any_voxel_call& call, Where where) {
  return robocache::voxelize<R>(typed_points<Real>(call.points), typed_grid<Real>(call.grid),
                                typed_voxels<robocache::voxel_scalar_t<R>>(call.output),
                                typed_reports(call), call.options, call.space, where);
}

template <robocache::reduction R, class Real, class In, class Out, class Where>
robocache::status typed_voxelize(const any_voxel_call& call, Where where) {
  return robocache::voxelize<R>(typed_points<Real>(call.points), typed_features<In>(call.features),
                                typed_grid<Real>(call.grid), typed<Out>(call.output),
                                typed_reports(call), call.options, call.space, where);
}

/// One group's share of the points of a call by level 1: the `part`-th of `parts` pieces.
template <robocache::reduction R, class Real>
struct add_points_job {
  robocache::point_view<Real> points;
  robocache::voxel_grid<Real> grid;
  robocache::tensor_view<robocache::voxel_scalar_t<R>, 3> output;
  robocache::voxel_counters* counters;

  explicit add_points_job(const any_voxel_call& call)
      : points(typed_points<Real>(call.points)),
        grid(typed_grid<Real>(call.grid)),
        output(typed_voxels<robocache::voxel_scalar_t<R>>(call.output)),
        counters(call.counters) {}

  template <class Group>
  ROBOCACHE_HD robocache::voxel_counters operator()(const Group& group, std::int64_t part,
                                                    std::int64_t parts) const {
    robocache::point_view<Real> mine = points;
    const std::int64_t first = points.size * part / parts;
    mine.size = points.size * (part + 1) / parts - first;
    for (std::int64_t& offset : mine.offsets) offset += first * points.step;
    return robocache::voxelize_points<R>(group, mine, grid, output);
  }
};

}  // namespace robocache_test
