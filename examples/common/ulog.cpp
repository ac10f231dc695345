// SPDX-License-Identifier: Apache-2.0
#include "ulog.hpp"

#include "errors.hpp"
#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace recordings {
namespace {

constexpr std::size_t header_bytes = 16;
constexpr std::size_t message_head_bytes = 3;
constexpr std::size_t largest_message = 65535;
constexpr std::string_view magic("ULog\x01\x12\x35", 7);

struct type_row {
  std::string_view name;
  ulog_type type;
  std::size_t bytes;
};
constexpr std::array<type_row, 12> types{{{"int8_t", ulog_type::i8, 1},
                                          {"uint8_t", ulog_type::u8, 1},
                                          {"int16_t", ulog_type::i16, 2},
                                          {"uint16_t", ulog_type::u16, 2},
                                          {"int32_t", ulog_type::i32, 4},
                                          {"uint32_t", ulog_type::u32, 4},
                                          {"int64_t", ulog_type::i64, 8},
                                          {"uint64_t", ulog_type::u64, 8},
                                          {"float", ulog_type::f32, 4},
                                          {"double", ulog_type::f64, 8},
                                          {"bool", ulog_type::boolean, 1},
                                          {"char", ulog_type::character, 1}}};

/// The first `sizeof(T)` bytes as they lie in the file, whatever the machine's byte order.
template <class T>
T little_endian(const char* bytes) {
  std::uint64_t bits = 0;
  for (std::size_t k = sizeof(T); k-- > 0;) {
    bits = bits << 8 | static_cast<unsigned char>(bytes[k]);
  }
  if constexpr (std::is_floating_point_v<T>) {
    std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t> exact = {};
    exact = static_cast<decltype(exact)>(bits);
    T value;
    std::memcpy(&value, &exact, sizeof(T));
    return value;
  } else {
    return static_cast<T>(bits);
  }
}

std::size_t byte_of(const ulog& log, std::string_view part) {
  return static_cast<std::size_t>(part.data() - log.bytes.data());
}

[[noreturn]] void refuse(const ulog& log, std::string_view part, const std::string& what) {
  throw input_error(fmt::format("{}: byte {}: {}", log.path, byte_of(log, part), what));
}

void need(const ulog& log, std::string_view payload, std::size_t bytes, const char* what) {
  if (payload.size() >= bytes) return;
  refuse(log, payload,
         fmt::format("{} of {} bytes, expected at least {}", what, payload.size(), bytes));
}

// ------------------------------------------------------------------------------------- messages

class message_reader {
 public:
  explicit message_reader(ulog& log) : log_(log) {}

  void read(char type, std::string_view payload) {
    switch (type) {
      case 'B':
        return read_flags(payload);
      case 'F':
        return read_format(payload);
      case 'A':
        return read_subscription(payload);
      case 'D':
        return read_data(payload);
      case 'O':
        need(log_, payload, 2, "a dropout message");
        ++log_.dropouts;
        log_.dropout_milliseconds += little_endian<std::uint16_t>(payload.data());
        return;
      default:  // parameters, texts, and what later versions add
        return;
    }
  }

 private:
  void read_flags(std::string_view payload) {
    need(log_, payload, 16, "a flag message");
    const std::string_view incompatible = payload.substr(8, 8);
    if ((incompatible[0] & 1) != 0) refuse(log_, payload, "a log with appended data is not read");
    if (incompatible != std::string_view("\0\0\0\0\0\0\0\0", 8)) {
      refuse(log_, payload, "the log has features that this reader does not know");
    }
  }

  void read_format(std::string_view payload) {
    const std::size_t colon = payload.find(':');
    if (colon == std::string_view::npos) refuse(log_, payload, "a format without a name");
    log_.formats[std::string(payload.substr(0, colon))] = payload.substr(colon + 1);
  }

  void read_subscription(std::string_view payload) {
    need(log_, payload, 4, "a subscription");
    const int instance = static_cast<unsigned char>(payload[0]);
    const auto id = little_endian<std::uint16_t>(payload.data() + 1);
    const std::string name(payload.substr(3));
    const auto known = std::find_if(log_.topics.begin(), log_.topics.end(), [&](const auto& t) {
      return t.name == name && t.instance == instance;
    });
    topic_of_[id] = static_cast<std::size_t>(known - log_.topics.begin());
    if (known == log_.topics.end()) log_.topics.push_back({name, instance, {}});
  }

  void read_data(std::string_view payload) {
    need(log_, payload, 2, "a data message");
    const auto id = little_endian<std::uint16_t>(payload.data());
    const auto topic = topic_of_.find(id);
    if (topic == topic_of_.end()) {
      refuse(log_, payload, fmt::format("data of message {}, which is no topic's", id));
    }
    log_.topics[topic->second].messages.push_back(payload.substr(2));
  }

  ulog& log_;
  std::map<std::uint16_t, std::size_t> topic_of_;  // message id -> index in topics
};

// -------------------------------------------------------------------------------------- formats

struct declared_field {
  std::string_view type;
  std::string_view name;
  std::size_t count = 1;
  bool is_array = false;
};

/// "float[3] gyro_rad"
declared_field declaration(const ulog& log, std::string_view text) {
  const auto refuse_format = [&] {
    throw input_error(fmt::format("{}: a format has the field '{}'", log.path, text));
  };
  declared_field field;
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos || blank + 1 == text.size()) refuse_format();
  field.type = text.substr(0, blank);
  field.name = text.substr(blank + 1);
  const std::size_t bracket = field.type.find('[');
  if (bracket != std::string_view::npos) {
    field.is_array = true;
    const char* const digits = field.type.data() + bracket + 1;
    const char* const end = field.type.data() + field.type.size();
    const auto [stop, error] = std::from_chars(digits, end, field.count);
    if (error != std::errc{} || stop + 1 != end || *stop != ']' || field.count > largest_message) {
      refuse_format();
    }
    field.type = field.type.substr(0, bracket);
  }
  return field;
}

/// Appends the numbers of a message named `format` at `offset`.
/// \return the offset behind it
std::size_t append_fields(const ulog& log, const std::string& format, const std::string& prefix,
                          std::size_t offset, int depth, std::vector<ulog_field>& fields) {
  const auto found = log.formats.find(format);
  if (found == log.formats.end()) {
    throw input_error(fmt::format("{}: the log has no format for '{}'", log.path, format));
  }
  constexpr int deepest = 8;
  if (depth > deepest) {
    throw input_error(fmt::format("{}: the format of '{}' contains itself", log.path, format));
  }
  std::string_view rest = found->second;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (text.empty()) continue;
    const declared_field field = declaration(log, text);
    const auto type = std::find_if(types.begin(), types.end(),
                                   [&](const type_row& row) { return row.name == field.type; });
    const bool is_padding = field.name.substr(0, 8) == "_padding";
    for (std::size_t i = 0; i < field.count; ++i) {
      std::string name = prefix + std::string(field.name);
      if (field.is_array) name += fmt::format("[{}]", i);
      if (type == types.end()) {
        offset = append_fields(log, std::string(field.type), name + ".", offset, depth + 1, fields);
      } else {
        if (!is_padding && type->type != ulog_type::character) {
          fields.push_back({name, type->type, offset});
        }
        offset += type->bytes;
      }
      if (offset > largest_message) {
        throw input_error(fmt::format("{}: the format of '{}' is larger than a message can be",
                                      log.path, format));
      }
    }
  }
  return offset;
}

/// Where the field lies in a message that has it.
const char* place_of(const ulog& log, std::string_view message, const ulog_field& field) {
  const std::size_t bytes = types[static_cast<std::size_t>(field.type)].bytes;
  if (message.size() < field.offset + bytes) {
    refuse(
        log, message,
        fmt::format("data of {} bytes, too few to have the field {}", message.size(), field.name));
  }
  return message.data() + field.offset;
}

}  // namespace

ulog read_ulog(const std::string& path) {
  ulog log;
  log.path = path;
  log.bytes = read_bytes(path);
  const std::string_view all(log.bytes.data(), log.bytes.size());
  if (all.substr(0, magic.size()) != magic) {
    throw input_error(fmt::format("{}: byte 0: not a ULog file", path));
  }
  if (all.size() < header_bytes) {
    throw input_error(
        fmt::format("{}: cut off after {} bytes, within the header", path, all.size()));
  }
  message_reader reader(log);
  std::string_view rest = all.substr(header_bytes);
  while (rest.size() >= message_head_bytes) {
    const std::size_t size = little_endian<std::uint16_t>(rest.data());
    if (rest.size() < message_head_bytes + size) break;
    reader.read(rest[2], rest.substr(message_head_bytes, size));
    rest.remove_prefix(message_head_bytes + size);
  }
  log.cut_off = rest.size();
  return log;
}

std::vector<ulog_field> ulog_fields(const ulog& log, const std::string& topic) {
  std::vector<ulog_field> fields;
  append_fields(log, topic, "", 0, 0, fields);
  return fields;
}

double ulog_number(const ulog& log, std::string_view message, const ulog_field& field) {
  const char* const at = place_of(log, message, field);
  switch (field.type) {
    case ulog_type::i8:
      return little_endian<std::int8_t>(at);
    case ulog_type::i16:
      return little_endian<std::int16_t>(at);
    case ulog_type::u16:
      return little_endian<std::uint16_t>(at);
    case ulog_type::i32:
      return little_endian<std::int32_t>(at);
    case ulog_type::u32:
      return little_endian<std::uint32_t>(at);
    case ulog_type::i64:
      return static_cast<double>(little_endian<std::int64_t>(at));
    case ulog_type::u64:
      return static_cast<double>(little_endian<std::uint64_t>(at));
    case ulog_type::f32:
      return little_endian<float>(at);
    case ulog_type::f64:
      return little_endian<double>(at);
    case ulog_type::u8:
    case ulog_type::boolean:
    case ulog_type::character:
      break;
  }
  return little_endian<std::uint8_t>(at);
}

std::uint64_t ulog_stamp(const ulog& log, std::string_view message, const ulog_field& field) {
  return little_endian<std::uint64_t>(place_of(log, message, field));
}

}  // namespace recordings
