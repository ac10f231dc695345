// SPDX-License-Identifier: Apache-2.0
#include "errors.hpp"
#include "input.hpp"
#include "memory_file.hpp"
#include "recording.hpp"
#include "time_stamp.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// CSV, TSV and blank-separated recordings, and stamps as text. An input is a line that says what is
// asked for, then the file.

namespace {

using namespace recordings;
using robocache_test::require;

/// What is written is what is read.
void try_stamp(std::string_view text) {
  constexpr time_unit units[] = {time_unit::seconds, time_unit::milliseconds,
                                 time_unit::microseconds, time_unit::nanoseconds};
  for (const time_unit unit : units) {
    const std::optional<std::int64_t> stamp = parse_stamp(text, unit);
    if (!stamp) continue;
    require(parse_stamp(format_stamp(*stamp, unit), unit) == stamp,
            "a stamp that was written is read as another one");
  }
  (void)parse_duration(text);
}

/// "TIME_COLUMN;COLUMN,COLUMN;UNIT", each of which may be empty.
layout_request request_of(std::string_view line) {
  layout_request request;
  const auto next = [&](char end) {
    const std::size_t at = line.find(end);
    const std::string part(line.substr(0, at));
    line.remove_prefix(at == std::string_view::npos ? line.size() : at + 1);
    return part;
  };
  const std::string time = next(';');
  if (!time.empty()) request.time_column = time;
  std::string columns = next(';');
  while (!columns.empty()) {
    const std::size_t comma = columns.find(',');
    request.columns.push_back(columns.substr(0, comma));
    columns.erase(0, comma == std::string::npos ? columns.size() : comma + 1);
  }
  request.unit = time_unit_from(next(';'));
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = all.find('\n');
  const std::string_view line = all.substr(0, end);
  try_stamp(line);
  if (end == std::string_view::npos) return 0;
  const layout_request request = request_of(line);
  const robocache_test::memory_file file(data + end + 1, size - end - 1);
  try {
    const recording read = read_recording(file.path(), request);
    require(read.samples() > 0 && read.channels() > 0, "a recording without samples or channels");
    require(read.values.size() == read.samples() * read.channels(), "values are missing");
    require(read.lines.size() == read.samples(), "lines are missing");
    require(read.layout.names.size() == read.channels(), "names are missing");
  } catch (const input_error&) {
  }
  try {
    std::string description;
    (void)read_stamps(file.path(), request, description);
  } catch (const input_error&) {
  }
  return 0;
}
