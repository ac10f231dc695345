// SPDX-License-Identifier: Apache-2.0
#include "channel_modes.hpp"

#include "channel_name.hpp"
#include "command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace recordings {
namespace {

using robocache::channel_mode;

/// Channels that one rotation takes; 1 for modes of single channels.
std::size_t channels_together(channel_mode mode) {
  if (mode == channel_mode::slerp_xyzw || mode == channel_mode::slerp_wxyz) return 4;
  if (mode == channel_mode::rot6d) return 6;
  return mode == channel_mode::rotation_vector ? 3 : 1;
}

const char* name_of(channel_mode mode) {
  switch (mode) {
    case channel_mode::linear:
      return "linear";
    case channel_mode::nearest:
      return "nearest";
    case channel_mode::previous:
      return "previous";
    case channel_mode::next:
      return "next";
    case channel_mode::angle:
      return "angle";
    case channel_mode::slerp_xyzw:
      return "slerp xyzw";
    case channel_mode::slerp_wxyz:
      return "slerp wxyz";
    case channel_mode::rotation_vector:
      return "rotation vector";
    case channel_mode::degrees:
      return "degrees";
    case channel_mode::rot6d:
      return "rot6d";
  }
  return "";
}

/// By name, or the elements of an array of that name.
std::vector<std::size_t> channels_called(const recording& recorded, const std::string& name) {
  const std::vector<std::string>& names = recorded.layout.names;
  std::vector<std::size_t> found;
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (is_called(names[c], name)) found.push_back(c);
  }
  if (!found.empty()) return found;
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (names[c].compare(0, name.size() + 1, name + "[") == 0) found.push_back(c);
  }
  return found;
}

std::vector<std::size_t> channels_of(const recording& recorded, const told_mode& told) {
  std::vector<std::size_t> channels;
  for (const std::string& name : told.channels) {
    const std::vector<std::size_t> found = channels_called(recorded, name);
    if (found.empty()) {
      throw usage_error(fmt::format("{}: no channel '{}', there are: {}", told.word, name,
                                    fmt::join(recorded.layout.names, ", ")));
    }
    channels.insert(channels.end(), found.begin(), found.end());
  }
  const std::size_t together = channels_together(told.mode);
  bool fits = channels.size() % together == 0;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    fits = fits && (i % together == 0 || channels[i] == channels[i - 1] + 1);
  }
  if (!fits) {
    throw usage_error(fmt::format(
        "{}: a rotation is {} neighbouring channels in their order (columns= chooses the order)",
        told.word, together));
  }
  return channels;
}

using channel_modes = std::vector<std::optional<channel_mode>>;

void add_guessed(const recording& recorded, channel_modes& modes) {
  for (const quaternion_columns q : recorded.quaternions) {
    const auto first = modes.begin() + static_cast<std::ptrdiff_t>(q.first);
    if (std::any_of(first, first + 4, [](const auto& mode) { return mode.has_value(); })) continue;
    std::fill(
        first, first + 4,
        q.order == quaternion_order::xyzw ? channel_mode::slerp_xyzw : channel_mode::slerp_wxyz);
  }
}

}  // namespace

robocache::channel_groups find_groups(recording& recorded, const stream_spec& spec) {
  channel_modes modes(recorded.channels());
  for (const told_mode& told : spec.options.modes) {
    for (const std::size_t c : channels_of(recorded, told)) {
      if (modes[c]) {
        throw usage_error(fmt::format("{}: {} is told twice", told.word, recorded.layout.names[c]));
      }
      modes[c] = told.mode;
    }
  }
  if (spec.options.policy.interpolation == robocache::interpolation::linear) {
    add_guessed(recorded, modes);
  }

  robocache::channel_groups groups;
  recorded.quaternions.clear();
  for (std::size_t c = 0; c < modes.size();) {
    std::size_t end = c + 1;
    while (end < modes.size() && modes[end] == modes[c]) ++end;
    if (modes[c]) {
      groups.add({static_cast<std::int32_t>(c), static_cast<std::int32_t>(end - c), *modes[c]});
      for (std::size_t q = c; channels_together(*modes[c]) == 4 && q < end; q += 4) {
        recorded.quaternions.push_back({q, *modes[c] == channel_mode::slerp_xyzw
                                               ? quaternion_order::xyzw
                                               : quaternion_order::wxyz});
      }
    }
    c = end;
  }
  if (groups.count > robocache::channel_groups::most) {
    throw usage_error(fmt::format("stream '{}': {} groups of channels, at most {} are possible",
                                  spec.label(), groups.count, robocache::channel_groups::most));
  }
  return groups;
}

std::string describe(const robocache::channel_groups& groups, const recording& recorded,
                     robocache::interpolation rest) {
  std::vector<std::string> words;
  std::int64_t grouped = 0;
  for (std::int64_t g = 0; g < groups.count; ++g) {
    grouped += groups.group[g].count;
    words.emplace_back(name_of(groups.group[g].mode));
  }
  if (grouped < static_cast<std::int64_t>(recorded.channels())) {
    words.push_back(word_for(rest, interpolation_words()));
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace recordings
