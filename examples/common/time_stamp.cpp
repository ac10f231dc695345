// SPDX-License-Identifier: Apache-2.0
#include "time_stamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace recordings {
namespace {

struct unit_row {
  time_unit unit;
  std::string_view name;
  int digits;  // decimal digits from the unit down to the nanosecond
};
constexpr std::array<unit_row, 4> units{{{time_unit::seconds, "s", 9},
                                         {time_unit::milliseconds, "ms", 6},
                                         {time_unit::microseconds, "us", 3},
                                         {time_unit::nanoseconds, "ns", 0}}};

const unit_row& row_of(time_unit unit) {
  return units[static_cast<std::size_t>(unit)];
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string_view name_of(time_unit unit) {
  return row_of(unit).name;
}

std::optional<time_unit> time_unit_from(std::string_view name) {
  for (const unit_row& row : units) {
    if (row.name == name) return row.unit;
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_stamp(std::string_view text, time_unit unit) {
  std::size_t i = 0;
  bool negative = false;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';

  std::string digits;
  int point = 0;  // how many of the digits are left of the decimal point
  for (; i < text.size() && is_digit(text[i]); ++i, ++point) digits += text[i];
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && is_digit(text[i]); ++i) digits += text[i];
  }
  if (digits.empty()) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i + 1 < text.size() && text[i] == '+' && is_digit(text[i + 1])) ++i;
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
    if (error != std::errc{} || exponent < -400 || exponent > 400) return std::nullopt;
    point += exponent;
    i = static_cast<std::size_t>(end - text.data());
  }
  if (i != text.size()) return std::nullopt;

  // Moving the point by the unit's digits makes everything left of it whole nanoseconds.
  point += row_of(unit).digits;
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  std::uint64_t value = 0;
  for (int k = 0; k < point; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const std::uint64_t digit =
        at < digits.size() ? static_cast<std::uint64_t>(digits[at] - '0') : 0;
    if (value > (largest - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  const bool round_up = point >= 0 && static_cast<std::size_t>(point) < digits.size() &&
                        digits[static_cast<std::size_t>(point)] >= '5';
  if (round_up && value++ == largest) return std::nullopt;
  const auto magnitude = static_cast<std::int64_t>(value);
  return negative ? -magnitude : magnitude;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  std::size_t length = text.size();
  while (length > 0 && !is_digit(text[length - 1]) && text[length - 1] != '.') --length;
  std::string_view number = text.substr(0, length);
  std::string_view unit_name = text.substr(length);
  while (!unit_name.empty() && unit_name.front() == ' ') unit_name.remove_prefix(1);
  if (unit_name.empty()) return parse_stamp(number, time_unit::seconds);
  const std::optional<time_unit> unit = time_unit_from(unit_name);
  return unit ? parse_stamp(number, *unit) : std::nullopt;
}

std::string format_stamp(std::int64_t nanoseconds, time_unit unit) {
  const int digits = row_of(unit).digits;
  if (digits == 0) return fmt::format("{}", nanoseconds);
  std::uint64_t per_unit = 1;
  for (int k = 0; k < digits; ++k) per_unit *= 10;
  // Unsigned negation, because the most negative stamp has no positive counterpart.
  const auto bits = static_cast<std::uint64_t>(nanoseconds);
  const std::uint64_t magnitude = nanoseconds < 0 ? 0 - bits : bits;
  return fmt::format("{}{}.{:0{}}", nanoseconds < 0 ? "-" : "", magnitude / per_unit,
                     magnitude % per_unit, digits);
}

std::string format_duration(double nanoseconds) {
  const double magnitude = std::fabs(nanoseconds);
  if (magnitude >= 1e9) return fmt::format("{:.3g} s", nanoseconds * 1e-9);
  if (magnitude >= 1e6) return fmt::format("{:.3g} ms", nanoseconds * 1e-6);
  if (magnitude >= 1e3) return fmt::format("{:.3g} us", nanoseconds * 1e-3);
  return fmt::format("{:.3g} ns", nanoseconds);
}

}  // namespace recordings
