// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize.hpp>

#include "engines.hpp"
#include "typed_voxel_call.hpp"
#include "voxel_call.hpp"

#include <vector>

/// \file
/// Calls of `voxelize` whose features are coordinates of the points. What a problem has as features
/// are the values that are expected; the library does not see them.

namespace robocache_test {

struct coordinates_on_cpu;
struct coordinates_on_cuda;

/// What one combination of types can do. `run.types.in` is f32.
struct coordinate_operations {
  robocache::relative_to to;
  voxel_operations run;
};

inline const std::vector<coordinate_operations>& cpu_coordinates() {
  return all_linked<coordinate_operations, coordinates_on_cpu>();
}
inline const std::vector<coordinate_operations>& tested_coordinates() {
  return tested().on_device() ? all_linked<coordinate_operations, coordinates_on_cuda>()
                              : cpu_coordinates();
}

template <robocache::relative_to To, robocache::reduction R, class Real, class Out, class Where>
robocache::status typed_coordinates(const any_voxel_call& call, Where where) {
  const auto points = typed_points<Real>(call.points);
  return robocache::voxelize<R>(
      points,
      robocache::coordinates_of<To>(points, static_cast<robocache::coordinate>(call.features.first),
                                    call.features.channels),
      typed_grid<Real>(call.grid), typed<Out>(call.output), typed_reports(call), call.options,
      call.space, where);
}

/// \tparam Engine  has `where`, which makes an `any_where` the library's
template <class Engine, robocache::relative_to To, robocache::reduction R, scalar_kind PointKind,
          scalar_kind OutKind = scalar_kind::f32>
coordinate_operations coordinate_operations_of() {
  using real = typename scalar_of<PointKind>::type;
  using out = typename scalar_of<OutKind>::type;
  coordinate_operations result{To, {}};
  result.run.types = {PointKind, R, scalar_kind::f32, OutKind};
  result.run.voxelize = [](const any_voxel_call& call, const any_where& where) {
    return typed_coordinates<To, R, real, out>(call, Engine::where(where));
  };
  result.run.workspace_bytes = [](std::int64_t points, const any_grid& grid,
                                  const any_where& where) {
    return robocache::voxelize_workspace_bytes<R>(points, typed_grid<real>(grid),
                                                  Engine::where(where));
  };
  return result;
}

/// What all engines can run.
template <class Engine>
void append_coordinates(std::vector<coordinate_operations>& to) {
  using robocache::reduction;
  constexpr auto frame = robocache::relative_to::frame;
  constexpr auto centre = robocache::relative_to::voxel_centre;
  constexpr auto f32 = scalar_kind::f32;
  constexpr auto f64 = scalar_kind::f64;
  to.push_back(coordinate_operations_of<Engine, frame, reduction::max, f32>());
  to.push_back(coordinate_operations_of<Engine, frame, reduction::mean, f32, scalar_kind::bf16>());
  to.push_back(coordinate_operations_of<Engine, frame, reduction::sum, f64>());
  to.push_back(coordinate_operations_of<Engine, centre, reduction::mean, f32>());
  to.push_back(coordinate_operations_of<Engine, centre, reduction::variance, f64>());
  to.push_back(coordinate_operations_of<Engine, centre, reduction::first, f64>());
}

}  // namespace robocache_test
