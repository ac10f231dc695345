// SPDX-License-Identifier: Apache-2.0
#include <robocache/tensor_view.hpp>

#include "../support/catch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

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

/// One whose accessor or layout changes what its pointer and strides mean.
template <class Element, class Reference, bool Strided>
struct other_mdspan : mdspan_like {
  using element_type = Element;
  using reference = Reference;
  static constexpr bool is_always_strided() { return Strided; }
};

int rank_of(const tensor_view<const float, 2>&) {
  return 2;
}
int rank_of(const tensor_view<const float, 3>&) {
  return 3;
}

using view2 = tensor_view<float, 2>;
using const_view2 = tensor_view<const float, 2>;

static_assert(std::is_trivially_copyable_v<view2>, "passed to kernels by value");
static_assert(std::is_convertible_v<view2, const_view2>, "adds const");
static_assert(!std::is_convertible_v<const_view2, view2>, "never removes const");
static_assert(!std::is_convertible_v<tensor_view<double, 2>, view2>, "never changes the type");
static_assert(!std::is_convertible_v<tensor_view<float, 3>, view2>, "never changes the rank");
static_assert(std::is_convertible_v<mdspan_like, view2>, "from mdspan");
static_assert(std::is_convertible_v<other_mdspan<float, float&, true>, view2>);
static_assert(!std::is_convertible_v<other_mdspan<float, float, true>, const_view2>, "scaled");
static_assert(!std::is_convertible_v<other_mdspan<float, const float&, true>, view2>, "read-only");
static_assert(!std::is_convertible_v<other_mdspan<const float, float&, true>, view2>, "const");
static_assert(!std::is_convertible_v<other_mdspan<float, float&, false>, view2>, "packed");
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

TEST_CASE("extents and strides are integers of any type", "[view]") {
  float data[24] = {};
  const std::vector<float> values(24);
  const std::size_t four = 4;
  const short three = 3;
  const auto same = [&](const tensor_view<float, 3>& view) {
    CHECK(view.data() == data);
    CHECK(view.extent(0) == 2);
    CHECK(view.extent(1) == 3);
    CHECK(view.extent(2) == 4);
    CHECK(view.stride(0) == 12);
    CHECK(view.stride(1) == 4);
    CHECK(view.stride(2) == 1);
  };
  same({data, {2, 3, 4}});
  same({data, {2U, 3U, 4U}});
  same({data, {values.size() / 12, three, four}});
  same({data, {std::int64_t{2}, 3, four}});
  same({data, {2, 3, 4}, {12, 4, 1}});
  same({data, {2, three, four}, {12, 4, 1}});
  same({data, {2, 3, 4}, {12L, four, 1}});
  same({data, {2, three, four}, {3 * four, std::int8_t{4}, 1ULL}});
  const int extents[] = {2, 3, 4};
  const std::uint16_t strides[] = {12, 4, 1};
  same({data, extents});
  same({data, extents, strides});
  same({data, extents, {12, four, std::int64_t{1}}});
  same({data, {2, three, four}, strides});
  const std::array<std::size_t, 3> sizes{2, 3, 4};
  const std::array<std::ptrdiff_t, 3> steps{12, 4, 1};
  same({data, sizes});
  same({data, sizes, steps});
  // What does not fit 63 bits becomes negative, which every launcher refuses.
  CHECK(tensor_view<float, 1>(data, {~std::uint64_t{0}}).extent(0) < 0);
  static_assert(tensor_view<float, 2>(nullptr, {2, 3}).stride(0) == 3);
  // And without naming the rank.
  static_assert(std::is_same_v<decltype(tensor_view(data, {2, 3, 4})), tensor_view<float, 3>>);
  static_assert(std::is_same_v<decltype(tensor_view(data, {2, four})), tensor_view<float, 2>>);
  static_assert(std::is_same_v<decltype(tensor_view(data, extents)), tensor_view<float, 3>>);
  static_assert(std::is_same_v<decltype(tensor_view(data, sizes)), tensor_view<float, 3>>);
  static_assert(std::is_same_v<decltype(tensor_view(data, {2, 3}, {1, 2})), tensor_view<float, 2>>);
  static_assert(
      std::is_same_v<decltype(tensor_view(data, {2, 3}, {1, four})), tensor_view<float, 2>>);
  static_assert(
      std::is_same_v<decltype(tensor_view(data, {2, four}, {1, 2})), tensor_view<float, 2>>);
  static_assert(
      std::is_same_v<decltype(tensor_view(data, {2, four}, {1, four})), tensor_view<float, 2>>);
  static_assert(std::is_same_v<decltype(tensor_view(data, sizes, steps)), tensor_view<float, 3>>);
  static_assert(!std::is_constructible_v<tensor_view<float, 1>, float*, double(&)[1]>);
  // A list that is too long is for another rank.
  static_assert(!std::is_constructible_v<tensor_view<float, 2>, float*, int(&)[3]>);
  CHECK(rank_of(tensor_view(data, {1, 2})) == 2);
  CHECK(rank_of({data, {1, 2, 3}}) == 3);
  CHECK(rank_of({data, {1, four, 3}}) == 3);
  CHECK(rank_of({data, sizes}) == 3);
  CHECK(rank_of({data, {1, 2, 3}, {6, 3, 1}}) == 3);
}

TEST_CASE("a view of one dimension from what has data and size", "[view]") {
  std::vector<float> values(5);
  const std::vector<float>& fixed = values;
  std::array<float, 3> triple{};
  float plain[4] = {};
  const tensor_view<float, 1> of_vector = values;
  const tensor_view<const float, 1> of_fixed = fixed;
  const tensor_view<const float, 1> of_array = triple;
  const tensor_view<const float, 1> of_plain = plain;
  CHECK(of_vector.data() == values.data());
  CHECK(of_vector.extent(0) == 5);
  CHECK(of_vector.stride(0) == 1);
  CHECK(of_fixed.extent(0) == 5);
  CHECK(of_array.data() == triple.data());
  CHECK(of_array.extent(0) == 3);
  CHECK(of_plain.extent(0) == 4);
  using vector = std::vector<float>;
  static_assert(!std::is_convertible_v<const vector&, tensor_view<float, 1>>, "adds no const");
  static_assert(!std::is_convertible_v<vector&, tensor_view<double, 1>>, "another type");
  static_assert(!std::is_convertible_v<vector&, tensor_view<float, 2>>, "another rank");
  static_assert(!std::is_convertible_v<std::vector<bool>&, tensor_view<bool, 1>>, "no bytes");
}
