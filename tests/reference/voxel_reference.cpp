// SPDX-License-Identifier: Apache-2.0
#include "voxel_reference.hpp"

#include "numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace robocache_test {
namespace {

using robocache::nan_policy;
using robocache::reduction;

template <class Real>
Real real_of(std::uint64_t bits) {
  // Through memory, so that a signalling NaN stays one.
  Real x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

/// The coordinates after the transform.
template <class Real>
void move(Real (&p)[3], const robocache::rigid_transform& by) {
  const robocache::rigid_transform none;
  if (std::equal(by.rotation, by.rotation + 9, none.rotation) &&
      std::equal(by.translation, by.translation + 3, none.translation)) {
    return;
  }
  const Real from[3] = {p[0], p[1], p[2]};
  for (int i = 0; i < 3; ++i) {
    Real x = static_cast<Real>(by.translation[i]);
    for (int j = 2; j >= 0; --j) {
      x = std::fma(static_cast<Real>(by.rotation[3 * i + j]), from[j], x);
    }
    p[i] = x;
  }
}

template <class Real>
reference_cell cell_of_real(const std::uint64_t* bits, const any_grid& grid,
                            const robocache::rigid_transform& transform) {
  Real p[3] = {real_of<Real>(bits[0]), real_of<Real>(bits[1]), real_of<Real>(bits[2])};
  move(p, transform);
  reference_cell cell;
  if (!std::isfinite(p[0]) || !std::isfinite(p[1]) || !std::isfinite(p[2])) {
    cell.is = reference_cell::fate::not_finite;
    return cell;
  }
  std::int64_t found[3];
  for (int i = 0; i < 3; ++i) {
    const Real difference = p[i] - static_cast<Real>(grid.origin[i]);
    const Real quotient = difference / static_cast<Real>(grid.voxel_size[i]);
    const Real floor = std::floor(quotient);
    if (!(floor >= 0 && floor < static_cast<Real>(4e9))) return cell;
    found[i] = static_cast<std::int64_t>(floor);
    if (found[i] >= grid.extents[i]) return cell;
  }
  cell = {reference_cell::fate::inside, found[0], found[1], found[2]};
  return cell;
}

template <class Real>
float coordinate_of_real(const std::uint64_t* bits, int axis, const any_grid& grid,
                         const robocache::rigid_transform& transform, robocache::relative_to to) {
  Real p[3] = {real_of<Real>(bits[0]), real_of<Real>(bits[1]), real_of<Real>(bits[2])};
  move(p, transform);
  if (to == robocache::relative_to::frame) return static_cast<float>(p[axis]);
  const reference_cell cell = cell_of_real<Real>(bits, grid, transform);
  const std::int64_t number = axis == 0 ? cell.x : axis == 1 ? cell.y : cell.z;
  // Of two roundings to double the first is made, the second left out: 2^-53 of a voxel shows in
  // a float only next to the middle of two.
  const double from_origin =
      static_cast<double>(p[axis]) - static_cast<double>(static_cast<Real>(grid.origin[axis]));
  const auto size = static_cast<long double>(static_cast<Real>(grid.voxel_size[axis]));
  return static_cast<float>(static_cast<long double>(from_origin) -
                            (2 * static_cast<long double>(number) + 1) * size / 2);
}

value_range only(std::uint64_t bits) {
  return {bits, bits};
}

/// a before b in the total order of numbers that are not NaN.
bool below(double a, double b) {
  return a < b || (a == b && std::signbit(a) && !std::signbit(b));
}

/// The exact sum of finite values, and how far off the library may be.
struct bounded {
  long double sum = 0;
  long double error = 0;
};

bounded sum_of(const std::vector<double>& values) {
  exact_sum sum;
  double largest = 0;
  double smallest = std::numeric_limits<double>::infinity();
  for (const double x : values) {
    sum.add(static_cast<float>(x));
    if (x == 0) continue;
    largest = std::max(largest, std::fabs(x));
    smallest = std::min(smallest, std::fabs(x));
  }
  const auto n = static_cast<long double>(values.size());
  bounded result;
  result.sum = sum.value();
  if (n > 1000 || largest >= smallest * 0x1p28) result.error = n * n * 0x1p-61L * largest;
  return result;
}

/// Rounding to double and then to the format goes up or stays wherever its argument does, so all
/// that is between the limits rounds into the range.
value_range between(scalar_kind out, long double x, long double error) {
  return {encode(out, static_cast<double>(x - error)), encode(out, static_cast<double>(x + error))};
}

/// The variance within the documented bound, 2^-29 of half the range times the standard deviation.
value_range variance_of(scalar_kind out, const std::vector<double>& values) {
  const auto n = static_cast<long double>(values.size());
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (std::isinf(*low) || std::isinf(*high)) {
    return only(encode(out, std::numeric_limits<double>::quiet_NaN()));
  }
  if (*low == *high) return only(encode(out, 0));
  long double mean = 0;
  for (const double x : values) mean += static_cast<long double>(x) / n;
  long double variance = 0;
  for (const double x : values) {
    const long double distance = static_cast<long double>(x) - mean;
    variance += distance * distance / n;
  }
  const long double half = (static_cast<long double>(*high) - static_cast<long double>(*low)) / 2;
  const long double error = 0x1p-29L * half * std::sqrt(variance);
  value_range range = between(out, variance, error);
  if (variance < error) range.low = encode(out, 0);
  return range;
}

}  // namespace

reference_cell cell_reference(scalar_kind kind, const std::uint64_t* bits, const any_grid& grid,
                              const robocache::rigid_transform& transform) {
  return kind == scalar_kind::f32 ? cell_of_real<float>(bits, grid, transform)
                                  : cell_of_real<double>(bits, grid, transform);
}

std::uint64_t coordinate_reference(scalar_kind kind, const std::uint64_t* bits, int axis,
                                   const any_grid& grid,
                                   const robocache::rigid_transform& transform,
                                   robocache::relative_to to) {
  return encode(scalar_kind::f32,
                kind == scalar_kind::f32
                    ? coordinate_of_real<float>(bits, axis, grid, transform, to)
                    : coordinate_of_real<double>(bits, axis, grid, transform, to));
}

void exact_sum::add(float finite) {
  if (finite == 0) return;
  int exponent = 0;
  // |finite| = mantissa * 2^exponent with 24 bits, but not below 2^-149.
  const float fraction = std::frexp(std::fabs(finite), &exponent);
  auto mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 24));
  int place = exponent - 24 + 149;
  if (place < 0) {
    mantissa >>= -place;  // a denormal: those bits are zero
    place = 0;
  }
  const std::int64_t shifted = mantissa << (place % 32);
  const std::int64_t sign = std::signbit(finite) ? -1 : 1;
  digit_[place / 32] += sign * (shifted & 0xffffffff);
  digit_[place / 32 + 1] += sign * (shifted >> 32);
}

long double exact_sum::value() const {
  std::int64_t digit[digits];
  std::copy(digit_, digit_ + digits, digit);
  const auto carry = [&] {
    for (int i = 0; i + 1 < digits; ++i) {
      digit[i + 1] += digit[i] >> 32;
      digit[i] &= 0xffffffff;
    }
  };
  carry();
  const bool negative = digit[digits - 1] < 0;
  if (negative) {
    for (std::int64_t& d : digit) d = -d;
    carry();
  }
  long double sum = 0;
  for (int i = digits - 1; i >= 0; --i) {
    sum += std::ldexp(static_cast<long double>(digit[i]), 32 * i - 149);
  }
  return negative ? -sum : sum;
}

value_range reduce_reference(const voxel_types& types, const std::vector<std::uint64_t>& bits,
                             nan_policy nans, const prior_value& prior) {
  const scalar_kind out = types.out;
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const bool sums = types.reduce == reduction::sum || types.reduce == reduction::mean;
  const double before = decode(out, prior.bits);

  if (types.reduce == reduction::first) {
    const bool holds = prior.count != 0 && !(std::isnan(before) && nans == nan_policy::ignore);
    if (holds) return only(encode(out, std::isnan(before) ? not_a_number : before));
    for (const std::uint64_t each : bits) {
      const double x = decode(types.in, each);
      if (!std::isnan(x)) return only(encode(out, x));
      if (nans == nan_policy::propagate) break;
    }
    return only(encode(out, not_a_number));
  }

  std::vector<double> values;
  std::size_t nan_count = 0;
  for (const std::uint64_t each : bits) {
    const double x = decode(types.in, each);
    if (std::isnan(x)) {
      ++nan_count;
    } else {
      values.push_back(x);
    }
  }
  bool fresh_nan = values.empty() || (nan_count > 0 && nans == nan_policy::propagate);
  const bool up = std::count(values.begin(), values.end(), infinity) > 0;
  const bool down = std::count(values.begin(), values.end(), -infinity) > 0;
  if (sums && up && down) fresh_nan = true;

  if (prior.count != 0 && (std::isnan(before) || fresh_nan)) {
    if (nans == nan_policy::propagate || (std::isnan(before) && fresh_nan)) {
      return only(encode(out, not_a_number));
    }
    if (fresh_nan) return only(encode(out, before));
    return reduce_reference(types, bits, nans, {});  // the fresh values alone
  }
  if (fresh_nan) return only(encode(out, not_a_number));

  if (types.reduce == reduction::variance) return variance_of(out, values);

  if (!sums) {
    if (prior.count != 0) values.push_back(before);
    double best = values.front();
    for (const double x : values) {
      if (types.reduce == reduction::max ? below(best, x) : below(x, best)) best = x;
    }
    return only(encode(out, best));
  }

  double infinite = up ? infinity : down ? -infinity : 0;
  if (prior.count != 0 && std::isinf(before)) {
    if (infinite != 0 && infinite != before) return only(encode(out, not_a_number));
    infinite = before;
  }
  if (infinite != 0) return only(encode(out, infinite));

  bounded x = sum_of(values);
  auto divisor = static_cast<long double>(types.reduce == reduction::mean ? values.size() : 1);
  if (prior.count == 0) {
    if (x.error == 0) {  // no rounding but these
      const double sum = static_cast<double>(x.sum);
      return only(encode(out, sum / static_cast<double>(divisor)));
    }
  } else {
    // The prior mean was rounded, and counts all points of before.
    const bool mean = types.reduce == reduction::mean;
    x.sum += static_cast<long double>(before) * (mean ? prior.count : 1);
    if (mean) {
      divisor = static_cast<long double>(prior.count) + static_cast<long double>(bits.size());
    }
    x.error += std::fabs(static_cast<long double>(before)) * (mean ? prior.count : 1) * 0x1p-52L;
  }
  // Roundings to double on the way, and those of `exact_sum`.
  x.error += std::fabs(x.sum) * 0x1p-51L;
  return between(out, x.sum / divisor, x.error / divisor);
}

}  // namespace robocache_test
