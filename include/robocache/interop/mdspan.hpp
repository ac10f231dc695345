// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

/// \file
/// Views as mdspans: `std::mdspan`, Kokkos's or libcu++'s `cuda::std::mdspan`, whichever you
/// include; this header includes none.
///
/// The other way needs no header: an mdspan is taken wherever a view is asked for, and
/// `tensor_view(mdspan)` makes one.

namespace robocache {

namespace detail {

/// Whether a mapping is made of strides, and not of extents alone.
template <class Mapping, class = void>
struct takes_strides : std::false_type {};
template <class Mapping>
struct takes_strides<Mapping, std::void_t<decltype(std::declval<const Mapping&>().strides())>>
    : std::is_constructible<Mapping, typename Mapping::extents_type,
                            std::decay_t<decltype(std::declval<const Mapping&>().strides())>> {};

/// The strides of a view as `layout_stride` wants them: above zero, and each at least as long as
/// what is inside it. Those that no address depends on become so.
///
/// \param most  what the index type holds
template <int Rank>
ROBOCACHE_HIDDEN status strides_for_mdspan(const char* name, bool empty,
                                           const std::int64_t (&extents)[Rank],
                                           std::int64_t (&strides)[Rank],
                                           std::uint64_t most) noexcept {
  std::uint64_t reach = 0;  // from the first element to the last
  for (int d = Rank - 1; d >= 0; --d) {
    if (empty || extents[d] == 1) continue;
    if (strides[d] <= 0) {
      return status::invalid_argument(
          "to_mdspan: %s has stride %lld in dimension %d, layout_stride needs 1 or more", name,
          static_cast<long long>(strides[d]), d);
    }
    for (int e = 0; e < Rank; ++e) {
      if (e == d || extents[e] == 1 || strides[e] > strides[d]) continue;
      if (strides[d] / extents[e] < strides[e]) {
        return status::invalid_argument(
            "to_mdspan: %s has stride %lld in dimension %d, layout_stride needs %lld x %lld or "
            "more, for dimension %d inside it",
            name, static_cast<long long>(strides[d]), d, static_cast<long long>(extents[e]),
            static_cast<long long>(strides[e]), e);
      }
    }
    const auto stride = static_cast<std::uint64_t>(strides[d]);
    const auto steps = static_cast<std::uint64_t>(extents[d] - 1);
    if (steps > (most - 1 - reach) / stride) {
      return status::invalid_argument(
          "to_mdspan: %s has %lld elements %lld apart in dimension %d, more than its index type, "
          "up to %llu, reaches",
          name, static_cast<long long>(extents[d]), static_cast<long long>(strides[d]), d,
          static_cast<unsigned long long>(most));
    }
    reach += steps * stride;
  }
  std::uint64_t dense = 1;
  for (int d = Rank - 1; d >= 0; --d) {
    if (!empty && extents[d] != 1) continue;
    strides[d] = static_cast<std::int64_t>(dense);
    if (extents[d] > 1 && dense <= most / static_cast<std::uint64_t>(extents[d])) {
      dense *= static_cast<std::uint64_t>(extents[d]);
    }
  }
  return {};
}

template <class Mapping, class Extents, int Rank>
ROBOCACHE_HIDDEN status mapping_for(const char* name, bool empty, const Extents& extents,
                                    const std::int64_t (&sizes)[Rank],
                                    std::int64_t (&strides)[Rank], Mapping& mapping) noexcept {
  using index_type = typename Mapping::index_type;
  if constexpr (takes_strides<Mapping>::value) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<index_type>::max());
    ROBOCACHE_DETAIL_RETURN_IF_BAD(strides_for_mdspan(name, empty, sizes, strides, most));
    std::decay_t<decltype(mapping.strides())> array{};  // that of the mdspan's library
    for (std::size_t d = 0; d < static_cast<std::size_t>(Rank); ++d) {
      array[d] = static_cast<index_type>(strides[d]);
    }
    mapping = Mapping(extents, array);
  } else {
    const Mapping implied(extents);
    for (int d = 0; d < Rank; ++d) {
      const auto stride = static_cast<std::int64_t>(implied.stride(static_cast<std::size_t>(d)));
      if (!empty && sizes[d] != 1 && stride != strides[d]) {
        return status::invalid_argument(
            "to_mdspan: %s has stride %lld in dimension %d, the layout of the mdspan says %lld",
            name, static_cast<long long>(strides[d]), d, static_cast<long long>(stride));
      }
    }
    mapping = implied;
  }
  return {};
}

template <class Mdspan, class T, int Rank, std::size_t... Dimension>
ROBOCACHE_HIDDEN status to_mdspan(const char* name, const tensor_view<T, Rank>& view,
                                  Mdspan& mdspan, std::index_sequence<Dimension...>) noexcept {
  using extents_type = typename Mdspan::extents_type;
  using index_type = typename Mdspan::index_type;
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<index_type>::max());
  std::int64_t sizes[] = {view.extent(static_cast<int>(Dimension))...};
  std::int64_t strides[] = {view.stride(static_cast<int>(Dimension))...};
  constexpr std::size_t fixed[] = {extents_type::static_extent(Dimension)...};
  std::uint64_t product = view.empty() ? 0 : 1;
  for (int d = 0; d < Rank; ++d) {
    const auto size = static_cast<std::uint64_t>(sizes[d]);
    if (sizes[d] < 0 || size > most || (size > 0 && product > most / size)) {
      return status::invalid_argument(
          "to_mdspan: %s has extent %lld in dimension %d, more than its index type, up to %llu, "
          "counts",
          name, static_cast<long long>(sizes[d]), d, static_cast<unsigned long long>(most));
    }
    product *= size;
    if (fixed[d] != static_cast<std::size_t>(-1) && fixed[d] != size) {
      return status::invalid_argument(
          "to_mdspan: %s has extent %lld in dimension %d, the mdspan's type has %llu", name,
          static_cast<long long>(sizes[d]), d, static_cast<unsigned long long>(fixed[d]));
    }
  }
  const extents_type extents(static_cast<index_type>(sizes[Dimension])...);
  typename Mdspan::mapping_type mapping;
  ROBOCACHE_DETAIL_RETURN_IF_BAD(mapping_for(name, view.empty(), extents, sizes, strides, mapping));
  mdspan = Mdspan(view.data(), mapping);
  return {};
}

}  // namespace detail

/// A view as an mdspan, if that can express it.
///
/// The type of the mdspan decides: extents that it fixes must be the view's; `layout_right`,
/// `layout_left` and the like need the strides that they imply; `layout_stride` takes strides above
/// zero where each is at least as long as all that is inside it, as the standard demands; its index
/// type must hold extents and offsets. Strides that no address depends on do not matter.
///
/// \param name    what messages call it
/// \param view    of any extents and strides
/// \param mdspan  out: not touched if the view is refused. Its elements are const if the view's
/// are.
///                (One whose extents are all fixed has no default; make it of `nullptr`.)
/// \return `invalid_argument` with the name and the numbers that disagree
template <class T, int Rank, class Mdspan>
ROBOCACHE_HIDDEN status to_mdspan(const char* name, const tensor_view<T, Rank>& view,
                                  Mdspan& mdspan) noexcept {
  static_assert(static_cast<int>(Mdspan::rank()) == Rank,
                "the mdspan has another number of dimensions");
  static_assert(std::is_convertible_v<T(*)[], typename Mdspan::element_type(*)[]>,
                "the mdspan has elements of another type, or not const where the view's are");
  static_assert(
      detail::is_mdspan_of<Mdspan, typename Mdspan::element_type>::value,
      "the mdspan's accessor or layout finds other elements than a pointer and strides do");
  return detail::to_mdspan(name, view, mdspan, std::make_index_sequence<Rank>());
}

}  // namespace robocache
