// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

/// \file
/// Types as values. The tests are written once, without templates, and ask the back end under test
/// which combinations it was compiled for: so Catch2 never meets nvcc, and each combination costs
/// one instantiation of the library and nothing else.

namespace robocache_test {

enum class time_kind { f32, f64, i64, u64 };
enum class scalar_kind { u8, i16, f16, bf16, f32, f64 };

/// Types of one call.
struct combination {
  scalar_kind in = scalar_kind::f32;
  scalar_kind out = scalar_kind::f32;
  time_kind time = time_kind::i64;
};

inline bool operator==(const combination& a, const combination& b) {
  return a.in == b.in && a.out == b.out && a.time == b.time;
}

/// Every value of all four time types, exactly.
using stamp = long double;
static_assert(std::numeric_limits<stamp>::digits >= 64, "long double must hold 64-bit integers");

/// Arithmetic in double?
inline bool is_double(const combination& types) {
  return types.in == scalar_kind::f64 || types.out == scalar_kind::f64;
}
inline bool is_integer(time_kind kind) {
  return kind == time_kind::i64 || kind == time_kind::u64;
}

/// Integers have no NaN, no infinity and no denormals, and are input only.
inline bool is_integer(scalar_kind kind) {
  return kind == scalar_kind::u8 || kind == scalar_kind::i16;
}

inline std::size_t size_of(scalar_kind kind) {
  switch (kind) {
    case scalar_kind::u8:
      return 1;
    case scalar_kind::i16:
    case scalar_kind::f16:
    case scalar_kind::bf16:
      return 2;
    case scalar_kind::f32:
      return 4;
    case scalar_kind::f64:
      return 8;
  }
  return 0;
}
inline std::size_t size_of(time_kind kind) {
  return kind == time_kind::f32 ? 4 : 8;
}

inline const char* name_of(scalar_kind kind) {
  constexpr const char* names[] = {"u8", "i16", "f16", "bf16", "f32", "f64"};
  return names[static_cast<int>(kind)];
}
inline const char* name_of(time_kind kind) {
  constexpr const char* names[] = {"float", "double", "int64", "uint64"};
  return names[static_cast<int>(kind)];
}

}  // namespace robocache_test
