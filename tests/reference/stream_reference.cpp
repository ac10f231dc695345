// SPDX-License-Identifier: Apache-2.0
#include "stream_reference.hpp"

#include "stamps.hpp"

#include <algorithm>

namespace robocache_test {

using robocache::channel_group;
using robocache::channel_mode;

stream_reference::stream_reference(time_kind kind, const std::vector<stamp>& times,
                                   const any_policy& policy,
                                   const std::vector<channel_group>& groups, std::int64_t channels)
    : kind_(kind) {
  for (const stamp t : times) times_.push_back(shifted(kind, t, policy.offset));
  const auto add = [&](std::int64_t first, std::int64_t end, channel_mode mode) {
    any_policy rules = policy;  // the last modes differ from linear in the value alone
    rules.interpolation = mode < channel_mode::angle
                              ? static_cast<robocache::interpolation>(static_cast<int>(mode))
                              : robocache::interpolation::linear;
    channel_group here;
    here.first = static_cast<decltype(here.first)>(first);
    here.count = static_cast<decltype(here.count)>(end - first);
    here.mode = mode;
    runs_.push_back({here, resample_reference(kind, times, rules)});
  };
  const auto rest = static_cast<channel_mode>(static_cast<int>(policy.interpolation));
  std::int64_t done = 0;
  for (const channel_group& group : groups) {
    if (group.count == 0) continue;  // nothing is made from its samples
    if (group.first > done) add(done, group.first, rest);
    add(group.first, group.first + group.count, group.mode);
    done = group.first + group.count;
  }
  if (done < channels || runs_.empty()) add(done, channels, rest);
}

expected_stream_row stream_reference::row(stamp t) {
  expected_stream_row result;
  result.age = unlimited_bits(kind_);
  std::int64_t newest = -1;
  for (run& each : runs_) {
    const expected_row row = each.rows.row(t);
    result.status = static_cast<std::uint8_t>(result.status | row.status);
    newest = std::max(newest, std::max(row.left, row.right));
    result.runs.push_back({each.channels, row});
  }
  if (newest >= 0) {
    result.age = duration_bits(kind_, times_[static_cast<std::size_t>(newest)], t);
  }
  return result;
}

}  // namespace robocache_test
