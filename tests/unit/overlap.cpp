// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.hpp>
#include <robocache/resample.hpp>
#include <robocache/voxelize.hpp>

#include "../support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <vector>

// Which input and output may share memory: overlap is refused where addresses and strides tell it,
// and only there.

using robocache::tensor_view;

namespace {

const std::vector<float> stamps = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

std::string message_of(const tensor_view<const float, 3>& values,
                       const tensor_view<float, 3>& output) {
  const std::int64_t samples = values.extent(1);
  const tensor_view<const float, 2> times(stamps.data(), {values.extent(0), samples},
                                          {0, samples > 10 ? 0 : 1});
  const std::vector<float> targets(static_cast<std::size_t>(output.extent(1)), 1.0F);
  return robocache::resample(robocache::padded_source(values, times),
                             tensor_view<const float, 1>(targets.data(), {output.extent(1)}),
                             output, robocache::resample_options<float>{}, robocache::cpu)
      .message();
}

bool refused(const std::string& message) {
  return message.find(" overlaps ") != std::string::npos;
}

}  // namespace

TEST_CASE("an output with pitch inside dense values is refused", "[overlap]") {
  std::vector<float> memory(800);
  const std::string message =
      message_of(tensor_view<const float, 3>(memory.data(), {1, 100, 8}),
                 tensor_view<float, 3>(memory.data() + 8, {1, 10, 8}, {90, 9, 1}));
  CHECK(message.find("resample: output overlaps source.values: bytes ") == 0);
}

TEST_CASE("channels of one tensor may be input and output", "[overlap]") {
  std::vector<float> memory(80);
  const tensor_view<const float, 3> first_half(memory.data(), {1, 10, 4}, {80, 8, 1});
  CHECK(message_of(first_half, tensor_view<float, 3>(memory.data() + 4, {1, 10, 4}, {80, 8, 1})) ==
        "");
}

TEST_CASE("an output between the rows of a repeated input is accepted", "[overlap]") {
  std::vector<float> memory(1000);
  CHECK(message_of(tensor_view<const float, 3>(memory.data(), {48, 10, 2}, {0, 100, 1}),
                   tensor_view<float, 3>(memory.data() + 2, {48, 1, 2}, {2, 2, 1})) == "");
}

TEST_CASE("reversed views overlap as the memory does", "[overlap]") {
  std::vector<float> memory(160);
  const tensor_view<const float, 3> reversed(memory.data() + 72, {1, 10, 8}, {80, -8, 1});
  CHECK(message_of(reversed, tensor_view<float, 3>(memory.data(), {1, 10, 8})) != "");
  CHECK(message_of(reversed, tensor_view<float, 3>(memory.data() + 80, {1, 10, 8})) == "");
}

TEST_CASE("no packed items need no offsets", "[overlap]") {
  const tensor_view<const float, 2> values(nullptr, {0, 3});
  const tensor_view<const float, 1> times(nullptr, {0});
  const auto source = robocache::packed_source(values, times, tensor_view<const std::int64_t, 1>{});
  const tensor_view<float, 3> output(nullptr, {0, 5, 3});
  const std::vector<float> targets(5);
  CHECK(robocache::resample(source, tensor_view<const float, 1>(targets.data(), {5}), output,
                            robocache::resample_options<float>{}, robocache::cpu)
            .ok());
}

TEST_CASE("buffers of one pitch overlap where they share columns", "[overlap]") {
  std::vector<float> memory(200);
  const auto columns = [&](std::int64_t first_row, std::int64_t first, std::int64_t count) {
    return tensor_view<float, 3>(memory.data() + 8 * first_row + first, {1, 10, count}, {0, 8, 1});
  };
  CHECK(refused(message_of(columns(0, 0, 3), columns(1, 2, 3))));
  CHECK(refused(message_of(columns(4, 2, 3), columns(0, 0, 3))));
  CHECK(message_of(columns(0, 0, 3), columns(1, 3, 3)) == "");
  CHECK(message_of(columns(0, 3, 3), columns(9, 0, 3)) == "");
  CHECK(refused(message_of(columns(0, 2, 6), columns(9, 0, 6))));  // the last row of one alone
  CHECK(message_of(columns(0, 2, 6), columns(10, 0, 6)) == "");
  // Rows that alternate.
  const tensor_view<float, 3> even(memory.data(), {1, 10, 8}, {0, 16, 1});
  CHECK(message_of(even, tensor_view<float, 3>(memory.data() + 8, {1, 10, 8}, {0, 16, 1})) == "");
  CHECK(
      refused(message_of(even, tensor_view<float, 3>(memory.data() + 9, {1, 10, 8}, {0, 16, 1}))));
  CHECK(
      refused(message_of(even, tensor_view<float, 3>(memory.data() + 8, {1, 10, 8}, {0, 15, 1}))));
}

TEST_CASE("outputs of fuse overlap where they share elements", "[overlap]") {
  const std::vector<float> values(4);
  const tensor_view<const float, 3> view(values.data(), {1, 4, 1});
  const tensor_view<const float, 2> times(stamps.data(), {1, 4});
  using stream = robocache::sensor_stream<float, float>;
  const stream streams[] = {robocache::padded_source(view, times),
                            robocache::padded_source(view, times)};
  std::vector<float> memory(12);
  const auto message = [&](std::int64_t second, std::int64_t step) {
    const tensor_view<float, 3> outputs[] = {{memory.data(), {1, 4, 1}, {8, 2, 1}},
                                             {memory.data() + second, {1, 4, 1}, {8, step, 1}}};
    return std::string(robocache::fuse(streams, tensor_view<const float, 1>(stamps.data(), {4}),
                                       outputs, robocache::cpu)
                           .message());
  };
  CHECK(message(2, 2).find("fuse: outputs[1] overlaps outputs[0]: bytes ") == 0);
  CHECK(refused(message(6, 1)));
  CHECK(message(1, 2) == "");
  CHECK(message(7, 1) == "");
}

TEST_CASE("points and output that interleave", "[overlap]") {
  std::vector<float> memory(66 * 8, 2.5F);
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {1, 1, 1}, {4, 4, 4}};
  alignas(16) unsigned char space[256];
  const auto message = [&](std::int64_t first, std::int64_t x, std::int64_t y, std::int64_t z) {
    return std::string(
        robocache::voxelize<robocache::reduction::count>(
            robocache::point_records<float>(memory.data() + first, 3, 32, x, y, z), grid,
            tensor_view<std::uint32_t, 3>(reinterpret_cast<std::uint32_t*>(memory.data()),
                                          {4, 4, 4}, {128, 32, 8}),
            {}, {}, {space, sizeof(space)}, robocache::cpu)
            .message());
  };
  CHECK(message(8, 0, 4, 8).find("voxelize: output overlaps points: bytes ") == 0);
  CHECK(refused(message(9, 0, 4, -4)));
  CHECK(refused(message(9, -4, 12, 8)));
  CHECK(message(9, 0, 4, 8) == "");
  CHECK(message(9, 0, 4, 20) == "");
  CHECK(refused(message(9, 0, 4, 26)));  // half of a coordinate
}

namespace {

using robocache::detail::byte_span;

/// The bytes of a span one by one, in rising order.
std::vector<std::uintptr_t> bytes_in(const byte_span& span) {
  std::vector<std::uintptr_t> bytes;
  for (std::uint64_t i = 0; i < span.item; ++i) bytes.push_back(span.begin + i);
  for (const byte_span::dimension& along : span.along) {
    const std::size_t size = bytes.size();
    for (std::uint64_t n = 1; n <= along.most; ++n) {
      for (std::size_t i = 0; i < size; ++i) bytes.push_back(bytes[i] + n * along.step);
    }
  }
  std::sort(bytes.begin(), bytes.end());
  return bytes;
}

bool bytes_in_common(const byte_span& a, const byte_span& b) {
  const std::vector<std::uintptr_t> of_a = bytes_in(a);
  const std::vector<std::uintptr_t> of_b = bytes_in(b);
  std::vector<std::uintptr_t> both;
  std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                        std::back_inserter(both));
  return !both.empty();
}

/// A view of any strides: zero, negative, larger and smaller than what lies inside.
class random_views {
 public:
  byte_span operator()(int most_dimensions, int most_step) {
    const std::uint64_t item = std::uint64_t{1} << number(0, 3);
    byte_span span("", nullptr, 4096 + 8 * number(0, 40), item);
    const int dimensions = static_cast<int>(number(0, most_dimensions));
    for (int d = 0; d < dimensions; ++d) {
      span.repeat(d, number(1, 5),
                  static_cast<std::uint64_t>(number(-most_step, most_step)) * item);
    }
    return span;
  }

 private:
  std::int64_t number(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  std::mt19937_64 random_{20261127};
};

}  // namespace

TEST_CASE("overlap of random views is what their bytes say", "[overlap]") {
  random_views view;
  for (const int dimensions : {1, 2, 3, 4}) {
    INFO(dimensions << " dimensions at most");
    int wrong = 0;
    int found = 0;
    int missed = 0;
    const int views = 10000;
    for (int n = 0; n < views; ++n) {
      const byte_span a = view(dimensions, n % 2 == 0 ? 12 : 60);
      const byte_span b = view(dimensions, n % 3 == 0 ? 12 : 60);
      const bool got = robocache::detail::certainly_overlap(a, b);
      const bool want = bytes_in_common(a, b);
      found += got && want ? 1 : 0;
      wrong += got && !want ? 1 : 0;
      missed += want && !got ? 1 : 0;
    }
    CHECK(wrong == 0);  // what is disjoint is never refused
    // Eight steps of no relation are where the search may be given up.
    CHECK(missed <= (dimensions < 4 ? 0 : views / 1000));
    CHECK(found > views / 50);
    CHECK(found < views - views / 50);
  }
}

TEST_CASE("overlap of large views is decided without a look at their elements", "[overlap]") {
  const std::int64_t many = std::int64_t{1} << 40;
  const auto span = [](std::int64_t at, std::int64_t count, std::uint64_t step) {
    byte_span s("", nullptr, at, 4);
    s.repeat(0, count, step);
    return s;
  };
  using robocache::detail::certainly_overlap;
  // Of steps without a common divisor two of many elements meet sooner or later,
  CHECK(certainly_overlap(span(4096, many, 1000001), span(4096 + 500000, many, 1000003)));
  // of even ones never where one is odd.
  CHECK_FALSE(certainly_overlap(span(4096, many, 1000008), span(4096 + 4, many, 1000016)));
  CHECK(certainly_overlap(span(4096, many, 1000008), span(4096 + 5, many, 1000012)));
  // 1000001 i = 500000 + 1000003 j within 3 bytes: by bisection the same first i as by trying all.
  const auto meets_within = [&](std::int64_t count) {
    return certainly_overlap(span(4096, count, 1000001), span(504096, many, 1000003));
  };
  std::int64_t tried = 0;
  while ((1000001 * tried - 500000 + 3 + 1000003) % 1000003 > 6 || 1000001 * tried < 500000 - 3) {
    ++tried;
  }
  CHECK_FALSE(meets_within(tried));
  CHECK(meets_within(tried + 1));
}
