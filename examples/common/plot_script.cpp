// SPDX-License-Identifier: Apache-2.0
#include "gnuplot.hpp"
#include "plot.hpp"
#include "plot_data.hpp"
#include "plot_panels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

namespace recordings {
namespace {

// Told apart also by people who see few colours (Okabe and Ito's palette, without yellow).
constexpr std::array<const char*, 6> colors{"#0072b2", "#d55e00", "#009e73",
                                            "#cc79a7", "#56b4e9", "#7f6000"};
constexpr const char* gap_color = "#f6d9a8";
constexpr const char* outside_color = "#e4e4e4";

// The same, mixed with white: recorded samples lie under the curve of their channel.
constexpr std::array<const char*, 6> light_colors{"#8fc3e3", "#f2b48c", "#8cd3bd",
                                                  "#e8c3d8", "#b8dff6", "#c9b98a"};

/// The next of 1, 2, 5, 10, ... (and the same below 1) that is no smaller.
double tick_step(double least) {
  if (!(least > 0)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least) return factor * power;
  }
  return 10 * power;
}

class script_writer {
 public:
  explicit script_writer(const plot_request& request)
      : request_(request), panels_(choose_panels(request.streams, request.columns)) {
    for (const stream_result& s : request.streams) {
      first_ = std::min(first_, s.source.first_time());
      last_ = std::max(last_, s.source.last_time());
    }
    if (!request.targets.empty()) {
      const auto [low, high] = std::minmax_element(request.targets.begin(), request.targets.end());
      // Only the span of the targets, when --start and --end choose a part of the recordings.
      first_ = std::max(first_, *low - (*high - *low) / 10);
      last_ = std::min(last_, *high + (*high - *low) / 10);
      if (last_ <= first_) first_ = *low, last_ = *high;
    }
    detail_ = choose_detail(panels_, {first_, last_});
  }

  std::string write() {
    write_terminal();
    for (std::size_t p = 0; p < panels_.size(); ++p) {
      text_.append(plot_data(panels_[p], p, request_.targets, first_));
    }
    write_legend();
    for (std::size_t p = 0; p < panels_.size(); ++p) {
      write_panel(p, false);
      if (detail_) write_panel(p, true);
    }
    add("unset multiplot\n");
    return std::string(text_.data(), text_.size());
  }

 private:
  template <class... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
  }

  double seconds(std::int64_t t) const { return to_seconds(t - first_); }

  /// Pixels: a head for the legend, the panels, a foot for the axis.
  static constexpr double head = 62, foot = 22;
  double panel_height() const { return panels_.size() <= 2 ? 300 : 230; }
  double height() const {
    return head + foot + panel_height() * static_cast<double>(panels_.size());
  }

  void write_terminal() {
    add("{}set multiplot\n", gnuplot_terminal(request_.path, 1500, height()));
    add("set tics nomirror out scale 0.6\nset border 3 lc rgb '#606060'\n"
        "set grid lc rgb '#d8d8d8' lt 1 lw 0.5\nset datafile missing '?'\n");
  }

  /// One legend for all panels, in a plot of its own that shows nothing else.
  void write_legend() {
    const double bottom = 1 - 30 / height();
    add("set lmargin at screen 0.06\nset rmargin at screen 0.985\n"
        "set tmargin at screen {:.4f}\nset bmargin at screen {:.4f}\n",
        1 - 4 / height(), bottom);
    std::string entries =
        "plot NaN with points pt 6 ps 1.3 lw 1.4 lc rgb '#404040' title 'recorded', "
        "NaN with linespoints pt 7 ps 0.5 lw 1.6 lc rgb '#404040' title " +
        gnuplot_quoted(request_.curve_name);
    bool any_gap = false;
    bool any_outside = false;
    bool any_not_ok = false;
    for (const plot_panel& panel : panels_) {
      const status_counts counts = count_statuses(panel.stream->statuses);
      const recording& source = panel.stream->source;
      for (const gap& g : panel.stream->intervals.gaps) {
        any_gap = any_gap || (g.from < last_ && g.to > first_);
      }
      any_outside = any_outside || is_visible(source.first_time() - first_) ||
                    is_visible(last_ - source.last_time());
      any_not_ok = any_not_ok || counts.ok < static_cast<std::int64_t>(request_.targets.size());
    }
    if (any_not_ok) {
      entries += ", NaN with lines lw 1.5 dt 3 lc rgb '#404040' title 'status not OK'";
    }
    if (any_gap)
      entries +=
          fmt::format(", NaN with boxes fs solid noborder fc rgb '{}' title 'gap'", gap_color);
    if (any_outside) {
      entries += fmt::format(", NaN with boxes fs solid noborder fc rgb '{}' title 'no data'",
                             outside_color);
    }
    if (detail_ && request_.mark_targets) {
      entries += ", NaN with lines lw 1 dt 2 lc rgb '#909090' title 'target'";
    }
    add("unset border\nunset tics\nunset grid\nset xrange [0:1]\nset yrange [0:1]\n"
        "set key center center horizontal maxrows 1 Left reverse samplen 2 width 0 font ',11'\n"
        "{}\n",
        entries);
    add("set border 3 lc rgb '#606060'\nset tics nomirror out scale 0.6\n"
        "set grid lc rgb '#d8d8d8' lt 1 lw 0.5\n");
  }

  /// The lowest and highest finite value drawn.
  std::pair<double, double> value_range(const plot_panel& panel, double from, double to) const {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    const recording& source = panel.stream->source;
    const auto take = [&](const double* row, std::int64_t t) {
      if (seconds(t) < from || seconds(t) > to) return;
      for (const std::size_t c : panel.channels) {
        if (!std::isfinite(row[c])) continue;
        low = std::min(low, row[c]);
        high = std::max(high, row[c]);
      }
    };
    for (std::size_t i = 0; i < source.samples(); ++i) {
      take(&source.values[i * source.channels()], source.times[i] + source.offset);
    }
    for (std::size_t i = 0; i < request_.targets.size(); ++i) {
      take(&panel.stream->values[i * source.channels()], request_.targets[i]);
    }
    if (!(low <= high)) return {-1, 1};
    const double span = high - low;
    // The room above is for the gaps' labels.
    return span > 0 ? std::pair(low - 0.07 * span, high + 0.16 * span)
                    : std::pair(low - 1, high + 1);
  }

  /// Whether a duration is wide enough in the whole picture to be seen.
  bool is_visible(std::int64_t duration) const {
    return static_cast<double>(duration) > 0.001 * static_cast<double>(last_ - first_);
  }

  void shade(int& object, double from, double to, const char* color) {
    add("set object {} rectangle from first {:.9f}, graph 0 to first {:.9f}, graph 1 behind "
        "fc rgb '{}' fs solid noborder\n",
        ++object, from, to, color);
  }

  void write_marks(const plot_panel& panel, double from, double to) {
    int object = 0;
    int label = 0;
    add("unset object\nunset label\nunset arrow\n");
    const recording& source = panel.stream->source;
    const double begin = seconds(source.first_time());
    const double end = seconds(source.last_time());
    if (begin > from) shade(object, from, std::min(begin, to), outside_color);
    if (end < to) shade(object, std::max(end, from), to, outside_color);
    for (const gap& g : panel.stream->intervals.gaps) {
      const double a = std::max(from, seconds(g.from));
      const double b = std::min(to, seconds(g.to));
      if (b <= a) continue;
      // At least a hair's width, or a short gap would not be seen.
      const double hair = std::max(0.0, 0.0015 * (to - from) - (b - a)) / 2;
      shade(object, a - hair, b + hair, gap_color);
      const bool is_longest = g.to - g.from == panel.stream->intervals.largest_gap;
      if (b - a < (is_longest ? 0.02 : 0.065) * (to - from)) continue;
      add("set label {} {} at first {:.9f}, graph 0.94 center font ',9' tc rgb '#8a5a00' front\n",
          ++label, gnuplot_quoted("gap " + format_duration(static_cast<double>(g.to - g.from))),
          (a + b) / 2);
    }
  }

  /// The same lines in every panel: what is aligned with what.
  void write_target_lines(double from, double to) {
    constexpr std::ptrdiff_t most = 80;
    const auto is_shown = [&](std::int64_t t) { return seconds(t) >= from && seconds(t) <= to; };
    if (std::count_if(request_.targets.begin(), request_.targets.end(), is_shown) > most) return;
    for (const std::int64_t t : request_.targets) {
      if (!is_shown(t)) continue;
      add("set arrow from first {0:.9f}, graph 0 to first {0:.9f}, graph 1 nohead back "
          "lc rgb '#a0a0a0' lw 0.6 dt 2\n",
          seconds(t));
    }
  }

  void write_panel(std::size_t p, bool enlarged) {
    plot_panel panel = panels_[p];
    const std::size_t enlarged_channel = enlarged ? most_moving(panel, *detail_) : 0;
    if (enlarged) {
      panel.channels = {panel.channels[enlarged_channel]};
      panel.names = {panel.names[enlarged_channel]};
    }
    const bool lowest = p + 1 == panels_.size();
    const double total = height();
    const double top = 1 - (head + panel_height() * static_cast<double>(p)) / total;
    const double bottom = 1 - (head + panel_height() * static_cast<double>(p + 1) - 58) / total;
    const double from = enlarged ? seconds(detail_->from) : 0;
    const double to = enlarged ? seconds(detail_->to) : to_seconds(last_ - first_);
    const double left = enlarged ? 0.735 : 0.062;
    const double right = enlarged || !detail_ ? 0.985 : 0.69;
    add("set lmargin at screen {}\nset rmargin at screen {}\nset tmargin at screen {:.4f}\n"
        "set bmargin at screen {:.4f}\n",
        left, right, top, bottom);
    add("set xrange [{:.9f}:{:.9f}]\n", from, to > from ? to : from + 1);
    const auto [low, high] = value_range(panel, from, to);
    add("set yrange [{:.9g}:{:.9g}]\n", low, high);
    add("set ytics nomirror autofreq\nset format y '%g'\nset xtics nomirror {:.9g}\n",
        tick_step((to - from) / (enlarged ? 5 : 9)));
    add("unset xlabel\nunset ylabel\nunset key\n");
    if (lowest) {
      add("set xlabel {} offset 0, 0.3\n",
          gnuplot_quoted(enlarged      ? "time [s]"
                         : first_ == 0 ? "time [s]"
                                       : "time [s] since " + short_stamp(first_)));
    }
    write_marks(panel, from, to);
    if (enlarged && request_.mark_targets) write_target_lines(from, to);
    add("set label 1000 {} at graph 0, graph 1.07 left noenhanced font ',12'\n",
        gnuplot_quoted(enlarged ? panel.names[0] + ", enlarged" : panel.title));
    if (!enlarged) {
      add("set ylabel {} noenhanced\n", gnuplot_quoted(panel.axis));
      add("set key at graph 1, graph 1.12 right top horizontal Right noreverse noenhanced "
          "samplen 1.6 width 1 "
          "font ',11'\n");
      if (detail_) {  // where the enlarged part is
        add("set object 2000 rectangle from first {:.9f}, graph 0 to first {:.9f}, graph 1 front "
            "fs empty border lc rgb '#606060' lw 1\n",
            seconds(detail_->from), seconds(detail_->to));
      }
    }
    if (enlarged) {
      write_curves(p, enlarged_channel, enlarged_channel + 1, true, false);
    } else {
      write_curves(p, 0, panel.channels.size(), !detail_, true);
    }
  }

  /// Channels [first, last) of panel p; `large`: so few samples that each is shown.
  void write_curves(std::size_t p, std::size_t first, std::size_t last, bool large, bool titles) {
    std::string curves;
    for (std::size_t i = first; i < last; ++i) {
      const char* const color = colors[i % colors.size()];
      const std::size_t column = i + 2;
      curves += curves.empty() ? "plot " : ", \\\n  ";
      curves += fmt::format("$s{} using 1:{} with points pt 6 ps {} lw {} lc rgb '{}' notitle", p,
                            column, large ? 1.3 : 0.45, large ? 1.4 : 1.0,
                            large ? color : light_colors[i % colors.size()]);
      curves += fmt::format(", \\\n  $r{} using 1:{} with {} lc rgb '{}' {}", p, column,
                            large ? "linespoints pt 7 ps 0.5 lw 1.6" : "lines lw 1.2", color,
                            titles ? "title " + gnuplot_quoted(panels_[p].names[i]) : "notitle");
      curves += fmt::format(", \\\n  $h{} using 1:{} with lines lw 1.5 dt 3 lc rgb '{}' notitle", p,
                            column, color);
    }
    add("{}\n", curves);
  }

  /// "1491561398.46 s": without the zeros at the end.
  static std::string short_stamp(std::int64_t t) {
    std::string text = format_stamp(t, time_unit::seconds);
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text + " s";
  }

  const plot_request& request_;
  std::vector<plot_panel> panels_;
  std::optional<gap> detail_;
  std::int64_t first_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_ = std::numeric_limits<std::int64_t>::min();
  fmt::memory_buffer text_;
};

}  // namespace

std::string plot_script(const plot_request& request) {
  return script_writer(request).write();
}

}  // namespace recordings
