// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/mdspan.hpp>
#include <robocache/resample.hpp>

#include "../support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <cuda/mdspan>
#include <cuda/std/array>
#include <cuda/std/mdspan>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

// A real mdspan: libcu++'s, which is that of the standard in C++17.

namespace md = cuda::std;

using robocache::tensor_view;
using robocache::to_mdspan;

namespace {

constexpr auto any = md::dynamic_extent;
template <class T, int Rank, class Layout = md::layout_right, class Index = std::size_t>
using mdspan = md::mdspan<T, md::dextents<Index, Rank>, Layout>;

template <class Mdspan, class View>
std::string refused(const View& view) {
  Mdspan result;
  const std::string message = to_mdspan("grid", view, result).message();
  CHECK(result.data_handle() == nullptr);
  return message;
}

/// Reads another number than is there, as std::linalg::scaled does.
struct doubled {
  using offset_policy = doubled;
  using element_type = float;
  using reference = float;
  using data_handle_type = float*;
  reference access(data_handle_type p, std::size_t i) const { return 2 * p[i]; }
  data_handle_type offset(data_handle_type p, std::size_t i) const { return p + i; }
};

/// Each element of the mdspan is that of the view.
template <class Mdspan, class T>
void check_same(const tensor_view<T, 3>& view) {
  Mdspan result;
  REQUIRE(std::string(to_mdspan("grid", view, result).message()) == "");
  using index = typename Mdspan::index_type;
  CHECK(result.size() ==
        static_cast<std::size_t>(view.extent(0) * view.extent(1) * view.extent(2)));
  for (std::int64_t a = 0; a < view.extent(0); ++a) {
    for (std::int64_t b = 0; b < view.extent(1); ++b) {
      for (std::int64_t c = 0; c < view.extent(2); ++c) {
        const auto* const element =
            result.data_handle() +
            result.mapping()(static_cast<index>(a), static_cast<index>(b), static_cast<index>(c));
        CHECK(element == &view(a, b, c));
      }
    }
  }
}

}  // namespace

TEST_CASE("mdspans are views", "[interop]") {
  std::vector<float> values = {0, 1, 10, 11, 20, 21, 40, 41};
  std::vector<double> times = {0, 1, 2, 4};
  std::vector<double> targets = {0.5, 3};
  std::vector<float> output(4);
  const mdspan<const float, 3> samples(values.data(), 1, 4, 2);
  const md::mdspan<double, md::extents<int, 1, any>> stamps(times.data(), 4);
  const mdspan<double, 1> grid(targets.data(), 2);
  STATIC_REQUIRE(std::is_same_v<decltype(tensor_view(samples)), tensor_view<const float, 3>>);
  STATIC_REQUIRE(std::is_same_v<decltype(tensor_view(stamps)), tensor_view<double, 2>>);
  STATIC_REQUIRE(std::is_convertible_v<decltype(stamps), tensor_view<const double, 2>>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<mdspan<const float, 3>, tensor_view<float, 3>>);
  using scaled = md::mdspan<float, md::dextents<int, 2>, md::layout_right, doubled>;
  STATIC_REQUIRE_FALSE(std::is_convertible_v<scaled, tensor_view<float, 2>>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<scaled, tensor_view<const float, 2>>);
  CHECK(robocache::resample(robocache::padded_source(samples, stamps), grid,
                            tensor_view(mdspan<float, 3>(output.data(), 1, 2, 2)), {},
                            robocache::cpu)
            .ok());
  CHECK(output == std::vector<float>{5, 6, 30, 31});

  // Pointers with `restrict`.
  using restricted = cuda::restrict_mdspan<float, md::dextents<int, 2>>;
  const restricted alone(values.data(), 4, 2);
  CHECK(tensor_view(alone)(3, 1) == 41);
  restricted back;
  CHECK(to_mdspan("values", tensor_view(values.data(), {4, 2}), back).ok());
  CHECK(back.extent(0) == 4);

  // With its strides: every second channel, as columns.
  const mdspan<float, 2, md::layout_left> columns(values.data(), 2, 4);
  CHECK(tensor_view(columns)(1, 3) == 41);
  const mdspan<float, 2, md::layout_stride, int> strided(
      values.data(), md::layout_stride::mapping<md::dextents<int, 2>>(md::dextents<int, 2>(2, 2),
                                                                      md::array<int, 2>{4, 2}));
  CHECK(tensor_view(strided)(1, 1) == 40);
  CHECK(tensor_view(strided).stride(0) == 4);
  CHECK(tensor_view(strided).extent(1) == 2);
}

TEST_CASE("views are mdspans where these can express them", "[interop]") {
  std::vector<float> data(200);
  const tensor_view dense(data.data(), {2, 3, 4});
  check_same<mdspan<float, 3>>(dense);
  check_same<mdspan<const float, 3>>(dense);
  check_same<md::mdspan<float, md::extents<std::int8_t, 2, any, 4>>>(dense);
  check_same<mdspan<float, 3, md::layout_stride>>(dense);
  const tensor_view columns(data.data(), {2, 3, 4}, {1, 2, 6});
  check_same<mdspan<float, 3, md::layout_left>>(columns);
  check_same<mdspan<float, 3, md::layout_stride, int>>(columns);
  check_same<mdspan<float, 3, md::layout_stride>>(tensor_view(data.data(), {2, 3, 4}, {5, 12, 1}));
  // Strides that no address depends on.
  check_same<mdspan<float, 3>>(tensor_view(data.data(), {1, 3, 4}, {-5, 4, 1}));
  check_same<mdspan<float, 3, md::layout_stride>>(tensor_view(data.data(), {4, 1, 1}, {7, 0, -3}));
  check_same<mdspan<float, 3, md::layout_stride>>(tensor_view(data.data(), {0, 3, 4}, {0, -1, 0}));
  check_same<mdspan<float, 3>>(tensor_view(data.data(), {2, 0, 4}, {0, -1, 0}));
  // The last offset that 8 bits hold is 126.
  check_same<mdspan<float, 3, md::layout_stride, std::int8_t>>(
      tensor_view(data.data(), {2, 2, 1}, {100, 26, 1}));
  CHECK(refused<mdspan<float, 3, md::layout_stride, std::int8_t>>(
            tensor_view(data.data(), {2, 2, 1}, {100, 27, 1})) ==
        "to_mdspan: grid has 2 elements 100 apart in dimension 0, more than its index type, up to "
        "127, reaches");

  mdspan<float, 3, md::layout_stride> result;
  REQUIRE(to_mdspan("grid", tensor_view(data.data(), {4, 1, 1}, {7, 0, -3}), result).ok());
  CHECK(result.stride(1) > 0);
  CHECK(result.stride(2) > 0);
}

TEST_CASE("views that an mdspan cannot express are refused", "[interop]") {
  float data[100] = {};
  const tensor_view dense(data, {2, 3, 4});
  CHECK(refused<md::mdspan<float, md::extents<int, 2, any, 5>>>(dense) ==
        "to_mdspan: grid has extent 4 in dimension 2, the mdspan's type has 5");
  CHECK(refused<mdspan<float, 3, md::layout_left>>(dense) ==
        "to_mdspan: grid has stride 12 in dimension 0, the layout of the mdspan says 1");
  CHECK(refused<mdspan<float, 3>>(tensor_view(data, {2, 3, 4}, {16, 4, 1})) ==
        "to_mdspan: grid has stride 16 in dimension 0, the layout of the mdspan says 12");
  using strided = mdspan<float, 3, md::layout_stride>;
  CHECK(refused<strided>(tensor_view(data + 12, {2, 3, 4}, {-12, 4, 1})) ==
        "to_mdspan: grid has stride -12 in dimension 0, layout_stride needs 1 or more");
  CHECK(refused<strided>(tensor_view(data, {2, 3, 4}, {0, 4, 1})) ==
        "to_mdspan: grid has stride 0 in dimension 0, layout_stride needs 1 or more");
  CHECK(refused<strided>(tensor_view(data, {2, 3, 4}, {11, 4, 1})) ==
        "to_mdspan: grid has stride 11 in dimension 0, layout_stride needs 3 x 4 or more, for "
        "dimension 1 inside it");
  CHECK(refused<strided>(tensor_view(data, {2, 1, 4}, {1, 9, 1})) ==
        "to_mdspan: grid has stride 1 in dimension 2, layout_stride needs 2 x 1 or more, for "
        "dimension 0 inside it");
  CHECK(refused<mdspan<float, 3, md::layout_right, std::int8_t>>(tensor_view(data, {128, 1, 1})) ==
        "to_mdspan: grid has extent 128 in dimension 0, more than its index type, up to 127, "
        "counts");
  CHECK(refused<mdspan<float, 3, md::layout_right, std::int8_t>>(tensor_view(data, {16, 4, 2})) ==
        "to_mdspan: grid has extent 2 in dimension 2, more than its index type, up to 127, counts");
  CHECK(refused<mdspan<float, 3>>(tensor_view(data, {-1, 4, 2})) ==
        "to_mdspan: grid has extent -1 in dimension 0, more than its index type, up to "
        "18446744073709551615, counts");
}

TEST_CASE("the result of a call as an mdspan", "[interop]") {
  // [snippet:mdspan]
  std::vector<float> means(2 * 3 * 4);
  const tensor_view voxels(means.data(), {2, 3, 4});          // [z][y][x]
  md::mdspan<float, md::extents<int, 2, 3, 4>> map(nullptr);  // std::mdspan, or cuda::std::mdspan
  const robocache::status viewed = to_mdspan("voxels", voxels, map);
  if (!viewed.ok()) throw std::runtime_error(viewed.message());
  // [/snippet:mdspan]
  CHECK(map.data_handle() == means.data());
  CHECK(map.extent(1) == 3);
}
