// SPDX-License-Identifier: Apache-2.0

#include "ulog.hpp"

#include "checks.hpp"
#include "ulog_recording.hpp"

#include <cstring>
#include <string>

/// \file
/// The ULog reader, on logs made here.

namespace {

using namespace checks;
using namespace recordings;

template <class T>
std::string bytes_of(T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  return std::string(bytes, sizeof(T));
}

std::string header() {
  return std::string("ULog\x01\x12\x35\x01", 8) + bytes_of<std::uint64_t>(42);
}

std::string message(char type, const std::string& payload) {
  return bytes_of(static_cast<std::uint16_t>(payload.size())) + type + payload;
}

std::string subscription(int instance, std::uint16_t id, const std::string& topic) {
  return message('A', static_cast<char>(instance) + bytes_of(id) + topic);
}

std::string data(std::uint16_t id, const std::string& fields) {
  return message('D', bytes_of(id) + fields);
}

/// A sample of the topic "imu" below.
std::string sample(std::uint64_t microseconds, float first) {
  return bytes_of(microseconds) + bytes_of(first) + bytes_of(first + 1) + "\x07" +
         std::string(3, '\x55') + bytes_of<std::int16_t>(-2) + bytes_of(0.25) + "\x01";
}

std::string definitions() {
  return header() +
         message('I',
                 "\x09"
                 "char[4] sysPX4") +
         message('F',
                 "imu:uint64_t timestamp;float[2] gyro;uint8_t count;uint8_t[3] _padding0;"
                 "part inner;bool on;") +
         message('F', "part:int16_t low;double high;") + subscription(0, 3, "imu") +
         subscription(1, 4, "imu");
}

void test_reading() {
  const temporary_file file(definitions() + data(3, sample(1000000, 1)) +
                                message('O', bytes_of<std::uint16_t>(26)) +
                                data(4, sample(7, 100)) + message('?', "later versions") +
                                data(3, sample(9223372036854775, 2)),
                            ".ulg");
  CHECK(is_ulog(file.path()) && !is_ulog("log.csv"));
  const recording all = read_ulog_recording(file.path(), {"imu", 0, {}});
  CHECK((all.layout.names ==
         std::vector<std::string>{"gyro[0]", "gyro[1]", "count", "inner.low", "inner.high", "on"}));
  // The largest stamp whose nanoseconds fit; a double would round it.
  CHECK((all.times == std::vector<std::int64_t>{1000000000, 9223372036854775000}));
  CHECK((all.values == std::vector<double>{1, 2, 7, -2, 0.25, 1, 2, 3, 7, -2, 0.25, 1}));
  CHECK(all.label == "imu" && all.layout.unit == time_unit::microseconds);
  CHECK((all.remarks == std::vector<std::string>{"the logger lost data 1 time, 26 ms in all"}));

  const recording some = read_ulog_recording(file.path(), {"imu", 1, {"inner", "gyro[1]"}});
  CHECK((some.layout.names == std::vector<std::string>{"inner.low", "inner.high", "gyro[1]"}));
  CHECK((some.values == std::vector<double>{-2, 0.25, 101}));
}

std::string message_for(const std::string& content, const ulog_request& request = {"imu", 0, {}}) {
  const temporary_file file(content, ".ulg");
  const std::string text = error_of([&] { read_ulog_recording(file.path(), request); });
  const std::size_t start = text.find(".ulg: ");
  return start == std::string::npos ? text : text.substr(start + 6);
}

void test_cut_off() {
  const std::string whole = definitions() + data(3, sample(1, 1)) + data(3, sample(2, 2));
  const temporary_file file(whole.substr(0, whole.size() - 5), ".ulg");
  const recording r = read_ulog_recording(file.path(), {"imu", 0, {}});
  CHECK(r.samples() == 1 && r.remarks.size() == 1);
  CHECK(r.remarks[0].find("the log ends within a message") == 0);
  CHECK(message_for(header().substr(0, 12)) == "cut off after 12 bytes, within the header");
  for (std::size_t n = 0; n < whole.size(); ++n) {  // an error or a remark, never a crash
    const temporary_file cut(whole.substr(0, n), ".ulg");
    error_of([&] { read_ulog_recording(cut.path(), {"imu", 0, {}}); });
  }
}

void test_refusing() {
  CHECK(message_for("PK\x03\x04 not a log at all") == "byte 0: not a ULog file");
  CHECK(message_for("") == "byte 0: not a ULog file");
  const std::string good = definitions() + data(3, sample(1, 1));
  CHECK(message_for(good, {"gps", 0, {}}) == "no topic 'gps'. There are: imu, imu (instance 1)");
  CHECK(message_for(good, {"", 0, {}}) == "which topic? There are: imu, imu (instance 1)");
  CHECK(message_for(good, {"imu", 2, {}}).find("no topic 'imu', instance 2. There") == 0);
  CHECK(message_for(good, {"imu", 1, {}}) == "imu has no samples");
  CHECK(message_for(good, {"imu", 0, {"gyr"}}) ==
        "imu has no field 'gyr'. There are: gyro[0], gyro[1], count, inner.low, inner.high, on");
  CHECK(message_for(definitions() + data(3, sample(9223372036854776, 1)))
            .find("time 9223372036854776 us does not fit 64-bit nanoseconds") != std::string::npos);
  CHECK(message_for(definitions() + data(3, bytes_of<std::uint64_t>(1) + "123"))
            .find("data of 11 bytes, too few to have the field gyro[0]") != std::string::npos);
  CHECK(message_for(definitions() + data(9, sample(1, 1))).find("message 9, which is no topic's") !=
        std::string::npos);
  CHECK(message_for(definitions() + message('D', "x")).find("a data message of 1 bytes") !=
        std::string::npos);
  const std::string flags(40, '\0');
  CHECK(message_for(header() + message('B', flags) + good.substr(16)).empty());
  std::string appended = flags;
  appended[8] = 1;
  CHECK(message_for(header() + message('B', appended)).find("appended data is not read") !=
        std::string::npos);
  appended[8] = 2;
  CHECK(message_for(header() + message('B', appended)).find("does not know") != std::string::npos);
}

void test_bad_formats() {
  const auto with_format = [](const std::string& format) {
    return message_for(header() + message('F', format) + subscription(0, 1, "imu") +
                       data(1, bytes_of<std::uint64_t>(1)));
  };
  CHECK(with_format("imu:uint64_t timestamp;float;") == "a format has the field 'float'");
  CHECK(with_format("imu:uint64_t timestamp;float[x] a;").find("a format has the field") == 0);
  CHECK(with_format("imu:uint64_t timestamp;float[99999] a;").find("a format has the field") == 0);
  CHECK(with_format("imu:uint64_t timestamp;double[9000] a;").find("larger than a message") !=
        std::string::npos);
  CHECK(with_format("imu:imu again;") == "the format of 'imu' contains itself");
  CHECK(with_format("imu:uint64_t timestamp;quux a;") == "the log has no format for 'quux'");
  CHECK(with_format("imu:uint32_t timestamp;").find("no field 'uint64_t timestamp'") !=
        std::string::npos);
  CHECK(with_format("imu:uint64_t timestamp;") == "imu has no number but its time");
  CHECK(with_format("imu").find("a format without a name") != std::string::npos);
}

}  // namespace

int main() {
  test_reading();
  test_cut_off();
  test_refusing();
  test_bad_formats();
  return checks::outcome();
}
