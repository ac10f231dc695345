// SPDX-License-Identifier: Apache-2.0
#include "stream_spec.hpp"

#include "command_line.hpp"
#include "time_stamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace recordings {
namespace {

using robocache::channel_mode;

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

template <class Value>
Value choice(const std::string& where, const std::string& word,
             const named_values<Value>& choices) {
  if (const auto value = value_named(word, choices)) return *value;
  throw usage_error(fmt::format("{}: '{}' is not one of {}", where, word, words_of(choices)));
}

std::int64_t length_of_time(const std::string& where, const std::string& text) {
  const std::int64_t value = duration(where, text);
  if (value < 0) throw usage_error(fmt::format("{}: {} is negative", where, text));
  return value;
}

template <channel_mode Mode>
void set_mode(stream_options& options, const std::string& where, const std::string& value) {
  options.modes.push_back({Mode, where, split_at_commas(value)});
}

void set_columns(stream_options& options, const std::string&, const std::string& value) {
  options.layout.columns = split_at_commas(value);
}

void set_topic(stream_options& options, const std::string&, const std::string& value) {
  options.topic = value;
}

void set_instance(stream_options& options, const std::string& where, const std::string& value) {
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, options.instance);
  if (error != std::errc{} || stop != end || options.instance < 0) {
    throw usage_error(fmt::format("{}: '{}' is not a number from 0", where, value));
  }
}

void set_time_column(stream_options& options, const std::string&, const std::string& value) {
  options.layout.time_column = value;
}

void set_time_unit(stream_options& options, const std::string& where, const std::string& value) {
  options.layout.unit = time_unit_from(value);
  if (options.layout.unit) return;
  throw usage_error(fmt::format("{}: '{}' is not one of s|ms|us|ns", where, value));
}

void set_unsorted(stream_options& options, const std::string& where, const std::string& value) {
  options.unsorted = choice(where, value, unsorted_words());
}

void set_offset(stream_options& options, const std::string& where, const std::string& value) {
  options.policy.offset = duration(where, value);
}

void set_interpolation(stream_options& options, const std::string& where,
                       const std::string& value) {
  options.policy.interpolation = choice(where, value, interpolation_words());
}

void set_extrapolation(stream_options& options, const std::string& where,
                       const std::string& value) {
  options.policy.extrapolation = choice(where, value, extrapolation_words());
}

void set_horizon(stream_options& options, const std::string& where, const std::string& value) {
  options.policy.horizon = length_of_time(where, value);
}

void set_max_gap(stream_options& options, const std::string& where, const std::string& value) {
  options.max_gap = value == "auto"   ? max_gap_choice::automatic
                    : value == "none" ? max_gap_choice::none
                                      : max_gap_choice::told;
  if (options.max_gap != max_gap_choice::told) return;
  options.policy.max_gap = length_of_time(where, value);
}

void set_gap_policy(stream_options& options, const std::string& where, const std::string& value) {
  options.policy.gap = choice(where, value, gap_policy_words());
}

void set_tolerance(stream_options& options, const std::string& where, const std::string& value) {
  options.policy.tolerance = length_of_time(where, value);
}

void set_fill(stream_options& options, const std::string& where, const std::string& value) {
  if (is_number(value) && parse_number(value, options.policy.fill_value)) return;
  throw usage_error(fmt::format("{}: '{}' is not a number", where, value));
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

bool is_word(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_word_character);
}

/// Where the next ":KEY=" starts, or the end.
std::size_t next_key(const std::string& text, std::size_t from) {
  for (std::size_t i = from; (i = text.find(':', i)) != std::string::npos; ++i) {
    std::size_t end = i + 1;
    while (end < text.size() && is_word_character(text[end])) ++end;
    if (end > i + 1 && end < text.size() && text[end] == '=') return i;
  }
  return text.size();
}

std::string key_names() {
  std::string names;
  for (const stream_key& key : stream_keys()) {
    if (!names.empty()) names += ", ";
    names += key.name;
  }
  return names;
}

void set(stream_spec& spec, const std::string& key, const std::string& value) {
  const std::string stream = fmt::format("stream '{}'", spec.label());
  for (const stream_key& known : stream_keys()) {
    if (key != known.name) continue;
    known.apply(spec.options, fmt::format("{}: {}", stream, key), value);
    return;
  }
  throw usage_error(fmt::format("{}: no option '{}', there are: {}", stream, key, key_names()));
}

}  // namespace

const std::vector<stream_key>& stream_keys() {
  static const std::vector<stream_key> keys{
      {"columns", "A,B", "Channels, by name or number; ULog: fields", false, set_columns},
      {"fields", "A,B", "The same; an array's name stands for its elements", false, set_columns},
      {"topic", "NAME", "ULog: the topic", false, set_topic},
      {"instance", "N", "ULog: which of several of that name", false, set_instance},
      {"xyzw", "Q,Q,Q,Q", "Quaternions in this order (slerp)", false,
       set_mode<channel_mode::slerp_xyzw>},
      {"wxyz", "Q,Q,Q,Q", "Quaternions, w first (slerp)", false,
       set_mode<channel_mode::slerp_wxyz>},
      {"rotation-vector", "R,R,R", "Axis times angle, radians", false,
       set_mode<channel_mode::rotation_vector>},
      {"angle", "A,B", "Angles in radians: the short way round", false,
       set_mode<channel_mode::angle>},
      {"degrees", "A,B", "Angles in degrees: the short way round", false,
       set_mode<channel_mode::degrees>},
      {"linear", "A,B", "Channels otherwise than the rest of the stream", false,
       set_mode<channel_mode::linear>},
      {"nearest", "A,B", "Likewise", false, set_mode<channel_mode::nearest>},
      {"previous", "A,B", "Likewise", false, set_mode<channel_mode::previous>},
      {"next", "A,B", "Likewise", false, set_mode<channel_mode::next>},
      {"time-column", "COLUMN", "Name or number (from 0); default: guessed", true, set_time_column},
      {"time-unit", "s|ms|us|ns", "Unit of the stamps; default: guessed", true, set_time_unit},
      {"unsorted", "error|sort|drop", "Stamps that go backwards; default: sort", true,
       set_unsorted},
      {"offset", "DURATION", "Added to the stamps (latency compensation)", true, set_offset},
      {"interpolation", "linear|nearest|previous|next", "Between samples; default: linear", true,
       set_interpolation},
      {"extrapolation", "hold|fill|nan|linear", "Outside the recorded span; default: hold", true,
       set_extrapolation},
      {"horizon", "DURATION", "How far extrapolation=linear goes", true, set_horizon},
      {"max-gap", "DURATION|auto|none", "Samples farther apart leave a gap; auto: 3 x the median",
       true, set_max_gap},
      {"gap-policy", "interpolate|hold|fill|nan", "Inside a gap; default: interpolate", true,
       set_gap_policy},
      {"tolerance", "DURATION", "nearest, previous, next: a sample farther away is STALE", true,
       set_tolerance},
      {"fill", "VALUE", "The value that fill writes; default: 0", true, set_fill},
  };
  return keys;
}

stream_spec parse_stream(const std::string& text, const stream_options& defaults) {
  stream_spec spec;
  spec.options = defaults;
  std::size_t at = next_key(text, 0);
  spec.path = text.substr(0, at);
  const std::size_t equals = spec.path.find('=');
  if (equals != std::string::npos && is_word(spec.path.substr(0, equals)) &&
      !std::filesystem::exists(spec.path)) {
    spec.name = spec.path.substr(0, equals);
    spec.path = spec.path.substr(equals + 1);
  }
  if (spec.path.empty()) throw usage_error(fmt::format("stream '{}': which file?", text));
  while (at < text.size()) {
    const std::size_t end = next_key(text, at + 1);
    const std::string option = text.substr(at + 1, end - at - 1);
    const std::size_t middle = option.find('=');
    set(spec, option.substr(0, middle), option.substr(middle + 1));
    at = end;
  }
  const stream_policy& policy = spec.options.policy;
  if (policy.extrapolation == robocache::extrapolation::linear && policy.horizon == 0) {
    throw usage_error(fmt::format(
        "stream '{}': extrapolation=linear needs horizon, how far it may go", spec.label()));
  }
  return spec;
}

}  // namespace recordings
