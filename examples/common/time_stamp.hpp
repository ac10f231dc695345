// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// \file
/// Time stamps as text and as 64-bit nanoseconds.
///
/// A stamp such as 1491561398.620000124 never goes through a double, which steps by 240 ns there:
/// its decimal digits are read and written exactly, down to the nanosecond.

namespace recordings {

enum class time_unit { seconds, milliseconds, microseconds, nanoseconds };

/// "s", "ms", "us" or "ns".
std::string_view name_of(time_unit unit);
std::optional<time_unit> time_unit_from(std::string_view name);

/// Reads a decimal number of `unit`s ("12", "-0.5", "3.4e-03") as nanoseconds, rounded to nearest
/// beyond the last one. Nothing if `text` is no such number or does not fit 64 bits.
std::optional<std::int64_t> parse_stamp(std::string_view text, time_unit unit);

/// Reads a duration with an optional unit, seconds without: "0.02", "20ms", "-5us".
std::optional<std::int64_t> parse_duration(std::string_view text);

/// Writes nanoseconds as a decimal number of `unit`s with every digit down to the nanosecond, so
/// that `parse_stamp` reads the same stamp again.
std::string format_stamp(std::int64_t nanoseconds, time_unit unit);

/// Writes a duration for people: "20 ms", "4.96 s".
std::string format_duration(double nanoseconds);

inline double to_seconds(std::int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) * 1e-9;
}

}  // namespace recordings
