// SPDX-License-Identifier: Apache-2.0
#include "plot_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

namespace recordings {
namespace {

void write_row(fmt::memory_buffer& text, double seconds, const double* row,
               const plot_panel& panel) {
  fmt::format_to(std::back_inserter(text), "{:.9f}", seconds);
  for (const std::size_t c : panel.channels) {
    fmt::format_to(std::back_inserter(text), " {:.9g}", row[c]);
  }
  text.push_back('\n');
}

}  // namespace

std::string plot_data(const plot_panel& panel, std::size_t p,
                      const std::vector<std::int64_t>& targets, std::int64_t first) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  const recording& source = panel.stream->source;
  const std::size_t channels = source.channels();
  fmt::format_to(out, "$s{} << EOD\n", p);
  for (std::size_t i = 0; i < source.samples(); ++i) {
    write_row(text, to_seconds(source.times[i] + source.offset - first),
              &source.values[i * channels], panel);
  }
  fmt::format_to(out, "EOD\n");

  // Targets may come in any order; lines are drawn in the order of time.
  std::vector<std::size_t> order(targets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return targets[a] < targets[b]; });
  const stream_result& result = *panel.stream;
  const auto is_ok = [&](std::size_t k) { return result.statuses[order[k]] == 0; };
  for (const bool ok : {true, false}) {
    fmt::format_to(out, "${}{} << EOD\n", ok ? 'r' : 'h', p);
    bool drawing = false;
    bool any = false;
    for (std::size_t k = 0; k < order.size(); ++k) {
      // The rows that are not OK reach to their neighbours that are: no hole between the two lines.
      const bool beside =
          !ok && ((k > 0 && !is_ok(k - 1)) || (k + 1 < order.size() && !is_ok(k + 1)));
      if (is_ok(k) == ok || beside) {
        write_row(text, to_seconds(targets[order[k]] - first), &result.values[order[k] * channels],
                  panel);
        any = drawing = true;
      } else if (drawing) {
        text.push_back('\n');  // an empty line ends a line drawn
        drawing = false;
      }
    }
    if (!any) {  // gnuplot refuses a block without data
      fmt::format_to(out, "NaN");
      for (std::size_t i = 0; i < panel.channels.size(); ++i) fmt::format_to(out, " NaN");
      text.push_back('\n');
    }
    fmt::format_to(out, "EOD\n");
  }
  return fmt::to_string(text);
}

}  // namespace recordings
