// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// Orientations among the channels: q and -q are the same one, and sensors flip between them.

namespace recordings {

enum class quaternion_order { xyzw, wxyz };

/// Four consecutive channels.
struct quaternion_columns {
  std::size_t first = 0;
  quaternion_order order = quaternion_order::xyzw;
};

/// Channels named like q_x q_y q_z q_w, qw qx qy qz, orientation.x ... or q[0] ... q[3]. Numbers do
/// not tell the order; w x y z is taken, as in PX4's logs.
std::vector<quaternion_columns> find_quaternions(const std::vector<std::string>& names);

/// Largest ||q| - 1| over the samples; NaN samples do not count.
double largest_norm_error(const std::vector<double>& values, std::size_t channels,
                          quaternion_columns q);

/// The number of neighbours in different hemispheres: with a negative dot product.
std::int64_t count_sign_flips(const std::vector<double>& values, std::size_t channels,
                              quaternion_columns q);

/// Negates samples so that there are no such neighbours.
void align_hemispheres(std::vector<double>& values, std::size_t channels, quaternion_columns q);

/// Scales a row's quaternion to length 1; leaves zero and non-finite ones as they are.
void normalise(double* row, quaternion_columns q);

}  // namespace recordings
