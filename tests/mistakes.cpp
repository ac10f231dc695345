// SPDX-License-Identifier: Apache-2.0
// Mistakes that people make at first. Each is one WRONG_ macro, and what the compiler says of it
// is short and has a sentence that tells what is right: must_not_compile.cmake.

#if defined(WRONG_kernels_in_cpp)
#include <robocache/voxelize.cuh>
#elif defined(WRONG_fuse_a_source)
#include <robocache/fuse.hpp>
#elif defined(WRONG_grid_type) || defined(WRONG_braced_workspace)
#include <robocache/voxelize.hpp>
#else
#include <robocache/resample.hpp>
#endif
#if defined(WRONG_integer_stream)
#include <robocache/fuse.hpp>
#endif

#include <cstdint>

using robocache::tensor_view;

#if defined(WRONG_integer_values) || defined(WRONG_integer_stream)
using value = int;
#elif defined(WRONG_double_values)
using value = double;
#else
using value = float;
#endif
#if defined(WRONG_options_time) || defined(WRONG_target_time)
using stamp = std::int64_t;
#else
using stamp = double;
#endif
#if defined(WRONG_target_time)
using target = double;
#else
using target = stamp;
#endif
#if defined(WRONG_const_output)
using out = const float;
#else
using out = float;
#endif

using values_view = tensor_view<const value, 3>;
using times_view = tensor_view<const stamp, 2>;

#if defined(WRONG_fuse_a_source)
robocache::status call(values_view values, times_view times, tensor_view<const target, 1> targets,
                       tensor_view<out, 3> output) {
  return robocache::fuse(robocache::padded_source(values, times), targets, output, robocache::cpu);
}
#elif defined(WRONG_integer_stream)
robocache::status call(values_view values, times_view times, tensor_view<const target, 1> targets,
                       tensor_view<out, 3> output) {
  const robocache::sensor_stream<stamp, value> streams[] = {
      {robocache::padded_source(values, times)}};
  return robocache::fuse(streams, targets, output, robocache::cpu);
}
#elif defined(WRONG_thread_index)
std::uint8_t call(int thread, robocache::time_axis<stamp> axis, tensor_view<const value, 2> values,
                  tensor_view<out, 1> row) {
  return robocache::resample_row(thread, axis, 1.0, values, robocache::resample_policy<stamp>{},
                                 robocache::channel_affine<float>{}, row);
}
#elif defined(WRONG_grid_type)
robocache::status call(robocache::point_view<float> points, robocache::voxel_grid<double> grid,
                       tensor_view<std::uint32_t, 3> counts, robocache::workspace space) {
  return robocache::voxelize<robocache::reduction::count>(points, grid, counts, space,
                                                          robocache::cpu);
}
#elif defined(WRONG_braced_workspace)
robocache::status call(robocache::point_view<float> points, robocache::voxel_grid<float> grid,
                       float* means, void* memory) {
  return robocache::voxelize<robocache::reduction::mean>(
      points, robocache::feature_view<float>{}, grid, tensor_view(means, {2, 4, 4}), {memory, 64},
      robocache::cpu);  // the output has four dimensions
}
#elif !defined(WRONG_kernels_in_cpp)
robocache::status call(values_view values, times_view times, tensor_view<const target, 1> targets,
                       tensor_view<out, 3> output) {
  robocache::resample_options<double> options;
  const auto source = robocache::padded_source(values, times);
#if defined(WRONG_nowhere)
  return robocache::resample(source, targets, output, options);
#else
  return robocache::resample(source, targets, output, options, robocache::cpu);
#endif
}
#endif
