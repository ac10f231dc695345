// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/point_cloud2.hpp>
#include <robocache/voxelize.hpp>

#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "cloud.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

// Messages like those of ROS 1 and 2, and what must not be believed of them.

using robocache::point_cloud2_at;
using robocache::point_cloud2_features;
using robocache::point_cloud2_field;
using robocache::point_cloud2_points;
using robocache::point_cloud2_size;
using robocache::point_cloud2_times;
using robocache::tensor_view;
using robocache::unpack_point_cloud2;
using robocache::unpack_point_cloud2_times;
using robocache_test::cloud_message;
using robocache_test::cloud_shape;
using robocache_test::known_cloud;
using robocache_test::put_bytes;
using robocache_test::random_cloud;
using robocache_test::scalar_kind;

namespace {

template <class To, class From>
To copy_bits(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

/// Velodyne's points: 22 bytes, x y z intensity as float, ring as u16, time as float.
cloud_message velodyne(std::uint32_t points) {
  cloud_message message;
  message.width = points;
  message.fields = {{"x", 0, 7, 1},          {"y", 4, 7, 1},     {"z", 8, 7, 1},
                    {"intensity", 12, 7, 1}, {"ring", 16, 4, 1}, {"time", 18, 7, 1}};
  message.point_step = 22;
  message.row_step = 22 * points;
  message.data.resize(22 * points);
  for (std::uint32_t i = 0; i < points; ++i) {
    for (std::uint32_t f = 0; f < 6; ++f) {
      const float value = static_cast<float>(10 * f) + 0.25f * static_cast<float>(i);
      std::uint8_t* const at = &message.data[22 * i + message.fields[f].offset];
      if (f == 4) {
        put_bytes(at, 100 + i, 2, false);
      } else {
        put_bytes(at, copy_bits<std::uint32_t>(value), 4, false);
      }
    }
  }
  return message;
}

template <class Out>
constexpr scalar_kind kind_of = std::is_same_v<Out, double>               ? scalar_kind::f64
                                : std::is_same_v<Out, float>              ? scalar_kind::f32
                                : std::is_same_v<Out, robocache::float16> ? scalar_kind::f16
                                                                          : scalar_kind::bf16;

template <class Out>
void check_unpacked(const known_cloud& cloud) {
  using bits =
      std::conditional_t<sizeof(Out) == 8, std::uint64_t,
                         std::conditional_t<sizeof(Out) == 4, std::uint32_t, std::uint16_t>>;
  const auto points = static_cast<std::size_t>(point_cloud2_size(cloud.message));
  const std::size_t fields = cloud.message.fields.size();
  // Between the elements there is room that must stay as it is.
  const std::size_t row = 2 * fields + 1;
  std::vector<bits> output(points * row + 1, bits{0x1234});
  const robocache::status done =
      unpack_point_cloud2(cloud.message, cloud.names(),
                          tensor_view(reinterpret_cast<Out*>(output.data() + 1), {points, fields},
                                      {row, std::size_t{2}}),
                          robocache::cpu);
  CHECK(std::string(done.message()) == "");
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const std::size_t point = (i - 1) / row;
    const std::size_t field = (i - 1) % row / 2;
    if (i == 0 || (i - 1) % row % 2 == 1 || field == fields) {
      wrong += output[i] != 0x1234;
      continue;
    }
    const int datatype = cloud.message.fields[field].datatype;
    const double number = cloud.numbers[field][point];
    const bool same_type =
        (datatype == 7 && sizeof(Out) == 4) || (datatype == 8 && sizeof(Out) == 8);
    if (same_type && std::isnan(number)) {  // to the bit; the double has lost which
      wrong += !robocache_test::is_nan_bits(kind_of<Out>, output[i]);
    } else {
      wrong += output[i] != robocache_test::encode(kind_of<Out>, number);
    }
  }
  CHECK(wrong == 0);
}

std::string points_refused(const cloud_message& message) {
  robocache::point_view<float> points;
  const robocache::status done = point_cloud2_points(message, points);
  CHECK(points.data == nullptr);
  return done.message();
}

/// That all functions say the same of a message that makes no sense.
void check_all_refuse(const cloud_message& message, const std::string& what) {
  CHECK(points_refused(message) == "point_cloud2_points: " + what);
  robocache::feature_view<float> features;
  CHECK(std::string(point_cloud2_features(message, {"x"}, features).message()) ==
        "point_cloud2_features: " + what);
  CHECK(features.channels == 0);
  tensor_view<const float, 1> times;
  CHECK(std::string(point_cloud2_times(message, "x", times).message()) ==
        "point_cloud2_times: " + what);
  float untouched = 7;
  CHECK(std::string(
            unpack_point_cloud2(message, {"x"}, tensor_view(&untouched, {1, 1}), robocache::cpu)
                .message()) == "unpack_point_cloud2: " + what);
  CHECK(std::string(
            unpack_point_cloud2_times(message, "x", tensor_view(&untouched, {1}), robocache::cpu)
                .message()) == "unpack_point_cloud2_times: " + what);
  CHECK(untouched == 7);
}

robocache::status mean_intensities(const std::vector<std::uint8_t>& bytes, std::uint32_t points,
                                   float* means, robocache::workspace memory) {
  // [snippet:point_cloud2]
  // A driver's bytes: x, y, z, intensity as float and ring as u16, 18 for each point.
  using field = robocache::point_cloud2_field;
  const field fields[] = {
      {"x", 0}, {"y", 4}, {"z", 8}, {"intensity", 12}, {"ring", 16, field::uint16}};
  robocache::point_cloud2 cloud;  // or a sensor_msgs::msg::PointCloud2, which owns its bytes
  cloud.width = points;
  cloud.fields = fields;
  cloud.point_step = 18;
  cloud.row_step = 18 * points;
  cloud.data = bytes;

  robocache::point_view<float> xyz;
  robocache::feature_view<float> intensity;
  if (auto s = point_cloud2_points(cloud, xyz); !s.ok()) return s;
  if (auto s = point_cloud2_features(cloud, {"intensity"}, intensity); !s.ok()) return s;
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {0.5f, 0.5f, 0.5f}, {4, 4, 2}};  // x, y, z
  return robocache::voxelize<robocache::reduction::mean>(
      xyz, intensity, grid, tensor_view(means, {2, 4, 4, 1}), memory, robocache::cpu);
  // [/snippet:point_cloud2]
}

robocache::status voxelize_unpacked(const cloud_message& cloud,
                                    const robocache::voxel_grid<float>& grid,
                                    const tensor_view<float, 4>& means,
                                    robocache::workspace memory) {
  // [snippet:unpack]
  const std::int64_t n = point_cloud2_size(cloud);
  std::vector<float> numbers(static_cast<std::size_t>(4 * n));  // [N][x y z intensity]
  const robocache::status unpacked =
      unpack_point_cloud2(cloud, {"x", "y", "z", "intensity"}, tensor_view(numbers.data(), {n, 4}),
                          robocache::cpu);  // or a CUDA stream
  if (!unpacked.ok()) return unpacked;
  return robocache::voxelize<robocache::reduction::mean>(
      robocache::points_of(tensor_view(numbers.data(), {n, 3}, {4, 1})),
      robocache::features_of(tensor_view(numbers.data() + 3, {n, 1}, {4, 1})), grid, means, memory,
      robocache::cpu);
  // [/snippet:unpack]
}

}  // namespace

TEST_CASE("from a driver's bytes to voxels", "[interop][cloud]") {
  std::vector<std::uint8_t> bytes(2 * 18);
  const float points[2][4] = {{0.1f, 0.2f, 0.3f, 10}, {0.2f, 0.3f, 0.4f, 20}};
  for (std::size_t i = 0; i < 2; ++i) std::memcpy(&bytes[18 * i], points[i], 16);
  std::vector<float> means(32, 7.0f);
  std::vector<std::uint64_t> memory(64);
  const robocache::workspace space{memory.data(), 8 * memory.size()};
  CHECK(mean_intensities(bytes, 2, means.data(), space).ok());
  CHECK(means[0] == 15);
  CHECK(means[1] == 0);
  CHECK(
      std::string(mean_intensities(bytes, 3, means.data(), space).message()) ==
      "point_cloud2_points: message.data has 36 bytes, but message.height x message.row_step, 1 x "
      "54, is 54");
}

TEST_CASE("the numbers of every datatype, byte order and padding", "[interop][cloud]") {
  std::mt19937 random(15);
  for (int round = 0; round < 60; ++round) {
    // Rows of more points than are copied at once, too.
    const std::uint32_t heights[] = {1, 2, 7, 1};
    const std::uint32_t widths[] = {1, 1500, 1, 33};
    const known_cloud cloud =
        random_cloud({heights[round % 4], widths[round % 4], round / 4 % 2 == 1,
                      static_cast<std::uint32_t>(round / 8 % 3), round / 24 % 2 == 1},
                     random);
    CAPTURE(round);
    check_unpacked<float>(cloud);
    check_unpacked<double>(cloud);
    check_unpacked<robocache::float16>(cloud);
    check_unpacked<robocache::bfloat16>(cloud);
  }
}

TEST_CASE("a cloud that is worth several threads", "[interop][cloud]") {
  std::mt19937 random(16);
  check_unpacked<float>(random_cloud({130, 501, true, 3, false}, random));
  check_unpacked<double>(random_cloud({1, 65000, false, 0, false}, random));
}

TEST_CASE("numbers of fields at the ends of their types", "[interop][cloud]") {
  const struct {
    int datatype;
    std::uint64_t bits;
    float as_float;
    double as_double;
  } cases[] = {
      {1, 0x80, -128, -128},
      {2, 0xff, 255, 255},
      {3, 0x8000, -32768, -32768},
      {4, 0xffff, 65535, 65535},
      {5, 0x80000000, -2147483648.0f, -2147483648.0},
      {5, 0x7fffffff, 2147483648.0f, 2147483647.0},
      {6, 0xffffffff, 4294967296.0f, 4294967295.0},
      {6, 0x01000001, 16777216.0f, 16777217.0},  // a tie, to even
      {6, 0x01000003, 16777220.0f, 16777219.0},
      {7, 0x00000001, 1.401298464324817e-45f, 1.401298464324817e-45},
      {7, 0x80000000, -0.0f, -0.0},
      {7, 0xff800000, -INFINITY, -INFINITY},
      {8, 0x7fefffffffffffff, INFINITY, 1.7976931348623157e308},
      {8, 0x3ff0000010000000, 1.0f, 1.0000000596046448},
      {8, 0x3ff0000010000001, 1.00000012f, 1.000000059604645},
  };
  constexpr std::size_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 8};
  for (const auto& c : cases) {
    for (const bool big : {false, true}) {
      cloud_message message;
      message.width = 1;
      message.is_bigendian = big;
      message.fields = {{"f", 3, static_cast<std::uint8_t>(c.datatype), 1}};
      message.point_step = message.row_step = 11;
      message.data.resize(11);
      put_bytes(&message.data[3], c.bits, sizes[c.datatype - 1], big);
      float as_float = 7;
      double as_double = 7;
      CHECK(
          unpack_point_cloud2(message, {"f"}, tensor_view(&as_float, {1, 1}), robocache::cpu).ok());
      CHECK(unpack_point_cloud2(message, {"f"}, tensor_view(&as_double, {1, 1}), robocache::cpu)
                .ok());
      CAPTURE(c.datatype, c.bits, big);
      CHECK(copy_bits<std::uint32_t>(as_float) == copy_bits<std::uint32_t>(c.as_float));
      CHECK(copy_bits<std::uint64_t>(as_double) == copy_bits<std::uint64_t>(c.as_double));
    }
  }
}

TEST_CASE("integers are rounded to bfloat16 once", "[interop][cloud]") {
  // Just beyond a tie of bfloat16, and at a tie of float, whose even neighbour is the former.
  cloud_message message;
  message.width = 1;
  message.fields = {{"i", 0, 5, 1}, {"u", 4, 6, 1}};
  message.point_step = message.row_step = 8;
  message.data.resize(8);
  put_bytes(&message.data[0], 0xfefeffff, 4, false);  // -0x01010001
  put_bytes(&message.data[4], 0x01010001, 4, false);
  robocache::bfloat16 numbers[2];
  CHECK(
      unpack_point_cloud2(message, {"i", "u"}, tensor_view(numbers, {1, 2}), robocache::cpu).ok());
  CHECK(numbers[0].bits == 0xcb81);
  CHECK(numbers[1].bits == 0x4b81);
}

TEST_CASE("NaN stays as it is, or becomes the canonical one", "[interop][cloud]") {
  cloud_message message;
  message.width = 1;
  message.fields = {{"f", 0, 7, 1}, {"d", 4, 8, 1}};
  message.point_step = message.row_step = 12;
  message.data.resize(12);
  put_bytes(&message.data[0], 0xffc12345, 4, false);
  put_bytes(&message.data[4], 0xfff8000000012345, 8, false);
  float floats[2];
  double doubles[2];
  CHECK(unpack_point_cloud2(message, {"f", "d"}, tensor_view(floats, {1, 2}), robocache::cpu).ok());
  CHECK(
      unpack_point_cloud2(message, {"f", "d"}, tensor_view(doubles, {1, 2}), robocache::cpu).ok());
  CHECK(copy_bits<std::uint32_t>(floats[0]) == 0xffc12345);
  CHECK(copy_bits<std::uint32_t>(floats[1]) == 0x7fffffff);
  CHECK(copy_bits<std::uint64_t>(doubles[0]) == 0x7ff8000000000000);
  CHECK(copy_bits<std::uint64_t>(doubles[1]) == 0xfff8000000012345);
}

TEST_CASE("views of a driver's message are its bytes", "[interop][cloud]") {
  const cloud_message message = velodyne(5);
  CHECK(point_cloud2_size(message) == 5);
  robocache::point_view<float> points;
  REQUIRE(point_cloud2_points(message, points).ok());
  CHECK(points.data == message.data.data());
  CHECK(points.size == 5);
  CHECK(points.step == 22);
  CHECK(points.offsets[0] == 0);
  CHECK(points.offsets[1] == 4);
  CHECK(points.offsets[2] == 8);
  CHECK(points.count == nullptr);

  robocache::feature_view<float> features;
  REQUIRE(point_cloud2_features(message, {"intensity"}, features).ok());
  CHECK(features.data == message.data.data() + 12);
  CHECK(features.channels == 1);
  CHECK(features.channel_step == 4);
  REQUIRE(point_cloud2_features(message, {"z", "y", "x"}, features).ok());  // downwards
  CHECK(features.data == message.data.data() + 8);
  CHECK(features.channels == 3);
  CHECK(features.channel_step == -4);
  REQUIRE(point_cloud2_features(message, std::vector<std::string>{"x", "z"}, features).ok());
  CHECK(features.channel_step == 8);
  REQUIRE(point_cloud2_features(message, std::vector<std::string>{}, features).ok());
  CHECK(features.channels == 0);
  CHECK(features.size == 5);

  // The bytes of a copy, by the fields of the message.
  const std::vector<std::uint8_t> copy = message.data;
  REQUIRE(point_cloud2_points(point_cloud2_at(message, copy.data()), points).ok());
  CHECK(points.data == copy.data());
  float x = 0;
  const tensor_view output(&x, {1, 1});
  cloud_message one = velodyne(1);
  const std::vector<std::uint8_t> zeros(22);
  REQUIRE(
      unpack_point_cloud2(point_cloud2_at(one, zeros.data()), {"intensity"}, output, robocache::cpu)
          .ok());
  CHECK(x == 0);
  REQUIRE(unpack_point_cloud2(one, {"intensity"}, output, robocache::cpu).ok());
  CHECK(x == 30);
}

TEST_CASE("a column of points is a view, whatever its rows are", "[interop][cloud]") {
  cloud_message message = velodyne(4);
  message.height = 4;
  message.width = 1;
  message.row_step = 22;
  robocache::point_view<float> points;
  REQUIRE(point_cloud2_points(message, points).ok());
  CHECK(points.step == 22);
  message.row_step = 44;
  message.height = 2;
  REQUIRE(point_cloud2_points(message, points).ok());
  CHECK(points.step == 44);
  CHECK(points.size == 2);
}

TEST_CASE("coordinates of double, and stamps", "[interop][cloud]") {
  cloud_message message;
  message.width = 2;
  message.fields = {{"timestamp", 24, 8, 1}, {"x", 0, 8, 1}, {"y", 8, 8, 1}, {"z", 16, 8, 1}};
  message.point_step = 32;
  message.row_step = 64;
  message.data.resize(64);
  put_bytes(&message.data[24], copy_bits<std::uint64_t>(1.7e9 + 0.5), 8, false);
  put_bytes(&message.data[56], copy_bits<std::uint64_t>(1.7e9 + 0.75), 8, false);
  robocache::point_view<double> points;
  REQUIRE(point_cloud2_points(message, points).ok());
  CHECK(points.offsets[2] == 16);
  CHECK(points_refused(message) ==
        "point_cloud2_points: field 'x' is FLOAT64, a view needs FLOAT32; unpack_point_cloud2 "
        "converts");
  tensor_view<const double, 1> times;
  REQUIRE(point_cloud2_times(message, "timestamp", times).ok());
  CHECK(times.extent(0) == 2);
  CHECK(times(0) == 1.7e9 + 0.5);
  CHECK(times(1) == 1.7e9 + 0.75);
  tensor_view<const float, 1> rounded;
  CHECK(std::string(point_cloud2_times(message, "timestamp", rounded).message()) ==
        "point_cloud2_times: field 'timestamp' is FLOAT64, a view needs FLOAT32; "
        "unpack_point_cloud2_times converts");
  // At addresses of floats, 22 bytes apart, no array of floats can be.
  const cloud_message packed = velodyne(3);
  const std::string refused = point_cloud2_times(packed, "time", rounded).message();
  CHECK(refused.find("point_cloud2_times: field 'time' is at address 0x") == 0);
  CHECK(refused.find(", 22 bytes apart, not multiples of 4; unpack_point_cloud2_times copies such "
                     "fields") != std::string::npos);
}

TEST_CASE("stamps that no stride of their type reaches are no view", "[interop][cloud]") {
  tensor_view<const float, 1> times;
  // "x" is aligned in the first point alone.
  CHECK(std::string(point_cloud2_times(velodyne(3), "x", times).message())
            .find(", 22 bytes apart, not multiples of 4") != std::string::npos);
  CHECK(times.data() == nullptr);
}

TEST_CASE("stamps are copied exactly or not at all", "[interop][cloud]") {
  std::mt19937 random(3);
  const known_cloud cloud = random_cloud({3, 50, true, 5, false}, random);
  const auto unpack = [&](const std::string& name, auto value) {
    using time = decltype(value);
    std::vector<time> output(300, time{1});
    const robocache::status done = unpack_point_cloud2_times(
        cloud.message, name.c_str(), tensor_view(output.data(), {150}, {2}), robocache::cpu);
    for (std::size_t f = 0; f < 8; ++f) {
      if (cloud.message.fields[f].name != name) continue;
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < 150; ++i) {
        const double number = cloud.numbers[f][i];
        const bool same = std::isnan(number) ? output[2 * i] != output[2 * i]
                                             : static_cast<long double>(output[2 * i]) == number;
        wrong += done.ok() ? !same : output[2 * i] != time{1};
        wrong += output[2 * i + 1] != time{1};
      }
      CHECK(wrong == 0);
    }
    return std::string(done.message());
  };
  const char* const types[] = {"INT8",  "UINT8",  "INT16",   "UINT16",
                               "INT32", "UINT32", "FLOAT32", "FLOAT64"};
  const auto refused = [&](int datatype) {
    return "unpack_point_cloud2_times: field '" + std::to_string(datatype) + "' is " +
           types[datatype - 1] + ", which the output's type cannot hold exactly";
  };
  for (int d = 1; d <= 8; ++d) {
    const std::string name = std::to_string(d);
    CHECK(unpack(name, double{}) == "");
    CHECK(unpack(name, float{}) == (d <= 4 || d == 7 ? "" : refused(d) + "; double can"));
    CHECK(unpack(name, std::int64_t{}) == (d <= 6 ? "" : refused(d)));
    CHECK(unpack(name, std::uint64_t{}) == (d == 2 || d == 4 || d == 6 ? "" : refused(d)));
  }
}

TEST_CASE("what a view cannot express is said, with the function that can", "[interop][cloud]") {
  cloud_message message = velodyne(6);
  message.height = 2;
  message.width = 2;
  message.row_step = 66;
  const auto refused = [&](const cloud_message& bad, const char* what) {
    CHECK(points_refused(bad) ==
          std::string("point_cloud2_points: ") + what + "unpack_point_cloud2 copies such messages");
    tensor_view<const float, 1> times;
    CHECK(std::string(point_cloud2_times(bad, "time", times).message()) ==
          std::string("point_cloud2_times: ") + what +
              "unpack_point_cloud2_times copies such messages");
    robocache::feature_view<float> features;
    CHECK(std::string(point_cloud2_features(bad, {"x"}, features).message()) ==
          std::string("point_cloud2_features: ") + what +
              "unpack_point_cloud2 copies such messages");
  };
  refused(message,
          "rows have 22 bytes of padding (message.row_step is 66, width x point_step 44), which a "
          "view cannot skip; ");
  cloud_message big = velodyne(2);
  big.is_bigendian = true;
  refused(big, "message.is_bigendian is 1, this machine's order is the other; ");
  robocache::feature_view<float> features;
  CHECK(
      std::string(point_cloud2_features(velodyne(2), {"intensity", "ring"}, features).message()) ==
      "point_cloud2_features: field 'ring' is UINT16, a view needs FLOAT32; unpack_point_cloud2 "
      "converts");
  CHECK(std::string(
            point_cloud2_features(velodyne(2), {"x", "y", "intensity"}, features).message()) ==
        "point_cloud2_features: field 'intensity' has offset 12, evenly spaced after the others it "
        "would be 8; unpack_point_cloud2 copies such fields");
  CHECK(features.data == nullptr);
  float unpacked[4][3];
  REQUIRE(unpack_point_cloud2(message, {"x", "intensity", "ring"},
                              tensor_view(&unpacked[0][0], {4, 3}), robocache::cpu)
              .ok());
  CHECK(unpacked[2][0] == 0.75f);  // the fourth point that was written
  CHECK(unpacked[2][1] == 30.75f);
  CHECK(unpacked[3][2] == 104);
}

TEST_CASE("messages that make no sense are refused, with the numbers", "[interop][cloud]") {
  cloud_message bad = velodyne(3);
  bad.data.pop_back();
  check_all_refuse(
      bad, "message.data has 65 bytes, but message.height x message.row_step, 1 x 66, is 66");
  bad = velodyne(3);
  bad.row_step = 65;
  check_all_refuse(bad,
                   "message.row_step is 65, but message.width x message.point_step, 3 x 22, is 66");
  bad = velodyne(3);
  bad.point_step = 0;
  check_all_refuse(bad, "message.point_step is 0, but there are 3 points");
  // Products of 2^32 and more, which would be small in 32 bits.
  bad = velodyne(3);
  bad.height = 0x80000000;
  bad.row_step = 0x80000000;
  check_all_refuse(bad,
                   "message.data has 66 bytes, but message.height x message.row_step, 2147483648 x "
                   "2147483648, is 4611686018427387904");
  bad.height = 0xffffffff;
  bad.row_step = 0xffffffff;
  check_all_refuse(bad,
                   "message.data has 66 bytes, but message.height x message.row_step, 4294967295 x "
                   "4294967295, is 18446744065119617025");
  bad = velodyne(3);
  bad.width = 0xffffffff;
  check_all_refuse(bad,
                   "message.row_step is 66, but message.width x message.point_step, 4294967295 x "
                   "22, is 94489280490");
  bad.width = 0x10000;
  bad.point_step = 0x10000;
  bad.row_step = 0;
  check_all_refuse(bad,
                   "message.row_step is 0, but message.width x message.point_step, 65536 x 65536, "
                   "is 4294967296");
  CHECK(point_cloud2_size(bad) == 0);
}

TEST_CASE("more points than there are numbers for are refused", "[interop][cloud]") {
  // A plain cloud that claims all bytes there could be.
  const std::uint8_t byte = 0;
  const robocache::point_cloud2_field fields[] = {
      {"x", 0, robocache::point_cloud2_field::uint8, 1}};
  robocache::point_cloud2 cloud;
  cloud.height = cloud.width = cloud.row_step = 0xffffffff;
  cloud.point_step = 1;
  cloud.fields = fields;
  cloud.data = {&byte, ~std::size_t{0}};
  robocache::point_view<float> points;
  CHECK(std::string(robocache::point_cloud2_points(cloud, points).message()) ==
        "point_cloud2_points: message.height x message.width, 4294967295 x 4294967295, is 2^63 "
        "points "
        "or more");
}

TEST_CASE("fields that make no sense are refused, with the numbers", "[interop][cloud]") {
  cloud_message bad = velodyne(3);
  bad.fields[0].offset = 19;
  check_all_refuse(bad,
                   "field 'x' has offset 19 and 4 bytes (FLOAT32), but message.point_step is 22");
  bad.fields[0].offset = 0xffffffff;
  check_all_refuse(
      bad, "field 'x' has offset 4294967295 and 4 bytes (FLOAT32), but message.point_step is 22");
  for (const int datatype : {0, 9, 255}) {
    bad = velodyne(3);
    bad.fields[0].datatype = static_cast<std::uint8_t>(datatype);
    check_all_refuse(bad, "field 'x' has datatype " + std::to_string(datatype) +
                              ", must be 1 (INT8) to 8 (FLOAT64)");
  }
  for (const std::uint32_t count : {2u, 0xffffffffu}) {
    bad = velodyne(3);
    bad.fields[0].count = count;
    check_all_refuse(bad, "field 'x' has count " + std::to_string(count) + ", must be 1");
  }
  cloud_message one = velodyne(3);
  one.fields[0].count = 0;  // some drivers write it for one
  robocache::point_view<float> of_one;
  CHECK(std::string(robocache::point_cloud2_points(one, of_one).message()) == "");
  bad = velodyne(3);
  bad.fields[3].name = "x";
  check_all_refuse(bad, "message has 2 fields 'x'");
  bad = velodyne(3);
  bad.fields[0].name = "X";
  check_all_refuse(bad, "message has no field 'x', it has: X y z intensity ring time");
  bad.fields.clear();
  check_all_refuse(bad, "message has no field 'x', it has:");
  // Names of any length and bytes.
  bad = velodyne(3);
  bad.fields.clear();
  bad.fields.push_back({std::string(5000, 'a') + "\n", 0, 7, 1});
  bad.fields.push_back({std::string("x\0", 2), 0, 7, 1});
  CHECK(points_refused(bad).size() < 223);
  bad.fields.erase(bad.fields.begin());
  check_all_refuse(bad, "message has no field 'x', it has: x?");
  // What nobody asks for may be anything.
  bad = velodyne(3);
  bad.fields[3] = {"rgb", 4000, 77, 12};
  robocache::point_view<float> points;
  CHECK(point_cloud2_points(bad, points).ok());
}

TEST_CASE("the output is checked like that of every launcher", "[interop][cloud]") {
  cloud_message message = velodyne(3);
  std::vector<float> data(9, 7.0f);
  const auto refused = [&](const tensor_view<float, 2>& output) {
    return std::string(
        unpack_point_cloud2(message, {"x", "y", "z"}, output, robocache::cpu).message());
  };
  CHECK(refused({data.data(), {2, 3}}) ==
        "unpack_point_cloud2: output has extent 2 in dimension 0, message (height x width) has 3");
  CHECK(refused({data.data(), {3, 2}}) ==
        "unpack_point_cloud2: output has extent 2 in dimension 1, names has 3");
  CHECK(refused({nullptr, {3, 3}}).find("unpack_point_cloud2: output is a null pointer") == 0);
  CHECK(refused({data.data(), {3, 3}, {0, 1}}).find("output overlaps itself") != std::string::npos);
  CHECK(refused({reinterpret_cast<float*>(message.data.data()), {3, 3}})
            .find("unpack_point_cloud2: output overlaps message.data: bytes [") == 0);
  CHECK(data == std::vector<float>(9, 7.0f));
  CHECK(std::string(unpack_point_cloud2(message, std::vector<std::string>(33, "x"),
                                        tensor_view(data.data(), {3, 33}), robocache::cpu)
                        .message()) == "unpack_point_cloud2: names has more than 32 fields");
  // Nothing to do is right.
  CHECK(unpack_point_cloud2(message, std::vector<const char*>{},
                            tensor_view<float, 2>(nullptr, {3, 0}), robocache::cpu)
            .ok());
}

TEST_CASE("clouds without points are right, whatever else they say", "[interop][cloud]") {
  for (const std::uint32_t width : {0u, 7u}) {
    cloud_message message;  // as it is made, without fields
    message.width = width;
    message.height = width == 0 ? 5 : 0;
    robocache::point_view<float> points;
    points.size = 3;
    REQUIRE(point_cloud2_points(message, points).ok());
    CHECK(points.size == 0);
    robocache::feature_view<float> features;
    REQUIRE(point_cloud2_features(message, {"intensity", "ring"}, features).ok());
    CHECK(features.channels == 2);
    CHECK(features.size == 0);
    tensor_view<const double, 1> times;
    REQUIRE(point_cloud2_times(message, "t", times).ok());
    CHECK(times.extent(0) == 0);
    CHECK(unpack_point_cloud2(message, {"x", "y"}, tensor_view<float, 2>(nullptr, {0, 2}),
                              robocache::cpu)
              .ok());
    CHECK(point_cloud2_size(message) == 0);
  }
}

TEST_CASE("messages of other kinds: plain, of ROS 1, with signed sizes", "[interop][cloud]") {
  const cloud_message message = velodyne(3);
  const point_cloud2_field fields[] = {
      {"x", 0}, {"y", 4}, {"z", 8}, {"ring", 16, point_cloud2_field::uint16}};
  robocache::point_cloud2 plain;
  plain.width = 3;
  plain.fields = fields;
  plain.point_step = 22;
  plain.row_step = 66;
  plain.data = message.data;
  float rings[3];
  REQUIRE(unpack_point_cloud2(plain, {"ring"}, tensor_view(rings, {3, 1}), robocache::cpu).ok());
  CHECK(rings[2] == 102);
  plain.data = {message.data.data(), 65};
  CHECK_FALSE(
      unpack_point_cloud2(plain, {"ring"}, tensor_view(rings, {3, 1}), robocache::cpu).ok());
  plain.data = {nullptr, 66};
  CHECK(std::string(unpack_point_cloud2(plain, {"ring"}, tensor_view(rings, {3, 1}), robocache::cpu)
                        .message()) ==
        "unpack_point_cloud2: message.data is a null pointer but has 66 bytes");

  struct own_field {
    const char* name;
    int offset, datatype, count;
  };
  struct own_cloud {
    int height, width;
    std::array<own_field, 1> fields;
    std::uint8_t is_bigendian;  // ROS 1 has a byte
    int point_step, row_step;
    std::vector<unsigned char> data;
  };
  own_cloud own{1, 3, {{{"ring", 16, 4, 1}}}, 0, 22, 66, message.data};
  REQUIRE(unpack_point_cloud2(own, {"ring"}, tensor_view(rings, {3, 1}), robocache::cpu).ok());
  own.width = -3;
  CHECK(std::string(unpack_point_cloud2(own, {"ring"}, tensor_view(rings, {3, 1}), robocache::cpu)
                        .message()) ==
        "unpack_point_cloud2: message.width is -3, must be 0 to 4294967295");
  own.width = 3;
  own.fields[0].offset = -1;
  CHECK(
      std::string(
          unpack_point_cloud2(own, {"ring"}, tensor_view(rings, {3, 1}), robocache::cpu).message())
          .find("field 'ring' has offset -1") != std::string::npos);
  own.fields[0].name = nullptr;
  CHECK_FALSE(unpack_point_cloud2(own, {"ring"}, tensor_view(rings, {3, 1}), robocache::cpu).ok());
}

TEST_CASE("voxels of a message are those of its numbers", "[interop][cloud]") {
  cloud_message message = velodyne(200);
  put_bytes(&message.data[22 * 7], 0x7fc00000, 4, false);  // a point that is not finite
  message.is_dense = true;                                 // is not believed
  robocache::point_view<float> points;
  robocache::feature_view<float> features;
  REQUIRE(point_cloud2_points(message, points).ok());
  REQUIRE(point_cloud2_features(message, {"intensity"}, features).ok());
  const robocache::voxel_grid<float> grid{{0, 10, 20}, {5, 5, 5}, {8, 9, 10}};
  std::vector<std::uint64_t> memory(4096);
  const robocache::workspace space{memory.data(), memory.size() * 8};
  std::vector<float> viewed(720);
  robocache::voxel_counters counters{};
  robocache::voxel_reports reports;
  reports.counters = &counters;
  REQUIRE(robocache::voxelize<robocache::reduction::mean>(points, features, grid,
                                                          tensor_view(viewed.data(), {10, 9, 8, 1}),
                                                          reports, {}, space, robocache::cpu)
              .ok());
  CHECK(counters.not_finite == 1);

  // The same cloud in the other order, with padding, unpacked.
  cloud_message other = message;
  other.is_bigendian = true;
  other.height = 10;
  other.width = 20;
  other.row_step = 20 * 22 + 3;
  other.data.assign(10 * other.row_step, 0xee);
  for (std::size_t i = 0; i < 200; ++i) {
    for (const auto& field : message.fields) {
      const std::size_t size = field.datatype == 4 ? 2 : 4;
      std::uint64_t bits = 0;
      std::memcpy(&bits, &message.data[22 * i + field.offset], size);
      put_bytes(&other.data[i / 20 * other.row_step + i % 20 * 22 + field.offset], bits, size,
                true);
    }
  }
  std::vector<float> again(720);
  REQUIRE(voxelize_unpacked(other, grid, tensor_view(again.data(), {10, 9, 8, 1}), space).ok());
  CHECK(viewed == again);
  CHECK(viewed[0] > 0);
}
