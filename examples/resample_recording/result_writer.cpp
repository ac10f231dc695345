// SPDX-License-Identifier: Apache-2.0
#include "result_writer.hpp"

#include "csv_text.hpp"
#include "files.hpp"
#include "report.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace recordings {
void write_result(const std::string& path, const stream_result& stream,
                  const std::vector<std::int64_t>& targets, scalar_kind scalar, bool with_status) {
  const recording& source = stream.source;
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
      const double value = stream.values[row * channels + c];
      fmt::format_to(out, ",{}", shortest_text(value, scalar));
    }
    if (with_status) fmt::format_to(out, ",{}", status_text(stream.statuses[row]));
    text.push_back('\n');
  }
  write_bytes(path, std::string_view(text.data(), text.size()));
}

}  // namespace recordings
