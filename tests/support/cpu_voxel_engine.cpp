// SPDX-License-Identifier: Apache-2.0
#include <robocache/group.hpp>
#include <robocache/voxelize.hpp>

#include "engines.hpp"
#include "typed_voxel_call.hpp"
#include "voxel_call.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

// The CPU back end of `voxelize`.

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

/// What is compiled together. Templates, so that the other sets cost nothing.
namespace sets_on_cpu {

using robocache::reduction;

/// Without features.
template <class To>
void marks(To& to) {
  to.push_back(cpu_voxel_operations<reduction::count, scalar_kind::f32>());
  to.push_back(cpu_voxel_operations<reduction::occupancy, scalar_kind::f32>());
  to.push_back(cpu_voxel_operations<reduction::occupancy_bits, scalar_kind::f32>());
  to.push_back(cpu_voxel_operations<reduction::count, scalar_kind::f64>());
  to.push_back(cpu_voxel_operations<reduction::occupancy, scalar_kind::f64>());
  to.push_back(cpu_voxel_operations<reduction::occupancy_bits, scalar_kind::f64>());
}
/// Features of float.
template <class To>
void floats(To& to) {
  append_cpu_voxel_reductions<scalar_kind::f32, scalar_kind::f32, scalar_kind::f32>(to);
  to.push_back(cpu_voxel_operations<reduction::mean, scalar_kind::f32, scalar_kind::f32,
                                    scalar_kind::bf16>());
  to.push_back(
      cpu_voxel_operations<reduction::sum, scalar_kind::f32, scalar_kind::f32, scalar_kind::f16>());
}
/// Of half.
template <class To>
void halves(To& to) {
  append_cpu_voxel_reductions<scalar_kind::f32, scalar_kind::f16, scalar_kind::f16>(to);
  to.push_back(
      cpu_voxel_operations<reduction::sum, scalar_kind::f32, scalar_kind::f16, scalar_kind::f32>());
}
/// Of bfloat16.
template <class To>
void narrow(To& to) {
  append_cpu_voxel_reductions<scalar_kind::f32, scalar_kind::bf16, scalar_kind::bf16>(to);
  to.push_back(cpu_voxel_operations<reduction::max, scalar_kind::f32, scalar_kind::bf16,
                                    scalar_kind::f32>());
}
/// Points of double.
template <class To>
void doubles(To& to) {
  to.push_back(cpu_voxel_operations<reduction::mean, scalar_kind::f64, scalar_kind::f32,
                                    scalar_kind::f32>());
  to.push_back(cpu_voxel_operations<reduction::max, scalar_kind::f64, scalar_kind::f16,
                                    scalar_kind::bf16>());
}

}  // namespace sets_on_cpu

ROBOCACHE_TEST_LINK_SET(voxel_operations, on_cpu)

}  // namespace robocache_test
