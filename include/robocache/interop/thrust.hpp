// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/interop/span.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Thrust's vectors as views: `thrust::device_vector`, `universal_vector` and what else has a
/// `data()` with `get()`. Thrust is not included. (`thrust::host_vector` has a plain `data()` and
/// needs no header.) A view as Thrust's iterator is `thrust::device_pointer_cast(view.data())`.

namespace robocache {

/// All elements of a vector of Thrust's, [size]. What resizes the vector ends the view.
///
/// \param vector  not a temporary
/// \return a view of device memory, const if the vector is
template <class Vector>
auto thrust_view(Vector& vector) noexcept {
  auto* const data = vector.data().get();
  return tensor_view<std::remove_pointer_t<decltype(vector.data().get())>, 1>(
      data, {static_cast<std::int64_t>(vector.size())});
}

/// A vector of Thrust's as a dense view of several dimensions, if it has as many elements as that
/// needs.
///
/// \param name     what messages call it
/// \param vector   the view's memory
/// \param extents  integers of any types, one for each dimension
/// \param view     out: the view; not touched if the vector is refused
/// \return `invalid_argument` with the name and the numbers that disagree
template <class Vector, class T, int Rank>
ROBOCACHE_HIDDEN status from_thrust(const char* name, Vector& vector,
                                    const detail::any_integer (&extents)[Rank],
                                    tensor_view<T, Rank>& view) noexcept {
  std::int64_t sizes[Rank];
  for (int d = 0; d < Rank; ++d) sizes[d] = extents[d].value;
  return detail::view_of_buffer("from_thrust", name, static_cast<T*>(vector.data().get()),
                                static_cast<std::uint64_t>(vector.size()), sizes, view);
}

}  // namespace robocache
