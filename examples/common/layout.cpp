// SPDX-License-Identifier: Apache-2.0
#include "layout.hpp"

#include "quaternions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace recordings {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A column told by name or by number from 0.
std::size_t column_named(const text_table& table, const std::string& name) {
  const auto found = std::find(table.header.begin(), table.header.end(), name);
  if (found != table.header.end()) return static_cast<std::size_t>(found - table.header.begin());
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error == std::errc{} && end == name.data() + name.size()) {
    if (index < table.columns) return index;
    throw input_error(fmt::format("{}: no column {}, there are {} (0 to {})", table.path, name,
                                  table.columns, table.columns - 1));
  }
  if (table.header.empty()) {
    throw input_error(fmt::format("{}: no column '{}', the file names none; use numbers 0 to {}",
                                  table.path, name, table.columns - 1));
  }
  throw input_error(fmt::format("{}: no column '{}', there are: {}", table.path, name,
                                fmt::join(table.header, ", ")));
}

std::size_t guess_time_column(const text_table& table) {
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    const std::string name = lower(table.header[c]);
    const bool is_time = name == "t" || name == "sec" || name == "secs" || name == "seconds" ||
                         contains(name, "time") || contains(name, "stamp");
    if (is_time && is_number(table.field(0, c))) return c;
  }
  return 0;
}

/// "stamp_us", "time [ms]", "t(ns)": the unit at the end of the column's name.
std::optional<time_unit> unit_in_name(std::string_view name) {
  std::string text = lower(name);
  while (!text.empty() && (text.back() == ']' || text.back() == ')')) text.pop_back();
  const std::size_t start = text.find_last_of("_[( .");
  if (start == std::string::npos) return std::nullopt;
  const std::string word = text.substr(start + 1);
  if (word == "sec" || word == "secs" || word == "seconds") return time_unit::seconds;
  if (word == "nsec" || word == "nsecs" || word == "nanoseconds") return time_unit::nanoseconds;
  return time_unit_from(word);
}

struct unit_guess {
  time_unit unit;
  const char* reason;
};

/// From the stamps themselves. An epoch stamp tells its unit by its size (years 1986 to 2128), a
/// decimal point says seconds, and whole numbers get the unit that makes the rate most plausible.
unit_guess guess_unit(const text_table& table, std::size_t column) {
  bool whole = true;
  std::vector<double> stamps;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    double value = 0;
    const std::string_view text = table.field(r, column);
    if (!parse_number(text, value) || !std::isfinite(value)) continue;
    whole = whole && text.find_first_of(".eE") == std::string_view::npos;
    stamps.push_back(value);
  }
  const std::array<time_unit, 4> units{time_unit::seconds, time_unit::milliseconds,
                                       time_unit::microseconds, time_unit::nanoseconds};
  double epoch = 5e8;
  for (const time_unit unit : units) {
    if (!stamps.empty() && stamps[0] >= epoch && stamps[0] < 10 * epoch) {
      return {unit, "by the size of epoch stamps"};
    }
    epoch *= 1000;
  }
  if (!whole || stamps.size() < 2) return {time_unit::seconds, "guessed"};

  std::vector<double> intervals;
  for (std::size_t i = 1; i < stamps.size(); ++i) {
    if (stamps[i] > stamps[i - 1]) intervals.push_back(stamps[i] - stamps[i - 1]);
  }
  if (intervals.empty()) return {time_unit::seconds, "guessed"};
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
  std::nth_element(intervals.begin(), middle, intervals.end());
  unit_guess best{time_unit::seconds, "guessed from the rate"};
  double best_distance = 1e9;
  double per_second = 1;
  for (const time_unit unit : units) {
    constexpr double usual_rate = 100;  // Hz
    const double distance = std::fabs(std::log10(per_second / *middle / usual_rate));
    if (distance < best_distance) {
      best_distance = distance;
      best.unit = unit;
    }
    per_second *= 1000;
  }
  return best;
}

/// Eight columns of which the last four have unit length: a pose, as TUM and many tools write it.
bool has_pose_shape(const text_table& table, const column_layout& layout) {
  if (table.columns != 8 || layout.time_column != 0 || layout.columns.size() != 7) return false;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    double square = 0;
    for (std::size_t c = 4; c < 8; ++c) {
      double value = 0;
      if (!parse_number(table.field(r, c), value)) return false;
      square += value * value;
    }
    if (!(std::fabs(square - 1) < 0.02) && !std::isnan(square)) return false;
  }
  return true;
}

}  // namespace

column_layout find_time_layout(const text_table& table, const layout_request& request) {
  column_layout layout;
  layout.time_column =
      request.time_column ? column_named(table, *request.time_column) : guess_time_column(table);
  if (!table.header.empty()) layout.time_name = table.header[layout.time_column];
  const char* reason = "as told";
  if (request.unit) {
    layout.unit = *request.unit;
  } else if (const auto named = unit_in_name(layout.time_name)) {
    layout.unit = *named;
    reason = "by its name";
  } else {
    const unit_guess guess = guess_unit(table, layout.time_column);
    layout.unit = guess.unit;
    reason = guess.reason;
  }
  layout.description = fmt::format("time: column {} '{}' in {} ({})", layout.time_column,
                                   layout.time_name, name_of(layout.unit), reason);
  return layout;
}

column_layout find_layout(const text_table& table, const layout_request& request) {
  column_layout layout = find_time_layout(table, request);
  std::vector<std::string> skipped;
  if (!request.columns.empty()) {
    for (const std::string& name : request.columns) {
      layout.columns.push_back(column_named(table, name));
    }
  } else {
    for (std::size_t c = 0; c < table.columns; ++c) {
      if (c == layout.time_column) continue;
      // Text columns (file names, labels) are text from the first row to the last. A column that is
      // so in one row only is a channel with a mistake in it, and is reported when it is read.
      if (is_number(table.field(0, c)) || is_number(table.field(table.rows() - 1, c))) {
        layout.columns.push_back(c);
      } else {
        skipped.push_back(fmt::format("{}", c));
      }
    }
  }
  if (layout.columns.empty()) {
    throw input_error(
        fmt::format("{}:{}: no numeric column besides the time", table.path, table.lines.front()));
  }

  std::string reason = "named by the file";
  if (table.header.empty() && has_pose_shape(table, layout)) {
    layout.names = {"x", "y", "z", "q_x", "q_y", "q_z", "q_w"};
    layout.is_pose = true;
    reason = "guessed: a pose, quaternion in the order x y z w as in TUM files";
  } else if (table.header.empty()) {
    for (const std::size_t c : layout.columns) layout.names.push_back(fmt::format("column{}", c));
    reason = "the file names none";
  } else {
    for (const std::size_t c : layout.columns) layout.names.push_back(table.header[c]);
    layout.is_pose = layout.names.size() == 7 && find_quaternions(layout.names).size() == 1 &&
                     (layout.names[0] == "tx" || layout.names[0] == "x");
  }
  layout.description += fmt::format("; channels: {} ({})", fmt::join(layout.names, " "), reason);
  if (!skipped.empty()) {
    layout.description +=
        fmt::format("; not numeric, skipped: column {}", fmt::join(skipped, ", "));
  }
  return layout;
}

}  // namespace recordings
