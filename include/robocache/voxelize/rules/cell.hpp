// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/voxelize/grid.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 0 of `voxelize`: where a point lies in the grid. Every rule about cells is decided here.

namespace robocache {

/// What became of a point.
enum class point_fate : std::uint8_t {
  inside = 0,
  /// Finite, but in no voxel of the grid.
  outside,
  /// A coordinate is NaN or infinite, before or after the transform.
  not_finite,
};

/// The voxel of a point; x, y and z mean something only if it is inside.
struct voxel_cell {
  std::int32_t x;
  std::int32_t y;
  std::int32_t z;
  point_fate fate;
};

namespace detail {

/// The cells along x, y or z as the arithmetic wants them.
template <class Real>
struct cell_scale {
  Real origin;
  Real size;
  Real reciprocal;  ///< 1 / size, rounded
  /// How far from the middle of a cell an estimated quotient may be for its cell to be certain;
  /// negative where estimates are of no use.
  Real certain;
  std::int32_t extent;
  std::uint32_t quick_extent;  ///< the short cut's: 0 where estimates are of no use
};

template <class Real>
ROBOCACHE_HD inline cell_scale<Real> make_cell_scale(const voxel_grid<Real>& grid, int k) noexcept {
  const Real size = grid.voxel_size[k];
  cell_scale<Real> result{
      grid.origin[k], size, Real{0}, Real{-1}, static_cast<std::int32_t>(grid.extents[k]), 0};
  if constexpr (std::is_same_v<Real, float>) {
    constexpr std::int64_t most = std::int64_t{1} << 20;
    if (size > 0x1p-100f && size < 0x1p100f && grid.extents[k] <= most) {
      result.reciprocal = exact_div(1.0f, size);
      // Two roundings in the estimate, one in the quotient: together less than 2^-22 of it.
      result.certain = 0.5f - static_cast<float>(grid.extents[k] + 2) * 0x1p-22f;
      result.quick_extent = static_cast<std::uint32_t>(grid.extents[k]);
    }
  }
  return result;
}

/// floor(x) as an integer below `extent`, or -1. Not for NaN.
template <class Real>
ROBOCACHE_HD inline std::int32_t floor_below(Real x, std::int32_t extent) noexcept {
#if defined(__CUDA_ARCH__)
  // Saturates, so that a range test on the integer is one on the number.
  std::int32_t cell;
  if constexpr (sizeof(Real) == sizeof(float)) {
    asm("cvt.rmi.s32.f32 %0, %1;" : "=r"(cell) : "f"(x));
  } else {
    asm("cvt.rmi.s32.f64 %0, %1;" : "=r"(cell) : "d"(x));
  }
  return static_cast<std::uint32_t>(cell) < static_cast<std::uint32_t>(extent) ? cell : -1;
#else
  const Real cell = host_floor(x);
  if (!(cell >= Real{0} && cell < Real{2147483648.0})) return -1;
  const auto integer = static_cast<std::int32_t>(cell);
  return integer < extent ? integer : -1;
#endif
}

/// `floor((p - origin) / size)` if in `[0, extent)`, else -1. The difference and the quotient are
/// each rounded to nearest in `Real`. This is the rule; `quick_cell` below only takes a short cut.
template <class Real>
ROBOCACHE_HD inline std::int32_t cell_along(Real p, const cell_scale<Real>& scale) noexcept {
  const Real quotient = exact_div(exact_sub(p, scale.origin), scale.size);
  if (is_nan(quotient)) return -1;
  return floor_below(quotient, scale.extent);
}

/// The cell by multiplication with the reciprocal: a tenth of the instructions of the rule. Where
/// the estimate is outside, NaN or infinite the result is `quick_extent` or more.
///
/// Estimate and quotient differ by less than 2^-22 of either, so if the estimate is farther than
/// that from any whole number both have the same floor.
///
/// \param from_middle  how far the estimate is from the middle of its cell; NaN if it is not finite
ROBOCACHE_HD inline std::uint32_t quick_cell(float p, const cell_scale<float>& scale,
                                             float& from_middle) noexcept {
  const float estimate = exact_mul(exact_sub(p, scale.origin), scale.reciprocal);
#if defined(__CUDA_ARCH__)
  // Rounded down, the sum with 1.5 2^23 is the floor: the low bits are the integer.
  float shifted;
  asm("add.rm.f32 %0, %1, 0f4B400000;" : "=f"(shifted) : "f"(estimate));
  const std::uint32_t cell = bit_copy<std::uint32_t>(shifted) - 0x4b400000u;
  const float whole = exact_sub(shifted, 12582912.0f);
#else
  // Not `std::floor`, which is a function call before SSE 4.1.
  const bool small = estimate > -4194304.0f && estimate < 4194304.0f;  // false for NaN
  const auto toward_zero = small ? static_cast<std::int32_t>(estimate) : 0;
  const std::int32_t floor = toward_zero - (static_cast<float>(toward_zero) > estimate ? 1 : 0);
  const float whole = small ? static_cast<float>(floor) : estimate;
  const auto cell = small ? static_cast<std::uint32_t>(floor) : ~0u;
#endif
  from_middle = magnitude(exact_sub(exact_sub(estimate, whole), 0.5f));
  return cell;
}

/// A grid as the arithmetic wants it: x, y and z.
template <class Real>
struct cell_scales {
  cell_scale<Real> along[3];
};

template <class Real>
ROBOCACHE_HD inline cell_scales<Real> make_cell_scales(const voxel_grid<Real>& grid) noexcept {
  return {{make_cell_scale(grid, 0), make_cell_scale(grid, 1), make_cell_scale(grid, 2)}};
}

/// What became of a point that is in no voxel.
template <class Real>
ROBOCACHE_HD inline point_fate fate_of_lost(Real x, Real y, Real z) noexcept {
  return is_finite(x) && is_finite(y) && is_finite(z) ? point_fate::outside
                                                      : point_fate::not_finite;
}

/// Counts of lost points in the halves of a word: those outside, and those not finite. What a point
/// adds that is not inside.
ROBOCACHE_HD constexpr std::uint32_t lost_point(point_fate fate) noexcept {
  return fate == point_fate::outside ? 1u : 0x10000u;
}

/// The voxel of a point by the rule.
template <class Real>
ROBOCACHE_HD inline voxel_cell exact_cell_in(Real x, Real y, Real z,
                                             const cell_scales<Real>& scales) noexcept {
  voxel_cell cell{cell_along(x, scales.along[0]), cell_along(y, scales.along[1]),
                  cell_along(z, scales.along[2]), point_fate::inside};
  if ((cell.x | cell.y | cell.z) < 0) cell.fate = fate_of_lost(x, y, z);
  return cell;
}

/// The same out of line, for where it is rarely needed.
template <class Real>
ROBOCACHE_DETAIL_HD_COLD voxel_cell rare_cell_in(Real x, Real y, Real z,
                                                 const cell_scales<Real>& scales) noexcept {
  return exact_cell_in(x, y, z, scales);
}

/// A voxel by the short cut. It is the point's unless `away` exceeds `cell_scale::certain` on an
/// axis. A NaN may get lost in that comparison, but then the voxel is not inside.
struct quick_voxel {
  std::uint32_t x;
  std::uint32_t y;
  std::uint32_t z;
  bool inside;
  float away[3];  ///< from the middle of the cell
};

ROBOCACHE_HD inline quick_voxel quick_voxel_in(const float (&p)[3],
                                               const cell_scales<float>& scales) noexcept {
  quick_voxel quick;
  quick.x = quick_cell(p[0], scales.along[0], quick.away[0]);
  quick.y = quick_cell(p[1], scales.along[1], quick.away[1]);
  quick.z = quick_cell(p[2], scales.along[2], quick.away[2]);
  // Not `&&`: a branch would cost more than the comparison.
  quick.inside = (quick.x < scales.along[0].quick_extent) &
                 (quick.y < scales.along[1].quick_extent) &
                 (quick.z < scales.along[2].quick_extent);
  return quick;
}

/// The same voxel as by the rule, by the short cut where that is certain.
template <class Real>
ROBOCACHE_HD inline voxel_cell cell_in(const Real (&p)[3],
                                       const cell_scales<Real>& scales) noexcept {
  if constexpr (std::is_same_v<Real, float>) {
    const quick_voxel quick = quick_voxel_in(p, scales);
    if (quick.away[0] <= scales.along[0].certain && quick.away[1] <= scales.along[1].certain &&
        quick.away[2] <= scales.along[2].certain) {
      point_fate fate = point_fate::inside;
      if (!quick.inside) fate = fate_of_lost(p[0], p[1], p[2]);
      return {static_cast<std::int32_t>(quick.x), static_cast<std::int32_t>(quick.y),
              static_cast<std::int32_t>(quick.z), fate};
    }
    return rare_cell_in(p[0], p[1], p[2], scales);
  } else {
    return exact_cell_in(p[0], p[1], p[2], scales);
  }
}

/// A rigid transform in the points' own type.
template <class Real>
struct point_transform {
  Real rotation[9];
  Real translation[3];
  bool identity;
};

template <class Real>
ROBOCACHE_HD inline point_transform<Real> make_point_transform(
    const rigid_transform& transform) noexcept {
  point_transform<Real> result{};
  result.identity = true;
  for (int i = 0; i < 9; ++i) {
    result.rotation[i] = static_cast<Real>(transform.rotation[i]);
    result.identity = result.identity && transform.rotation[i] == (i % 4 == 0 ? 1.0 : 0.0);
  }
  for (int i = 0; i < 3; ++i) {
    result.translation[i] = static_cast<Real>(transform.translation[i]);
    result.identity = result.identity && transform.translation[i] == 0.0;
  }
  return result;
}

/// One coordinate of a moved point: `fma(r0, x, fma(r1, y, fma(r2, z, t)))`.
template <class Real>
ROBOCACHE_HD inline Real moved_along(int i, Real x, Real y, Real z,
                                     const point_transform<Real>& by) noexcept {
  return exact_fma(by.rotation[3 * i], x,
                   exact_fma(by.rotation[3 * i + 1], y,
                             exact_fma(by.rotation[3 * i + 2], z, by.translation[i])));
}

/// Moves a point.
template <class Real>
ROBOCACHE_HD inline void move_point(Real (&p)[3], const point_transform<Real>& by) noexcept {
  const Real x = p[0];
  const Real y = p[1];
  const Real z = p[2];
  for (int i = 0; i < 3; ++i) p[i] = moved_along(i, x, y, z, by);
}

}  // namespace detail

/// The voxel that a point lies in: along each of x, y and z `floor((p - origin) / voxel_size)`,
/// difference and quotient rounded to nearest in `Real`, whatever the compiler's flags. Cells are
/// half-open: a point on the far face of the grid is outside. The launchers decide by the same
/// arithmetic.
///
/// \param x, y, z  the point, in the unit of the grid; NaN and infinities are allowed
/// \param grid     checked by the launchers, not here: sizes positive, extents 1 to 2^31 - 1
template <class Real>
ROBOCACHE_HD inline voxel_cell cell_of(Real x, Real y, Real z,
                                       const voxel_grid<Real>& grid) noexcept {
  return detail::exact_cell_in(x, y, z, detail::make_cell_scales(grid));
}

/// Moves a point by a rigid transform, in the point's own type: for each coordinate
/// `fma(r0, x, fma(r1, y, fma(r2, z, t)))`, with rotation and translation rounded to that type. The
/// exact identity leaves every bit as it is.
///
/// \param p   in and out: x, y, z, in the unit of the translation
/// \param by  that it is rigid is not checked
template <class Real>
ROBOCACHE_HD inline void move_point(Real (&p)[3], const rigid_transform& by) noexcept {
  const auto rounded = detail::make_point_transform<Real>(by);
  if (!rounded.identity) detail::move_point(p, rounded);
}

}  // namespace robocache
