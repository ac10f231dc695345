// SPDX-License-Identifier: Apache-2.0
#include "sound_call.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

// Every way a call can be wrong: the message names the argument and the numbers, nothing is
// written.

using namespace robocache_test;

namespace {

void refused(const std::string& message, const change& what,
             combination types = {scalar_kind::f32, scalar_kind::f32, time_kind::i64}) {
  refused(operation::resample, message, what, types);
}

template <int Rank>
void shift_bytes(any_view<Rank>& view, int bytes) {
  view.data = static_cast<char*>(view.data) + bytes;
}

constexpr combination with_double_time{scalar_kind::f32, scalar_kind::f32, time_kind::f64};
const stamp not_a_time = std::numeric_limits<stamp>::quiet_NaN();
const stamp infinity = std::numeric_limits<stamp>::infinity();

}  // namespace

TEST_CASE("the sound call is sound", "[bad]") {
  for (const operations& entry : tested().all()) {
    sound_call sound(entry.types);
    CHECK(std::string(entry.resample(sound.call, tested().where()).message()) == "");
    sound.call.lengths = sound.lengths.view();
    CHECK(std::string(entry.find_brackets(sound.call, tested().where()).message()) == "");
    CHECK(std::string(entry.apply_brackets(sound.call, tested().where()).message()) == "");
    sound.use_packed();
    sound.call.lengths = {};
    sound.call.scale = sound.affine.view();
    CHECK(std::string(entry.resample(sound.call, tested().where()).message()) == "");
    CHECK(std::string(entry.find_brackets(sound.call, tested().where()).message()) == "");
    CHECK(std::string(entry.apply_brackets(sound.call, tested().where()).message()) == "");
    CHECK_FALSE(sound.outputs_untouched());
  }
}

TEST_CASE("the message of the documentation", "[bad]") {
  // Found by shape alone, so the pointers need not reach that far.
  refused("resample: source.times has extent 499 in dimension 1, source.values has 500",
          [](sound_call& c) {
            c.call.values.extents[1] = 500;
            c.call.times.extents[1] = 499;
          });
}

TEST_CASE("shapes that disagree", "[bad]") {
  refused("resample: source.times has extent 3 in dimension 0, source.values has 2",
          [](sound_call& c) { c.call.times.extents[0] = 3; });
  refused("resample: source.times has extent 4 in dimension 1, source.values has 5",
          [](sound_call& c) { c.call.times.extents[1] = 4; });
  refused("resample: output has extent 1 in dimension 0, the batch of source has 2",
          [](sound_call& c) { c.call.output.extents[0] = 1; });
  refused("resample: output has extent 2 in dimension 2, source.values has 3",
          [](sound_call& c) { c.call.output.extents[2] = 2; });
  refused("resample: target_times has extent 4 in dimension 1, output has 3",
          [](sound_call& c) { c.call.output.extents[1] = 3; });
  refused("resample: target_times has extent 1 in dimension 0, the batch of source has 2",
          [](sound_call& c) { c.call.targets.extents[0] = 1; });
  refused("resample: target_times has extent 3 in dimension 0, output has 4", [](sound_call& c) {
    c.call.target_rank = 1;
    c.call.targets.extents[1] = 3;
  });
  refused("resample: statuses has extent 1 in dimension 0, output has 2",
          [](sound_call& c) { c.call.statuses.extents[0] = 1; });
  refused("resample: statuses has extent 3 in dimension 1, output has 4",
          [](sound_call& c) { c.call.statuses.extents[1] = 3; });
  refused("resample: options.scale has extent 2 in dimension 0, output has 3", [](sound_call& c) {
    c.call.scale = c.affine.view();
    c.call.scale.extents[0] = 2;
  });
  refused("resample: options.shift has extent 1 in dimension 0, output has 3", [](sound_call& c) {
    c.call.shift = c.affine.view();
    c.call.shift.extents[0] = 1;
  });
  refused("resample: source.lengths has extent 1 in dimension 0, source.times has 2",
          [](sound_call& c) {
            c.call.lengths = c.lengths.view();
            c.call.lengths.extents[0] = 1;
          });
}

TEST_CASE("packed batches that disagree", "[bad]") {
  refused(
      "resample: source.offsets has extent 0 in dimension 0, a packed batch of B items has B + 1",
      [](sound_call& c) {
        c.use_packed();
        c.call.offsets = {};
      });
  refused("resample: output has extent 2 in dimension 0, the batch of source has 1",
          [](sound_call& c) {
            c.use_packed();
            c.call.offsets.extents[0] = 2;
          });
  refused("resample: source.times has extent 4 in dimension 1, source.values has 5",
          [](sound_call& c) {
            c.use_packed();
            c.call.times.extents[1] = 4;
          });
}

TEST_CASE("stamps too far apart in memory", "[bad]") {
  for (const std::int64_t stride : {std::int64_t{1} << 31, -(std::int64_t{1} << 31)}) {
    refused("resample: source.times has stride " + std::to_string(stride) +
                " in dimension 1, at most 2147483647 is supported",
            [&](sound_call& c) { c.call.times.strides[1] = stride; });
  }
}

TEST_CASE("negative extents, absurd sizes", "[bad]") {
  refused("resample: source.values has negative extent -1 in dimension 1",
          [](sound_call& c) { c.call.values.extents[1] = -1; });
  refused("resample: source.times has negative extent -5 in dimension 0",
          [](sound_call& c) { c.call.times.extents[0] = -5; });
  refused("resample: output has negative extent -3 in dimension 2",
          [](sound_call& c) { c.call.output.extents[2] = -3; });
  refused("resample: target_times has negative extent -4 in dimension 1",
          [](sound_call& c) { c.call.targets.extents[1] = -4; });
  refused("resample: statuses has negative extent -4 in dimension 1",
          [](sound_call& c) { c.call.statuses.extents[1] = -4; });
  refused("resample: source.lengths has negative extent -1 in dimension 0", [](sound_call& c) {
    c.call.lengths = c.lengths.view();
    c.call.lengths.extents[0] = -1;
  });
  refused("resample: source.offsets has negative extent -1 in dimension 0", [](sound_call& c) {
    c.use_packed();
    c.call.offsets.extents[0] = -1;
  });
  refused("resample: options.scale has negative extent -1 in dimension 0", [](sound_call& c) {
    c.call.scale = c.affine.view();
    c.call.scale.extents[0] = -1;
  });
  refused("resample: source.values spans ...",
          [](sound_call& c) { c.call.values.strides[1] = std::int64_t{1} << 61; });
  refused("resample: source.values spans ...", [](sound_call& c) {
    c.call.values.extents[0] = c.call.values.extents[1] = std::int64_t{1} << 31;
    c.call.values.strides[0] = c.call.values.strides[1] = 0;
  });
  refused("resample: output spans ...", [](sound_call& c) {
    c.call.output.strides[0] = std::numeric_limits<std::int64_t>::max();
  });
  refused(
      "resample: source.times has extent 2147483648 in dimension 1, an item has at most "
      "2147483647 samples",
      [](sound_call& c) {
        c.call.values.extents[1] = c.call.times.extents[1] = std::int64_t{1} << 31;
        c.call.values.strides[1] = c.call.times.strides[1] = 0;
      });
  // Rows without channels have statuses, so they count.
  for (const int d : {0, 1}) {
    refused("resample: output has extent 2147483648 in dimension " + std::to_string(d) +
                ", at most 2147483647 is supported",
            [d](sound_call& c) {
              c.call.values.extents[2] = c.call.output.extents[2] = 0;
              c.call.output.extents[d] = c.call.statuses.extents[d] = std::int64_t{1} << 31;
              c.call.output.strides[d] = 0;
            });
  }
}

TEST_CASE("null and misaligned pointers", "[bad]") {
  refused("resample: source.values is a null pointer but has 30 elements",
          [](sound_call& c) { c.call.values.data = nullptr; });
  refused("resample: source.times is a null pointer but has 10 elements",
          [](sound_call& c) { c.call.times.data = nullptr; });
  refused("resample: target_times is a null pointer but has 8 elements",
          [](sound_call& c) { c.call.targets.data = nullptr; });
  refused("resample: output is a null pointer but has 24 elements",
          [](sound_call& c) { c.call.output.data = nullptr; });
  refused("resample: statuses is a null pointer but has 8 elements",
          [](sound_call& c) { c.call.statuses.data = nullptr; });
  refused("resample: source.lengths is a null pointer but has 2 elements", [](sound_call& c) {
    c.call.lengths = c.lengths.view();
    c.call.lengths.data = nullptr;
  });
  refused("resample: source.offsets is a null pointer but has 3 elements", [](sound_call& c) {
    c.use_packed();
    c.call.offsets.data = nullptr;
  });
  refused("resample: options.scale is a null pointer but has 3 elements", [](sound_call& c) {
    c.call.scale = c.affine.view();
    c.call.scale.data = nullptr;
  });
  const combination half{scalar_kind::f16, scalar_kind::f16, time_kind::i64};
  refused(
      "resample: source.values is at address ...",
      [](sound_call& c) { shift_bytes(c.call.values, 1); }, half);
  refused("resample: source.values is at address ...",
          [](sound_call& c) { shift_bytes(c.call.values, 2); });
  refused("resample: source.times is at address ...",
          [](sound_call& c) { shift_bytes(c.call.times, 4); });
  refused("resample: output is at address ...",
          [](sound_call& c) { shift_bytes(c.call.output, -2); });
  refused("resample: target_times is at address ...",
          [](sound_call& c) { shift_bytes(c.call.targets, 1); });
  refused("resample: options.shift is at address ...", [](sound_call& c) {
    c.call.shift = c.affine.view();
    shift_bytes(c.call.shift, 2);
  });
}

TEST_CASE("outputs that overlap themselves", "[bad]") {
  refused("resample: output overlaps itself: stride 0 in dimension 1, ...",
          [](sound_call& c) { c.call.output.strides[1] = 0; });
  refused("resample: output overlaps itself: stride 0 in dimension 2, ...",
          [](sound_call& c) { c.call.output.strides[2] = 0; });
  refused(
      "resample: output overlaps itself: stride 2 in dimension 1, but the dimensions inside it "
      "span 3 elements",
      [](sound_call& c) { c.call.output.strides[1] = 2; });
  refused("resample: output overlaps itself: stride 11 in dimension 0, ...",
          [](sound_call& c) { c.call.output.strides[0] = 11; });
  refused("resample: output overlaps itself: stride -11 in dimension 0, ...",
          [](sound_call& c) { c.call.output.strides[0] = -11; });
  refused("resample: statuses overlaps itself: stride 3 in dimension 0, ...",
          [](sound_call& c) { c.call.statuses.strides[0] = 3; });
}

TEST_CASE("input and output that overlap", "[bad]") {
  refused("resample: output overlaps source.values: bytes ...",
          [](sound_call& c) { c.call.output.data = c.call.values.data; });
  refused("resample: output overlaps source.values: bytes ...", [](sound_call& c) {
    c.call.output.data = c.call.values.data;
    shift_bytes(c.call.output, 4);
  });
  refused("resample: output overlaps source.values: bytes ...", [](sound_call& c) {
    c.call.output.data = c.call.values.data;
    shift_bytes(c.call.output, -4);
  });
  refused("resample: output overlaps source.times: bytes ...",
          [](sound_call& c) { c.call.output.data = c.call.times.data; });
  refused("resample: output overlaps target_times: bytes ...",
          [](sound_call& c) { c.call.output.data = c.call.targets.data; });
  refused("resample: statuses overlaps output: bytes ...",
          [](sound_call& c) { c.call.statuses.data = c.call.output.data; });
  refused("resample: statuses overlaps source.values: bytes ...",
          [](sound_call& c) { c.call.statuses.data = c.call.values.data; });
  refused("resample: statuses overlaps source.times: bytes ...",
          [](sound_call& c) { c.call.statuses.data = c.call.times.data; });
  refused("resample: statuses overlaps target_times: bytes ...",
          [](sound_call& c) { c.call.statuses.data = c.call.targets.data; });
}

TEST_CASE("policies that are none", "[bad]") {
  refused("resample: options.interpolation is 4, not one of 0..3", [](sound_call& c) {
    c.call.policy.interpolation = static_cast<robocache::interpolation>(4);
  });
  refused("resample: options.extrapolation is 200, not one of 0..3", [](sound_call& c) {
    c.call.policy.extrapolation = static_cast<robocache::extrapolation>(200);
  });
  refused("resample: options.gap is 9, not one of 0..3",
          [](sound_call& c) { c.call.policy.gap = static_cast<robocache::gap_policy>(9); });
  refused("resample: options.max_gap is -1, must not be negative",
          [](sound_call& c) { c.call.policy.max_gap = -1; });
  refused("resample: options.tolerance is -2, must not be negative",
          [](sound_call& c) { c.call.policy.tolerance = -2; });
  refused("resample: options.horizon is -3, must not be negative",
          [](sound_call& c) { c.call.policy.horizon = -3; });
  refused("resample: options.horizon is 0, extrapolation::linear needs a positive one",
          [](sound_call& c) { c.call.policy.extrapolation = robocache::extrapolation::linear; });
  refused(
      "resample: options.max_gap is NaN", [](sound_call& c) { c.call.policy.max_gap = not_a_time; },
      with_double_time);
  refused(
      "resample: options.tolerance is NaN",
      [](sound_call& c) { c.call.policy.tolerance = not_a_time; }, with_double_time);
  refused(
      "resample: options.horizon is NaN", [](sound_call& c) { c.call.policy.horizon = not_a_time; },
      with_double_time);
  refused(
      "resample: options.max_gap is -0.5, must not be negative",
      [](sound_call& c) { c.call.policy.max_gap = -0.5L; }, with_double_time);
  refused(
      "resample: options.offset is inf, must be finite",
      [](sound_call& c) { c.call.policy.offset = infinity; }, with_double_time);
  refused(
      "resample: options.offset is -inf, must be finite",
      [](sound_call& c) { c.call.policy.offset = -infinity; }, with_double_time);
  refused(
      "resample: options.offset is nan, must be finite",
      [](sound_call& c) { c.call.policy.offset = not_a_time; }, with_double_time);
}

TEST_CASE("lengths and offsets out of range, on the CPU", "[bad]") {
  if (tested().on_device()) return;  // there they cannot be looked at, see gpu_only.cpp
  const auto length = [](std::uint64_t value) {
    return [value](sound_call& c) {
      c.lengths.set({1}, value);
      c.lengths.upload();
      c.call.lengths = c.lengths.view();
    };
  };
  for (const auto& [which, name] :
       {std::pair{operation::resample, "resample"}, std::pair{operation::find, "find_brackets"}}) {
    const std::string operation_name = name;
    refused(which,
            operation_name + ": source.lengths[1] is 6, source.times has extent 5 in dimension 1",
            length(6));
    refused(which,
            operation_name + ": source.lengths[1] is -1, source.times has extent 5 in dimension 1",
            length(static_cast<std::uint64_t>(-1)));
    const auto offsets = [](std::int64_t a, std::int64_t b, std::int64_t end) {
      return [=](sound_call& c) {
        c.use_packed();
        c.offsets.set({0}, static_cast<std::uint64_t>(a));
        c.offsets.set({1}, static_cast<std::uint64_t>(b));
        c.offsets.set({2}, static_cast<std::uint64_t>(end));
        c.offsets.upload();
      };
    };
    refused(which,
            operation_name + ": source.offsets[1] is 2 and the next 6, must rise within 0..5",
            offsets(0, 2, 6));
    refused(which,
            operation_name + ": source.offsets[0] is 3 and the next 2, must rise within 0..5",
            offsets(3, 2, 5));
    refused(which,
            operation_name + ": source.offsets[0] is -1 and the next 2, must rise within 0..5",
            offsets(-1, 2, 5));
  }
}
