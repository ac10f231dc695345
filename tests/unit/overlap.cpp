// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.hpp>

#include "../support/catch.hpp"

#include <cstdint>
#include <string>
#include <vector>

// Which input and output may share memory: overlap is refused where it is certain, and only there.

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
