// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.hpp>
#include <robocache/interop/span.hpp>
#include <robocache/resample.hpp>

#include "../support/catch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

// std::span itself, so in C++20.

using robocache::from_span;
using robocache::tensor_view;
using robocache::to_span;

namespace {

/// A span of somebody else's, with sizes of one byte.
class small_span {
 public:
  small_span() = default;
  small_span(float* data, std::uint8_t size) : data_(data), size_(size) {}
  float* data() const { return data_; }
  std::uint8_t size() const { return size_; }

 private:
  float* data_ = nullptr;
  std::uint8_t size_ = 0;
};

/// One that calls its number of elements what `std::span` calls its fixed one.
struct counted_span {
  float* first = nullptr;
  std::size_t extent = 0;

  counted_span() = default;
  counted_span(float* data, std::size_t size) : first(data), extent(size) {}
  float* data() const { return first; }
  std::size_t size() const { return extent; }
};

/// One whose sizes are narrower than 64 bits, as is its mark for any number of elements.
struct any_span : counted_span {
  static constexpr unsigned extent = ~0u;

  using counted_span::counted_span;
};

}  // namespace

TEST_CASE("spans are views of one dimension, stamps and targets", "[interop]") {
  std::vector<float> values = {0, 10, 20, 40};
  std::vector<double> times = {0, 1, 2, 4};
  const std::vector<double> targets = {0.5, 3};
  const std::int64_t offsets[] = {0, 4};
  STATIC_REQUIRE(std::is_same_v<decltype(tensor_view(std::span(values))), tensor_view<float, 1>>);
  STATIC_REQUIRE(std::is_same_v<decltype(tensor_view(std::span<const double, 2>(targets))),
                                tensor_view<const double, 1>>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::span<const float>, tensor_view<float, 1>>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::span<float>, tensor_view<float, 2>>);
  std::vector<float> output(2);
  const auto call = [&](auto t, auto o, auto at) {
    output.assign(2, 7);
    // Extents as they come: std::size_t beside int.
    const robocache::status done = robocache::resample(
        robocache::packed_source(tensor_view(values.data(), {values.size(), 1}), t, o), at,
        tensor_view(output.data(), {1, at.size(), 1}), {}, robocache::cpu);
    CHECK(std::string(done.message()) == "");
    CHECK(output == std::vector<float>{5, 30});
  };
  call(std::span(times), std::span(offsets), std::span(targets));
  call(std::span<double, 4>(times), std::span<const std::int64_t>(offsets),
       std::span<const double, 2>(targets));
}

TEST_CASE("buffers become views of several dimensions if their sizes agree", "[interop]") {
  // [snippet:span]
  std::vector<float> joints(2 * 50 * 8);
  tensor_view<const float, 3> values;
  const robocache::status shaped = from_span("joints", joints, {2, 50, 8}, values);
  if (!shaped.ok()) throw std::runtime_error(shaped.message());
  // [/snippet:span]
  CHECK(values.data() == joints.data());
  CHECK(values.extent(0) == 2);
  CHECK(values.stride(0) == 400);
  CHECK(values.stride(2) == 1);

  tensor_view<const float, 3> untouched;
  const auto refused = [&](const auto& buffer, std::int64_t a, std::size_t b, int c) {
    const std::string message = from_span("joints", buffer, {a, b, c}, untouched).message();
    CHECK(untouched.data() == nullptr);
    return message;
  };
  CHECK(refused(joints, 2, 50, 7) ==
        "from_span: joints has 800 elements, its extents are 2 x 50 x 7");
  CHECK(refused(joints, 4, 50, 8) ==
        "from_span: joints has 800 elements, its extents are 4 x 50 x 8");
  CHECK(refused(joints, 1, 50, 8) ==
        "from_span: joints has 800 elements, its extents are 1 x 50 x 8");
  CHECK(refused(joints, 0, 50, 8) ==
        "from_span: joints has 800 elements, its extents are 0 x 50 x 8");
  CHECK(refused(joints, -2, 50, -8) ==
        "from_span: joints has 800 elements, its extents are -2 x 50 x -8");
  // Their product is 800 in 64 bits.
  CHECK(refused(joints, 800, std::size_t{1} << 32, 0) ==
        "from_span: joints has 800 elements, its extents are 800 x 4294967296 x 0");
  CHECK(refused(joints, (std::int64_t{1} << 62) + 25, 4, 8) ==
        "from_span: joints has 800 elements, its extents are 4611686018427387929 x 4 x 8");
  const std::vector<float> none;
  CHECK(refused(none, 1, 1, 1) == "from_span: joints has 0 elements, its extents are 1 x 1 x 1");
  CHECK(from_span("none", none, {3, 0, 8}, untouched).ok());
  CHECK(untouched.extent(0) == 3);
  tensor_view<float, 2> of_span;
  CHECK(from_span("span", std::span(joints).subspan(8, 16), {2, 8}, of_span).ok());
  CHECK(of_span.data() == joints.data() + 8);
}

TEST_CASE("dense views become spans", "[interop]") {
  std::vector<float> data(24);
  std::span<float> span;
  CHECK(to_span("data", tensor_view(data.data(), {2, 3, 4}), span).ok());
  CHECK(span.data() == data.data());
  CHECK(span.size() == 24);
  std::span<const float> read;
  // Strides that no address depends on may be anything.
  CHECK(to_span("data", tensor_view(data.data(), {3, 1, 4}, {4, -7, 1}), read).ok());
  CHECK(read.size() == 12);
  CHECK(to_span("data", tensor_view(data.data(), {3, 0}, {5, -2}), read).ok());
  CHECK(read.empty());
  CHECK(std::string(to_span("data", tensor_view(data.data(), {2, 3}, {4, 1}), span).message()) ==
        "to_span: data has stride 4 in dimension 0, a span needs 3");
  CHECK(std::string(to_span("data", tensor_view(data.data(), {2, 3}, {1, 2}), span).message()) ==
        "to_span: data has stride 2 in dimension 1, a span needs 1");
  CHECK(std::string(to_span("data", tensor_view(data.data(), {2}, {-1}), span).message()) ==
        "to_span: data has stride -1 in dimension 0, a span needs 1");
  CHECK(span.size() == 24);

  // A span of a fixed size, which would be undefined of another, and one that counts to 200.
  std::array<float, 6> six{};
  std::span<float, 6> fixed(six);
  CHECK(to_span("data", tensor_view(data.data(), {2, 3}), fixed).ok());
  CHECK(fixed.data() == data.data());
  CHECK(std::string(to_span("data", tensor_view(data.data(), {2, 2}), fixed).message()) ==
        "to_span: data has 4 elements, the span's type has 6");
  std::span<float, 0> none;
  CHECK(to_span("data", tensor_view(data.data(), {0, 2}), none).ok());
  CHECK_FALSE(to_span("data", tensor_view(data.data(), {1}), none).ok());
  small_span small;
  CHECK(to_span("data", tensor_view(data.data(), {2, 100}), small).ok());
  CHECK(small.size() == 200);
  counted_span counted;
  CHECK(to_span("data", tensor_view(data.data(), {2, 3}), counted).ok());
  CHECK(counted.extent == 6);
  any_span any;
  CHECK(to_span("data", tensor_view(data.data(), {2, 3}), any).ok());
  CHECK(any.size() == 6);
  CHECK(std::string(to_span("data", tensor_view(data.data(), {3, 100}), small).message()) ==
        "to_span: data has extent 3 in dimension 0, more than the span, up to 255, counts");
  const std::int64_t huge = std::int64_t{1} << 62;
  CHECK_FALSE(to_span("data", tensor_view(data.data(), {huge, 4}, {4, 1}), span).ok());
  CHECK(std::string(to_span("data", tensor_view(data.data(), {-1, 4}), span).message()) ==
        "to_span: data has extent -1 in dimension 0, more than the span, up to "
        "9223372036854775807, counts");
  CHECK(small.size() == 200);
  CHECK(fixed.data() == data.data());
  CHECK(span.size() == 24);
}
