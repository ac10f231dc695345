// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

/// \file
/// `tensor_view<T, Rank>`: a non-owning strided view, the argument type of every launcher.

namespace robocache {

namespace detail {

template <class M, class = void>
struct is_mdspan_like : std::false_type {};

template <class M>
struct is_mdspan_like<
    M, std::void_t<decltype(std::declval<const M&>().data_handle()),
                   decltype(std::declval<const M&>().extent(0)),
                   decltype(std::declval<const M&>().stride(0)), decltype(M::rank())>>
    : std::true_type {};

}  // namespace detail

/// A pointer with extents and strides, both in elements. Owns nothing, copies freely.
///
/// Strides may be zero (a dimension that repeats) or negative for inputs. A view whose size is zero
/// may have a null pointer. The memory is host or device memory as the launcher called demands.
///
/// \tparam T     element type, `const` for inputs
/// \tparam Rank  number of dimensions, 1 or more
template <class T, int Rank>
class tensor_view {
  static_assert(Rank >= 1, "a tensor_view has at least one dimension");

 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;
  using index_type = std::int64_t;

  /// An empty view: null pointer, all extents zero.
  constexpr tensor_view() noexcept = default;

  /// A dense row-major view: the last dimension has stride 1.
  ROBOCACHE_HD constexpr tensor_view(T* data, const index_type (&extents)[Rank]) noexcept
      : data_(data) {
    // Unsigned, because absurd extents must reach the launcher's check and not overflow here.
    std::uint64_t step = 1;
    for (int d = Rank - 1; d >= 0; --d) {
      extents_[d] = extents[d];
      strides_[d] = static_cast<index_type>(step);
      step *= static_cast<std::uint64_t>(extents[d]);
    }
  }

  /// A strided view. Strides are in elements, not bytes.
  ROBOCACHE_HD constexpr tensor_view(T* data, const index_type (&extents)[Rank],
                                     const index_type (&strides)[Rank]) noexcept
      : data_(data) {
    for (int d = 0; d < Rank; ++d) {
      extents_[d] = extents[d];
      strides_[d] = strides[d];
    }
  }

  /// Adds `const`.
  template <class U, class = std::enable_if_t<std::is_same_v<const U, T> && !std::is_const_v<U>>>
  ROBOCACHE_HD constexpr tensor_view(const tensor_view<U, Rank>& other) noexcept
      : data_(other.data()) {
    for (int d = 0; d < Rank; ++d) {
      extents_[d] = other.extent(d);
      strides_[d] = other.stride(d);
    }
  }

  /// From anything shaped like `std::mdspan` (`data_handle()`, `extent(i)`, `stride(i)`, `rank()`),
  /// without including mdspan.
  template <class M, class = std::enable_if_t<detail::is_mdspan_like<M>::value>, class = void>
  constexpr tensor_view(const M& view) : data_(view.data_handle()) {
    static_assert(M::rank() == Rank, "the mdspan has another number of dimensions");
    for (int d = 0; d < Rank; ++d) {
      extents_[d] = static_cast<index_type>(view.extent(d));
      strides_[d] = static_cast<index_type>(view.stride(d));
    }
  }

  static constexpr int rank() noexcept { return Rank; }
  ROBOCACHE_HD constexpr T* data() const noexcept { return data_; }
  ROBOCACHE_HD constexpr index_type extent(int d) const noexcept { return extents_[d]; }
  ROBOCACHE_HD constexpr index_type stride(int d) const noexcept { return strides_[d]; }

  /// True if there is no element to touch.
  ROBOCACHE_HD constexpr bool empty() const noexcept {
    for (int d = 0; d < Rank; ++d) {
      if (extents_[d] == 0) return true;
    }
    return false;
  }

  /// Element access, unchecked: one index per dimension.
  template <class... Index>
  ROBOCACHE_HD constexpr T& operator()(Index... index) const noexcept {
    static_assert(sizeof...(Index) == Rank, "one index per dimension");
    const index_type indices[] = {static_cast<index_type>(index)...};
    index_type offset = 0;
    for (int d = 0; d < Rank; ++d) offset += indices[d] * strides_[d];
    return data_[offset];
  }

 private:
  T* data_ = nullptr;
  index_type extents_[Rank] = {};
  index_type strides_[Rank] = {};
};

}  // namespace robocache
