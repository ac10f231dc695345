// SPDX-License-Identifier: Apache-2.0
#include "channel_name.hpp"

namespace recordings {
namespace {

bool is_axis(char c) {
  return c == 'x' || c == 'y' || c == 'z';
}

}  // namespace

channel_name take_apart(const std::string& full) {
  channel_name parts;
  parts.name = full;
  const std::size_t open = full.find_last_of("[(");
  if (open != std::string::npos && open > 0 && (full.back() == ']' || full.back() == ')')) {
    const std::string inside = full.substr(open + 1, full.size() - open - 2);
    // "gyro[0]" counts, it has no unit.
    if (inside.find_first_not_of("0123456789") != std::string::npos) {
      parts.unit = inside;
      parts.name = full.substr(0, open);
      while (!parts.name.empty() && parts.name.back() == ' ') parts.name.pop_back();
    }
  }
  const std::string& name = parts.name;
  const bool bare_axis = name.size() <= 2 && !name.empty() && is_axis(name.back()) &&
                         (name.size() == 1 || name[0] == 't' || name[0] == 'p');
  if (bare_axis) {
    parts.group = "position";
    return parts;
  }
  std::string group = name;
  const auto drop = [&group](const char* characters) {
    while (group.size() > 1 && std::string(characters).find(group.back()) != std::string::npos) {
      group.pop_back();
    }
  };
  drop("0123456789[]");
  if (group.size() > 2 && is_axis(group.back()) &&
      (group[group.size() - 2] == '_' || group[group.size() - 2] == '.')) {
    group.pop_back();
  }
  drop("_.");
  parts.group = group;
  return parts;
}

bool is_called(const std::string& channel, const std::string& name) {
  return channel == name || take_apart(channel).name == name;
}

}  // namespace recordings
