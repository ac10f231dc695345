// SPDX-License-Identifier: Apache-2.0
#include "sound_call.hpp"

#include <cstdint>
#include <limits>
#include <string>

// find_brackets and apply_brackets: what can be wrong beyond what they share with resample.

using namespace robocache_test;

TEST_CASE("find_brackets: what is wrong, by name", "[bad]") {
  const auto wrong = [](const std::string& message, const change& what) {
    refused(operation::find, message, what);
  };
  wrong("find_brackets: brackets.left has extent 1 in dimension 0, the batch of source has 2",
        [](sound_call& c) { c.call.left.extents[0] = 1; });
  wrong("find_brackets: target_times has extent 4 in dimension 1, brackets.left has 3",
        [](sound_call& c) { c.call.left.extents[1] = 3; });
  wrong("find_brackets: brackets.right has extent 3 in dimension 1, brackets.left has 4",
        [](sound_call& c) { c.call.right.extents[1] = 3; });
  wrong("find_brackets: brackets.weight has extent 1 in dimension 0, brackets.left has 2",
        [](sound_call& c) { c.call.weight.extents[0] = 1; });
  wrong("find_brackets: brackets.statuses has extent 5 in dimension 1, brackets.left has 4",
        [](sound_call& c) {
          c.call.statuses.extents[1] = 5;
          c.call.statuses.strides[0] = 5;
        });
  wrong("find_brackets: brackets.left is a null pointer but has 8 elements",
        [](sound_call& c) { c.call.left.data = nullptr; });
  wrong("find_brackets: brackets.right overlaps itself: stride 0 in dimension 1, ...",
        [](sound_call& c) { c.call.right.strides[1] = 0; });
  wrong("find_brackets: source.times is a null pointer but has 10 elements",
        [](sound_call& c) { c.call.times.data = nullptr; });
  wrong("find_brackets: options.max_gap is -1, must not be negative",
        [](sound_call& c) { c.call.policy.max_gap = -1; });
}

TEST_CASE("find_brackets: outputs that overlap something", "[bad]") {
  const auto wrong = [](const std::string& message, const change& what) {
    refused(operation::find, message, what);
  };
  wrong("find_brackets: ...", [](sound_call& c) { c.call.left.data = c.call.right.data; });
  wrong("find_brackets: ...", [](sound_call& c) { c.call.left.data = c.call.times.data; });
  wrong("find_brackets: ...", [](sound_call& c) { c.call.weight.data = c.call.targets.data; });
  wrong("find_brackets: ...", [](sound_call& c) { c.call.statuses.data = c.call.left.data; });
}

TEST_CASE("apply_brackets: what is wrong, by name", "[bad]") {
  const auto wrong = [](const std::string& message, const change& what) {
    refused(operation::apply, message, what);
  };
  wrong("apply_brackets: brackets.left has extent 1 in dimension 0, output has 2",
        [](sound_call& c) { c.call.left.extents[0] = 1; });
  wrong("apply_brackets: brackets.right has extent 3 in dimension 1, output has 4",
        [](sound_call& c) { c.call.right.extents[1] = 3; });
  wrong("apply_brackets: brackets.weight has extent 7 in dimension 1, output has 4",
        [](sound_call& c) { c.call.weight.extents[1] = 7; });
  wrong("apply_brackets: values has extent 3 in dimension 0, output has 2",
        [](sound_call& c) { c.call.values.extents[0] = 3; });
  wrong("apply_brackets: output has extent 2 in dimension 2, values has 3",
        [](sound_call& c) { c.call.output.extents[2] = 2; });
  wrong("apply_brackets: values is a null pointer but has 30 elements",
        [](sound_call& c) { c.call.values.data = nullptr; });
  wrong("apply_brackets: output overlaps values: bytes ...",
        [](sound_call& c) { c.call.output.data = c.call.values.data; });
  wrong("apply_brackets: output overlaps itself: stride 0 in dimension 1, ...",
        [](sound_call& c) { c.call.output.strides[1] = 0; });
  wrong("apply_brackets: options.scale has extent 2 in dimension 0, output has 3",
        [](sound_call& c) {
          c.call.scale = c.affine.view();
          c.call.scale.extents[0] = 2;
        });
}

TEST_CASE("apply_brackets: indices outside the values make the row its weight", "[bad]") {
  const combination types{scalar_kind::f32, scalar_kind::f32, time_kind::i64};
  const operations* const entry = tested().find(types);
  if (entry == nullptr) return;
  sound_call c(types);
  const std::int64_t indices[] = {-1, 5, std::numeric_limits<std::int64_t>::max(),
                                  std::numeric_limits<std::int64_t>::min()};
  for (std::int64_t t = 0; t < 4; ++t) {
    for (std::int64_t b = 0; b < 2; ++b) {
      const auto bad = static_cast<std::uint64_t>(indices[t]);
      c.left.set({b, t}, b == 0 ? bad : 1);
      c.right.set({b, t}, b == 0 && t != 1 ? 1 : bad);
      c.weight.set({b, t}, encode(scalar_kind::f32, 42));
    }
  }
  c.left.upload();
  c.right.upload();
  c.weight.upload();
  REQUIRE(entry->apply_brackets(c.call, tested().where()).ok());
  tested().finish();
  c.output.download();
  for (std::int64_t b = 0; b < 2; ++b) {
    for (std::int64_t t = 0; t < 4; ++t) {
      for (std::int64_t d = 0; d < 3; ++d) {
        CHECK(decode(scalar_kind::f32, c.output.get({b, t, d})) == 42);
      }
    }
  }
}
