// SPDX-License-Identifier: Apache-2.0
#include "plot_panels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace recordings {
namespace {

constexpr std::size_t most_panels = 6;
constexpr std::size_t most_lines = 6;

struct channel_name {
  std::string name;   // "position_1"
  std::string group;  // "position"
  std::string unit;   // "rad"
};

bool is_axis(char c) {
  return c == 'x' || c == 'y' || c == 'z';
}

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

bool in_quaternion(const recording& source, std::size_t channel) {
  for (const quaternion_columns q : source.quaternions) {
    if (channel >= q && channel < q + 4) return true;
  }
  return false;
}

/// The groups of one stream, in the order of its channels.
std::vector<plot_panel> groups_of(const stream_result& stream,
                                  const std::vector<std::string>& wanted) {
  std::vector<plot_panel> panels;
  std::vector<std::string> groups;
  const recording& source = stream.source;
  for (std::size_t c = 0; c < source.channels(); ++c) {
    const std::string& full = source.layout.names[c];
    if (!wanted.empty() && std::none_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
          return is_called(full, name);
        })) {
      continue;
    }
    channel_name parts = take_apart(full);
    if (in_quaternion(source, c)) parts.group = "orientation";
    if (parts.group == "position" && source.layout.is_pose && parts.unit.empty()) parts.unit = "m";
    auto at = static_cast<std::size_t>(std::find(groups.begin(), groups.end(), parts.group) -
                                       groups.begin());
    if (at == groups.size()) {
      plot_panel panel;
      panel.stream = &stream;
      if (panels.empty()) panel.title = source.label;  // once for each stream
      panel.axis =
          parts.unit.empty() ? parts.group : fmt::format("{} [{}]", parts.group, parts.unit);
      if (parts.group == "orientation") panel.axis = "quaternion";
      panels.push_back(panel);
      groups.push_back(parts.group);
    }
    if (panels[at].channels.size() < most_lines) {
      panels[at].channels.push_back(c);
      panels[at].names.push_back(parts.name);
    }
  }
  return panels;
}

/// Highest minus lowest finite value of a channel among samples [first, last).
double range_of(const recording& source, std::size_t channel, std::size_t first, std::size_t last) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (std::size_t i = first; i < last; ++i) {
    const double value = source.values[i * source.channels() + channel];
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return high > low ? high - low : 0;
}

/// Index of the first sample at or after `t`.
std::size_t index_at(const recording& source, std::int64_t t) {
  return static_cast<std::size_t>(
      std::lower_bound(source.times.begin(), source.times.end(), t - source.offset) -
      source.times.begin());
}

/// How far each drawn channel moves in a window, as a part of its whole range.
std::vector<double> movements(const plot_panel& panel, const gap& window) {
  const recording& source = panel.stream->source;
  std::vector<double> result;
  for (const std::size_t c : panel.channels) {
    const double whole = range_of(source, c, 0, source.samples());
    const double part =
        range_of(source, c, index_at(source, window.from), index_at(source, window.to));
    result.push_back(whole > 0 ? part / whole : 0);
  }
  return result;
}

bool touches_gap(const stream_result& stream, const gap& window) {
  return std::any_of(stream.intervals.gaps.begin(), stream.intervals.gaps.end(),
                     [&](const gap& g) { return g.from < window.to && window.from < g.to; });
}

}  // namespace

bool is_called(const std::string& channel, const std::string& name) {
  return channel == name || take_apart(channel).name == name;
}

std::vector<plot_panel> choose_panels(const std::vector<stream_result>& streams,
                                      const std::vector<std::string>& wanted) {
  std::vector<plot_panel> panels;
  for (const stream_result& stream : streams) {
    const std::vector<plot_panel> groups = groups_of(stream, wanted);
    const std::size_t count = streams.size() == 1 || !wanted.empty() ? groups.size() : 1;
    for (std::size_t i = 0; i < std::min(count, groups.size()); ++i) {
      if (panels.size() < most_panels) panels.push_back(groups[i]);
    }
  }
  return panels;
}

std::size_t most_moving(const plot_panel& panel, const gap& window) {
  const std::vector<double> moved = movements(panel, window);
  return static_cast<std::size_t>(std::max_element(moved.begin(), moved.end()) - moved.begin());
}

std::optional<gap> choose_detail(const std::vector<plot_panel>& panels, const gap& span) {
  constexpr double intervals_shown = 12;
  double slowest = 0;
  std::int64_t first = span.from;
  std::int64_t last = span.to;
  for (const plot_panel& panel : panels) {
    slowest = std::max(slowest, panel.stream->intervals.median);
    first = std::max(first, panel.stream->source.first_time());
    last = std::min(last, panel.stream->source.last_time());
  }
  const auto width = static_cast<std::int64_t>(intervals_shown * slowest);
  if (width == 0 || last - first < 4 * width) return std::nullopt;

  std::optional<gap> best;
  double most = -1;
  // At most 400 places, half a window apart or more: a picture needs no better.
  const std::int64_t step = std::max(width / 2, (last - first) / 400);
  for (std::int64_t from = first; from + width <= last; from += step) {
    const gap window{from, from + width};
    double sum = 0;
    bool broken = false;
    for (const plot_panel& panel : panels) {
      broken = broken || touches_gap(*panel.stream, window);
      const std::vector<double> moved = movements(panel, window);
      sum += std::accumulate(moved.begin(), moved.end(), 0.0);
    }
    if (broken) sum *= 0.01;
    if (sum > most) {
      most = sum;
      best = window;
    }
  }
  return best;
}

}  // namespace recordings
