// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// PX4's flight log, ULog (https://docs.px4.io/main/en/dev_log/ulog_file_format.html): a 16-byte
/// header, then messages `uint16 size, uint8 type, payload`, little endian. Only cut into topics
/// and fields here; ulog_recording.hpp makes a recording of a topic.
///
/// Of the message types, formats (F), subscriptions (A), data (D), dropouts (O) and flags (B) are
/// read. A log with appended data (written after a crash) is refused.

namespace recordings {

enum class ulog_type { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64, boolean, character };

/// A number at a fixed place of a topic's messages: a field, an element of an array
/// ("gyro_rad[0]"), or one of a nested message ("esc[1].esc_rpm").
struct ulog_field {
  std::string name;
  ulog_type type = ulog_type::f32;
  std::size_t offset = 0;  ///< bytes from the start of the message
};

/// One instance of a topic.
struct ulog_topic {
  std::string name;
  int instance = 0;
  std::vector<std::string_view> messages;  ///< in the file's order, without the message id
};

struct ulog {
  std::string path;
  std::vector<char> bytes;                     ///< the whole file; the messages point into it
  std::map<std::string, std::string> formats;  ///< "type name;type[4] name;" by message name
  std::vector<ulog_topic> topics;
  std::int64_t dropouts = 0;
  std::int64_t dropout_milliseconds = 0;
  std::size_t cut_off = 0;  ///< bytes of the unfinished message at the end: power was cut
};

/// \throws input_error if it is no ULog file, or a message makes no sense (with its byte)
ulog read_ulog(const std::string& path);

/// The numbers in a topic's messages, in their order; padding is left out.
/// \throws input_error if the format is missing or makes no sense
std::vector<ulog_field> ulog_fields(const ulog& log, const std::string& topic);

/// \throws input_error if the message is too short to have the field
double ulog_number(const ulog& log, std::string_view message, const ulog_field& field);
std::uint64_t ulog_stamp(const ulog& log, std::string_view message, const ulog_field& field);

}  // namespace recordings
