// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

#include <functional>
#include <limits>

// Every way a call of fuse can be wrong: the message names the stream, the argument and the
// numbers, and nothing is written.

using namespace robocache_test;

namespace {

using change = std::function<void(any_fuse_call&)>;

/// B 2, four streams of S 5 and D 3, T 4.
fuse_problem sound_problem(const fuse_types& types) {
  std::vector<fuse_stream> streams;
  for (std::size_t n = 0; n < 4; ++n) {
    streams.push_back(ramp(types.in[n % types.in.size()], 5, 3, 1, 2));
    streams.back().scale.assign(3, 1);
  }
  return problem_of(types, streams, {0, 1, 2, 3}, 2);
}

/// `got` is refused with `message`: all of it, or its beginning if it ends in "...".
void check_refused(const robocache::status& got, const std::string& message) {
  INFO("expected: " << message);
  CHECK(got.code() == robocache::status_code::invalid_argument);
  const std::string text = got.message();
  if (message.size() > 3 && message.substr(message.size() - 3) == "...") {
    const std::string start = message.substr(0, message.size() - 3);
    CHECK(text.substr(0, start.size()) == start);
  } else {
    CHECK(text == message);
  }
}

/// The sound call with `what` wrong, on all sets of types that `where` says.
void refused(const std::string& message, const change& what, bool separate = false,
             const std::function<bool(const fuse_types&)>& where = {}) {
  std::size_t tried = 0;
  for (const fuse_operations& entry : tested_fuse()) {
    if (where && !where(entry.types)) continue;
    ++tried;
    fuse_setup how;
    how.separate = separate;
    prepared_fuse ready(tested(), sound_problem(entry.types), how);
    what(ready.call);
    const robocache::status got = ready.launch(tested().where());
    INFO(title(entry.types));
    check_refused(got, message);
    CHECK(ready.collect(got).outputs_untouched);
  }
  CHECK((tried > 0 || !all_fuse_sets_compiled()));
}

bool has_float_stamps(const fuse_types& types) {
  return !is_integer(types.time);
}

template <int Rank>
void shift_bytes(any_view<Rank>& view, int bytes) {
  view.data = static_cast<char*>(view.data) + bytes;
}

void add_group(any_stream& stream, int first, int count, int mode) {
  robocache::channel_group group;
  group.first = first;
  group.count = count;
  group.mode = static_cast<robocache::channel_mode>(mode);
  stream.groups.add(group);
}

}  // namespace

TEST_CASE("the sound fusion is sound", "[bad]") {
  for_all_sets(321, [](random_source&, const fuse_types& types) {
    CHECK(check(tested(), sound_problem(types)) == "");
    fuse_setup how;
    how.separate = true;
    CHECK(check(tested(), sound_problem(types), how) == "");
  });
}

TEST_CASE("the message of the documentation, with the stream", "[bad]") {
  refused("fuse: streams[3]: source.times has extent 499 in dimension 1, source.values has 500",
          [](any_fuse_call& c) {  // found by shape alone: the pointers need not reach that far
            c.streams[3].values.extents[1] = 500;
            c.streams[3].times.extents[1] = 499;
          });
}

TEST_CASE("more than 64 streams", "[bad]") {
  for (const int count : {65, 66, 1000}) {
    refused(
        "fuse: " + std::to_string(count) + " streams, at most 64 are supported",
        [&](any_fuse_call& c) { c.streams.resize(static_cast<std::size_t>(count), c.streams[0]); });
    refused(
        "fuse: " + std::to_string(count) + " streams, at most 64 are supported",
        [&](any_fuse_call& c) {
          c.streams.resize(static_cast<std::size_t>(count), c.streams[0]);
          c.outputs.resize(static_cast<std::size_t>(count), c.outputs[0]);
        },
        true);
  }
}

TEST_CASE("columns that overlap or lie outside the output", "[bad]") {
  refused("fuse: streams[3] writes 3 channels from 9, output has extent 11 in dimension 2",
          [](any_fuse_call& c) { c.output.extents[2] = 11; });
  refused("fuse: streams[1] writes 3 channels from 10, output has extent 12 in dimension 2",
          [](any_fuse_call& c) { c.streams[1].column = 10; });
  refused(
      "fuse: streams[2] writes 3 channels from 9223372036854775807, output has extent 12 in "
      "dimension 2",
      [](any_fuse_call& c) { c.streams[2].column = std::numeric_limits<std::int64_t>::max(); });
  refused("fuse: streams[1] writes 3 channels from -2, output has extent 12 in dimension 2",
          [](any_fuse_call& c) { c.streams[1].column = -2; });
  refused(
      "fuse: streams[0] writes 3 channels from -9223372036854775808, output has extent 12 in "
      "dimension 2",
      [](any_fuse_call& c) { c.streams[0].column = std::numeric_limits<std::int64_t>::min(); });
  refused("fuse: streams[1] writes 3 channels from 2, streams[0] writes 3 from 0",
          [](any_fuse_call& c) { c.streams[1].column = 2; });
  refused("fuse: streams[3] writes 3 channels from 0, streams[0] writes 3 from 0",
          [](any_fuse_call& c) { c.streams[3].column = 0; });
  refused("fuse: streams[2] writes 3 channels from 4, streams[1] writes 3 from 3",
          [](any_fuse_call& c) { c.streams[2].column = 4; });
  refused("fuse: streams[1] writes 3 channels from 0, streams[0] writes 3 from 2",
          [](any_fuse_call& c) {
            c.streams[0].column = 2;
            c.streams[1].column = 0;
          });
}

TEST_CASE("outputs that do not fit the streams", "[bad]") {
  refused(
      "fuse: 3 outputs for 4 streams", [](any_fuse_call& c) { c.outputs.pop_back(); }, true);
  refused(
      "fuse: 5 outputs for 4 streams", [](any_fuse_call& c) { c.outputs.push_back(c.outputs[0]); },
      true);
  refused(
      "fuse: streams[2]: output has extent 4 in dimension 2, source.values has 3",
      [](any_fuse_call& c) {
        c.outputs[2].extents[2] = 4;
        c.outputs[2].strides[1] = 4;
        c.outputs[2].strides[0] = 16;
      },
      true);
  refused(
      "fuse: streams[1]: target_times has extent 4 in dimension 1, output has 3",
      [](any_fuse_call& c) { c.outputs[1].extents[1] = 3; }, true);
  refused("fuse: streams[0]: target_times has extent 4 in dimension 1, output has 3",
          [](any_fuse_call& c) { c.output.extents[1] = 3; });
  refused("fuse: streams[0]: output has extent 1 in dimension 0, the batch of source has 2",
          [](any_fuse_call& c) { c.output.extents[0] = 1; });
  refused("fuse: streams[2]: output has extent 2 in dimension 0, the batch of source has 1",
          [](any_fuse_call& c) {
            c.streams[2].values.extents[0] = 1;
            c.streams[2].times.extents[0] = 1;
          });
  refused(
      "fuse: streams[2]: output has extent 1 in dimension 0, that of streams[0] has 2",
      [](any_fuse_call& c) {  // each fits its stream, and the grid is everyone's
        c.streams[2].values.extents[0] = 1;
        c.streams[2].times.extents[0] = 1;
        c.outputs[2].extents[0] = 1;
        c.targets.rank = 1;
      },
      true);
}

TEST_CASE("targets and windows that do not fit", "[bad]") {
  refused("fuse: streams[0]: target_times has extent 3 in dimension 1, output has 4",
          [](any_fuse_call& c) { c.targets.times.extents[1] = 3; });
  refused("fuse: streams[0]: target_times has extent 3 in dimension 0, output has 4",
          [](any_fuse_call& c) {
            c.targets.rank = 1;
            c.targets.times.extents[1] = 3;
          });
  refused("fuse: streams[0]: target_times is a null pointer but has 8 elements",
          [](any_fuse_call& c) { c.targets.times.data = nullptr; });
  const auto windowed = [](any_fuse_call& c, std::int64_t count) {
    c.targets.windowed = true;
    c.targets.windows.data = c.streams[0].times.data;
    c.targets.windows.extents[0] = count;
    c.targets.windows.strides[0] = 1;
  };
  refused(
      "fuse: streams[0]: target_times are 4 anchors x 2 windows, output has extent 4 in "
      "dimension 1",
      [&](any_fuse_call& c) { windowed(c, 2); });
  refused("fuse: streams[0]: target_times.windows is a null pointer but has 1 elements",
          [&](any_fuse_call& c) {
            windowed(c, 1);
            c.targets.windows.data = nullptr;
          });
  refused("fuse: streams[0]: target_times.anchors is a null pointer but has 8 elements",
          [&](any_fuse_call& c) {
            windowed(c, 1);
            c.targets.times.data = nullptr;
          });
  refused("fuse: streams[0]: target_times.windows has negative extent -1 in dimension 0",
          [&](any_fuse_call& c) { windowed(c, -1); });
}

TEST_CASE("reports that do not fit", "[bad]") {
  refused("fuse: reports.statuses has extent 3 in dimension 2, the list of streams has 4",
          [](any_fuse_call& c) { c.statuses.extents[2] = 3; });
  refused("fuse: reports.ages has extent 3 in dimension 1, output has 4",
          [](any_fuse_call& c) { c.ages.extents[1] = 3; });
  refused("fuse: reports.ages has extent 1 in dimension 0, output has 2",
          [](any_fuse_call& c) { c.ages.extents[0] = 1; });
  refused("fuse: reports.statuses overlaps itself: stride 0 in dimension 2, ...",
          [](any_fuse_call& c) { c.statuses.strides[2] = 0; });
  refused("fuse: reports.ages overlaps itself: stride 0 in dimension 1, ...",
          [](any_fuse_call& c) { c.ages.strides[1] = 0; });
  refused("fuse: reports.ages is at address ...", [](any_fuse_call& c) { shift_bytes(c.ages, 2); });
}

TEST_CASE("policies, normalization and lengths, by stream", "[bad]") {
  refused("fuse: streams[1]: options.interpolation is 4, not one of 0..3", [](any_fuse_call& c) {
    c.streams[1].policy.interpolation = static_cast<robocache::interpolation>(4);
  });
  refused("fuse: streams[2]: options.max_gap is -1, must not be negative",
          [](any_fuse_call& c) { c.streams[2].policy.max_gap = -1; });
  refused("fuse: streams[3]: options.tolerance is -2, must not be negative",
          [](any_fuse_call& c) { c.streams[3].policy.tolerance = -2; });
  refused("fuse: streams[0]: options.horizon is 0, extrapolation::linear needs a positive one",
          [](any_fuse_call& c) {
            c.streams[0].policy.extrapolation = robocache::extrapolation::linear;
          });
  refused(
      "fuse: streams[1]: options.max_gap is NaN",
      [](any_fuse_call& c) {
        c.streams[1].policy.max_gap = std::numeric_limits<stamp>::quiet_NaN();
      },
      false, has_float_stamps);
  refused(
      "fuse: streams[1]: options.offset is inf, must be finite",
      [](any_fuse_call& c) { c.streams[1].policy.offset = std::numeric_limits<stamp>::infinity(); },
      false, has_float_stamps);
  refused("fuse: streams[2]: options.scale has extent 2 in dimension 0, output has 3",
          [](any_fuse_call& c) { c.streams[2].scale.extents[0] = 2; });
  refused("fuse: streams[1]: source.lengths has extent 1 in dimension 0, source.times has 2",
          [](any_fuse_call& c) {
            c.streams[1].lengths = c.streams[0].scale;
            c.streams[1].lengths.data = c.streams[0].times.data;
            c.streams[1].lengths.extents[0] = 1;
          });
  refused(
      "fuse: streams[1]: source.offsets has extent 0 in dimension 0, a packed batch of B items "
      "has B + 1",
      [](any_fuse_call& c) {
        c.streams[1].packed = true;
        c.streams[1].times.extents[0] = c.streams[1].values.extents[0] = 1;
      });
  refused("fuse: streams[3]: source.values is a null pointer but has 30 elements",
          [](any_fuse_call& c) { c.streams[3].values.data = nullptr; });
  refused("fuse: streams[1]: source.times is at address ...",
          [](any_fuse_call& c) { shift_bytes(c.streams[1].times, 2); });
}

TEST_CASE("groups that cannot be", "[bad]") {
  refused("fuse: streams[1]: source.groups has 9 groups, at most 8 are supported",
          [](any_fuse_call& c) {
            for (int g = 0; g < 9; ++g) add_group(c.streams[1], 0, 0, 0);
          });
  refused("fuse: streams[2]: source.groups[0] has 4 channels from 0, must lie within 0..3",
          [](any_fuse_call& c) { add_group(c.streams[2], 0, 4, 0); });
  refused("fuse: streams[2]: source.groups[0] has 1 channels from -1, must lie within 0..3",
          [](any_fuse_call& c) { add_group(c.streams[2], -1, 1, 0); });
  refused("fuse: streams[2]: source.groups[0] has -1 channels from 1, must lie within 0..3",
          [](any_fuse_call& c) { add_group(c.streams[2], 1, -1, 0); });
  refused("fuse: streams[0]: source.groups[1] has 2 channels from 1, must lie within 2..3",
          [](any_fuse_call& c) {
            add_group(c.streams[0], 0, 2, 0);
            add_group(c.streams[0], 1, 2, 1);
          });
  refused("fuse: streams[0]: source.groups[1] has 1 channels from 0, must lie within 3..3",
          [](any_fuse_call& c) {
            add_group(c.streams[0], 2, 1, 0);
            add_group(c.streams[0], 0, 1, 1);
          });
  refused("fuse: streams[3]: source.groups[0] has 3 channels, its rotations have 4 each",
          [](any_fuse_call& c) { add_group(c.streams[3], 0, 3, 5); });
  refused("fuse: streams[3]: source.groups[0] has 2 channels, its rotations have 3 each",
          [](any_fuse_call& c) { add_group(c.streams[3], 1, 2, 7); });
  refused("fuse: streams[3]: source.groups[0] has 3 channels, its rotations have 6 each",
          [](any_fuse_call& c) { add_group(c.streams[3], 0, 3, 9); });
  refused("fuse: streams[3]: source.groups[0] has mode 10, not one of 0..9",
          [](any_fuse_call& c) { add_group(c.streams[3], 1, 2, 10); });
  refused("fuse: streams[1]: source.groups[0] has 1 channels from 2147483647, must lie within 0..3",
          [](any_fuse_call& c) { add_group(c.streams[1], 2147483647, 1, 0); });
}

TEST_CASE("resample refuses groups by its own name", "[bad]") {
  for (const fuse_operations& entry : tested_fuse()) {
    const fuse_stream stream = ramp(entry.resampled.back(), 5, 3, 1, 2);
    prepared_fuse ready(tested(), problem_of(entry.types, {stream}, {0, 1}, 2));
    add_group(ready.call.streams[0], 0, 3, 6);
    any_view<2> none;
    const robocache::status got = entry.resample(ready.call.streams[0], ready.call.targets,
                                                 ready.call.output, none, tested().where());
    check_refused(got, "resample: source.groups[0] has 3 channels, its rotations have 4 each");
    CHECK(ready.collect(got).outputs_untouched);
  }
}

TEST_CASE("memory that is read and written, or written twice", "[bad]") {
  // The whole output is longer than a stream: what else it overlaps is the allocator's choice.
  refused(
      "fuse: ...", [](any_fuse_call& c) { c.output.data = c.streams[1].values.data; }, false,
      [](const fuse_types& types) { return types.out == types.in[1 % types.in.size()]; });
  refused("fuse: output overlaps itself: stride 0 in dimension 1, ...",
          [](any_fuse_call& c) { c.output.strides[1] = 0; });
  refused("fuse: reports.ages overlaps target_times: bytes ...",
          [](any_fuse_call& c) { c.ages.data = c.targets.times.data; });
  refused("fuse: reports.statuses overlaps source.times of streams[2]: bytes ...",
          [](any_fuse_call& c) { c.statuses.data = c.streams[2].times.data; });
  refused("fuse: reports.ages overlaps reports.statuses: bytes ...",
          [](any_fuse_call& c) { c.statuses.data = c.ages.data; });
  refused("fuse: reports.statuses overlaps output: bytes ...",
          [](any_fuse_call& c) { c.statuses.data = c.output.data; });
  refused(
      "fuse: outputs[3] overlaps outputs[1]: bytes ...",
      [](any_fuse_call& c) { c.outputs[3].data = c.outputs[1].data; }, true);
  refused(
      "fuse: outputs[2] overlaps source.times of streams[3]: bytes ...",
      [](any_fuse_call& c) { c.outputs[2].data = c.streams[3].times.data; }, true,
      [](const fuse_types& types) { return types.out == scalar_kind::bf16; });
}

TEST_CASE("lengths and offsets out of range, by stream, on the CPU", "[bad]") {
  if (tested().on_device()) return;  // there they cannot be looked at
  for (const fuse_operations& entry : tested_fuse()) {
    fuse_problem work = sound_problem(entry.types);
    work.streams[1].layout.form = batch_form::padded_lengths;
    work.streams[2].layout.form = batch_form::packed;
    const auto refused_with = [&](const std::string& message, const auto& spoil) {
      prepared_fuse ready(tested(), work);
      spoil(ready);
      const robocache::status got = ready.launch(tested().where());
      check_refused(got, message);
      CHECK(ready.collect(got).outputs_untouched);
    };
    refused_with(
        "fuse: streams[1]: source.lengths[1] is 6, source.times has extent 5 in "
        "dimension 1",
        [](prepared_fuse& ready) {
          ready.streams[1].batch.lengths.set({1}, 6);
          ready.streams[1].batch.lengths.upload();
        });
    refused_with("fuse: streams[2]: source.offsets[0] is 0 and the next 11, must rise within 0..10",
                 [](prepared_fuse& ready) {
                   ready.streams[2].batch.offsets.set({1}, 11);
                   ready.streams[2].batch.offsets.upload();
                 });
  }
}
