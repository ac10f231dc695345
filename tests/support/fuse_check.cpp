// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../reference/rotation_reference.hpp"
#include "../reference/stream_reference.hpp"
#include "fuse_problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace robocache_test {
namespace {

using robocache::channel_mode;
using robocache::row_status;

std::size_t index_of(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// The exact value of one output element before normalization and rounding.
struct exact_value {
  long double value = 0;
  long double error = 0;   ///< how far the library may be from it
  long double period = 0;  ///< of an angle: the value is modulo this
  bool unchecked = false;  ///< not finite or overflowing: `resample`'s own tests look at those
};

/// One row of one stream: what it is made from.
struct row_of_values {
  const fuse_stream& stream;
  combination types;
  const recording& item;
  expected_row row;

  scalar_kind real() const { return is_double(types) ? scalar_kind::f64 : scalar_kind::f32; }
  std::uint64_t bits(std::int64_t sample, std::int64_t channel) const {
    return item.values[index_of(sample * stream.channels + channel)];
  }
  long double at(std::int64_t sample, std::int64_t channel) const {
    return decode(stream.in, bits(sample, channel));
  }
  /// A line that goes on far beyond the last sample may have a weight that is infinite in `Real`.
  bool weight_is_infinite() const {
    return std::isinf(decode(real(), encode(real(), static_cast<double>(row.weight))));
  }
  /// How far the library's weight may be from the exact one, and what it does to a value that
  /// changes by `rise` from sample to sample.
  long double weight_error(long double rise) const {
    return std::fabs(rise) * weight_tolerance(types, row.weight) * 1.01L;
  }
};

/// `fma(w, b - a, a)`: the difference and the fma round, in `Real`.
exact_value linear(const row_of_values& from, std::int64_t d) {
  const long double a = from.at(from.row.left, d);
  const long double b = from.at(from.row.right, d);
  const long double limit = is_double(from.types) ? 1e300L : 1e37L;
  exact_value result;
  result.unchecked = !(std::fabs(a) < limit) || !(std::fabs(b) < limit);
  if (result.unchecked) return result;
  result.value = a + from.row.weight * (b - a);
  result.error = from.weight_error(b - a) +
                 std::fabs(from.row.weight) * half_ulp(from.real(), b - a) * 1.01L +
                 half_ulp(from.real(), result.value) * 1.01L;
  return result;
}

/// Both angles and their difference are wrapped: each rounds in `Real`, as does the fma.
exact_value angle(const row_of_values& from, std::int64_t d) {
  const long double a = from.at(from.row.left, d);
  const long double b = from.at(from.row.right, d);
  exact_value result;
  if (!std::isfinite(a) || !std::isfinite(b)) {
    result.value = std::numeric_limits<long double>::quiet_NaN();
    return result;
  }
  // Beyond this a turn is less than one unit of the type, and the difference may overflow.
  const long double limit = is_double(from.types) ? 1e12L : 1e4L;
  result.unchecked = !(std::fabs(a) < limit) || !(std::fabs(b) < limit);
  if (result.unchecked) return result;
  const long double w = std::fabs(from.row.weight);
  result.value = angle_reference(a, b, from.row.weight);
  result.period = 2 * pi_reference;
  result.error = from.weight_error(pi_reference) +
                 half_ulp(from.real(), 1) * 2 *
                     (w * (std::fabs(b - a) + pi_reference) + std::fabs(a) + 2 * pi_reference);
  return result;
}

/// The same in degrees. Whole turns are taken off exactly, so there is no magnitude too large: the
/// difference rounds, and the fma.
exact_value degrees(const row_of_values& from, std::int64_t d) {
  const long double a = from.at(from.row.left, d);
  const long double b = from.at(from.row.right, d);
  exact_value result;
  if (!std::isfinite(a) || !std::isfinite(b)) {
    result.value = std::numeric_limits<long double>::quiet_NaN();
    return result;
  }
  const long double w = std::fabs(from.row.weight);
  const long double way = std::fabs(degrees_between(a, b));
  const long double rounding = half_ulp(from.real(), 360.0L);
  // Next to half a turn a rounding may decide; at half a turn the rule does.
  result.unchecked = way != 180 && way + 2 * rounding >= 180;
  result.value = degrees_reference(a, b, from.row.weight);
  result.period = 360;
  result.error =
      from.weight_error(way) + w * rounding * 1.01L + half_ulp(from.real(), 180 + w * way) * 1.01L;
  return result;
}

/// The two samples of a rotation of N channels. If one of them is unusable the other one stands for
/// both; `usable` says whether neither is.
///
/// \return false if both are unusable
template <std::size_t N, class Reference, class IsUsable>
bool take_samples(const row_of_values& from, std::int64_t d, const IsUsable& is_usable,
                  Reference& a, Reference& b, bool* usable) {
  for (std::size_t i = 0; i < N; ++i) {
    a[i] = from.at(from.row.left, d + static_cast<std::int64_t>(i));
    b[i] = from.at(from.row.right, d + static_cast<std::int64_t>(i));
  }
  const bool one = is_usable(a);
  const bool other = is_usable(b);
  *usable = one && other;
  if (!one) a = b;
  if (!other) b = a;
  return one || other;
}

/// How far a rotation goes on: up to 2^31 radians along the arc between its quaternions. Beyond
/// that it is the earlier sample; at the limit a rounding decides.
struct rotation_way {
  long double weight;
  long double error;  ///< what the library's weight may add, radians along the arc
  bool unchecked;

  rotation_way(const row_of_values& from, long double arc) {
    constexpr long double limit = 0x1p31L;
    const long double way = std::fabs(from.row.weight) * arc;
    const bool ends = way > limit;
    weight = ends ? 0 : from.row.weight;
    error = ends ? 0 : from.weight_error(arc);
    unchecked = std::fabs(way - limit) <= limit * 1e-6L;
  }
};

std::vector<exact_value> no_rotation(std::size_t channels) {
  std::vector<exact_value> result(channels);
  for (exact_value& c : result) c.value = std::numeric_limits<long double>::quiet_NaN();
  return result;
}

/// A quaternion, or the one that is usable, or NaN. `usable` says whether both were.
std::vector<exact_value> quaternion(const row_of_values& from, std::int64_t d, bool* usable) {
  quaternion_reference a, b;
  const auto is_usable = [](const auto& sample) { return is_rotation(sample); };
  if (!take_samples<4>(from, d, is_usable, a, b, usable)) return no_rotation(4);
  std::vector<exact_value> result(4);
  const long double arc = arc_between(a, b);
  const rotation_way way(from, arc);
  const quaternion_reference exact = slerp_reference(a, b, way.weight);
  for (std::size_t i = 0; i < 4; ++i) {
    result[i].value = exact[i];
    // 1e-15 is promised for weights up to 1.
    result[i].error = way.error + 1e-15L * std::fmax(1, std::fabs(way.weight));
    // Half a turn apart both ways are the shortest, and a rounding may decide.
    result[i].unchecked =
        (std::fabs(arc - pi_reference / 2) < 1e-12L && arc != pi_reference / 2) || way.unchecked;
  }
  return result;
}

std::vector<exact_value> rotation_vector(const row_of_values& from, std::int64_t d, bool* usable) {
  vector_reference a, b;
  const auto is_usable = [](const auto& sample) { return has_length(sample); };
  if (!take_samples<3>(from, d, is_usable, a, b, usable)) return no_rotation(3);
  std::vector<exact_value> result(3);
  const long double arc = arc_between(quaternion_of(a), quaternion_of(b));
  const rotation_way way(from, arc);
  const vector_reference exact = rotation_vector_reference(a, b, way.weight);
  const long double length = std::hypot(std::hypot(exact[0], exact[1]), exact[2]);
  const long double longest =
      std::fmax(std::hypot(std::hypot(a[0], a[1]), a[2]), std::hypot(std::hypot(b[0], b[1]), b[2]));
  for (std::size_t i = 0; i < 3; ++i) {
    result[i].value = exact[i];
    // The vector moves at most pi / 2 times as fast as the rotation, which is 2 arcs. 1e-14 is
    // promised; vectors of many turns are known to a rounding of their length.
    result[i].error = way.error * pi_reference +
                      1e-14L * std::fmax(1, std::fabs(way.weight)) * std::fmax(1, longest / 4);
    // At half a turn the axis may point either way.
    result[i].unchecked = length > pi_reference - 1e-5L || longest > 1e6L ||
                          std::fabs(arc - pi_reference / 2) < 1e-10L || way.unchecked;
  }
  return result;
}

std::vector<exact_value> two_columns(const row_of_values& from, std::int64_t d, bool* usable) {
  columns_reference a, b;
  const auto is_usable = [](const auto& sample) { return is_frame(sample); };
  if (!take_samples<6>(from, d, is_usable, a, b, usable)) return no_rotation(6);
  std::vector<exact_value> result(6);
  const long double turn = turn_between(a, b);
  const rotation_way way(from, turn / 2);
  const columns_reference exact = rot6d_reference(a, b, way.weight);
  const long double sine = std::fmin(sine_between(a), sine_between(b));
  for (std::size_t i = 0; i < 6; ++i) {
    result[i].value = exact[i];
    // 1e-14 is promised for columns at right angles and weights up to 1.
    result[i].error = way.error * 2 + 1e-14L * std::fmax(1, std::fabs(way.weight)) / sine;
    // Next to half a turn a rounding decides which way is short.
    result[i].unchecked = turn > pi_reference - 1e-4L || sine < 1e-6L || way.unchecked;
  }
  return result;
}

/// "" if the bits are a rounding of the exact value, normalized, to within its error.
std::string wrong_value(const row_of_values& from, std::int64_t d, const exact_value& exact,
                        std::uint64_t bits) {
  if (exact.unchecked) return "";
  const scalar_kind real = from.real();
  const scalar_kind out = from.types.out;
  const bool scaled = !from.stream.scale.empty();
  const bool shifted = !from.stream.shift.empty();
  long double value = exact.value;
  long double error = exact.error;
  if (scaled || shifted) {
    // Rounded to `Real` before, and after the fma. What overflows before does so for good, and next
    // to that a rounding decides.
    const auto overflows = [&](long double x) {
      return std::isinf(decode(real, encode(real, static_cast<double>(x))));
    };
    if (overflows(value * 1.01L)) {
      const bool finite = std::isfinite(decode(out, bits));
      return finite && overflows(value * 0.99L) ? "is finite, expected an overflow" : "";
    }
    const long double factor = scaled ? from.stream.scale[index_of(d)] : 1.0L;
    error = (error + half_ulp(real, value)) * std::fabs(factor);
    value = value * factor + (shifted ? from.stream.shift[index_of(d)] : 0.0L);
    error += half_ulp(real, value) * 1.01L;
  }
  const long double got = decode(out, bits);
  std::ostringstream wrong;
  wrong.precision(21);
  wrong << "is " << got << ", expected " << value << " +- " << error;
  if (std::isnan(value)) {
    const auto nan = encode(out, std::numeric_limits<double>::quiet_NaN());
    return bits == nan ? "" : wrong.str();
  }
  const std::uint64_t largest = encode(out, std::numeric_limits<double>::infinity()) - 1;
  if (std::fabs(value) > decode(out, largest) * 0.99L) return "";
  error += half_ulp(out, std::fabs(value) + error) * 1.001L;
  long double apart = got - value;
  if (exact.period > 0 && !scaled && !shifted) {
    apart = std::remainder(apart, exact.period);
    const auto half = static_cast<double>(exact.period / 2);
    const double nearest = real == scalar_kind::f32 ? static_cast<float>(half) : half;
    if (std::fabs(got) > decode(out, encode(out, nearest))) return wrong.str();
  } else if (exact.period > 0) {  // the two ends of the range are one angle
    if (std::fabs(std::fabs(exact.value) - exact.period / 2) <= exact.error) return "";
  }
  return std::fabs(apart) <= error ? "" : wrong.str();
}

/// The channels of one run against the reference; adds `no_rotation` to the status where due.
std::string wrong_run(const row_of_values& from, const robocache::channel_group& run,
                      const std::uint64_t* got, std::uint8_t* status) {
  const auto channel = [&](std::int64_t d, const std::string& what) {
    return what.empty() ? what : "channel " + std::to_string(d) + " " + what;
  };
  const bool plain = from.stream.scale.empty() && from.stream.shift.empty();
  const int components = components_of(run.mode);
  for (std::int64_t d = run.first; d < run.first + run.count; d += components) {
    std::vector<exact_value> exact(index_of(components));
    if (from.row.is == expected_row::kind::constant) {
      const double constant =
          is_double(from.types) ? from.row.constant : static_cast<float>(from.row.constant);
      for (std::int64_t i = d; i < d + components; ++i) {
        if (got[i] != encode(from.types.out, constant)) return channel(i, "is not the constant");
      }
      continue;
    }
    if (from.row.is == expected_row::kind::sample) {
      for (std::int64_t i = d; i < d + components; ++i) {
        const std::uint64_t bits = from.bits(from.row.left, i);
        if (plain && from.stream.in == from.types.out) {
          if (got[i] != bits) return channel(i, "is not the sample's bits");
          continue;
        }
        exact_value sample;
        sample.value = decode(from.stream.in, bits);
        const long double limit = is_double(from.types) ? 1e300L : 1e37L;
        sample.unchecked = !plain && !(std::fabs(sample.value) < limit);
        if (std::isinf(sample.value)) {
          if (plain && got[i] != encode(from.types.out, decode(from.stream.in, bits))) {
            return channel(i, "is not the sample");
          }
          continue;
        }
        const std::string wrong = wrong_value(from, i, sample, got[i]);
        if (!wrong.empty()) return channel(i, wrong);
      }
      continue;
    }
    bool usable = true;
    switch (run.mode) {
      case channel_mode::angle:
        exact[0] = angle(from, d);
        break;
      case channel_mode::degrees:
        exact[0] = degrees(from, d);
        break;
      case channel_mode::slerp_xyzw:
      case channel_mode::slerp_wxyz:
        exact = quaternion(from, d, &usable);
        break;
      case channel_mode::rotation_vector:
        exact = rotation_vector(from, d, &usable);
        break;
      case channel_mode::rot6d:
        exact = two_columns(from, d, &usable);
        break;
      default:
        exact[0] = linear(from, d);
    }
    if (from.weight_is_infinite()) {
      // A rotation has no direction then; a line is what the weight's formula makes of it, which
      // `resample` is checked for.
      if (components > 1) exact = no_rotation(index_of(components)), usable = false;
      for (exact_value& c : exact) c.unchecked = components == 1;
    }
    if (!usable) *status = static_cast<std::uint8_t>(*status | row_status::no_rotation);
    for (int i = 0; i < components; ++i) {
      const std::string wrong = wrong_value(from, d + i, exact[index_of(i)], got[d + i]);
      if (!wrong.empty()) return channel(d + i, wrong);
    }
  }
  return "";
}

}  // namespace

std::string difference(const fuse_problem& work, const fuse_outcome& got) {
  std::ostringstream wrong;
  wrong.precision(21);
  if (!got.status.ok()) return std::string("status: ") + got.status.message();
  if (!got.padding_intact) return "wrote outside its elements";
  for (std::size_t n = 0; n < work.streams.size(); ++n) {
    const fuse_stream& stream = work.streams[n];
    const combination types{stream.in, work.out, work.time};
    for (std::int64_t b = 0; b < work.batch(); ++b) {
      const recording& item = stream.items[index_of(b)];
      stream_reference reference(work.time, item.times, stream.policy, stream.groups,
                                 stream.channels);
      for (std::int64_t t = 0; t < work.rows(); ++t) {
        const std::size_t at = index_of(b * work.rows() + t);
        const stamp target = work.target(b, t);
        expected_stream_row row = reference.row(target);
        const auto place = [&]() -> std::ostringstream& {
          wrong << "stream " << n << " (" << name_of(stream.in) << " to " << name_of(work.out)
                << ", " << name_of(work.time) << ") item " << b << " row " << t << " target "
                << target << ": ";
          return wrong;
        };
        const std::uint64_t* const values = got.outputs[n].data() + at * index_of(stream.channels);
        for (const expected_run& run : row.runs) {
          const row_of_values from{stream, types, item, run.row};
          const std::string what = wrong_run(from, run.channels, values, &row.status);
          if (!what.empty()) {
            place() << "mode " << static_cast<int>(run.channels.mode) << " samples " << run.row.left
                    << ", " << run.row.right << " weight " << run.row.weight << " " << what;
            return wrong.str();
          }
        }
        const std::size_t report = at * work.streams.size() + n;
        if (!got.statuses.empty() && got.statuses[report] != row.status) {
          place() << "status is " << +got.statuses[report] << ", expected " << +row.status;
          return wrong.str();
        }
        if (!got.ages.empty() && got.ages[report] != row.age) {
          place() << "age is 0x" << std::hex << got.ages[report] << ", expected 0x" << row.age;
          return wrong.str();
        }
      }
    }
  }
  return "";
}

std::string difference_from_resample(backend& where, const fuse_problem& work,
                                     const fuse_outcome& got) {
  if (!got.status.ok()) return std::string("status: ") + got.status.message();
  for (std::size_t n = 0; n < work.streams.size(); ++n) {
    const std::string name = "stream " + std::to_string(n);
    const fuse_outcome alone = run_resample(where, work, n);
    if (!alone.status.ok()) return name + ", resample: " + alone.status.message();
    if (alone.outputs.front() != got.outputs[n]) return name + " has other bits than resample";
    if (!got.statuses.empty() && alone.statuses != got.statuses_of(n)) {
      return name + " has other statuses than resample";
    }
  }
  return "";
}

std::string check(backend& where, const fuse_problem& work, const fuse_setup& how) {
  const fuse_outcome got = run(where, work, how);
  const std::string wrong = difference(work, got);
  return wrong.empty() ? difference_from_resample(where, work, got) : wrong;
}

}  // namespace robocache_test
