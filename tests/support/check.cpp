// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "problem.hpp"

#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

namespace robocache_test {
namespace {

std::size_t index_of(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// One channel, from the decoded samples, in the arithmetic that the contract prescribes.
template <class Real>
double channel_value(bool blend, double left, double right, double w, const problem& work,
                     std::size_t channel) {
  const auto a = static_cast<Real>(left);
  Real value = a;
  if (blend) {
    const auto b = static_cast<Real>(right);
    const Real rise = b - a;
    value = std::fma(static_cast<Real>(w), rise, a);
  }
  if (!work.scale.empty()) {
    const Real shift = work.shift.empty() ? Real{0} : static_cast<Real>(work.shift[channel]);
    value = std::fma(value, static_cast<Real>(work.scale[channel]), shift);
  } else if (!work.shift.empty()) {
    value = value + static_cast<Real>(work.shift[channel]);
  }
  return static_cast<double>(value);
}

std::uint64_t expected_bits(const problem& work, const recording& item, const expected_row& row,
                            double weight, std::int64_t d) {
  const bool in_double = is_double(work.types);
  if (row.is == expected_row::kind::constant) {
    const double constant = in_double ? row.constant : static_cast<float>(row.constant);
    return encode(work.types.out, constant);
  }
  const bool blend = row.is == expected_row::kind::blend;
  const std::uint64_t left = item.values[index_of(row.left * work.channels + d)];
  const std::uint64_t right = item.values[index_of(row.right * work.channels + d)];
  const bool plain = work.scale.empty() && work.shift.empty();
  if (!blend && plain && work.types.in == work.types.out) return left;
  const double a = decode(work.types.in, left);
  const double b = decode(work.types.in, right);
  const double value = in_double ? channel_value<double>(blend, a, b, weight, work, index_of(d))
                                 : channel_value<float>(blend, a, b, weight, work, index_of(d));
  return encode(work.types.out, value);
}

/// The end result against exact arithmetic, without the library's weight. Three roundings in `Real`
/// (weight, difference, and the fma) and one to the output: 2.01 units of the rise, and two halves
/// of a unit of the result.
bool near_exact(const problem& work, const recording& item, const expected_row& row,
                std::uint64_t got, std::int64_t d) {
  if (row.is != expected_row::kind::blend || !work.scale.empty() || !work.shift.empty())
    return true;
  const long double a = decode(work.types.in, item.values[index_of(row.left * work.channels + d)]);
  const long double b = decode(work.types.in, item.values[index_of(row.right * work.channels + d)]);
  const scalar_kind real = is_double(work.types) ? scalar_kind::f64 : scalar_kind::f32;
  const long double limit = is_double(work.types) ? 1e300L : 1e37L;
  if (!(std::fabs(a) < limit) || !(std::fabs(b) < limit)) return true;
  const long double exact = a + row.weight * (b - a);
  const long double result = decode(work.types.out, got);
  if (std::isinf(result))
    return std::fabs(exact) > decode(work.types.out, encode(work.types.out, 6e4));
  const long double bound = std::fabs(b - a) * 1.01L *
                                (weight_tolerance(work.types, row.weight) +
                                 std::fabs(row.weight) * 2 * half_ulp(real, 1.0L)) +
                            (half_ulp(real, exact) + half_ulp(work.types.out, exact)) * 1.01L;
  return std::fabs(result - exact) <= bound;
}

/// A line that goes on far beyond the last sample may have a weight that is infinite in `Real`, or
/// by a rounding nearly.
bool weight_overflows(const combination& types, const expected_row& row) {
  const scalar_kind real = is_double(types) ? scalar_kind::f64 : scalar_kind::f32;
  return std::isinf(decode(real, encode(real, static_cast<double>(row.weight * 1.01L))));
}

bool weight_is_right(const combination& types, const expected_row& row, double weight) {
  if (!weight_overflows(types, row)) {
    return std::fabs(weight - row.weight) <= weight_tolerance(types, row.weight);
  }
  const double least = is_double(types) ? 0.98 * std::numeric_limits<double>::max()
                                        : 0.98 * std::numeric_limits<float>::max();
  return std::fabs(weight) >= least && std::signbit(weight) == std::signbit(row.weight);
}

std::string hex(std::uint64_t bits) {
  std::ostringstream out;
  out << "0x" << std::hex << bits;
  return out.str();
}

const char* name_of(expected_row::kind kind) {
  constexpr const char* names[] = {"sample", "blend", "constant"};
  return names[static_cast<int>(kind)];
}

}  // namespace

std::string difference(backend& where, const problem& work, const outcome& got) {
  std::ostringstream wrong;
  wrong.precision(21);
  if (!got.status.ok()) return std::string("status: ") + got.status.message();
  if (!got.padding_intact) return "wrote outside its elements";

  outcome brackets_run;
  if (got.left.empty() && work.batch() * work.rows() > 0) {
    problem no_channels = work;  // the weights, without moving the values once more
    no_channels.channels = 0;
    no_channels.scale.clear();
    no_channels.shift.clear();
    setup how;
    how.path = call_path::brackets;
    brackets_run = run(where, no_channels, how);
    if (!brackets_run.status.ok()) return brackets_run.status.message();
  }
  const outcome& brackets = got.left.empty() ? brackets_run : got;
  const scalar_kind real = is_double(work.types) ? scalar_kind::f64 : scalar_kind::f32;

  for (std::int64_t b = 0; b < work.batch(); ++b) {
    const recording& item = work.items[index_of(b)];
    resample_reference reference(work.types.time, item.times, work.policy);
    for (std::int64_t t = 0; t < work.rows(); ++t) {
      const std::size_t at = index_of(b * work.rows() + t);
      const stamp target = work.targets[index_of(b)][index_of(t)];
      const expected_row row = reference.row(target);
      const auto place = [&]() -> std::ostringstream& {
        wrong << "item " << b << " row " << t << " target " << target << " ("
              << robocache_test::name_of(work.types.time) << ", "
              << robocache_test::name_of(work.types.in) << " to "
              << robocache_test::name_of(work.types.out) << "): expected " << name_of(row.is) << " "
              << row.left << ", " << row.right << " weight " << row.weight << "; ";
        return wrong;
      };
      const std::uint8_t status = got.statuses.empty() ? brackets.statuses[at] : got.statuses[at];
      if (status != row.status || brackets.statuses[at] != row.status) {
        place() << "status is " << +status << ", expected " << +row.status;
        return wrong.str();
      }
      const std::int64_t left = brackets.left[at];
      const std::int64_t right = brackets.right[at];
      const double weight = decode(real, brackets.weight[at]);
      const bool constant = row.is == expected_row::kind::constant;
      if (constant ? left >= 0 : left != row.left || right != row.right) {
        place() << "bracket is " << left << ", " << right;
        return wrong.str();
      }
      if (row.is == expected_row::kind::blend && !weight_is_right(work.types, row, weight)) {
        place() << "weight is " << weight;
        return wrong.str();
      }
      for (std::int64_t d = 0; d < work.channels; ++d) {
        const std::uint64_t bits = got.output[at * index_of(work.channels) + index_of(d)];
        const std::uint64_t expected = expected_bits(work, item, row, weight, d);
        if (bits != expected) {
          place() << "channel " << d << " is " << hex(bits) << ", expected " << hex(expected);
          return wrong.str();
        }
        if (!weight_overflows(work.types, row) && !near_exact(work, item, row, bits, d)) {
          place() << "channel " << d << " is " << hex(bits) << ", too far from the exact value";
          return wrong.str();
        }
      }
    }
  }
  return "";
}

std::string check(backend& where, const problem& work, const setup& how) {
  return difference(where, work, run(where, work, how));
}

}  // namespace robocache_test
