// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

/// \file
/// Checks of arguments that all operations share. Each returns the first thing wrong, in words.

namespace robocache::detail {

/// The bytes a view can touch, `[begin, end)`, and its name. Empty views touch none.
struct byte_span {
  const char* name = "";
  std::uintptr_t first_element = 0;
  std::uintptr_t last_element = 0;  ///< the one with the highest address
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool dense = false;  ///< every byte of the span belongs to an element
};

template <class T, int Rank>
ROBOCACHE_HIDDEN byte_span bytes_of(const char* name, const tensor_view<T, Rank>& view) noexcept {
  byte_span span;
  span.name = name;
  if (view.empty()) return span;
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::int64_t step[Rank];
  std::int64_t reach[Rank];
  for (int d = 0; d < Rank; ++d) {
    const std::int64_t signed_reach = (view.extent(d) - 1) * view.stride(d);
    (signed_reach < 0 ? low : high) += signed_reach;
    step[d] = view.stride(d) < 0 ? -view.stride(d) : view.stride(d);
    reach[d] = signed_reach < 0 ? -signed_reach : signed_reach;
  }
  // Dense: from the finest dimension to the coarsest, each step is within what is covered so far.
  span.dense = true;
  std::int64_t covered = 1;
  bool taken[Rank] = {};
  for (int n = 0; n < Rank; ++n) {
    int finest = -1;
    for (int d = 0; d < Rank; ++d) {
      if (!taken[d] && (finest < 0 || step[d] < step[finest])) finest = d;
    }
    taken[finest] = true;
    if (reach[finest] == 0) continue;
    span.dense = span.dense && step[finest] <= covered;
    covered += reach[finest];
  }
  const auto base = reinterpret_cast<std::uintptr_t>(view.data());
  span.first_element = base;
  span.begin = base + static_cast<std::uintptr_t>(low) * sizeof(T);
  span.end = base + static_cast<std::uintptr_t>(high + 1) * sizeof(T);
  span.last_element = span.end - sizeof(T);
  return span;
}

/// Extents non-negative, no null pointer with elements behind it, aligned to the element, and all
/// offsets within 63 bits.
template <class T, int Rank>
ROBOCACHE_HIDDEN status check_view(const char* operation, const char* name,
                                   const tensor_view<T, Rank>& view) noexcept {
  double reach = 1;
  double count = 1;
  for (int d = 0; d < Rank; ++d) {
    if (view.extent(d) < 0) {
      return status::invalid_argument("%s: %s has negative extent %lld in dimension %d", operation,
                                      name, static_cast<long long>(view.extent(d)), d);
    }
    reach +=
        (static_cast<double>(view.extent(d)) - 1) * std::fabs(static_cast<double>(view.stride(d)));
    count *= static_cast<double>(view.extent(d));
  }
  if (view.empty()) return {};
  if (reach * sizeof(T) > 9.0e18 || count * sizeof(T) > 9.0e18) {
    return status::invalid_argument("%s: %s spans %g elements, more than 63-bit offsets reach",
                                    operation, name, reach > count ? reach : count);
  }
  if (view.data() == nullptr) {
    return status::invalid_argument("%s: %s is a null pointer but has %g elements", operation, name,
                                    count);
  }
  const auto address = reinterpret_cast<std::uintptr_t>(view.data());
  if (address % alignof(std::remove_cv_t<T>) != 0) {
    return status::invalid_argument(
        "%s: %s is at address %#llx, not a multiple of its %zu-byte "
        "element",
        operation, name, static_cast<unsigned long long>(address), sizeof(T));
  }
  return {};
}

/// An output must not write one element twice: no dimension of more than one element may repeat.
template <class T, int Rank>
ROBOCACHE_HIDDEN status check_output(const char* operation, const char* name,
                                     const tensor_view<T, Rank>& view) noexcept {
  if (status s = check_view(operation, name, view); !s.ok()) return s;
  if (view.empty()) return {};
  for (int d = 0; d < Rank; ++d) {
    if (view.extent(d) <= 1) continue;
    // The span of everything that varies faster than d must fit into d's stride.
    const std::int64_t step = view.stride(d) < 0 ? -view.stride(d) : view.stride(d);
    std::int64_t inner = 0;
    for (int e = 0; e < Rank; ++e) {
      if (e == d || view.extent(e) <= 1) continue;
      const std::int64_t other = view.stride(e) < 0 ? -view.stride(e) : view.stride(e);
      if (other < step || (other == step && e > d)) inner += (view.extent(e) - 1) * other;
    }
    if (step <= inner || step == 0) {
      return status::invalid_argument(
          "%s: %s overlaps itself: stride %lld in dimension %d, but the dimensions inside it span "
          "%lld elements",
          operation, name, static_cast<long long>(view.stride(d)), d,
          static_cast<long long>(inner + 1));
    }
  }
  return {};
}

template <class T, int Rank>
ROBOCACHE_HIDDEN status check_extent(const char* operation, const char* name,
                                     const tensor_view<T, Rank>& view, int dimension,
                                     std::int64_t expected, const char* expected_of) noexcept {
  if (view.extent(dimension) == expected) return {};
  return status::invalid_argument("%s: %s has extent %lld in dimension %d, %s has %lld", operation,
                                  name, static_cast<long long>(view.extent(dimension)), dimension,
                                  expected_of, static_cast<long long>(expected));
}

/// Overlap that is certain: equal first elements, or an end of one within the other where that is
/// dense. Strided views may interleave without touching, so those pass.
inline bool certainly_overlap(const byte_span& a, const byte_span& b) noexcept {
  const auto holds_end_of = [](const byte_span& outer, const byte_span& inner) {
    return outer.dense && ((outer.begin <= inner.begin && inner.begin < outer.end) ||
                           (outer.begin <= inner.last_element && inner.last_element < outer.end));
  };
  if (a.begin == a.end || b.begin == b.end) return false;
  return a.first_element == b.first_element || holds_end_of(a, b) || holds_end_of(b, a);
}

/// \param name_a  what `a` is, for the message
ROBOCACHE_HIDDEN inline status refuse_overlap(const char* operation, const char* name_a,
                                              const byte_span& a, const char* name_b,
                                              const byte_span& b) noexcept {
  return status::invalid_argument(
      "%s: %s overlaps %s: bytes [%#llx, %#llx) and [%#llx, %#llx)", operation, name_a, name_b,
      static_cast<unsigned long long>(a.begin), static_cast<unsigned long long>(a.end),
      static_cast<unsigned long long>(b.begin), static_cast<unsigned long long>(b.end));
}

/// Rejects overlap that is certain, of an output with an input or another output.
ROBOCACHE_HIDDEN inline status check_disjoint(const char* operation,
                                              std::initializer_list<byte_span> outputs,
                                              std::initializer_list<byte_span> inputs) noexcept {
  for (const byte_span* out = outputs.begin(); out != outputs.end(); ++out) {
    for (const byte_span& in : inputs) {
      if (certainly_overlap(*out, in)) {
        return refuse_overlap(operation, out->name, *out, in.name, in);
      }
    }
    for (const byte_span* other = outputs.begin(); other != out; ++other) {
      if (certainly_overlap(*out, *other)) {
        return refuse_overlap(operation, out->name, *out, other->name, *other);
      }
    }
  }
  return {};
}

}  // namespace robocache::detail

/// Returns from the calling function if a check failed.
#define ROBOCACHE_DETAIL_RETURN_IF_BAD(check)                                             \
  do {                                                                                    \
    if (::robocache::status robocache_s = (check); !robocache_s.ok()) return robocache_s; \
  } while (false)
