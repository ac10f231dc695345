// SPDX-License-Identifier: Apache-2.0
#include "ulog_recording.hpp"

#include "errors.hpp"
#include "ulog.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

namespace recordings {
namespace {

const ulog_topic& find_topic(const ulog& log, const ulog_request& request) {
  std::vector<std::string> there_are;
  for (const ulog_topic& topic : log.topics) {
    if (topic.name == request.topic && topic.instance == request.instance) return topic;
    there_are.push_back(topic.instance == 0
                            ? topic.name
                            : fmt::format("{} (instance {})", topic.name, topic.instance));
  }
  std::sort(there_are.begin(), there_are.end());
  std::string problem = "which topic?";
  if (!request.topic.empty()) problem = fmt::format("no topic '{}'.", request.topic);
  if (request.instance != 0)
    problem.insert(problem.size() - 1, fmt::format(", instance {}", request.instance));
  throw input_error(
      fmt::format("{}: {} There are: {}", log.path, problem, fmt::join(there_are, ", ")));
}

bool is_part_of(const std::string& field, const std::string& whole) {
  return field == whole ||
         (field.size() > whole.size() && field.compare(0, whole.size(), whole) == 0 &&
          (field[whole.size()] == '[' || field[whole.size()] == '.'));
}

std::vector<ulog_field> choose_fields(const ulog& log, const ulog_request& request,
                                      const std::vector<ulog_field>& all) {
  if (all.empty()) {
    throw input_error(fmt::format("{}: {} has no number but its time", log.path, request.topic));
  }
  if (request.fields.empty()) return all;
  std::vector<ulog_field> chosen;
  for (const std::string& name : request.fields) {
    const std::size_t before = chosen.size();
    for (const ulog_field& field : all) {
      if (is_part_of(field.name, name)) chosen.push_back(field);
    }
    if (chosen.size() > before) continue;
    std::vector<std::string> there_are;
    for (const ulog_field& field : all) there_are.push_back(field.name);
    throw input_error(fmt::format("{}: {} has no field '{}'. There are: {}", log.path,
                                  request.topic, name, fmt::join(there_are, ", ")));
  }
  return chosen;
}

/// Takes the time stamp out of the fields.
ulog_field take_stamp(const ulog& log, const std::string& topic, std::vector<ulog_field>& fields) {
  const auto found = std::find_if(fields.begin(), fields.end(), [](const ulog_field& field) {
    return field.name == "timestamp" && field.type == ulog_type::u64;
  });
  if (found == fields.end()) {
    throw input_error(fmt::format("{}: {} has no field 'uint64_t timestamp'", log.path, topic));
  }
  ulog_field stamp = std::move(*found);
  fields.erase(found);
  return stamp;
}

std::int64_t nanoseconds(const ulog& log, std::string_view message, const ulog_field& stamp) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max() / 1000;
  const std::uint64_t microseconds = ulog_stamp(log, message, stamp);
  if (microseconds <= most) return static_cast<std::int64_t>(microseconds * 1000);
  throw input_error(fmt::format("{}: byte {}: time {} us does not fit 64-bit nanoseconds", log.path,
                                message.data() - log.bytes.data(), microseconds));
}

}  // namespace

bool is_ulog(const std::string& path) {
  return std::filesystem::path(path).extension() == ".ulg";
}

recording read_ulog_recording(const std::string& path, const ulog_request& request) {
  const ulog log = read_ulog(path);
  const ulog_topic& topic = find_topic(log, request);
  std::vector<ulog_field> all = ulog_fields(log, topic.name);
  const ulog_field stamp = take_stamp(log, topic.name, all);
  const std::vector<ulog_field> fields = choose_fields(log, request, all);
  if (topic.messages.empty()) {
    throw input_error(fmt::format("{}: {} has no samples", path, topic.name));
  }

  recording result;
  result.path = path + ":" + topic.name;
  result.label = topic.name;
  result.layout.time_name = stamp.name;
  result.layout.unit = time_unit::microseconds;
  for (const ulog_field& field : fields) {
    result.layout.columns.push_back(result.layout.columns.size());
    result.layout.names.push_back(field.name);
  }
  result.layout.description =
      fmt::format("topic {}; time: timestamp in us since boot; channels: {}", topic.name,
                  fmt::join(result.layout.names, " "));
  result.times.reserve(topic.messages.size());
  result.values.reserve(topic.messages.size() * fields.size());
  for (const std::string_view message : topic.messages) {
    result.times.push_back(nanoseconds(log, message, stamp));
    for (const ulog_field& field : fields) {
      result.values.push_back(ulog_number(log, message, field));
    }
    result.lines.push_back(static_cast<int>(result.times.size()));
  }
  if (log.dropouts > 0) {
    result.remarks.push_back(fmt::format("the logger lost data {} time{}, {} ms in all",
                                         log.dropouts, log.dropouts == 1 ? "" : "s",
                                         log.dropout_milliseconds));
  }
  if (log.cut_off > 0) {
    result.remarks.push_back(fmt::format(
        "the log ends within a message, {} bytes of which are there: what is before is used",
        log.cut_off));
  }
  return result;
}

}  // namespace recordings
