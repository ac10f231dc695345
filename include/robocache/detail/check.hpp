// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/detail/overlap.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <initializer_list>
#include <type_traits>

/// \file
/// Checks of arguments that all operations share. Each returns the first thing wrong, in words.

namespace robocache::detail {

/// The same view with a stride of zero wherever no address depends on the stride: along dimensions
/// of one element, and everywhere if there is no element. So addresses computed from it neither
/// overflow nor move a null pointer, whatever strides the caller gave.
template <class T, int Rank>
ROBOCACHE_HD constexpr tensor_view<T, Rank> without_unused_strides(
    const tensor_view<T, Rank>& view) noexcept {
  const bool empty = view.empty();
  std::int64_t extents[Rank] = {};
  std::int64_t strides[Rank] = {};
  for (int d = 0; d < Rank; ++d) {
    extents[d] = view.extent(d);
    if (!empty && view.extent(d) > 1) strides[d] = view.stride(d);
  }
  return tensor_view<T, Rank>(view.data(), extents, strides);
}

/// A view of any type and rank as the checks see it, so that they are compiled only once.
struct any_shape {
  const void* data;
  const std::int64_t* extents;
  const std::int64_t* strides;
  int rank;
  int size;   ///< bytes of an element
  int align;  ///< of an element

  template <class T, int Rank>
  any_shape(const tensor_view<T, Rank>& view) noexcept
      : data(view.data()),
        extents(view_access::extents(view)),
        strides(view_access::strides(view)),
        rank(Rank),
        size(static_cast<int>(sizeof(T))),
        align(static_cast<int>(alignof(std::remove_cv_t<T>))) {}

  bool empty() const noexcept {
    for (int d = 0; d < rank; ++d) {
      if (extents[d] == 0) return true;
    }
    return false;
  }
};

/// Where a view lies.
ROBOCACHE_DETAIL_OUTLINE inline byte_range range_of(const any_shape& view) noexcept {
  if (view.empty()) return {};
  const auto bytes = static_cast<std::uint64_t>(view.size);
  byte_range range(view.data, 0, bytes);
  for (int d = 0; d < view.rank; ++d) {
    range.repeat(view.extents[d], static_cast<std::uint64_t>(view.strides[d]) * bytes);
  }
  return range;
}

/// What a view touches.
ROBOCACHE_DETAIL_OUTLINE inline byte_span bytes_of(const char* name,
                                                   const any_shape& view) noexcept {
  if (view.empty()) return byte_span(name);
  const auto bytes = static_cast<std::uint64_t>(view.size);
  byte_span span(name, view.data, 0, bytes);
  for (int d = 0; d < view.rank; ++d) {
    span.repeat(d, view.extents[d], static_cast<std::uint64_t>(view.strides[d]) * bytes);
  }
  return span;
}
template <class T, int Rank>
byte_span bytes_of(const char* name, const tensor_view<T, Rank>& view) noexcept {
  static_assert(Rank <= byte_span::most_dimensions, "more dimensions than a byte_span has");
  return bytes_of(name, any_shape(view));
}

/// Extents non-negative, no null pointer with elements behind it, aligned to the element, and all
/// offsets within 63 bits.
ROBOCACHE_DETAIL_OUTLINE inline status check_shape(const char* operation, const char* name,
                                                   const any_shape& view) noexcept {
  double reach = 1;
  double count = 1;
  for (int d = 0; d < view.rank; ++d) {
    if (view.extents[d] < 0) {
      return status::invalid_argument("%s: %s has negative extent %lld in dimension %d", operation,
                                      name, static_cast<long long>(view.extents[d]), d);
    }
    reach += (static_cast<double>(view.extents[d]) - 1) *
             magnitude(static_cast<double>(view.strides[d]));
    count *= static_cast<double>(view.extents[d]);
  }
  if (view.empty()) return {};
  if (reach * view.size > 9.0e18 || count * view.size > 9.0e18) {
    return status::invalid_argument("%s: %s spans %g elements, more than 63-bit offsets reach",
                                    operation, name, reach > count ? reach : count);
  }
  if (view.data == nullptr) {
    return status::invalid_argument("%s: %s is a null pointer but has %g elements", operation, name,
                                    count);
  }
  const auto address = reinterpret_cast<std::uintptr_t>(view.data);
  if (address % static_cast<unsigned>(view.align) != 0) {
    return status::invalid_argument(
        "%s: %s is at address %#llx, not a multiple of its %d-byte element", operation, name,
        static_cast<unsigned long long>(address), view.size);
  }
  return {};
}

inline status check_view(const char* operation, const char* name, const any_shape& view) noexcept {
  if (view.rank == 1 && view.extents[0] == 0) return {};  // most optional arguments
  return check_shape(operation, name, view);
}

/// An output must not write one element twice: no dimension of more than one element may repeat.
ROBOCACHE_DETAIL_OUTLINE inline status check_output(const char* operation, const char* name,
                                                    const any_shape& view) noexcept {
  if (status s = check_view(operation, name, view); !s.ok()) return s;
  if (view.empty()) return {};
  const auto step_of = [&](int d) {
    return view.strides[d] < 0 ? -view.strides[d] : view.strides[d];
  };
  for (int d = 0; d < view.rank; ++d) {
    if (view.extents[d] <= 1) continue;
    // Everything that varies faster than d must fit into d's stride.
    const std::int64_t step = step_of(d);
    std::int64_t inner = 0;
    for (int e = 0; e < view.rank; ++e) {
      if (e == d || view.extents[e] <= 1) continue;
      const std::int64_t other = step_of(e);
      if (other < step || (other == step && e > d)) inner += (view.extents[e] - 1) * other;
    }
    if (step <= inner || step == 0) {
      return status::invalid_argument(
          "%s: %s overlaps itself: stride %lld in dimension %d, but the dimensions inside it span "
          "%lld elements",
          operation, name, static_cast<long long>(view.strides[d]), d,
          static_cast<long long>(inner + 1));
    }
  }
  return {};
}

ROBOCACHE_DETAIL_COLD inline status refuse_extent(const char* operation, const char* name,
                                                  std::int64_t extent, int dimension,
                                                  std::int64_t expected,
                                                  const char* expected_of) noexcept {
  return status::invalid_argument("%s: %s has extent %lld in dimension %d, %s has %lld", operation,
                                  name, static_cast<long long>(extent), dimension, expected_of,
                                  static_cast<long long>(expected));
}

template <class T, int Rank>
ROBOCACHE_HIDDEN status check_extent(const char* operation, const char* name,
                                     const tensor_view<T, Rank>& view, int dimension,
                                     std::int64_t expected, const char* expected_of) noexcept {
  if (view.extent(dimension) == expected) return {};
  return refuse_extent(operation, name, view.extent(dimension), dimension, expected, expected_of);
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

/// Finds out whether a range of addresses that a call writes meets any other that it reads or
/// writes. In most calls none do, and nothing else has to be checked.
class memory_ranges {
 public:
  void writes(const char*, const any_shape& view) noexcept {
    if (view.extents[0] == 0) return;
    range_[count_++] = range_of(view);
    written_ = count_;
  }
  void reads(const char*, const any_shape& view) noexcept { range_[count_++] = range_of(view); }
  ROBOCACHE_DETAIL_OUTLINE bool meet() const noexcept {
    for (int i = 0; i < written_; ++i) {
      for (int j = i + 1; j < count_; ++j) {
        if (ranges_meet(range_[i], range_[j])) return true;
      }
    }
    return false;
  }

 private:
  byte_range range_[12];
  int written_ = 0;
  int count_ = 0;
};

/// Checks the same to the byte, and reports the first overlap.
class memory_spans {
 public:
  explicit memory_spans(const char* operation) noexcept : operation_(operation) {}

  ROBOCACHE_DETAIL_COLD void writes(const char* name, const any_shape& view) noexcept {
    written_[count_] = bytes_of(name, view);
    for (int i = 0; i < count_; ++i) compare(written_[count_], written_[i]);
    ++count_;
  }
  ROBOCACHE_DETAIL_COLD void reads(const char* name, const any_shape& view) noexcept {
    const byte_span span = bytes_of(name, view);
    for (int i = 0; i < count_; ++i) compare(written_[i], span);
  }
  const status& result() const noexcept { return result_; }

 private:
  ROBOCACHE_DETAIL_COLD void compare(const byte_span& out, const byte_span& other) noexcept {
    if (!result_.ok() || !certainly_overlap(out, other)) return;
    result_ = refuse_overlap(operation_, out.name, out, other.name, other);
  }

  const char* operation_;
  byte_span written_[4];
  int count_ = 0;
  status result_;
};

/// `check_overlap` where ranges meet.
template <class List>
ROBOCACHE_DETAIL_COLD status check_spans(const char* operation, const List& list) noexcept {
  memory_spans spans(operation);
  list(spans);
  return spans.result();
}

/// Rejects overlap that is certain, of an output with an input or another output.
///
/// \param list  tells its argument first all that the call `writes`, then all that it `reads`
template <class List>
ROBOCACHE_HIDDEN status check_overlap(const char* operation, const List& list) noexcept {
  memory_ranges ranges;
  list(ranges);
  if (!ranges.meet()) return {};
  return check_spans(operation, list);
}

}  // namespace robocache::detail

/// Returns from the calling function if a check failed.
#define ROBOCACHE_DETAIL_RETURN_IF_BAD(check)                                             \
  do {                                                                                    \
    if (::robocache::status robocache_s = (check); !robocache_s.ok()) return robocache_s; \
  } while (false)
