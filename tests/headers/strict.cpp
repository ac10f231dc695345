// SPDX-License-Identifier: Apache-2.0
#include <robocache/compiled.hpp>
#include <robocache/interop/dlpack.hpp>
#include <robocache/interop/eigen.hpp>
#include <robocache/interop/mdspan.hpp>
#include <robocache/interop/point_cloud2.hpp>
#include <robocache/interop/span.hpp>
#include <robocache/interop/thrust.hpp>
#include <robocache/robocache.hpp>

#include <cstdint>
#include <vector>

// What the examples do not use, for compilers that are strict. Compiled, never run.

using robocache::tensor_view;

ROBOCACHE_COMPILED(resample_call<source_view<std::int16_t, std::int64_t>, float>)

robocache::status resample_depths(std::vector<std::int16_t>& depths,
                                  std::vector<std::int64_t>& times, std::vector<float>& rows,
                                  cudaStream_t stream) {
  tensor_view<const std::int16_t, 3> values;
  robocache::status done = robocache::from_span("depths", depths, {1, times.size(), 1}, values);
  if (!done.ok()) return done;
  const auto source =
      robocache::padded_source(values, tensor_view(times.data(), {1u, times.size()}));
  const tensor_view output(rows.data(), {1u, times.size(), 1u});
  done = robocache::resample(source, times, output, {}, robocache::cpu);
  return done.ok() ? robocache::resample(source, times, output, {}, stream) : done;
}

robocache::status mean_intensity(const robocache::point_cloud2& message, float* output,
                                 robocache::workspace space, cudaStream_t stream) {
  robocache::point_view<float> points;
  robocache::feature_view<float> features;
  robocache::status done = robocache::point_cloud2_points(message, points);
  if (done.ok()) done = robocache::point_cloud2_features(message, {"intensity"}, features);
  if (!done.ok()) return done;
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {1, 1, 1}, {4, 4, 4}};
  return robocache::voxelize<robocache::reduction::mean>(
      points, features, grid, tensor_view(output, {4, 4, 4, 1}), space, stream);
}

#if defined(EXPECT_EIGEN) && !defined(ROBOCACHE_HAS_EIGEN)
#error "interop/eigen.hpp did not find Eigen, which is there"
#elif defined(EXPECT_EIGEN)
// Columns of joints, in Eigen's own order.
robocache::status resample_joints(const Eigen::MatrixXd& joints, const Eigen::VectorXd& times,
                                  const Eigen::VectorXd& targets, Eigen::MatrixXf& result) {
  const std::int64_t everything[] = {0, joints.rows()};
  const auto rows = robocache::eigen_view(result);
  const robocache::status done =
      robocache::resample(robocache::packed_source(robocache::eigen_view(joints),
                                                   robocache::eigen_vector_view(times), everything),
                          robocache::eigen_vector_view(targets),
                          tensor_view(rows.data(), {1, rows.extent(0), rows.extent(1)},
                                      {1, rows.stride(0), rows.stride(1)}),
                          {}, robocache::cpu);
  robocache::eigen_map(rows).row(0).setZero();
  return done;
}
#endif
