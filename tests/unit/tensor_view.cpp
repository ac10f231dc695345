// SPDX-License-Identifier: Apache-2.0
#include <robocache/tensor_view.hpp>

#include "../support/catch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

using robocache::tensor_view;

namespace {

/// What std::mdspan shows of itself, with other index types, as implementations have.
struct mdspan_like {
  float* pointer;
  std::array<std::size_t, 2> sizes;
  std::array<int, 2> steps;
  float* data_handle() const { return pointer; }
  std::size_t extent(std::size_t d) const { return sizes[d]; }
  int stride(std::size_t d) const { return steps[d]; }
  static constexpr std::size_t rank() { return 2; }
};

using view2 = tensor_view<float, 2>;
using const_view2 = tensor_view<const float, 2>;

static_assert(std::is_trivially_copyable_v<view2>, "passed to kernels by value");
static_assert(std::is_convertible_v<view2, const_view2>, "adds const");
static_assert(!std::is_convertible_v<const_view2, view2>, "never removes const");
static_assert(!std::is_convertible_v<tensor_view<double, 2>, view2>, "never changes the type");
static_assert(!std::is_convertible_v<tensor_view<float, 3>, view2>, "never changes the rank");
static_assert(std::is_convertible_v<mdspan_like, view2>, "from mdspan");
static_assert(view2::rank() == 2);
static_assert(std::is_same_v<const_view2::value_type, float>);

}  // namespace

TEST_CASE("a default view is empty", "[view]") {
  constexpr tensor_view<int, 3> view;
  static_assert(view.data() == nullptr);
  static_assert(view.empty());
  CHECK(view.extent(2) == 0);
}

TEST_CASE("a dense view is row-major", "[view]") {
  int data[24] = {};
  const tensor_view<int, 3> view(data, {2, 3, 4});
  CHECK(view.stride(0) == 12);
  CHECK(view.stride(1) == 4);
  CHECK(view.stride(2) == 1);
  CHECK(&view(1, 2, 3) == data + 23);
  CHECK_FALSE(view.empty());
  CHECK(tensor_view<int, 3>(data, {2, 0, 4}).empty());
}

TEST_CASE("strides may be any: transposed, repeated, reversed, past 32 bits", "[view]") {
  float data[6] = {0, 1, 2, 3, 4, 5};
  const view2 transposed(data, {3, 2}, {1, 3});
  CHECK(transposed(2, 1) == 5);
  const view2 repeated(data, {4, 3}, {0, 1});
  CHECK(repeated(3, 2) == 2);
  const view2 reversed(data + 5, {2, 3}, {-3, -1});
  CHECK(reversed(0, 0) == 5);
  CHECK(reversed(1, 2) == 0);
  const view2 far(data, {2, 2}, {std::int64_t{1} << 40, 1});
  CHECK(far.stride(0) == std::int64_t{1} << 40);
}

TEST_CASE("const is added and mdspan taken with its strides", "[view]") {
  float data[6] = {0, 1, 2, 3, 4, 5};
  const view2 view(data, {2, 2}, {3, 2});
  const const_view2 read_only = view;
  CHECK(read_only.data() == data);
  CHECK(read_only.extent(1) == 2);
  CHECK(read_only.stride(0) == 3);
  CHECK(read_only(1, 1) == 5);
  const view2 from_mdspan = mdspan_like{data, {3, 2}, {1, 3}};
  CHECK(from_mdspan.extent(0) == 3);
  CHECK(from_mdspan.stride(1) == 3);
  CHECK(from_mdspan(2, 1) == 5);
}

TEST_CASE("absurd extents reach the launcher's check", "[view]") {
  int one = 0;
  const std::int64_t huge = std::int64_t{1} << 62;
  const tensor_view<int, 3> view(&one, {huge, huge, huge});  // no signed overflow: undefined
  CHECK(view.extent(0) == huge);
  CHECK(view.stride(2) == 1);
}
