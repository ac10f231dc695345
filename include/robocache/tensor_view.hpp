// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// \file
/// `tensor_view<T, Rank>`: a non-owning strided view, the argument type of every launcher.

namespace robocache {

namespace detail {

/// `std::declval` without its header, which takes an eighth of what this one costs a file.
template <class T>
T&& declared() noexcept;

template <class M, class = void>
struct is_mdspan_like : std::false_type {};

template <class M>
struct is_mdspan_like<M, std::void_t<decltype(*declared<const M&>().data_handle()),
                                     decltype(declared<const M&>().extent(0)),
                                     decltype(declared<const M&>().stride(0)), decltype(M::rank())>>
    : std::true_type {};

// (Not by `std::remove_pointer`, which leaves a `T* __restrict__` as it is.)
template <class M>
using mdspan_pointee_t = std::remove_reference_t<decltype(*declared<const M&>().data_handle())>;

// What an mdspan says of itself may change how its memory is to be read. Each answer is looked at
// if it is there: `std::mdspan` has them all, and what is only shaped like one need not.

/// Its accessor does nothing but add an offset to a pointer: not one that scales what it reads, or
/// forbids to write what its pointer could.
template <class M, class = void>
struct accesses_plainly : std::true_type {};
template <class M>
struct accesses_plainly<M, std::void_t<typename M::reference, typename M::element_type>>
    : std::bool_constant<std::is_same_v<typename M::reference, mdspan_pointee_t<M>&> &&
                         std::is_same_v<typename M::element_type, mdspan_pointee_t<M>>> {};

/// Its strides tell where every element is, as those of a packed triangle do not.
template <class M, class = void>
struct is_always_strided : std::true_type {};
template <class M>
struct is_always_strided<M, std::void_t<decltype(M::is_always_strided())>>
    : std::bool_constant<M::is_always_strided()> {};

/// One whose elements a view of `T` may refer to.
template <class M, class T, class = void>
struct is_mdspan_of : std::false_type {};
template <class M, class T>
struct is_mdspan_of<M, T, std::enable_if_t<is_mdspan_like<M>::value>>
    : std::bool_constant<std::is_convertible_v<decltype(declared<const M&>().data_handle()),
                                               mdspan_pointee_t<M>*> &&
                         std::is_convertible_v<mdspan_pointee_t<M> (*)[], T (*)[]> &&
                         accesses_plainly<M>::value && is_always_strided<M>::value> {};

template <class I>
using if_integer = std::enable_if_t<std::is_integral_v<I> && !std::is_same_v<I, bool>>;

/// A list that is too long is none of extents, so that overloads by rank can be told apart. One
/// that is too short would be, with zeros at its end: that is an error.
template <int Rank, std::size_t... Sizes>
using if_at_most = std::enable_if_t<((Sizes <= static_cast<std::size_t>(Rank)) && ...)>;

/// An element of a braced list: with it the list's integers may be of several types.
struct any_integer {
  std::int64_t value;

  template <class I, class = if_integer<I>>
  ROBOCACHE_HD constexpr any_integer(I i) noexcept : value(static_cast<std::int64_t>(i)) {}
  ROBOCACHE_HD constexpr explicit operator std::int64_t() const noexcept { return value; }
};

/// The number of elements of a `std::array`, without its header.
template <class A>
struct array_size {};
template <template <class, std::size_t> class Array, class I, std::size_t Size>
struct array_size<Array<I, Size>> : std::integral_constant<std::size_t, Size> {
  using element = I;
};
template <class A>
using if_integer_array = if_integer<typename array_size<A>::element>;

/// Whether a type says by one of the usual names that its elements have strides.
template <class S, class = void>
struct has_inner_stride : std::false_type {};
template <class S>
struct has_inner_stride<S, std::void_t<decltype(declared<S&>().innerStride())>> : std::true_type {};
template <class S, class = void>
struct has_stride_of_dimension : std::false_type {};
template <class S>
struct has_stride_of_dimension<S, std::void_t<decltype(declared<S&>().stride(0))>>
    : std::true_type {};
template <class S, class = void>
struct has_list_of_strides : std::false_type {};
template <class S>
struct has_list_of_strides<S, std::void_t<decltype(declared<S&>().strides())>> : std::true_type {};
template <class S, class = void>
struct has_one_stride : std::false_type {};
template <class S>
struct has_one_stride<S, std::void_t<decltype(declared<S&>().stride())>> : std::true_type {};
template <class S>
inline constexpr bool has_strides =
    has_inner_stride<S>::value || has_stride_of_dimension<S>::value ||
    has_list_of_strides<S>::value || has_one_stride<S>::value;

/// Something with `data()` and `size()` whose elements a view of `T` may refer to.
template <class S, class T, class = void>
struct is_buffer_of : std::false_type {};
template <class S, class T>
struct is_buffer_of<S, T,
                    std::void_t<std::remove_pointer_t<decltype(declared<S&>().data())> (*)[],
                                decltype(static_cast<std::int64_t>(declared<S&>().size()))>>
    : std::is_convertible<std::remove_pointer_t<decltype(declared<S&>().data())> (*)[], T (*)[]> {};
/// One whose elements lie side by side, and one of which that is not known.
template <class S, class T>
inline constexpr bool is_span_like = is_buffer_of<S, T>::value && !has_strides<S>;
template <class S, class T>
inline constexpr bool is_strided_buffer = is_buffer_of<S, T>::value&& has_strides<S>;

/// Reaches the extents and strides of a view as arrays: checks are one function for all ranks.
struct view_access {
  template <class View>
  static const std::int64_t* extents(const View& view) noexcept {
    return view.extents_;
  }
  template <class View>
  static const std::int64_t* strides(const View& view) noexcept {
    return view.strides_;
  }
};

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
  ///
  /// \param data     the first element
  /// \param extents  integers of any types, as in `{batch, samples.size(), 7}`, an array or a
  ///                 `std::array`; one per dimension
  template <class I, std::size_t Size, class = detail::if_integer<I>,
            class = detail::if_at_most<Rank, Size>>
  ROBOCACHE_HD constexpr tensor_view(T* data, const I (&extents)[Size]) noexcept : data_(data) {
    set_dense(extents);
  }
  template <std::size_t Size, class = detail::if_at_most<Rank, Size>>
  ROBOCACHE_HD constexpr tensor_view(T* data, const detail::any_integer (&extents)[Size]) noexcept
      : data_(data) {
    set_dense(extents);
  }
  template <class Extents, class = detail::if_integer_array<Extents>,
            class = detail::if_at_most<Rank, detail::array_size<Extents>::value>>
  constexpr tensor_view(T* data, const Extents& extents) noexcept : data_(data) {
    constexpr std::size_t size = detail::array_size<Extents>::value;
    std::int64_t of_host[size] = {};  // std::array has host functions
    for (std::size_t d = 0; d < size; ++d) of_host[d] = static_cast<std::int64_t>(extents[d]);
    set_dense(of_host);
  }

  /// A strided view. Strides are in elements, not bytes. Integers as above.
  ///
  /// \param data     the element whose indices are all zero
  /// \param extents  elements along each dimension
  /// \param strides  from one element to the next, along each dimension
  template <class I, std::size_t Size, class J, std::size_t Strides, class = detail::if_integer<I>,
            class = detail::if_integer<J>, class = detail::if_at_most<Rank, Size, Strides>>
  ROBOCACHE_HD constexpr tensor_view(T* data, const I (&extents)[Size],
                                     const J (&strides)[Strides]) noexcept
      : data_(data) {
    set(extents, strides);
  }
  template <class I, std::size_t Size, std::size_t Strides, class = detail::if_integer<I>,
            class = detail::if_at_most<Rank, Size, Strides>>
  ROBOCACHE_HD constexpr tensor_view(T* data, const I (&extents)[Size],
                                     const detail::any_integer (&strides)[Strides]) noexcept
      : data_(data) {
    set(extents, strides);
  }
  template <std::size_t Size, class J, std::size_t Strides, class = detail::if_integer<J>,
            class = detail::if_at_most<Rank, Size, Strides>>
  ROBOCACHE_HD constexpr tensor_view(T* data, const detail::any_integer (&extents)[Size],
                                     const J (&strides)[Strides]) noexcept
      : data_(data) {
    set(extents, strides);
  }
  template <std::size_t Size, std::size_t Strides, class = detail::if_at_most<Rank, Size, Strides>>
  ROBOCACHE_HD constexpr tensor_view(T* data, const detail::any_integer (&extents)[Size],
                                     const detail::any_integer (&strides)[Strides]) noexcept
      : data_(data) {
    set(extents, strides);
  }
  template <class Extents, class Strides, class = detail::if_integer_array<Extents>,
            class = detail::if_integer_array<Strides>,
            class = detail::if_at_most<Rank, detail::array_size<Extents>::value,
                                       detail::array_size<Strides>::value>>
  constexpr tensor_view(T* data, const Extents& extents, const Strides& strides) noexcept
      : data_(data) {
    static_assert(
        detail::array_size<Extents>::value == Rank && detail::array_size<Strides>::value == Rank,
        "one extent and one stride per dimension");
    for (int d = 0; d < Rank; ++d) {
      extents_[d] = static_cast<index_type>(extents[d]);
      strides_[d] = static_cast<index_type>(strides[d]);
    }
  }

  /// Of rank 1, from an array, or anything with `data()` and `size()`: a vector, a `std::array`, a
  /// `std::span`.
  ///
  /// \param array  the elements, which must outlive the view
  template <std::size_t Size, int R = Rank, class = std::enable_if_t<R == 1>>
  ROBOCACHE_HD constexpr tensor_view(T (&array)[Size]) noexcept : data_(array) {
    const std::int64_t extents[] = {static_cast<std::int64_t>(Size)};
    set_dense(extents);
  }
  ROBOCACHE_DETAIL_ANY_SIDE
  template <class Span, int R = Rank,
            class = std::enable_if_t<R == 1 && detail::is_span_like<Span, T>>, class = void,
            class = void>
  ROBOCACHE_HD constexpr tensor_view(Span&& span) noexcept : data_(span.data()) {
    const std::int64_t extents[] = {static_cast<std::int64_t>(span.size())};
    set_dense(extents);
  }
  /// \cond
  template <class Strided, class = std::enable_if_t<detail::is_strided_buffer<Strided, T>>,
            class = void, class = void, class = void>
  ROBOCACHE_HD constexpr tensor_view(Strided&&) noexcept {
    static_assert(sizeof(Strided) == 0,
                  "what has strides is not taken for dense: Eigen's matrices by eigen_view and "
                  "eigen_vector_view (interop/eigen.hpp), others by tensor_view(data, extents, "
                  "strides)");
  }
  /// \endcond

  /// Adds `const`.
  ///
  /// \param other  a view of the same elements, not const
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
  ///
  /// \param view  of `Rank` dimensions, its elements of type `T`, or of that without its `const`
  ROBOCACHE_DETAIL_ANY_SIDE
  template <class M, class = std::enable_if_t<detail::is_mdspan_of<M, T>::value>, class = void>
  ROBOCACHE_HD constexpr tensor_view(const M& view) : data_(view.data_handle()) {
    static_assert(M::rank() == Rank, "the mdspan has another number of dimensions");
    for (int d = 0; d < Rank; ++d) {
      const auto dimension = static_cast<decltype(M::rank())>(d);
      extents_[d] = static_cast<index_type>(view.extent(dimension));
      strides_[d] = static_cast<index_type>(view.stride(dimension));
    }
  }

  ROBOCACHE_HD static constexpr int rank() noexcept { return Rank; }
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

  /// Element access, unchecked.
  ///
  /// \param index  an integer per dimension
  template <class... Index>
  ROBOCACHE_HD constexpr T& operator()(Index... index) const noexcept {
    static_assert(sizeof...(Index) == Rank, "one index per dimension");
    const index_type indices[] = {static_cast<index_type>(index)...};
    index_type offset = 0;
    for (int d = 0; d < Rank; ++d) offset += indices[d] * strides_[d];
    return data_[offset];
  }

 private:
  friend struct detail::view_access;

  template <class I, std::size_t Size>
  ROBOCACHE_HD constexpr void set_dense(const I (&extents)[Size]) noexcept {
    static_assert(Size == Rank, "one extent per dimension");
    // Unsigned, because absurd extents must reach the launcher's check and not overflow here.
    std::uint64_t step = 1;
    for (int d = Rank - 1; d >= 0; --d) {
      extents_[d] = static_cast<index_type>(extents[d]);
      strides_[d] = static_cast<index_type>(step);
      step *= static_cast<std::uint64_t>(extents_[d]);
    }
  }

  template <class I, std::size_t Size, class J, std::size_t Strides>
  ROBOCACHE_HD constexpr void set(const I (&extents)[Size], const J (&strides)[Strides]) noexcept {
    static_assert(Size == Rank && Strides == Rank, "one extent and one stride per dimension");
    for (int d = 0; d < Rank; ++d) {
      extents_[d] = static_cast<index_type>(extents[d]);
      strides_[d] = static_cast<index_type>(strides[d]);
    }
  }

  T* data_ = nullptr;
  index_type extents_[Rank] = {};
  index_type strides_[Rank] = {};
};

// For `tensor_view view(data, {2, 3})`: as many dimensions as there are extents.
template <class T, class I, std::size_t Size, class = detail::if_integer<I>>
tensor_view(T*, const I (&)[Size]) -> tensor_view<T, static_cast<int>(Size)>;
template <class T, std::size_t Size>
tensor_view(T*, const detail::any_integer (&)[Size]) -> tensor_view<T, static_cast<int>(Size)>;
template <class T, class Extents, class = detail::if_integer_array<Extents>, class = void>
tensor_view(T*, const Extents&)
    -> tensor_view<T, static_cast<int>(detail::array_size<Extents>::value)>;
template <class T, class I, std::size_t Size, class J, std::size_t Strides,
          class = detail::if_integer<I>, class = detail::if_integer<J>>
tensor_view(T*, const I (&)[Size], const J (&)[Strides]) -> tensor_view<T, static_cast<int>(Size)>;
template <class T, class I, std::size_t Size, std::size_t Strides, class = detail::if_integer<I>>
tensor_view(T*, const I (&)[Size], const detail::any_integer (&)[Strides])
    -> tensor_view<T, static_cast<int>(Size)>;
template <class T, std::size_t Size, class J, std::size_t Strides, class = detail::if_integer<J>>
tensor_view(T*, const detail::any_integer (&)[Size], const J (&)[Strides])
    -> tensor_view<T, static_cast<int>(Size)>;
template <class T, std::size_t Size, std::size_t Strides>
tensor_view(T*, const detail::any_integer (&)[Size], const detail::any_integer (&)[Strides])
    -> tensor_view<T, static_cast<int>(Size)>;
template <class T, class Extents, class Strides, class = detail::if_integer_array<Extents>,
          class = detail::if_integer_array<Strides>, class = void>
tensor_view(T*, const Extents&, const Strides&)
    -> tensor_view<T, static_cast<int>(detail::array_size<Extents>::value)>;

// Of arrays, spans and mdspans, for `tensor_view view(span)`: their element type, and their rank.
template <class T, std::size_t Size>
tensor_view(T (&)[Size]) -> tensor_view<T, 1>;
template <class M,
          class = std::enable_if_t<detail::is_mdspan_of<M, detail::mdspan_pointee_t<M>>::value>,
          class = void>
tensor_view(const M&) -> tensor_view<detail::mdspan_pointee_t<M>, static_cast<int>(M::rank())>;
template <class Span, class T = std::remove_pointer_t<decltype(detail::declared<Span&>().data())>,
          class = std::enable_if_t<detail::is_buffer_of<Span, T>::value &&
                                   !detail::is_mdspan_like<Span>::value>,
          class = void, class = void>
tensor_view(Span&&) -> tensor_view<T, 1>;

namespace detail {

template <class View, class = void>
struct is_other_view : std::false_type {};

/// Spans, vectors, arrays and what is shaped like `std::mdspan`: all that makes a `tensor_view`
/// without naming its type, but for one itself.
template <class View>
struct is_other_view<View, std::void_t<decltype(tensor_view(declared<const View&>()))>>
    : std::true_type {};
template <class T, int Rank>
struct is_other_view<tensor_view<T, Rank>, void> : std::false_type {};

}  // namespace detail
}  // namespace robocache
