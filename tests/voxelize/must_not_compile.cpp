// SPDX-License-Identifier: Apache-2.0
#include <robocache/group.hpp>
#include <robocache/voxelize.hpp>
#if defined(WRONG_compiled_reducer) || defined(WRONG_compiled_coordinates)
#include <robocache/compiled.hpp>
#endif

#include <cstdint>

// Compiles as it stands; with one WRONG_ macro it must not. See must_not_compile.cmake.

#if defined(WRONG_block_size)
constexpr unsigned threads = 32;
#else
constexpr unsigned threads = 512;
#endif
/// A block, or a part of one, as a collective of bins looks at it first.
struct threads_of_a_block {
  static constexpr unsigned size() { return threads; }
};
void check_block();
void check_block() {
  robocache::detail::check_block<threads_of_a_block, 512>();
}

using robocache::reduction;
using robocache::tensor_view;

#if defined(WRONG_count_with_features)
constexpr reduction of_features = reduction::count;
#else
constexpr reduction of_features = reduction::mean;
#endif

#if defined(WRONG_mean_without_features)
constexpr reduction of_points = reduction::mean;
#else
constexpr reduction of_points = reduction::count;
#endif

#if defined(WRONG_double_features)
using feature = double;
#elif defined(WRONG_incomplete_features)
using feature = __nv_bfloat16;  // without <cuda_bf16.h>
#else
using feature = float;
#endif

#if defined(WRONG_double_output)
using output_scalar = double;
#else
using output_scalar = robocache::bfloat16;
#endif

#if defined(WRONG_count_scalar)
using count_scalar = std::int32_t;
#else
using count_scalar = std::uint32_t;
#endif

#if defined(WRONG_integer_points)
using real = int;
#else
using real = float;
#endif

#if defined(WRONG_cuda_stream)
struct CUstream_st;  // as <driver_types.h> declares it: what a cudaStream_t points to
CUstream_st* const where = nullptr;
#else
constexpr robocache::cpu_execution where = robocache::cpu;
#endif

#if defined(WRONG_ignored_status)
#pragma GCC diagnostic error "-Wunused-result"
#endif

#if defined(WRONG_compiled_reducer)
struct last : robocache::reducers::first {};
robocache::status compiled(cudaStream_t stream) {
  return robocache::voxelize(last{}, robocache::point_view<float>{},
                             robocache::feature_view<float>{}, robocache::voxel_grid<float>{},
                             tensor_view<float, 4>{}, {}, {}, {}, stream);
}
#endif

#if defined(WRONG_compiled_coordinates)
robocache::status compiled(const robocache::point_view<float>& points, cudaStream_t stream) {
  return robocache::voxelize<reduction::max>(points, robocache::coordinates_of(points),
                                             robocache::voxel_grid<float>{},
                                             tensor_view<float, 4>{}, {}, {}, {}, stream);
}
#endif

#if defined(WRONG_coordinates_of_doubles)
using coordinates = robocache::feature_view<robocache::point_coordinates<double>>;
#else
using coordinates = robocache::feature_view<robocache::point_coordinates<float>>;
#endif
robocache::status call_with_coordinates() {
  return robocache::voxelize<reduction::max>(robocache::point_view<float>{}, coordinates{},
                                             robocache::voxel_grid<float>{},
                                             tensor_view<float, 4>{}, {}, {}, {}, robocache::cpu);
}

#if defined(WRONG_sink_of_marks)
void hand_over_bin(const robocache::marked_bin<robocache::reducers::count>& found) {
  robocache::detail::hand_over_bin(robocache::serial_group{}, found, [](std::int64_t /*voxel*/) {});
}
#endif

#if defined(WRONG_sink_of_features)
void reduce(
    const robocache::voxelize_call<robocache::reducers::mean, float, float, float>& features) {
  (void)robocache::run(features, robocache::cpu, [](std::int64_t, std::uint32_t) {});
}
#endif

#if defined(WRONG_marks_to_sink_on_cpu)
void mark(const robocache::voxelize_call<robocache::reducers::count, float, std::uint32_t,
                                         std::uint32_t>& points) {
  (void)robocache::run(points, robocache::cpu, [](std::int64_t, std::uint32_t) {});
}
#endif

robocache::status call() {
  const robocache::point_view<real> points;
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {1, 1, 1}, {4, 4, 4}};
  const robocache::feature_view<feature> features;
  const tensor_view<count_scalar, 3> counts;
  const tensor_view<output_scalar, 4> output;
#if defined(WRONG_ignored_status)
  robocache::voxelize<of_points>(points, grid, counts, {}, {}, {}, where);
#endif
  if (auto s = robocache::voxelize<of_points>(points, grid, counts, {}, {}, {}, where); !s.ok()) {
    return s;
  }
  return robocache::voxelize<of_features>(points, features, grid, output, {}, {}, {}, where);
}
