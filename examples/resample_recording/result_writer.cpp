// SPDX-License-Identifier: Apache-2.0
#include "result_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace recordings {
namespace {

/// A name that holds a comma is quoted.
std::string csv_name(const std::string& name) {
  return name.find(',') == std::string::npos ? name : "\"" + name + "\"";
}

}  // namespace

std::string status_text(std::uint8_t status) {
  using robocache::row_status;
  constexpr std::array<std::pair<std::uint8_t, const char*>, 7> names{
      {{row_status::before, "BEFORE"},
       {row_status::after, "AFTER"},
       {row_status::gap, "GAP"},
       {row_status::stale, "STALE"},
       {row_status::not_finite, "NOT_FINITE"},
       {row_status::empty, "EMPTY"},
       {row_status::unsorted, "UNSORTED"}}};
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((status & bit) == 0) continue;
    if (!text.empty()) text += '|';
    text += name;
  }
  return text.empty() ? "OK" : text;
}

void write_result(const std::string& path, const recording& source,
                  const std::vector<std::int64_t>& targets, const resample_outcome& outcome,
                  scalar_kind scalar, bool with_status) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{}", csv_name(source.layout.time_name));
  for (const std::string& name : source.layout.names) fmt::format_to(out, ",{}", csv_name(name));
  if (with_status) fmt::format_to(out, ",status");
  text.push_back('\n');
  const std::size_t channels = source.channels();
  for (std::size_t row = 0; row < targets.size(); ++row) {
    fmt::format_to(out, "{}", format_stamp(targets[row], source.layout.unit));
    for (std::size_t c = 0; c < channels; ++c) {
      const double value = outcome.values[row * channels + c];
      if (scalar == scalar_kind::f64) {
        fmt::format_to(out, ",{}", value);
      } else {
        fmt::format_to(out, ",{}", static_cast<float>(value));
      }
    }
    if (with_status) fmt::format_to(out, ",{}", status_text(outcome.statuses[row]));
    text.push_back('\n');
  }
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.flush()) throw input_error(fmt::format("{}: cannot be written", path));
}

}  // namespace recordings
