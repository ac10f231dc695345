// SPDX-License-Identifier: Apache-2.0
#include "recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace recordings {
namespace {

std::int64_t stamp_at(const text_table& table, const column_layout& layout, std::size_t row) {
  const std::string_view text = table.field(row, layout.time_column);
  if (const auto stamp = parse_stamp(text, layout.unit)) return *stamp;
  throw input_error(fmt::format(
      "{}:{}: time '{}' {}", table.path, table.lines[row], text,
      is_number(text) ? "is not finite or does not fit 64-bit nanoseconds" : "is not a number"));
}

std::string stem_of(const std::string& path) {
  return std::filesystem::path(path).stem().string();
}

/// Long labels keep their end, which tells recordings of one folder apart better than the start.
std::string shortened(const std::string& label) {
  constexpr std::size_t longest = 28;
  if (label.size() <= longest) return label;
  std::size_t cut = label.size() - longest + 1;
  const std::size_t word = label.find_first_of("_-. ", cut);
  if (word != std::string::npos && word + 1 < cut + longest / 2) cut = word + 1;
  return "~" + label.substr(cut);
}

}  // namespace

recording read_recording(const std::string& path, const layout_request& request) {
  const text_table table = read_text_table(path);
  recording result;
  result.path = path;
  result.label = shortened(stem_of(path));
  result.layout = find_layout(table, request);
  const column_layout& layout = result.layout;
  result.times.reserve(table.rows());
  result.values.reserve(table.rows() * layout.columns.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    result.times.push_back(stamp_at(table, layout, row));
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
      const std::string_view text = table.field(row, layout.columns[i]);
      double value = 0;
      if (!parse_number(text, value)) {
        throw input_error(fmt::format("{}:{}: {} '{}' is not a number", path, table.lines[row],
                                      layout.names[i], text));
      }
      result.values.push_back(value);
    }
  }
  result.lines = table.lines;
  return result;
}

std::vector<std::int64_t> read_stamps(const std::string& path, const layout_request& request,
                                      std::string& description) {
  const text_table table = read_text_table(path);
  const column_layout layout = find_time_layout(table, request);
  description = layout.description;
  std::vector<std::int64_t> stamps;
  stamps.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    stamps.push_back(stamp_at(table, layout, row));
  }
  return stamps;
}

void set_labels(std::vector<recording>& all) {
  if (all.size() < 2) return;
  const std::string first = stem_of(all.front().path);
  std::size_t common = first.size();
  for (const recording& r : all) {
    const std::string stem = stem_of(r.path);
    std::size_t i = 0;
    while (i < common && i < stem.size() && stem[i] == first[i]) ++i;
    common = i;
  }
  // Cut whole words only.
  const std::size_t word_end = first.substr(0, common).find_last_of("_-. ");
  const std::size_t cut = word_end == std::string::npos ? 0 : word_end + 1;
  for (recording& r : all) {
    const std::string stem = stem_of(r.path);
    r.label = shortened(stem.size() > cut ? stem.substr(cut) : stem);
  }
}

}  // namespace recordings
