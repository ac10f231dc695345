// SPDX-License-Identifier: Apache-2.0

#include "recording.hpp"

#include "checks.hpp"
#include "conditioning.hpp"
#include "quaternions.hpp"
#include "statistics.hpp"
#include "text_table.hpp"
#include "time_stamp.hpp"

#include <cmath>
#include <string>
#include <vector>

/// \file
/// What the examples read text files with, and how they put recordings right.

namespace {

using namespace checks;
using namespace recordings;

void test_stamps() {
  constexpr auto s = time_unit::seconds;
  CHECK(parse_stamp("1491561398.620000124", s) == 1491561398620000124);
  CHECK(parse_stamp("1491561398620000124", time_unit::nanoseconds) == 1491561398620000124);
  CHECK(parse_stamp("3.444671630859375000e-03", s) == 3444672);
  CHECK(parse_stamp("1e-9", s) == 1);
  CHECK(parse_stamp("4.9e-10", s) == 0);
  CHECK(parse_stamp("5e-10", s) == 1);
  CHECK(parse_stamp("-0.5", s) == -500000000);
  CHECK(parse_stamp("+2", time_unit::milliseconds) == 2000000);
  CHECK(parse_stamp(".25", time_unit::microseconds) == 250);
  CHECK(parse_stamp("1.7E9", s) == 1700000000000000000);
  CHECK(parse_stamp("0.9999999996", s) == 1000000000);
  CHECK(parse_stamp("9223372036.854775807", s) == 9223372036854775807);
  CHECK(!parse_stamp("9223372036.854775808", s));
  CHECK(!parse_stamp("9223372036.8547758075", s));
  for (const char* bad : {"", "-", ".", "e5", "1e", "1e+", "nan", "inf", "1.2.3", "12 ", "0x10"}) {
    CHECK(!parse_stamp(bad, s));
  }
  for (const char* text : {"1491561398.620000124", "-0.000000001", "0.000000000"}) {
    CHECK(format_stamp(*parse_stamp(text, s), s) == text);
  }
  CHECK(format_stamp(1234567, time_unit::microseconds) == "1234.567");
  CHECK(parse_duration("20ms") == 20000000);
  CHECK(parse_duration("-5 us") == -5000);
  CHECK(parse_duration("0.02") == 20000000);
  CHECK(!parse_duration("20 parsec"));
  CHECK(!parse_duration("ms"));
}

void test_reading() {
  {
    const temporary_file file(
        "\xef\xbb\xbf\"time [ms]\"; \"a, b\" ;c\r\n0;1;2\r\n\r\n10;;+3.5\r\n");
    const recording r = read_recording(file.path(), {});
    CHECK(r.layout.unit == time_unit::milliseconds);
    CHECK((r.layout.names == std::vector<std::string>{"a, b", "c"}));
    CHECK((r.times == std::vector<std::int64_t>{0, 10000000}));
    CHECK(r.values[1] == 2 && std::isnan(r.values[2]) && r.values[3] == 3.5);
    CHECK((r.lines == std::vector<int>{2, 4}));
  }
  {
    const temporary_file file("# made by\n# timestamp tx ty tz qx qy qz qw\n1.5  1 2 3  0 0 0 1\n");
    const recording r = read_recording(file.path(), {});
    CHECK(r.layout.is_pose && r.layout.time_name == "timestamp" && r.layout.names[6] == "qw");
  }
  {
    const temporary_file file(
        "1700000000.1, 1,2,3, 0,0,0.6,0.8\n1700000000.2, 1,2,3, 0,0,-0.6,-0.8");
    const recording r = read_recording(file.path(), {});
    CHECK(r.layout.is_pose && r.layout.names[3] == "q_x" && r.samples() == 2);
  }
  {
    const temporary_file file("a.png 1700000000100 7\nb.png 1700000000200 8\n");
    layout_request request;
    request.time_column = "1";
    const recording r = read_recording(file.path(), request);
    CHECK(r.layout.unit == time_unit::milliseconds && r.channels() == 1 && r.values[1] == 8);
  }
  const auto message = [](const char* content, const layout_request& request = {}) {
    const temporary_file file(content);
    const std::string text = error_of([&] { read_recording(file.path(), request); });
    const std::size_t start = text.find(".csv:");
    return start == std::string::npos ? text : text.substr(start + 5);
  };
  CHECK(message("t,a\n0,1\n1\n") == "3: 1 column, expected 2");
  CHECK(message("t,a\n0,1\n1,2,3\n") == "3: 3 columns, expected 2");
  CHECK(message("t,a\n0,1\n#x\n1,x\n2,3\n") == "4: a 'x' is not a number");
  CHECK(message("t,a\n0,1\nx,1\n") == "3: time 'x' is not a number");
  CHECK(message("t,a\n0,1\ninf,1\n").find("3: time 'inf' is not finite") == 0);
  CHECK(message("t,a\n") == "1: no samples after the header");
  CHECK(message("t,a\n0,\"1\n") == "2: a quote is not closed");
  CHECK(message("0\n1\n").find("1: no numeric column") == 0);
  CHECK(message("") != "");
  layout_request wrong;
  wrong.columns = {"z"};
  CHECK(message("t,a\n0,1\n", wrong).find(" no column 'z'") == 0);
}

recording make_recording(const std::vector<std::int64_t>& times, std::vector<double> values) {
  recording r;
  r.path = "made.csv";
  r.times = times;
  r.values = std::move(values);
  for (std::size_t i = 0; i < times.size(); ++i) r.lines.push_back(static_cast<int>(i) + 1);
  for (std::size_t c = 0; c < r.values.size() / times.size(); ++c) {
    r.layout.columns.push_back(c + 1);
    r.layout.names.push_back("c" + std::to_string(c));
  }
  return r;
}

void test_conditioning() {
  const std::vector<std::int64_t> times{10, 30, 20, 30, 40};
  recording r = make_recording(times, {1, 2, 3, 4, 5});
  const condition_report sorted = condition(r, unsorted_policy::sort);
  CHECK(sorted.backward == 1 && sorted.largest_backward == 10 && sorted.duplicates == 1);
  CHECK((r.times == std::vector<std::int64_t>{10, 20, 30, 30, 40}));
  CHECK((r.values == std::vector<double>{1, 3, 2, 4, 5}));  // stable: 4 after 2

  r = make_recording(times, {1, 2, 3, 4, 5});
  const condition_report dropped = condition(r, unsorted_policy::drop);
  CHECK(dropped.dropped == 1 && (r.values == std::vector<double>{1, 2, 4, 5}));

  r = make_recording(times, {1, 2, 3, 4, 5});
  CHECK(error_of([&] { condition(r, unsorted_policy::error); }).find("made.csv:3:") == 0);

  r = make_recording({1, 2, 3}, {1, NAN, INFINITY, NAN, 5, 6});
  const condition_report broken = condition(r, unsorted_policy::sort);
  CHECK(broken.non_finite == 3 && broken.non_finite_rows == 2);
}

void test_quaternions() {
  using names = std::vector<std::string>;
  // "3 wxyz": the first channel and the order of the only quaternion found
  const auto found = [](const names& channels) -> std::string {
    const std::vector<quaternion_columns> all = find_quaternions(channels);
    if (all.size() != 1) return "";
    return std::to_string(all[0].first) +
           (all[0].order == quaternion_order::xyzw ? " xyzw" : " wxyz");
  };
  CHECK(found({"x", "y", "z", "q_x", "q_y", "q_z", "q_w"}) == "3 xyzw");
  CHECK(found({"qw", "qx", "qy", "qz"}) == "0 wxyz");
  CHECK(found({"q[0]", "q[1]", "q[2]", "q[3]", "v"}) == "0 wxyz");
  CHECK(found({"pose.orientation.x", "pose.orientation.y", "pose.orientation.z",
               "pose.orientation.w"}) == "0 xyzw");
  CHECK(found({"acc_x", "acc_y", "acc_z", "acc_w"}).empty());
  CHECK(found({"freq0", "freq1", "freq2", "freq3"}).empty());

  const double n = NAN;
  const quaternion_columns q;
  std::vector<double> values{0, 0, 0, 1, 0, 0, 0, -1, n, n, n, n, 0, 0, 0.6, -0.8, 0, 0, 0, 1};
  CHECK(count_sign_flips(values, 4, q) == 2);
  align_hemispheres(values, 4, q);
  CHECK(count_sign_flips(values, 4, q) == 0);
  CHECK(values[7] == 1 && values[15] == 0.8 && values[14] == -0.6 && values[19] == 1);
  double row[]{7, 0, 0, 3, 4};
  normalise(row, {1, quaternion_order::xyzw});
  CHECK(row[0] == 7 && row[3] == 0.6 && row[4] == 0.8);
  double zero[]{0, 0, 0, 0};
  normalise(zero, q);
  CHECK(zero[3] == 0);
}

void test_statistics() {
  const std::vector<std::int64_t> times{0, 10, 20, 20, 30, 100};
  const interval_statistics s = measure_intervals(times, 5, std::nullopt);
  CHECK(s.median == 10 && s.deviation == 0 && s.gap_threshold == 30);
  CHECK(s.gaps.size() == 1 && s.gaps[0].from == 35 && s.gaps[0].to == 105 && s.largest_gap == 70);
  CHECK(measure_intervals(times, 0, 70).gaps.empty());  // exactly max_gap is no gap
  CHECK(measure_intervals({3}, 0, std::nullopt).rate == 0);
}

}  // namespace

int main() {
  test_stamps();
  test_reading();
  test_conditioning();
  test_quaternions();
  test_statistics();
  return checks::outcome();
}
