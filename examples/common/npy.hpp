// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// NumPy's array file, version 1.0 of its format (numpy.lib.format): a header that is a Python
/// literal, then the elements.

namespace recordings {

/// The file's bytes, for a dense array in C order.
/// \param descr   NumPy's name of the element type: "<f4", "<i8", "|u1"
/// \param shape   its product is the number of elements
/// \param data    the elements, little endian
std::string npy_file(const std::string& descr, const std::vector<std::size_t>& shape,
                     const std::string& data);

/// Appends the low `bytes` bytes, the lowest first.
inline void append_little_endian(std::string& data, std::uint64_t bits, int bytes) {
  for (int k = 0; k < bytes; ++k) data += static_cast<char>(bits >> (8 * k) & 0xff);
}

}  // namespace recordings
