// SPDX-License-Identifier: Apache-2.0

#include "scan.hpp"

#include "checks.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/// \file
/// The readers of PCD and PLY files, right ones and broken ones.

namespace {

using namespace checks;
using namespace recordings;

scan parsed(const std::string& text) {
  return parse_scan("f", std::vector<char>(text.begin(), text.end()));
}

/// What is said about a broken file.
std::string complaint(const std::string& text) {
  return error_of([&] { parsed(text); });
}

template <class T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes;
  for (const T value : values) {
    char buffer[sizeof(T)];
    std::memcpy(buffer, &value, sizeof(T));
    bytes.append(buffer, sizeof(T));
  }
  return bytes;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  CHECK(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string ascii_pcd =
    "# .PCD v0.7\nVERSION .7\nFIELDS x y z intensity\nSIZE 4 4 4 1\nTYPE F F F U\nCOUNT 1 1 1 1\n"
    "WIDTH 3\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS 3\nDATA ascii\n"
    "1.5 -2 3e-1 7\r\nnan 0 inf 255\n\n  0.1\t0.2 0.3 0\n";

void test_ascii_pcd() {
  const scan s = parsed(ascii_pcd);
  CHECK(s.format == "PCD 0.7, ascii" && s.points == 3 && s.fields.size() == 4);
  CHECK(s.value(*s.find("x"), 0) == 1.5 && s.value(*s.find("y"), 0) == -2);
  CHECK(s.value(*s.find("z"), 0) == static_cast<double>(0.3f));
  CHECK(std::isnan(s.value(*s.find("x"), 1)) && std::isinf(s.value(*s.find("z"), 1)));
  CHECK(s.value(*s.find("intensity"), 1) == 255 && s.value(*s.find("intensity"), 2) == 0);
  CHECK(s.find("x")->step == 13 && s.find("intensity")->offset == 12);

  CHECK(complaint(replaced(ascii_pcd, " 255", " 256")) == "f:13: intensity '256' is not a uint8");
  CHECK(complaint(replaced(ascii_pcd, "-2", "two")) == "f:12: y 'two' is not a float32");
  CHECK(complaint(replaced(ascii_pcd, "0.2 ", "")) == "f:15: 3 numbers, expected 4");
  CHECK(complaint(replaced(ascii_pcd, "0.1\t0.2 0.3 0\n", "")) ==
        "f:15: the file ends after 2 of 3 points");
  // Refused before there is memory for so many.
  CHECK(complaint(replaced(replaced(ascii_pcd, "WIDTH 3", "WIDTH 2000000000"), "POINTS 3\n", "")) ==
        "f:14: the file ends after 3 of 2000000000 points");
}

void test_pcd_headers() {
  CHECK(complaint("hello") == "f: byte 0: neither a PCD nor a PLY file");
  CHECK(complaint("") == "f: byte 0: neither a PCD nor a PLY file");
  CHECK(complaint("VERSION 0.7\n") == "f:1: the file ends within the header");
  // Sizes of one field, types of two.
  CHECK(complaint("FIELDS x\nSIZE 4\nFIELDS x y\nTYPE F F\n") == "f:3: FIELDS for the second time");
  CHECK(complaint(replaced(ascii_pcd, "HEIGHT 1", "HEIGHT 2")) ==
        "f:11: POINTS is 3, WIDTH x HEIGHT is 3 x 2 = 6");
  CHECK(complaint(replaced(ascii_pcd, "POINTS 3", "POINTS 99999999999")) ==
        "f:10: POINTS '99999999999' is not a number from 0 to 2147483647");
  CHECK(complaint(replaced(replaced(ascii_pcd, "WIDTH 3\nHEIGHT 1", "WIDTH 65536\nHEIGHT 65536"),
                           "POINTS 3\n", "")) ==
        "f:10: WIDTH x HEIGHT is 65536 x 65536, more than 2147483647 points");
  CHECK(complaint(replaced(ascii_pcd, "WIDTH 3", "WIDTH -3")) ==
        "f:7: WIDTH '-3' is not a number from 0 to 2147483647");
  CHECK(complaint(replaced(ascii_pcd, "WIDTH 3\n", "")) == "f:10: the header has no WIDTH");
  CHECK(complaint(replaced(ascii_pcd, "TYPE F F F U", "TYPE F F F X")) ==
        "f:5: field 'intensity' has TYPE X SIZE 1; known are F 4 8, and I and U 1 2 4 8");
  CHECK(complaint(replaced(ascii_pcd, "SIZE 4 4 4 1", "SIZE 3 4 4 1")) ==
        "f:5: field 'x' has TYPE F SIZE 3; known are F 4 8, and I and U 1 2 4 8");
  CHECK(complaint(replaced(ascii_pcd, "SIZE 4 4 4 1", "SIZE 4 4 4")) ==
        "f:4: SIZE has 3 entries for 4 fields");
  CHECK(complaint(replaced(ascii_pcd, "COUNT 1 1 1 1", "COUNT 1 1 1 0")) ==
        "f:6: field 'intensity' has COUNT 0, which is not 1 to 65536");
  CHECK(complaint(replaced(ascii_pcd, "x y z", "x y x")) == "f:3: two fields are called 'x'");
  CHECK(complaint(replaced(ascii_pcd, "x y z", "x y depth")) ==
        "f: no field 'z', only: x y depth intensity");
  CHECK(complaint(replaced(ascii_pcd, "DATA ascii", "DATA zip")) ==
        "f:11: DATA 'zip' is not one of ascii, binary, binary_compressed");
  CHECK(complaint(replaced(ascii_pcd, "VIEWPOINT", "VIEW")) ==
        "f:9: 'VIEW' is no word of a PCD header");
  CHECK(complaint(replaced(replaced(ascii_pcd, "WIDTH 3", "WIDTH 0"), "POINTS 3", "POINTS 0")) ==
        "f: no points");
}

/// Records of 20 bytes: x, y, z, padding of 3 bytes, ring, time.
const std::string binary_header =
    "VERSION 0.7\nFIELDS x y z _ ring time\nSIZE 4 4 4 1 1 4\nTYPE F F F U U I\nCOUNT 1 1 1 3 1 1\n"
    "WIDTH 1\nHEIGHT 2\nPOINTS 2\nDATA binary\n";

std::string binary_record(float x, std::uint8_t ring, std::int32_t time) {
  return raw({x, 2.0f, 3.0f}) + "???" + raw({ring}) + raw({time});
}

void test_binary_pcd() {
  const std::string file = binary_header + binary_record(1, 9, -5) + binary_record(4, 200, 6);
  const scan s = parsed(file + "whatever follows");
  const auto begin = static_cast<std::int64_t>(binary_header.size());
  CHECK(s.format == "PCD 0.7, binary" && s.width == 1 && s.height == 2);
  // The points stay where they are.
  CHECK(s.bytes.size() == file.size() + 16 && s.find("x")->offset == begin);
  CHECK(s.find("x")->step == 20 && s.find("time")->offset == begin + 16);
  CHECK(s.value(*s.find("x"), 1) == 4 && s.value(*s.find("z"), 0) == 3);
  CHECK(s.value(*s.find("ring"), 1) == 200 && s.value(*s.find("time"), 0) == -5);
  CHECK(names_of(s.fields) == "x y z ring time");
  const std::string end = std::to_string(file.size() - 3);
  CHECK(complaint(file.substr(0, file.size() - 3)) ==
        "f: byte " + end +
            ": the file ends in point 1 of 2, 3 bytes of 20 bytes a point are missing");
  CHECK(complaint(replaced(replaced(file, "WIDTH 1", "WIDTH 1000000000"), "POINTS 2\n", ""))
            .find("the file ends in point 2 of 2000000000") != std::string::npos);
}

/// LZF without any compression: up to 32 bytes follow a byte that tells how many.
std::string stored(const std::string& bytes) {
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); at += 32) {
    const std::string part = bytes.substr(at, 32);
    result += static_cast<char>(part.size() - 1);
    result += part;
  }
  return result;
}

void test_compressed_pcd() {
  const std::string header =
      "VERSION 0.7\nFIELDS x y z n\nSIZE 4 4 8 2\nTYPE F F F U\nCOUNT 1 1 1 1\nWIDTH 3\nHEIGHT 1\n"
      "POINTS 3\nDATA binary_compressed\n";
  const std::string plain = raw({1.0f, 2.0f, 3.0f}) + raw({4.0f, 5.0f, 6.0f}) +
                            raw({7.0, 8.0, 9.0}) + raw<std::uint16_t>({10, 11, 12});
  const std::string packed = stored(plain);
  const auto compressed = static_cast<std::uint32_t>(packed.size());
  const auto size = static_cast<std::uint32_t>(plain.size());
  const std::string file = header + raw({compressed, size}) + packed;
  const std::string begin = std::to_string(header.size());
  const std::string after = std::to_string(header.size() + 4);
#if ROBOCACHE_EXAMPLE_LZF
  const scan s = parsed(file + std::string(100, '\0'));
  CHECK(s.find("y")->offset == 12 && s.find("y")->step == 4 && s.find("n")->offset == 48);
  CHECK(s.value(*s.find("x"), 2) == 3 && s.value(*s.find("z"), 1) == 8);
  CHECK(s.value(*s.find("n"), 0) == 10 && s.value(*s.find("n"), 2) == 12);
  CHECK(complaint(header + raw({compressed, size}) + replaced(packed, packed.substr(0, 1), "\xff"))
            .find("the compressed points are damaged") != std::string::npos);
#else
  CHECK(complaint(file).find("built without liblzf") != std::string::npos);
#endif
  CHECK(complaint(file.substr(0, header.size() + 5))
            .find("the file ends before the sizes of the compressed points") != std::string::npos);
  CHECK(complaint(file.substr(0, file.size() - 1)) ==
        "f: byte " + begin + ": " + std::to_string(compressed) +
            " compressed bytes are announced, " + std::to_string(compressed - 1) + " follow");
  CHECK(complaint(header + raw({compressed, size + 1}) + packed) ==
        "f: byte " + after + ": 55 bytes uncompressed, but 3 points of 18 bytes take 54");
  // Two gigabytes from nothing: refused before memory is asked for.
  const std::string many =
      replaced(replaced(header, "WIDTH 3", "WIDTH 100000000"), "POINTS 3\n", "");
  CHECK(complaint(many + raw<std::uint32_t>({compressed, 1800000000}) + packed)
            .find("compressed bytes cannot stand for 1800000000") != std::string::npos);
}

const std::string ascii_ply =
    "ply\nformat ascii 1.0\ncomment made by hand\nelement camera 1\nproperty int id\n"
    "element vertex 2\nproperty float x\nproperty double y\nproperty float32 z\n"
    "property uchar red\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n"
    "17\n1 2 3 4\n5 6 7 8\n3 0 1 0\n";

void test_ascii_ply() {
  const scan s = parsed(ascii_ply);
  CHECK(s.format == "PLY 1.0, ascii" && s.points == 2 && names_of(s.fields) == "x y z red");
  CHECK(s.value(*s.find("x"), 1) == 5 && s.value(*s.find("y"), 0) == 2);
  CHECK(s.value(*s.find("red"), 1) == 8 && s.find("y")->type == number_type::f64);

  CHECK(complaint(replaced(ascii_ply, "5 6 7 8", "5 6 7")) == "f:16: 3 numbers, expected 4");
  CHECK(complaint(replaced(ascii_ply, "5 6 7 8", "5 6 7 -8")) == "f:16: red '-8' is not a uint8");
  CHECK(complaint(replaced(ascii_ply, "5 6 7 8\n3 0 1 0\n", "")) ==
        "f:15: the file ends after 1 of 2 points");
  CHECK(complaint(replaced(ascii_ply, "property float x", "property half x")) ==
        "f:7: property 'x' has the unknown type half");
  CHECK(complaint(replaced(ascii_ply, "float32 z", "float32 w")) ==
        "f: no field 'z', only: x y w red");
  CHECK(complaint(replaced(ascii_ply, "double y", "double x")) ==
        "f:8: two properties are called 'x'");
  CHECK(complaint(replaced(ascii_ply, "property int id", "property list int int id"))
            .find("element 'camera' has a list") != std::string::npos);
  CHECK(complaint("ply\nformat ascii 1.0\nelement points 1\nproperty int x\nend_header\n1\n") ==
        "f:5: the header has no element vertex");
  CHECK(complaint(replaced(ascii_ply, "ascii", "binary_big_endian")) ==
        "f:2: format 'binary_big_endian' is not one of ascii, binary_little_endian");
  CHECK(complaint(replaced(ascii_ply, "end_header", "end")) ==
        "f:13: 'end' is no word of a PLY header");
  CHECK(complaint("ply\nformat ascii 1.0\n") == "f:2: the file ends within the header");
}

void test_binary_ply() {
  const std::string header =
      "ply\nformat binary_little_endian 1.0\nelement origin 2\nproperty short a\nelement vertex 2\n"
      "property float x\nproperty float y\nproperty float z\nproperty float "
      "intensity\nend_header\n";
  const std::string file =
      header + raw<std::int16_t>({1, 2}) + raw({1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f, 7.0f, 8.0f});
  const scan s = parsed(file);
  CHECK(s.format == "PLY 1.0, binary" && s.find("x")->step == 16);
  CHECK(s.find("x")->offset == static_cast<std::int64_t>(header.size()) + 4);
  CHECK(s.value(*s.find("x"), 0) == 1 && s.value(*s.find("intensity"), 1) == 8);
  CHECK(complaint(file.substr(0, file.size() - 17)) ==
        "f: byte " + std::to_string(file.size() - 17) +
            ": the file ends in point 0 of 2, 17 bytes of 16 bytes a point are missing");
  CHECK(complaint(header + "abc") ==
        "f: byte " + std::to_string(header.size() + 3) + ": the file ends before the vertices");
}

}  // namespace

int main() {
  test_ascii_pcd();
  test_pcd_headers();
  test_binary_pcd();
  test_compressed_pcd();
  test_ascii_ply();
  test_binary_ply();
  return outcome();
}
