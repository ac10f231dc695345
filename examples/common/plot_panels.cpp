// SPDX-License-Identifier: Apache-2.0
#include "plot_panels.hpp"

#include "channel_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace recordings {
namespace {

constexpr std::size_t most_panels = 6;
constexpr std::size_t most_lines = 6;

bool in_quaternion(const recording& source, std::size_t channel) {
  for (const quaternion_columns q : source.quaternions) {
    if (channel >= q.first && channel < q.first + 4) return true;
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
  double slowest = 0;
  double fastest = std::numeric_limits<double>::infinity();
  std::int64_t first = span.from;
  std::int64_t last = span.to;
  for (const plot_panel& panel : panels) {
    slowest = std::max(slowest, panel.stream->intervals.median);
    fastest = std::min(fastest, panel.stream->intervals.median);
    first = std::max(first, panel.stream->source.first_time());
    last = std::min(last, panel.stream->source.last_time());
  }
  const auto width =
      static_cast<std::int64_t>(std::max(3 * slowest, std::min(12 * slowest, 60 * fastest)));
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
