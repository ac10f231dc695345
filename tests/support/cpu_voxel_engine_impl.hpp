// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/group.hpp>

#include "cpu_voxel_engine.hpp"
#include "typed_voxel_call.hpp"

namespace robocache_test {

template <robocache::reduction R, class Real>
std::size_t cpu_workspace_bytes(std::int64_t points, const any_grid& grid, const any_where& where) {
  return robocache::voxelize_workspace_bytes<R>(points, typed_grid<Real>(grid),
                                                robocache::cpu(where.threads));
}

/// count, occupancy or occupancy_bits.
template <robocache::reduction R, scalar_kind PointKind>
voxel_operations cpu_voxel_operations() {
  using real = typename scalar_of<PointKind>::type;
  voxel_operations result;
  result.types = {PointKind, R};
  result.voxelize = [](const any_voxel_call& call, const any_where& where) {
    return typed_voxelize<R, real>(call, robocache::cpu(where.threads));
  };
  result.workspace_bytes = cpu_workspace_bytes<R, real>;
  result.add_points = [](const any_voxel_call& call, voxel_group, const any_where&) {
    const add_points_job<R, real> job(call);
    const robocache::voxel_counters added = job(robocache::serial_group{}, 0, 1);
    if (job.counters != nullptr) {
      job.counters->used += added.used;
      job.counters->outside += added.outside;
      job.counters->not_finite += added.not_finite;
      job.counters->beyond += added.beyond;
    }
    return robocache::status{};
  };
  return result;
}

/// A reduction of features.
template <robocache::reduction R, scalar_kind PointKind, scalar_kind InKind, scalar_kind OutKind>
voxel_operations cpu_voxel_operations() {
  using real = typename scalar_of<PointKind>::type;
  using in = typename scalar_of<InKind>::type;
  using out = typename scalar_of<OutKind>::type;
  voxel_operations result;
  result.types = {PointKind, R, InKind, OutKind};
  result.voxelize = [](const any_voxel_call& call, const any_where& where) {
    return typed_voxelize<R, real, in, out>(call, robocache::cpu(where.threads));
  };
  result.workspace_bytes = cpu_workspace_bytes<R, real>;
  return result;
}

/// All reductions of features.
template <scalar_kind PointKind, scalar_kind InKind, scalar_kind OutKind>
void append_cpu_voxel_reductions(std::vector<voxel_operations>& to) {
  using robocache::reduction;
  to.push_back(cpu_voxel_operations<reduction::sum, PointKind, InKind, OutKind>());
  to.push_back(cpu_voxel_operations<reduction::mean, PointKind, InKind, OutKind>());
  to.push_back(cpu_voxel_operations<reduction::max, PointKind, InKind, OutKind>());
  to.push_back(cpu_voxel_operations<reduction::min, PointKind, InKind, OutKind>());
  to.push_back(cpu_voxel_operations<reduction::variance, PointKind, InKind, OutKind>());
  to.push_back(cpu_voxel_operations<reduction::first, PointKind, InKind, OutKind>());
}

}  // namespace robocache_test
