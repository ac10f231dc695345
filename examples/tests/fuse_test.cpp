// SPDX-License-Identifier: Apache-2.0

#include "channel_modes.hpp"
#include "checks.hpp"
#include "npy.hpp"
#include "stream_spec.hpp"
#include "targets.hpp"

#include <string>
#include <vector>

/// \file
/// The parts of fuse_recording: what a stream's text means, channel groups, targets, NPY.

namespace {

using namespace checks;
using namespace recordings;
using robocache::channel_mode;

void test_stream_texts() {
  const stream_spec plain = parse_stream("arm.csv", {});
  CHECK(plain.name.empty() && plain.path == "arm.csv");
  CHECK(plain.options.max_gap == max_gap_choice::automatic);

  const stream_spec spec = parse_stream(
      "imu=a:b/flight.ulg:topic=sensor_combined:instance=1:fields=gyro_rad,temp:offset=-12ms:"
      "interpolation=previous:tolerance=20ms:max-gap=0.5:gap-policy=nan:wxyz=q:fill=-1",
      {});
  CHECK(spec.name == "imu" && spec.path == "a:b/flight.ulg");
  CHECK(spec.options.topic == "sensor_combined" && spec.options.instance == 1);
  CHECK((spec.options.layout.columns == std::vector<std::string>{"gyro_rad", "temp"}));
  CHECK(spec.options.policy.offset == -12000000 && spec.options.policy.tolerance == 20000000);
  CHECK(spec.options.policy.interpolation == robocache::interpolation::previous);
  CHECK(spec.options.policy.max_gap == 500000000 && spec.options.policy.fill_value == -1);
  CHECK(spec.options.policy.gap == robocache::gap_policy::nan);
  CHECK(spec.options.modes.size() == 1 && spec.options.modes[0].mode == channel_mode::slerp_wxyz);

  stream_options defaults;
  defaults.policy.tolerance = 7;
  CHECK(parse_stream("a.csv:offset=1", defaults).options.policy.tolerance == 7);
  CHECK(parse_stream("a.csv:tolerance=1", defaults).options.policy.tolerance == 1000000000);

  const auto message = [](const char* text) { return error_of([&] { parse_stream(text, {}); }); };
  CHECK(message("imu=a.csv:tolerance=soon") ==
        "stream 'imu': tolerance: 'soon' is not a duration such as 0.02, 20ms or 500us");
  CHECK(message("a.csv:tolerance=-1ms") == "stream 'a.csv': tolerance: -1ms is negative");
  CHECK(message("imu=a.csv:interpolation=cubic") ==
        "stream 'imu': interpolation: 'cubic' is not one of linear|nearest|previous|next");
  CHECK(message("imu=a.csv:colour=red").find("stream 'imu': no option 'colour', there are: ") == 0);
  CHECK(message("imu=a.csv:instance=x") == "stream 'imu': instance: 'x' is not a number from 0");
  CHECK(message("imu=a.csv:extrapolation=linear") ==
        "stream 'imu': extrapolation=linear needs horizon, how far it may go");
  CHECK(message("imu=:topic=x").find("which file?") != std::string::npos);
}

recording named(const std::vector<std::string>& names) {
  recording r;
  r.layout.names = names;
  r.layout.columns.resize(names.size());
  r.quaternions = find_quaternions(names);
  return r;
}

/// "linear, slerp xyzw @3+4": the modes in words and each group's place.
std::string groups_of(const std::vector<std::string>& names, const std::string& options) {
  recording r = named(names);
  const stream_spec spec = parse_stream("s=f.csv" + options, {});
  const robocache::channel_groups groups = find_groups(r, spec);
  std::string text = describe(groups, r, spec.options.policy.interpolation);
  for (int g = 0; g < groups.count; ++g) {
    text +=
        " @" + std::to_string(groups.group[g].first) + "+" + std::to_string(groups.group[g].count);
  }
  return text;
}

void test_channel_groups() {
  const std::vector<std::string> pose{"x", "y", "z", "q_x", "q_y", "q_z", "q_w"};
  CHECK(groups_of(pose, "") == "linear, slerp xyzw @3+4");
  CHECK(groups_of(pose, ":interpolation=previous") == "previous");
  CHECK(groups_of(pose, ":linear=q_x,q_y,q_z,q_w") == "linear @3+4");
  CHECK(groups_of(pose, ":previous=x:next=z") ==
        "linear, next, previous, slerp xyzw @0+1 @2+1 @3+4");
  const std::vector<std::string> px4{"q[0]", "q[1]", "q[2]", "q[3]", "a", "b", "c"};
  CHECK(groups_of(px4, "") == "linear, slerp wxyz @0+4");
  CHECK(groups_of(px4, ":xyzw=q:rotation-vector=a,b,c") == "rotation vector, slerp xyzw @0+4 @4+3");
  CHECK(groups_of({"yaw [rad]", "v"}, ":angle=yaw") == "angle, linear @0+1");
  CHECK(groups_of({"heading", "yaw", "v"}, ":degrees=heading:angle=yaw") ==
        "angle, degrees, linear @0+1 @1+1");

  const auto message = [&](const std::string& options) {
    return error_of([&] { groups_of(pose, options); });
  };
  CHECK(message(":xyzw=q") ==
        "stream 's': xyzw: no channel 'q', there are: x, y, z, q_x, q_y, q_z, "
        "q_w");
  CHECK(message(":xyzw=x,y,z").find("stream 's': xyzw: a rotation is 4 neighbouring") == 0);
  CHECK(message(":xyzw=q_w,q_x,q_y,q_z").find("a rotation is 4 neighbouring") != std::string::npos);
  CHECK(message(":angle=x:next=x") == "stream 's': next: x is told twice");
}

stream_result stamped(const char* name, const std::vector<std::int64_t>& times,
                      std::int64_t offset) {
  stream_result result;
  result.source.label = name;
  result.source.times = times;
  result.source.offset = offset;
  return result;
}

void test_targets() {
  std::vector<stream_result> streams;
  streams.push_back(stamped("a", {0, 10, 10, 20}, 5));
  streams.push_back(stamped("b", {8, 30}, 0));
  program_options options;
  const time_span overlap = target_span(streams, options);
  CHECK(overlap.first == 8 && overlap.last == 25);
  CHECK((stamps_within(streams[0].source, overlap) == std::vector<std::int64_t>{15, 25}));
  options.span = span_choice::all;
  const time_span all = target_span(streams, options);
  CHECK(all.first == 5 && all.last == 30);
  options.start = time_point{2, true};
  CHECK(target_span(streams, options).first == 7);

  streams.push_back(stamped("c", {100, 200}, 0));
  CHECK(error_of([&] {
          target_span(streams, {});
        }).find("the streams share no time: 'a' ends at 0.000000025 s, 'c' starts at") == 0);
}

void test_npy() {
  const std::string file = npy_file("<f4", {2, 3}, std::string(24, 'x'));
  CHECK(file.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t header = static_cast<unsigned char>(file[8]);
  CHECK((10 + header) % 64 == 0 && file.size() == 10 + header + 24 && file[9 + header] == '\n');
  CHECK(file.find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, ), }") == 10);
  CHECK(npy_file("|u1", {5}, "abcde").find("'shape': (5, )") != std::string::npos);
  std::string data;
  append_little_endian(data, 0x0102030405060708, 4);
  CHECK(data == "\x08\x07\x06\x05");
}

}  // namespace

int main() {
  test_stream_texts();
  test_channel_groups();
  test_targets();
  test_npy();
  return checks::outcome();
}
