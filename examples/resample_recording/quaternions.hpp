// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// Orientations among the channels.
///
/// The library's `resample` interpolates each channel by itself. For quaternions that is right once
/// neighbours lie in one hemisphere (q and -q are the same orientation, and sensors flip between
/// them) and the result is normalised again: normalised linear interpolation.

namespace recordings {

/// Four consecutive channels, by the index of the first.
using quaternion_columns = std::size_t;

/// Channels named like q_x q_y q_z q_w, qw qx qy qz, orientation.x ... or q[0] ... q[3].
std::vector<quaternion_columns> find_quaternions(const std::vector<std::string>& names);

/// Largest ||q| - 1| over the samples; NaN samples do not count.
double largest_norm_error(const std::vector<double>& values, std::size_t channels,
                          quaternion_columns q);

/// Negates samples so that neighbours have a non-negative dot product.
/// \return the number of neighbours that had a negative one
std::int64_t align_hemispheres(std::vector<double>& values, std::size_t channels,
                               quaternion_columns q);

/// Scales a row's quaternion to length 1; leaves zero and non-finite ones as they are.
void normalise(double* row, quaternion_columns q);

}  // namespace recordings
