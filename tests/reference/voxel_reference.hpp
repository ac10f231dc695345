// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize/coordinates.hpp>

#include "../support/voxel_call.hpp"

#include <cstdint>
#include <vector>

/// \file
/// The rules of `voxelize` once more, point by point and as plainly as possible. Shares no code
/// with the library.

namespace robocache_test {

/// Where a point is.
struct reference_cell {
  enum class fate { inside, outside, not_finite };
  fate is = fate::outside;
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t z = 0;
};

/// The voxel of a point, which is given by the bits of its coordinates.
///
/// \param kind       f32 or f64: the type of the point and of all arithmetic
/// \param transform  as the options have it; the identity moves nothing
reference_cell cell_reference(scalar_kind kind, const std::uint64_t* bits, const any_grid& grid,
                              const robocache::rigid_transform& transform);

/// A coordinate of a point that is in a voxel, as a feature: the bits of a float.
///
/// \param axis  0, 1 or 2 for x, y or z
/// \param to    where it counts from
std::uint64_t coordinate_reference(scalar_kind kind, const std::uint64_t* bits, int axis,
                                   const any_grid& grid,
                                   const robocache::rigid_transform& transform,
                                   robocache::relative_to to);

/// A sum of floats without any rounding, as digits of 32 bits from 2^-149 up.
class exact_sum {
 public:
  void add(float finite);
  /// Exact where the sum has at most 64 significant bits; else cut off after them.
  long double value() const;

 private:
  static constexpr int digits = 12;  // 2^-149 .. 2^235
  std::int64_t digit_[digits] = {};
};

/// What an output may be: any value of the format from low to high; mostly those are equal.
struct value_range {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// What a voxel held before a call that accumulates.
struct prior_value {
  std::uint64_t bits = 0;
  std::uint32_t count = 0;  ///< 0: nothing, whatever the bits
};

/// What becomes of the values of one feature in one voxel; at least one value.
///
/// Values come in the order of their points. Sums and means may be off by the bound that
/// `reduce_values` documents, n^2 2^-61 of the largest magnitude before they are rounded, and by
/// nothing where it promises an exact sum.
value_range reduce_reference(const voxel_types& types, const std::vector<std::uint64_t>& values,
                             robocache::nan_policy nans, const prior_value& prior);

}  // namespace robocache_test
