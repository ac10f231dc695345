// SPDX-License-Identifier: Apache-2.0
// Without a WRONG_ macro this compiles; each one makes a mistake that the compiler must name. See
// must_not_compile.cmake.
#include <robocache/interop/point_cloud2.hpp>
#include <robocache/interop/span.hpp>

#include <cstdint>
#include <vector>

typedef struct CUstream_st* cudaStream_t;

using robocache::tensor_view;

#if defined(WRONG_not_a_cloud)
struct message {
  int height, width;
};
#else
using message = robocache::point_cloud2;
#endif

#if defined(WRONG_integer_output)
using out = int;
#elif defined(WRONG_const_output)
using out = const float;
#else
using out = float;
#endif

#if defined(WRONG_time_type)
using stamp = int;
#else
using stamp = std::int64_t;
#endif

#if defined(WRONG_viewed_integers)
using viewed = std::int64_t;
#else
using viewed = double;
#endif

#if defined(WRONG_buffer_type)
using element = double;
#else
using element = float;
#endif

#if defined(WRONG_cuda_stream)
const cudaStream_t where = nullptr;
#else
const robocache::cpu_execution where;
#endif

/// What libraries of matrices have: a row of one that stores columns one after another.
struct strided_row {
  float* data() const;
  std::int64_t size() const;
  std::int64_t innerStride() const;
};
#if defined(WRONG_strides_to_view)
using row = strided_row;
#else
using row = std::vector<float>;
#endif
/// The same from another library, which calls it `stride`.
struct stepped_row {
  float* data() const;
  std::int64_t size() const;
  std::int64_t stride() const;
};
#if defined(WRONG_stride_to_view)
using other_row = stepped_row;
#else
using other_row = std::vector<float>;
#endif

#if defined(WRONG_short_list)
constexpr int rank = 3;
#else
constexpr int rank = 2;
#endif
message made();

bool all(const message& cloud, out* numbers, stamp* times, std::vector<element>& buffer,
         row& numbers_in_a_row, other_row& others_in_a_row);
bool all(const message& cloud, out* numbers, stamp* times, std::vector<element>& buffer,
         row& numbers_in_a_row, other_row& others_in_a_row) {
  robocache::point_view<float> points;
  tensor_view<const viewed, 1> view;
  tensor_view<float, 2> shaped;
  return robocache::point_cloud2_points(cloud, points).ok() &&
         robocache::point_cloud2_times(cloud, "t", view).ok() &&
         robocache::unpack_point_cloud2(cloud, {"x"}, tensor_view(numbers, {8, 1}), where).ok() &&
         robocache::unpack_point_cloud2_times(cloud, "t", tensor_view(times, {8}), where).ok() &&
#if defined(WRONG_temporary_cloud)
         robocache::point_cloud2_points(robocache::point_cloud2_at(made(), nullptr), points).ok() &&
#endif
#if defined(WRONG_temporary_buffer)
         robocache::from_span("buffer", std::vector<float>(6), {2, 3}, shaped).ok() &&
#endif
#if defined(WRONG_strides_to_span)
         robocache::from_span("buffer", strided_row(), {2, 3}, shaped).ok() &&
#endif
         tensor_view<float, 1>(numbers_in_a_row).extent(0) == 6 &&
         tensor_view<float, 1>(others_in_a_row).extent(0) == 6 &&
         tensor_view<out, rank>(numbers, {8, 1}).extent(0) == 8 &&
#if defined(WRONG_short_strides)
         tensor_view<out, 2>(numbers, {8, 1}, {1}).extent(0) == 8 &&
#endif
         robocache::from_span("buffer", buffer, {2, 3}, shaped).ok();
}
