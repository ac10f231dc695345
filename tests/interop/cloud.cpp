// SPDX-License-Identifier: Apache-2.0
#include "cloud.hpp"

#include <algorithm>
#include <cstring>

namespace robocache_test {
namespace {

constexpr std::size_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 8};

/// The number that the bits of a datatype mean: two's complement, and IEEE as this machine has it.
double number_of(int datatype, std::uint64_t bits) {
  if (datatype == 7) {
    const auto narrow = static_cast<std::uint32_t>(bits);
    float value;
    std::memcpy(&value, &narrow, sizeof(value));
    return static_cast<double>(value);
  }
  if (datatype == 8) {
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }
  const int width = static_cast<int>(8 * sizes[datatype - 1]);
  const double range = static_cast<double>(std::uint64_t{1} << width);
  const auto value = static_cast<double>(bits);
  return datatype % 2 == 1 && value >= range / 2 ? value - range : value;
}

std::uint64_t random_bits(int datatype, std::mt19937& random) {
  std::uint64_t bits = (static_cast<std::uint64_t>(random()) << 32) | random();
  if (datatype == 8 && random() % 2 == 0) {  // most doubles are too large for a float
    const double near = static_cast<double>(static_cast<std::int32_t>(bits)) /
                        static_cast<double>(1 + random() % 9999);
    std::memcpy(&bits, &near, sizeof(bits));
  }
  const std::size_t size = sizes[datatype - 1];
  return size == 8 ? bits : bits & ((std::uint64_t{1} << (8 * size)) - 1);
}

}  // namespace

std::vector<std::string> known_cloud::names() const {
  std::vector<std::string> result;
  for (const field_message& field : message.fields) result.push_back(field.name);
  return result;
}

void put_bytes(std::uint8_t* where, std::uint64_t bits, std::size_t size, bool big_endian) {
  for (std::size_t i = 0; i < size; ++i) {
    where[big_endian ? size - 1 - i : i] = static_cast<std::uint8_t>(bits & 0xff);
    bits >>= 8;
  }
}

known_cloud random_cloud(const cloud_shape& shape, std::mt19937& random) {
  known_cloud result;
  cloud_message& message = result.message;
  message.height = shape.height;
  message.width = shape.width;
  message.is_bigendian = shape.big_endian;
  std::vector<int> order = {1, 2, 3, 4, 5, 6, 7, 8};
  std::shuffle(order.begin(), order.end(), random);
  std::size_t at = 0;
  for (const int datatype : order) {
    const std::size_t size = sizes[datatype - 1];
    at += random() % 4;
    if (shape.aligned) at = (at + size - 1) / size * size;
    message.fields.push_back({std::to_string(datatype), static_cast<std::uint32_t>(at),
                              static_cast<std::uint8_t>(datatype), 1});
    at += size;
  }
  at += random() % 3;
  if (shape.aligned) at = (at + 7) / 8 * 8;
  std::shuffle(message.fields.begin(), message.fields.end(), random);
  message.point_step = static_cast<std::uint32_t>(at);
  message.row_step = shape.width * message.point_step + shape.row_padding;
  message.data.resize(std::size_t{shape.height} * message.row_step);
  for (std::uint8_t& byte : message.data) byte = static_cast<std::uint8_t>(random());
  for (const field_message& field : message.fields) {
    std::vector<double> numbers;
    for (std::size_t row = 0; row < shape.height; ++row) {
      for (std::size_t column = 0; column < shape.width; ++column) {
        const std::uint64_t bits = random_bits(field.datatype, random);
        numbers.push_back(number_of(field.datatype, bits));
        put_bytes(
            &message.data[row * message.row_step + column * message.point_step + field.offset],
            bits, sizes[field.datatype - 1], shape.big_endian);
      }
    }
    result.numbers.push_back(numbers);
  }
  return result;
}

}  // namespace robocache_test
