// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/tensor_view.hpp>  // IWYU pragma: export

#include <cstdint>      // IWYU pragma: keep (with Eigen)
#include <type_traits>  // IWYU pragma: keep (with Eigen)

#if defined(EIGEN_CORE_H) || defined(EIGEN_CORE_MODULE_H)  // here already, by whatever path
#define ROBOCACHE_HAS_EIGEN 1
#elif defined(__has_include)
#if __has_include(<Eigen/Core>)
#include <Eigen/Core>
#define ROBOCACHE_HAS_EIGEN 1
#endif
#endif

/// \file
/// Views of Eigen's matrices, arrays, blocks and maps, and maps of views. Copies nothing; what is
/// viewed must outlive the view. Where there is no Eigen this header declares nothing.

#if defined(ROBOCACHE_HAS_EIGEN)

namespace robocache {

namespace detail {

/// Whether the elements go when the object goes: those of a matrix, or of what is derived from one,
/// and of a `Ref` to const, which copies an expression that has no memory.
template <class Dense>
struct owns_elements : std::is_base_of<typename Dense::PlainObject, Dense> {};
template <class Dense, int Options, class Stride>
struct owns_elements<Eigen::Ref<const Dense, Options, Stride>> : std::true_type {};

}  // namespace detail

/// [rows, cols] of anything of Eigen's that lies in memory: a matrix, an array, a map, a block, a
/// `Ref`, of any storage order and strides. Const if that is.
///
/// Eigen stores columns one after another unless told otherwise, so a matrix whose rows are samples
/// has a stride of its number of rows between channels. That is right, but slow on a GPU; for speed
/// let rows be neighbours (`Eigen::RowMajor`).
///
/// \param dense  what the view shows; must outlive it. An expression, which has no memory, and a
///               temporary that owns its memory are refused when they are compiled
template <class Dense>
auto eigen_view(Dense&& dense) noexcept {
  using type = std::remove_reference_t<Dense>;
  static_assert((static_cast<int>(std::remove_const_t<type>::Flags) & Eigen::DirectAccessBit) != 0,
                "an expression of Eigen's has no memory to view: .eval() it into a matrix first");
  static_assert(
      std::is_lvalue_reference_v<Dense> || !detail::owns_elements<std::remove_cv_t<type>>::value,
      "a view of a temporary matrix would outlive it");
  using element = std::remove_pointer_t<decltype(dense.data())>;
  constexpr bool row_major = std::remove_const_t<type>::IsRowMajor;
  const auto inner = static_cast<std::int64_t>(dense.innerStride());
  const auto outer = static_cast<std::int64_t>(dense.outerStride());
  return tensor_view<element, 2>(
      dense.data(),
      {static_cast<std::int64_t>(dense.rows()), static_cast<std::int64_t>(dense.cols())},
      {row_major ? outer : inner, row_major ? inner : outer});
}

/// [size] of a vector of Eigen's, a row or a column, or a map or a block of one.
///
/// \param dense  as of `eigen_view`
template <class Dense>
auto eigen_vector_view(Dense&& dense) noexcept {
  using type = std::remove_reference_t<Dense>;
  static_assert(type::IsVectorAtCompileTime, "a matrix: eigen_view has two dimensions for it");
  static_assert((static_cast<int>(std::remove_const_t<type>::Flags) & Eigen::DirectAccessBit) != 0,
                "an expression of Eigen's has no memory to view: .eval() it into a vector first");
  static_assert(
      std::is_lvalue_reference_v<Dense> || !detail::owns_elements<std::remove_cv_t<type>>::value,
      "a view of a temporary vector would outlive it");
  using element = std::remove_pointer_t<decltype(dense.data())>;
  return tensor_view<element, 1>(dense.data(), {static_cast<std::int64_t>(dense.size())},
                                 {static_cast<std::int64_t>(dense.innerStride())});
}

/// A view as an Eigen matrix of any strides: to read or write what a call has made with Eigen.
///
/// \param view  [rows, cols], in host memory. Strides are not negative (Eigen's rule)
template <class T>
auto eigen_map(const tensor_view<T, 2>& view) noexcept {
  using scalar = std::remove_const_t<T>;
  using matrix = Eigen::Matrix<scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using of_const = std::conditional_t<std::is_const_v<T>, const matrix, matrix>;
  using strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  return Eigen::Map<of_const, Eigen::Unaligned, strides>(
      view.data(), static_cast<Eigen::Index>(view.extent(0)),
      static_cast<Eigen::Index>(view.extent(1)),
      strides(static_cast<Eigen::Index>(view.stride(0)),
              static_cast<Eigen::Index>(view.stride(1))));
}

}  // namespace robocache

#endif
