// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

/// \file
/// Messages as ROS 2 generates them, and random ones whose numbers are known.

namespace robocache_test {

struct field_message {
  std::string name;
  std::uint32_t offset = 0;
  std::uint8_t datatype = 0;
  std::uint32_t count = 1;
};

struct cloud_message {
  std::uint32_t height = 1;
  std::uint32_t width = 0;
  std::vector<field_message> fields;
  bool is_bigendian = false;
  std::uint32_t point_step = 0;
  std::uint32_t row_step = 0;
  std::vector<std::uint8_t> data;
  bool is_dense = false;
};

/// A message, and what stands in it: numbers of all datatypes are doubles.
struct known_cloud {
  cloud_message message;
  std::vector<std::vector<double>> numbers;  ///< of each field, of each point

  std::vector<std::string> names() const;
};

/// How the fields of a random message lie.
struct cloud_shape {
  std::uint32_t height = 1;
  std::uint32_t width = 0;
  bool big_endian = false;
  std::uint32_t row_padding = 0;
  bool aligned = false;  ///< fields at multiples of their sizes
};

/// Fields "1" to "8" of the eight datatypes, in any order, with gaps between; numbers of any bits.
known_cloud random_cloud(const cloud_shape& shape, std::mt19937& random);

/// Writes the lowest `size` bytes of `bits`.
void put_bytes(std::uint8_t* where, std::uint64_t bits, std::size_t size, bool big_endian);

}  // namespace robocache_test
