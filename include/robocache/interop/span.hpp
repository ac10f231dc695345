// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <cstdio>
#include <limits>
#include <type_traits>
#include <utility>

/// \file
/// Between buffers that know their number of elements and views of several dimensions, with checks:
/// `std::vector`, `std::span` or whatever has `data()` and `size()`, which is not included here.
///
/// A buffer becomes a view of one dimension without this header: `tensor_view(buffer)`.

namespace robocache {

namespace detail {

ROBOCACHE_DETAIL_COLD inline status refuse_buffer(const char* function, const char* name,
                                                  std::uint64_t size, const std::int64_t* extents,
                                                  int rank) noexcept {
  char shape[96] = {};
  int used = 0;
  for (int d = 0; d < rank && used < 70; ++d) {
    used += std::snprintf(shape + used, sizeof(shape) - static_cast<unsigned>(used), "%s%lld",
                          d == 0 ? "" : " x ", static_cast<long long>(extents[d]));
  }
  return status::invalid_argument("%s: %s has %llu elements, its extents are %s", function, name,
                                  static_cast<unsigned long long>(size), shape);
}

/// A dense view of exactly `size` elements.
template <class T, int Rank>
ROBOCACHE_HIDDEN status view_of_buffer(const char* function, const char* name, T* data,
                                       std::uint64_t size, const std::int64_t (&extents)[Rank],
                                       tensor_view<T, Rank>& view) noexcept {
  bool empty = false;
  bool right = true;
  for (const std::int64_t extent : extents) {
    empty = empty || extent == 0;
    right = right && extent >= 0;
  }
  std::uint64_t left = size;  // divided, since a product could overflow
  for (int d = 0; right && !empty && d < Rank; ++d) {
    right = left % static_cast<std::uint64_t>(extents[d]) == 0;
    left /= static_cast<std::uint64_t>(extents[d]);
  }
  if (!right || (empty ? size != 0 : left != 1)) {
    return refuse_buffer(function, name, size, extents, Rank);
  }
  view = tensor_view<T, Rank>(data, extents);
  return {};
}

/// How many elements a type of span always has; -1 if it can have any number.
template <class Span, class = void>
struct fixed_size : std::integral_constant<std::int64_t, -1> {};
template <class Span>
struct fixed_size<Span, std::enable_if_t<std::is_pointer_v<decltype(&Span::extent)> &&
                                         std::is_integral_v<decltype(Span::extent)>>>
    : std::integral_constant<std::int64_t, Span::extent == static_cast<decltype(Span::extent)>(-1)
                                               ? -1
                                               : static_cast<std::int64_t>(Span::extent)> {};

/// How many elements a view has, all of them one after another.
///
/// \param most  what the span's type counts
template <class T, int Rank>
ROBOCACHE_HIDDEN status count_for_span(const char* name, const tensor_view<T, Rank>& view,
                                       std::int64_t fixed, std::uint64_t most,
                                       std::int64_t& count) noexcept {
  count = view.empty() ? 0 : 1;
  for (int d = Rank - 1; d >= 0; --d) {
    const std::int64_t extent = view.extent(d);
    if (extent < 0 || (count > 0 && static_cast<std::uint64_t>(extent) >
                                        most / static_cast<std::uint64_t>(count))) {
      return status::invalid_argument(
          "to_span: %s has extent %lld in dimension %d, more than the span, up to %llu, counts",
          name, static_cast<long long>(extent), d, static_cast<unsigned long long>(most));
    }
    if (count > 0 && extent > 1 && view.stride(d) != count) {
      return status::invalid_argument(
          "to_span: %s has stride %lld in dimension %d, a span needs %lld", name,
          static_cast<long long>(view.stride(d)), d, static_cast<long long>(count));
    }
    count *= extent;
  }
  if (fixed >= 0 && fixed != count) {
    return status::invalid_argument("to_span: %s has %lld elements, the span's type has %lld", name,
                                    static_cast<long long>(count), static_cast<long long>(fixed));
  }
  return {};
}

}  // namespace detail

/// A buffer as a dense view of several dimensions, if it has as many elements as that needs.
///
/// \param name     what messages call it
/// \param span     with `data()` and `size()`: a vector, a `std::array`, a `std::span`. The view's
///                 memory; must outlive it
/// \param extents  integers of any types, one for each dimension
/// \param view     out: the view; not touched if the buffer is refused
/// \return `invalid_argument` with the name and the numbers that disagree
template <class Span, class T, int Rank>
ROBOCACHE_HIDDEN status from_span(const char* name, Span&& span,
                                  const detail::any_integer (&extents)[Rank],
                                  tensor_view<T, Rank>& view) noexcept {
  static_assert(detail::is_span_like<Span, T>,
                "from_span takes what has data() and size() and no strides, with the elements of "
                "the view, which are const where those of the buffer are");
  // The elements of a span are not const in a const span.
  static_assert(std::is_lvalue_reference_v<Span> ||
                    std::is_same_v<decltype(std::declval<Span&>().data()),
                                   decltype(std::declval<const Span&>().data())>,
                "a temporary that owns its elements is gone before the view is used");
  std::int64_t sizes[Rank];
  for (int d = 0; d < Rank; ++d) sizes[d] = extents[d].value;
  return detail::view_of_buffer("from_span", name, static_cast<T*>(span.data()),
                                static_cast<std::uint64_t>(span.size()), sizes, view);
}

/// All elements of a view as a span, if they lie one after another in the order of its dimensions.
///
/// \tparam Span  `std::span<T>`, also of a fixed size, or what else is made from a pointer and a
///               number of elements
/// \param name   what messages call it
/// \param view   of any rank
/// \param span   out: of as many elements as the view has; not touched if the view is refused
/// \return `invalid_argument` with the name, and the stride that leaves room between elements, or
///         the number of elements that the span's type does not have
template <class T, int Rank, class Span>
ROBOCACHE_HIDDEN status to_span(const char* name, const tensor_view<T, Rank>& view,
                                Span& span) noexcept {
  static_assert(std::is_convertible_v<T(*)[], std::remove_pointer_t<decltype(span.data())>(*)[]>,
                "the span has elements of another type, or not const where those of the view are");
  using size_type = decltype(span.size());
  constexpr auto of_type = static_cast<std::uint64_t>(std::numeric_limits<size_type>::max());
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::int64_t count = 0;
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::count_for_span(name, view, detail::fixed_size<Span>::value,
                                                        of_type < most ? of_type : most, count));
  span = Span(view.data(), static_cast<size_type>(count));
  return {};
}

}  // namespace robocache
