// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/detail/least.hpp>
#include <robocache/detail/parallel.hpp>
#include <robocache/execution.hpp>
#include <robocache/interop/point_cloud2/message.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>
#include <robocache/voxelize/rules/load.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// `unpack_point_cloud2` as a call: fields of any type and byte order to a tensor. The rule for one
/// value is the same on host and device.

namespace robocache {
namespace detail {

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
inline constexpr bool big_endian_here = true;
#else
inline constexpr bool big_endian_here = false;
#endif

template <class Bits>
ROBOCACHE_HD constexpr Bits reverse_bytes(Bits bits) noexcept {
  Bits result = 0;
  for (unsigned i = 0; i < sizeof(Bits); ++i) {
    const auto byte = static_cast<Bits>((bits >> (8u * i)) & 0xffu);
    result = static_cast<Bits>(result | static_cast<Bits>(byte << (8u * (sizeof(Bits) - 1 - i))));
  }
  return result;
}

/// What the bits of a field of that many bytes are read as.
template <int Bytes>
struct cloud_word;
template <>
struct cloud_word<1> {
  using bits = std::uint8_t;
  using read_as = std::uint8_t;
};
template <>
struct cloud_word<2> {
  using bits = std::uint16_t;
  using read_as = std::int16_t;
};
template <>
struct cloud_word<4> {
  using bits = std::uint32_t;
  using read_as = float;
};
template <>
struct cloud_word<8> {
  using bits = std::uint64_t;
  using read_as = double;
};

/// A number of a field as an element of the output. To a scalar: rounded once, to nearest even;
/// what fits is exact, and NaN becomes the output type's canonical NaN, but float stays float and
/// double double to the bit. To an integer: as it is (`fits_exactly`).
///
/// \tparam Out  a scalar, or an integer for time stamps
template <class Out, class Raw>
ROBOCACHE_HD inline Out cloud_number(Raw number) noexcept {
  if constexpr (std::is_same_v<Out, Raw>) {
    return number;
  } else if constexpr (!is_scalar<Out>::value) {
    return static_cast<Out>(number);
  } else {
    // Integers of 32 bits are exact in double alone.
    using real = std::conditional_t<is_f64<Out> || (sizeof(Raw) > 2 && !std::is_same_v<Raw, float>),
                                    double, float>;
    real value;
    if constexpr (std::is_integral_v<Raw>) {
      value = static_cast<real>(number);
    } else {
      value = exact_cast<real>(number);
    }
    return bit_copy<Out>(bits_from_real<Out>(value));
  }
}

/// Reads a field, at any address.
///
/// \tparam Raw     the field's type
/// \param aligned  the address is a multiple of the type's size
/// \param reverse  the bytes are in the other order than this machine's
template <class Out, class Raw>
ROBOCACHE_HD inline Out cloud_value(const unsigned char* p, bool aligned, bool reverse) noexcept {
  using word = cloud_word<sizeof(Raw)>;
  auto bits =
      static_cast<typename word::bits>(load_bits_anywhere<typename word::read_as>(p, aligned));
  if (reverse) bits = reverse_bytes(bits);
  return cloud_number<Out>(bit_copy<Raw>(bits));
}

/// Calls `visit` with a number of the type that the datatype stands for.
ROBOCACHE_DETAIL_ANY_SIDE
template <class Visit>
ROBOCACHE_HD void visit_datatype(int datatype, const Visit& visit) noexcept {
  switch (datatype) {
    case point_cloud2_field::int8:
      return visit(std::int8_t{});
    case point_cloud2_field::uint8:
      return visit(std::uint8_t{});
    case point_cloud2_field::int16:
      return visit(std::int16_t{});
    case point_cloud2_field::uint16:
      return visit(std::uint16_t{});
    case point_cloud2_field::int32:
      return visit(std::int32_t{});
    case point_cloud2_field::uint32:
      return visit(std::uint32_t{});
    case point_cloud2_field::float32:
      return visit(float{});
    default:
      return visit(double{});
  }
}

/// Whether every number of a datatype is one of `Out`.
template <class Out>
constexpr bool fits_exactly(int datatype) noexcept {
  constexpr int bits = std::numeric_limits<Out>::digits;
  switch (datatype) {
    case point_cloud2_field::float32:
      return !std::numeric_limits<Out>::is_integer;
    case point_cloud2_field::float64:
      return !std::numeric_limits<Out>::is_integer && bits >= 53;
    default: {
      const bool is_signed = datatype % 2 == 1;  // INT8, INT16, INT32
      const int needed = static_cast<int>(8 * size_of_datatype(datatype)) - (is_signed ? 1 : 0);
      return needed <= bits && (!is_signed || std::numeric_limits<Out>::is_signed);
    }
  }
}

}  // namespace detail

/// A call of `unpack_point_cloud2`: fields of a message that were found and checked, and where they
/// go. Trivially copyable.
///
/// \tparam Out  type of the output's elements
template <class Out>
struct unpack_point_cloud2_call {
  static constexpr int most_fields = 32;

  detail::cloud_layout cloud;
  detail::cloud_field fields[most_fields];
  int field_count;
  tensor_view<Out, 2> output;  ///< [N, F]
  const char* function;        ///< for messages

  /// All that is wrong with the output.
  ROBOCACHE_HIDDEN status check() const noexcept {
    const std::int64_t points = cloud.points();
    ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_output(function, "output", output));
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        detail::check_extent(function, "output", output, 0, points, "message (height x width)"));
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        detail::check_extent(function, "output", output, 1, field_count, "names"));
    if (points == 0 || field_count == 0) return {};
    const auto bytes =
        static_cast<std::uint64_t>(cloud.height) * static_cast<std::uint64_t>(cloud.row_step);
    return detail::check_disjoint(function, {detail::bytes_of("output", output)},
                                  {detail::byte_span("message.data", cloud.data, 0, bytes)});
  }
};

namespace detail {

/// Looks up fields and checks the message.
///
/// \param exactly  whether the type of the output must have all numbers of each field
template <class Message, class Names, class Out>
ROBOCACHE_HIDDEN status make_unpack_call(const char* function, const Message& message,
                                         const Names& names, const tensor_view<Out, 2>& output,
                                         bool exactly,
                                         unpack_point_cloud2_call<Out>& call) noexcept {
  constexpr int most = unpack_point_cloud2_call<Out>::most_fields;
  call.cloud = layout_of(message);
  call.output = output;
  call.function = function;
  call.field_count = 0;
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_cloud(function, call.cloud));
  constexpr std::int64_t most_points = std::numeric_limits<std::int32_t>::max();
  if (call.cloud.points() > most_points) {
    return status::invalid_argument("%s: message has %lld points, at most 2147483647 are supported",
                                    function, static_cast<long long>(call.cloud.points()));
  }
  for (const auto& name : names) {
    if (call.field_count == most) {
      return status::invalid_argument("%s: names has more than %d fields", function, most);
    }
    cloud_field& field = call.fields[call.field_count++];
    field = {};
    if (call.cloud.points() == 0) continue;  // the first message of many a driver has no fields
    ROBOCACHE_DETAIL_RETURN_IF_BAD(find_field(function, header_of(message), name_of(name), field));
    if constexpr (is_time_v<Out>) {
      if (exactly && !fits_exactly<Out>(field.datatype)) {
        return status::invalid_argument(
            "%s: field '%s' is %s, which the output's type cannot hold exactly%s", function,
            cloud_text(name_of(name)).text(), name_of_datatype(field.datatype),
            std::is_integral_v<Out> ? "" : "; double can");
      }
    }
  }
  return {};
}

}  // namespace detail

inline namespace ROBOCACHE_CPU_NAMESPACE {

/// Runs a checked call of `unpack_point_cloud2`.
///
/// \param call   has passed its `check()`; message data and output in host memory
/// \param where  `robocache::cpu`, or a number of threads as `robocache::cpu(4)`
template <class Out>
ROBOCACHE_HIDDEN status run(const unpack_point_cloud2_call<Out>& call,
                            cpu_execution where) noexcept {
  const detail::cloud_layout& cloud = call.cloud;
  const bool reverse = cloud.big_endian != detail::big_endian_here;
  const std::int64_t points = cloud.points();
  const std::int64_t row = cloud.one_row() ? points : cloud.width;
  constexpr std::int64_t block = 1024;  // read from memory once for all fields
  if (call.field_count == 0) return {};
  detail::for_each_piece(
      points, points * call.field_count, where, [&](std::int64_t first, std::int64_t last) {
        while (first < last) {
          const std::int64_t column = first % row;
          const std::int64_t count =
              detail::least_of(detail::least_of(block, last - first), row - column);
          const unsigned char* const begin =
              cloud.data + first / row * cloud.row_step + column * cloud.step();
          for (int f = 0; f < call.field_count; ++f) {
            detail::visit_datatype(call.fields[f].datatype, [&](auto raw) {
              const unsigned char* p = begin + call.fields[f].offset;
              for (std::int64_t i = 0; i < count; ++i, p += cloud.step()) {
                call.output(first + i, f) =
                    detail::cloud_value<Out, decltype(raw)>(p, false, reverse);
              }
            });
          }
          first += count;
        }
      });
  return {};
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache
