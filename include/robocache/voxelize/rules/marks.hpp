// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/reducer.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The reducers without features: `count`, `occupancy` and `occupancy_bits`. They mark voxels.
///
/// A mark has `scalar`, the type of the output's elements, of which each stands for
/// `voxels_per_element` neighbours along x, a power of two up to 128; a block of threads that marks
/// a bin has a 32-bit word for `voxels_per_word` of them. Functions, all static:
///
/// - `add(scalar* element, bit)`: a point, which lies in voxel `bit` of this element; on the device
///   other threads may do the same at the same time;
/// - `add_to_words(words, voxel, n)`: `n` points at a time to a bin's words in shared memory;
/// - `element(words, e)`: what the bin's words say of its element `e`. With one voxel per element
///   the words must be the elements, one after another: a dense output gets them as they are;
/// - `join(held, element)`: on accumulating, with an element that is not 0;
/// - optional, `add_many(scalar* element, n)`: as `add`, `n` points at once. Of larger clouds
///   that are added directly, the points of a voxel are then counted first and added at once.

namespace robocache {
namespace reducers {

/// The number of points, modulo 2^32.
struct count {
  using scalar = std::uint32_t;
  static constexpr int voxels_per_element = 1;
  static constexpr int voxels_per_word = 1;

  ROBOCACHE_HD static void add_many(scalar* element, std::uint32_t n) noexcept {
#if defined(__CUDA_ARCH__)
    atomicAdd(element, n);
#else
    *element += n;
#endif
  }
  ROBOCACHE_HD static void add(scalar* element, std::uint32_t) noexcept {
    add_many(element, 1u);
  }
#if defined(__CUDACC__)
  __device__ __forceinline__ static void add_to_words(std::uint32_t* words, std::uint32_t voxel,
                                                      std::uint32_t n) noexcept {
    atomicAdd(&words[voxel], n);
  }
#endif
  ROBOCACHE_HD static scalar element(const std::uint32_t* words, std::uint32_t e) noexcept {
    return words[e];
  }
  ROBOCACHE_HD static scalar join(scalar held, scalar fresh) noexcept {
    return held + fresh;
  }
};

/// 1 or 0, in a byte. A bin is marked in bytes, too: they are set without atomic operations.
struct occupancy {
  using scalar = std::uint8_t;
  static constexpr int voxels_per_element = 1;
  static constexpr int voxels_per_word = 4;

  ROBOCACHE_HD static void add(scalar* element, std::uint32_t) noexcept {
    *element = 1;  // every thread writes the same byte
  }
#if defined(__CUDACC__)
  __device__ __forceinline__ static void add_to_words(std::uint32_t* words, std::uint32_t voxel,
                                                      std::uint32_t) noexcept {
    reinterpret_cast<unsigned char*>(words)[voxel] = 1;
  }
#endif
  ROBOCACHE_HD static scalar element(const std::uint32_t* words, std::uint32_t e) noexcept {
    return reinterpret_cast<const unsigned char*>(words)[e];
  }
  ROBOCACHE_HD static scalar join(scalar, scalar fresh) noexcept {
    return fresh;
  }
};

/// A bit per voxel: bit x % 32 of word x / 32 of each row.
struct occupancy_bits {
  using scalar = std::uint32_t;
  static constexpr int voxels_per_element = 32;
  static constexpr int voxels_per_word = 4;

  ROBOCACHE_HD static void add(scalar* element, std::uint32_t bit) noexcept {
#if defined(__CUDA_ARCH__)
    atomicOr(element, 1u << bit);
#else
    *element |= 1u << bit;
#endif
  }
#if defined(__CUDACC__)
  __device__ __forceinline__ static void add_to_words(std::uint32_t* words, std::uint32_t voxel,
                                                      std::uint32_t n) noexcept {
    occupancy::add_to_words(words, voxel, n);
  }
#endif
  ROBOCACHE_HD static scalar element(const std::uint32_t* words, std::uint32_t e) noexcept {
    std::uint32_t word = 0;
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
    for (std::uint32_t i = 0; i < 8; ++i) {
      // The multiplication brings the lowest bit of each byte to the top, side by side.
      word |= ((words[8 * e + i] * 0x10204080u) >> 28) << (4 * i);
    }
    return word;
  }
  ROBOCACHE_HD static scalar join(scalar held, scalar fresh) noexcept {
    return held | fresh;
  }
};

}  // namespace reducers

template <>
struct detail::reducer_of<reduction::count> {
  using type = reducers::count;
};
template <>
struct detail::reducer_of<reduction::occupancy> {
  using type = reducers::occupancy;
};
template <>
struct detail::reducer_of<reduction::occupancy_bits> {
  using type = reducers::occupancy_bits;
};

namespace detail {

template <class Mark, class = void>
struct adds_many : std::false_type {};
template <class Mark>
struct adds_many<Mark, std::void_t<decltype(Mark::add_many(nullptr, 1u))>> : std::true_type {};

/// Neighbours along x that an element of a reducer's output stands for.
template <class Reducer>
ROBOCACHE_HD constexpr int voxels_per_element() noexcept {
  if constexpr (reduces_features<Reducer>) {
    return 1;
  } else {
    constexpr int n = Reducer::voxels_per_element;
    static_assert(n >= 1 && n <= 128 && (n & (n - 1)) == 0,
                  "voxels_per_element of a mark is a power of two up to 128");
    return n;
  }
}

template <class Reducer, class = void>
struct mark_scalar {
  using type = std::uint32_t;  // of none: only so that a wrong call gets as far as a message
};
template <class Mark>
struct mark_scalar<Mark, std::void_t<typename Mark::scalar>> {
  using type = typename Mark::scalar;
};

}  // namespace detail

/// The element type of the output of count, occupancy and occupancy_bits.
template <reduction R>
using voxel_scalar_t = typename detail::mark_scalar<reducer_t<R>>::type;

}  // namespace robocache
