// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

#include <algorithm>

// Channel groups: each as if it were alone, the statuses together. For `resample` and `fuse`.

using namespace robocache_test;
using robocache::channel_group;
using robocache::channel_mode;

namespace {

/// The channels `[first, first + count)` alone, with the mode's interpolation for all.
fuse_stream slice(const fuse_stream& from, std::int64_t first, std::int64_t count,
                  channel_mode mode) {
  fuse_stream to = from;
  to.groups.clear();
  to.channels = count;
  if (mode < channel_mode::angle) {
    to.policy.interpolation = static_cast<robocache::interpolation>(static_cast<int>(mode));
  } else {
    channel_group all;
    all.count = static_cast<decltype(all.count)>(count);
    all.mode = mode;
    to.policy.interpolation = robocache::interpolation::linear;
    to.groups = {all};
  }
  const auto cut = [&](std::vector<double>& per_channel) {
    if (per_channel.empty()) return;
    per_channel = {per_channel.begin() + first, per_channel.begin() + first + count};
  };
  cut(to.scale);
  cut(to.shift);
  for (std::size_t b = 0; b < from.items.size(); ++b) {
    to.items[b].values.clear();
    for (std::size_t s = 0; s < from.items[b].times.size(); ++s) {
      const auto row = from.items[b].values.begin() + static_cast<std::int64_t>(s) * from.channels;
      to.items[b].values.insert(to.items[b].values.end(), row + first, row + first + count);
    }
  }
  return to;
}

/// A run of channels of one mode, groups or what lies between them.
struct run_of_channels {
  std::int64_t first;
  std::int64_t count;
  channel_mode mode;
};

std::vector<run_of_channels> runs_of(const fuse_stream& stream) {
  const auto rest = static_cast<channel_mode>(static_cast<int>(stream.policy.interpolation));
  std::vector<run_of_channels> runs;
  std::int64_t done = 0;
  for (const channel_group& group : stream.groups) {
    if (group.first > done) runs.push_back({done, group.first - done, rest});
    runs.push_back({group.first, group.count, group.mode});
    done = group.first + group.count;
  }
  if (done < stream.channels) runs.push_back({done, stream.channels - done, rest});
  return runs;
}

/// `resample` with groups against one call per run: the same bits, the statuses or-ed.
void check_runs(const fuse_problem& work, std::size_t n) {
  const fuse_stream& stream = work.streams[n];
  const fuse_outcome whole = run_resample(tested(), work, n);
  REQUIRE(std::string(whole.status.message()) == "");
  CHECK(whole.padding_intact);
  std::vector<std::uint8_t> statuses(whole.statuses.size(), 0);
  for (const run_of_channels& part : runs_of(stream)) {
    fuse_problem alone = work;
    alone.streams = {slice(stream, part.first, part.count, part.mode)};
    const fuse_outcome got = run_resample(tested(), alone, 0);
    REQUIRE(std::string(got.status.message()) == "");
    const auto rows = static_cast<std::int64_t>(statuses.size());
    bool same = true;
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t d = 0; d < part.count; ++d) {
        same = same && got.outputs[0][size_t(row * part.count + d)] ==
                           whole.outputs[0][size_t(row * stream.channels + part.first + d)];
      }
    }
    INFO("channels " << part.first << " and " << part.count - 1 << " more, mode "
                     << static_cast<int>(part.mode));
    CHECK(same);
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      statuses[i] = static_cast<std::uint8_t>(statuses[i] | got.statuses[i]);
    }
  }
  CHECK(statuses == whole.statuses);
}

}  // namespace

TEST_CASE("a grouped recording is one call per group on slices of its channels", "[group]") {
  for_all_sets(251, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 40; ++i) {
      random_fuse_shape shape;
      shape.channels = i % 2 == 0 ? 12 : 60;
      const fuse_problem work = random_fuse_problem(random, types, shape);
      for (std::size_t n = 0; n < work.streams.size(); ++n) {
        if (!work.streams[n].groups.empty()) check_runs(work, n);
      }
    }
  });
}

TEST_CASE("linear, nearest, previous and next side by side", "[group]") {
  for_all_sets(252, [](random_source&, const fuse_types& types) {
    for (const scalar_kind in : types.in) {
      fuse_stream stream = ramp(in, 6, 9, 10);
      for (int mode = 0; mode < 4; ++mode) {
        channel_group group;
        group.first = static_cast<decltype(group.first)>(2 * mode);
        group.count = 2;
        group.mode = static_cast<channel_mode>(mode);
        stream.groups.push_back(group);
      }
      stream.policy.interpolation = robocache::interpolation::previous;  // the ninth channel
      stream.policy.tolerance = 5;
      const fuse_problem work = problem_of(types, {stream}, {-1, 0, 2, 5, 7, 9, 10, 48, 50, 61});
      CHECK(check(tested(), work) == "");
      check_runs(work, 0);
      const fuse_problem between = problem_of(types, {stream}, {7});
      const fuse_outcome row = run(tested(), between);
      CHECK(value_at(between, row, 0, 0, 2) == 1 + 32);  // nearest
      CHECK(value_at(between, row, 0, 0, 4) == 0 + 64);  // previous
      CHECK(value_at(between, row, 0, 0, 6) == 1 + 96);  // next
      CHECK(value_at(between, row, 0, 0, 8) == 0);       // the rest: previous
      // 7 from the previous sample, 3 from the next: stale through `previous` alone.
      CHECK(+row.statuses[0] == robocache::row_status::stale);
    }
  });
}

TEST_CASE("the most groups there can be, and groups of all channels", "[group]") {
  for_all_sets(253, [](random_source&, const fuse_types& types) {
    fuse_stream stream = ramp(types.in.front(), 6, 20, 10);
    for (int g = 0; g < robocache::channel_groups::most; ++g) {
      channel_group group;
      group.first = static_cast<decltype(group.first)>(2 * g);
      group.count = 2;
      group.mode = static_cast<channel_mode>(g % 5);
      stream.groups.push_back(group);
    }
    fuse_problem work = problem_of(types, {stream}, {-1, 0, 2, 5, 7, 9, 10, 48, 50, 61});
    CHECK(check(tested(), work) == "");
    check_runs(work, 0);
    // No channel is left for the options' interpolation, so it has no say in the status.
    channel_group all;
    all.count = 20;
    all.mode = channel_mode::linear;
    work.streams[0].groups = {all};
    work.streams[0].policy.interpolation = robocache::interpolation::nearest;
    work.streams[0].policy.tolerance = 0;
    CHECK(check(tested(), work) == "");
    fuse_problem plain = work;
    plain.streams[0].groups.clear();
    plain.streams[0].policy.interpolation = robocache::interpolation::linear;
    CHECK(same_results(run(tested(), work), run(tested(), plain)));
  });
}

TEST_CASE("groups of one mode are no groups", "[group]") {
  for_all_sets(254, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 20; ++i) {
      random_fuse_shape shape;
      shape.groups = false;
      const fuse_problem plain = random_fuse_problem(random, types, shape);
      fuse_problem grouped = plain;
      for (fuse_stream& stream : grouped.streams) {
        channel_group group;
        group.first = static_cast<decltype(group.first)>(stream.channels / 3);
        group.count = static_cast<decltype(group.count)>(1 + stream.channels / 3);
        group.mode = static_cast<channel_mode>(static_cast<int>(stream.policy.interpolation));
        stream.groups = {group};
      }
      CHECK(same_results(run(tested(), plain), run(tested(), grouped)));
    }
  });
}
