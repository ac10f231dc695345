// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.cuh>

#include <cstdint>

// Every kernel of `voxelize` for the types in common use: they are compiled, never run. The
// function below only names the launchers.

namespace {

using namespace robocache;

template <reduction R, class Real>
bool voxelized(cudaStream_t where) {
  const point_view<Real> points;
  const voxel_grid<Real> grid{};
  const tensor_view<voxel_scalar_t<R>, 3> output;
  return voxelize<R>(points, grid, output, {}, {}, {}, where).ok();
}

template <reduction R, class Real, class Feature, class Out>
bool reduced(cudaStream_t where) {
  const point_view<Real> points;
  const feature_view<Feature> features;
  const voxel_grid<Real> grid{};
  const tensor_view<Out, 4> output;
  return voxelize<R>(points, features, grid, output, {}, {}, {}, where).ok();
}

template <reduction R, relative_to To, class Real>
bool coordinates(cudaStream_t where) {
  const point_view<Real> points;
  const voxel_grid<Real> grid{};
  return voxelize<R>(points, coordinates_of<To>(points), grid, tensor_view<float, 4>{}, {}, {}, {},
                     where)
      .ok();
}

}  // namespace

bool instantiate_voxelize(cudaStream_t where) {
  return voxelized<reduction::count, float>(where) &&
         reduced<reduction::mean, float, float, float>(where) &&
#if !defined(ROBOCACHE_TEST_FEW_KERNELS)
         voxelized<reduction::occupancy, float>(where) &&
         voxelized<reduction::occupancy_bits, float>(where) &&
         voxelized<reduction::count, double>(where) &&
         reduced<reduction::sum, float, float, float>(where) &&
         reduced<reduction::min, float, float, float>(where) &&
         reduced<reduction::max, float, bfloat16, bfloat16>(where) &&
         reduced<reduction::mean, double, float, float>(where) &&
         reduced<reduction::mean, float, float, float16>(where) &&
         reduced<reduction::mean, float, float16, float16>(where) &&
         reduced<reduction::variance, float, float, float>(where) &&
         reduced<reduction::variance, float, float, float16>(where) &&
         reduced<reduction::first, float, bfloat16, bfloat16>(where) &&
         coordinates<reduction::max, relative_to::frame, float>(where) &&
         coordinates<reduction::mean, relative_to::voxel_centre, float>(where) &&
         coordinates<reduction::variance, relative_to::voxel_centre, double>(where) &&
#endif
         reduced<reduction::max, float, float, float>(where);
}
