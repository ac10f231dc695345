// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>  // IWYU pragma: keep (bit_copy, on the GPU)
#include <robocache/detail/fast_divide.hpp>
#include <robocache/group.hpp>  // IWYU pragma: keep (what a sink is called by)
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/voxelize/rules/cell.hpp>
#include <robocache/voxelize/rules/marks.hpp>
#include <robocache/voxelize/rules/numbering.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

/// \file
/// Level 0 of `voxelize`: what a sink is, where the results of voxels go.
///
/// The dense strided grid of the call is the default. A kernel of yours that calls `mark_bin` or
/// `reduce_bin` may hand over a sink of its own: a function or an object that takes what became of
/// a voxel, and nothing is written to a dense grid. A sink is told of every voxel that has points,
/// once, and never of an empty one:
///
/// \code
/// // of mark_bin: `Mark::scalar`, never 0
/// [&](std::int64_t voxel, std::uint32_t count) { ... }
/// // of reduce_bin: each channel by itself, rounded to the output's type: float, or
/// // robocache::float16 or robocache::bfloat16, for `__half` and `__nv_bfloat16`, too
/// [&](std::int64_t voxel, std::uint32_t channel, float value, std::uint32_t points) { ... }
/// \endcode
///
/// - `voxel` is the voxel's number in the grid, `(z * ny + y) * nx + x`; `cell_of_number` turns it
///   into x, y and z. An element of `occupancy_bits` stands for 32 voxels, the first of which has
///   the number; there nx counts as rounded up to a multiple of 32.
/// - Which thread calls it, and when, is not said, so what must be the same in every run must not
///   depend on the order of calls. Where the order counts, take the bin as a whole. In `mark_bin`
///   the voxel is of the block's bin. In `reduce_bin` it may be of any: blocks that are done help
///   with bins that have too many points. So go by `voxel` and `channel`, not by the block.
/// - A thread calls it at any time, alone: no barrier, no vote in it. It is const and trivially
///   copyable, and may hold references to registers and shared memory. The kernels before are then
///   complete (`wait_for_previous_kernel`); what they wrote is read in the sink, not before.
/// - The call must replace (`options.update`): what a sink holds is not read. Reports are as ever,
///   `reports.counts` too, where they are asked for. `check_for_sink` checks such a call.
///
/// A sink of marks may take a bin as a whole instead, by all threads of the block together,
/// barriers and all. It then sees the empty voxels, too, in order:
///
/// \code
/// struct my_sink {
///   template <class Group, class Mark>
///   void take_bin(const Group& block, const marked_bin<Mark>& found) const;
/// };
/// \endcode
///
/// The dense grid of marks, `dense_sink`, is a member that does this, for it writes empty voxels
/// and 16 bytes at a time. What adds points to a grid directly (`add_points`, `list_points`, marks
/// on the CPU) never has a finished voxel at hand, and needs a grid. On the CPU
/// `run(call, robocache::cpu, sink)` hands features to a sink.

namespace robocache {
namespace detail {

/// For numbers that do not fit 31 bits.
template <int = 0>
ROBOCACHE_HIDDEN ROBOCACHE_DETAIL_HD_COLD std::int64_t divide_wide(std::int64_t number,
                                                                   std::int64_t divisor) noexcept {
  return number / divisor;
}

/// Where voxels are in an output: maps their numbers to elements.
struct voxel_layout {
  std::int64_t stride_z;
  std::int64_t stride_y;
  std::int64_t stride_x;
  std::int64_t pitch;  ///< elements per row as numbered
  std::int64_t nx;     ///< elements per row that exist
  std::int64_t ny;
  fast_divide by_pitch;
  fast_divide by_ny;
  bool linear;  ///< element = number * stride_x

  /// The element of a number, which must exist.
  ROBOCACHE_HD std::int64_t operator()(std::int64_t number) const noexcept {
    if (linear) return number * stride_x;
    std::int64_t x = 0;
    return row_of(number, x) + x * stride_x;
  }

  /// Where the row of a number begins, and the number's place in it.
  ROBOCACHE_HD std::int64_t row_of(std::int64_t number, std::int64_t& x) const noexcept {
    std::int64_t row;
    std::int64_t z;
    if (number <= 0x7fffffff) {
      row = by_pitch(static_cast<std::uint32_t>(number));
      z = by_ny(static_cast<std::uint32_t>(row));
    } else {
      row = divide_wide(number, pitch);
      z = divide_wide(row, ny);
    }
    x = number - row * pitch;
    return z * stride_z + (row - z * ny) * stride_y;
  }
};

template <class T, int Rank>
ROBOCACHE_DETAIL_OUTLINE voxel_layout make_layout(const tensor_view<T, Rank>& view) noexcept {
  static_assert(Rank == 3 || Rank == 4, "[nz, ny, nx] or [nz, ny, nx, F]");
  voxel_layout layout{};
  layout.stride_z = view.stride(0);
  layout.stride_y = view.stride(1);
  layout.stride_x = view.stride(2);
  layout.pitch = view.extent(2);
  layout.nx = view.extent(2);
  layout.ny = view.extent(1);
  layout.by_pitch = fast_divide(static_cast<std::uint32_t>(layout.pitch));
  layout.by_ny = fast_divide(static_cast<std::uint32_t>(layout.ny));
  // Unsigned: the stride of a dimension of one element may be anything.
  const auto row =
      static_cast<std::uint64_t>(layout.stride_x) * static_cast<std::uint64_t>(layout.nx);
  const std::uint64_t plane = row * static_cast<std::uint64_t>(layout.ny);
  layout.linear = (layout.ny == 1 || static_cast<std::uint64_t>(layout.stride_y) == row) &&
                  (view.extent(0) == 1 || static_cast<std::uint64_t>(layout.stride_z) == plane);
  return layout;
}

/// An output without features, counts for one.
template <class T>
struct voxel_output {
  T* data;
  voxel_layout layout;

  /// The element of a voxel's number, or of an element's where that stands for several voxels.
  ROBOCACHE_HD T* at(std::int64_t number) const noexcept { return data + layout(number); }
};

template <class T>
inline voxel_output<T> make_voxel_output(const tensor_view<T, 3>& view) noexcept {
  return {view.data(), make_layout(view)};
}

/// A voxel of the dense grid of features, for a loop over its channels.
template <class Out>
struct dense_voxel {
  Out* data;
  std::int64_t channel_stride;

  Out held(std::int64_t channel) const noexcept { return data[channel * channel_stride]; }
  void put(std::int64_t channel, Out value) const noexcept {
    data[channel * channel_stride] = value;
  }
};

/// An output of features.
template <class Out>
struct feature_output {
  Out* data;
  voxel_layout layout;
  std::int64_t channel_stride;

  /// `Width` neighbouring channels of a voxel's number, the `vector`-th of them.
  template <int Width>
  ROBOCACHE_HD Out* at(std::int64_t number, std::uint32_t vector) const noexcept {
    return data + layout(number) +
           static_cast<std::int64_t>(vector) * Width * (Width > 1 ? 1 : channel_stride);
  }
  /// The channels of a voxel's number.
  dense_voxel<Out> voxel(std::int64_t number) const noexcept {
    return {data + layout(number), channel_stride};
  }
};

/// \tparam Out  the one name of the output's format
template <class Out, class T>
inline feature_output<Out> make_feature_output(const tensor_view<T, 4>& view) noexcept {
  return {reinterpret_cast<Out*>(view.data()), make_layout(view), view.stride(3)};
}

}  // namespace detail

/// What marking has found in a bin: neighbouring elements of the marks' grid, the empty ones too.
template <class Mark>
struct marked_bin {
  using scalar = typename Mark::scalar;

  std::int64_t first;          ///< number of the first element, in units of `voxels_per_element`
  std::uint32_t elements;      ///< how many; the last bin of a grid may have fewer than others
  std::uint32_t threads;       ///< of the group that takes them, `mark_bin_threads` in a kernel
  const std::uint32_t* words;  ///< shared memory, at a multiple of 16 bytes

  /// An element; 0 where there are no points.
  ///
  /// \param e  0 to `elements - 1`
  ROBOCACHE_HD ROBOCACHE_ALWAYS_INLINE scalar element(std::uint32_t e) const noexcept {
    return Mark::element(words, e);
  }
  /// The number of its voxel, or of the first one where it stands for several.
  ///
  /// \param e  0 to `elements - 1`
  ROBOCACHE_HD ROBOCACHE_ALWAYS_INLINE std::int64_t voxel(std::uint32_t e) const noexcept {
    return (first + e) * Mark::voxels_per_element;
  }
};

/// The default sink of collectives: the dense grid that their call has.
struct sink_of_call {};

/// The dense grid of marks: a sink that takes bins as a whole, since it writes empty voxels too.
template <class Mark>
struct dense_sink {
  using scalar = typename Mark::scalar;

  detail::voxel_output<scalar> output;
  bool vectors;  ///< 16 bytes of the output at a time
  bool accumulate;

  /// Clears the element of a voxel.
  ///
  /// \param voxel  its number
  ROBOCACHE_HD void clear(std::int64_t voxel) const noexcept {
    *output.at(voxel / Mark::voxels_per_element) = 0;
  }
  /// Adds a point directly.
  ///
  /// \param voxel  the number of its voxel
  ROBOCACHE_HD void add(std::int64_t voxel) const noexcept {
    constexpr int per_element = Mark::voxels_per_element;
    Mark::add(output.at(voxel / per_element),
              static_cast<std::uint32_t>(voxel) % std::uint32_t{per_element});
  }

  /// Writes a bin: replaces what the grid holds, or joins it with elements that are not 0.
  ///
  /// \param block  a group of `found.threads` threads
  /// \param found  the bin
  ROBOCACHE_DETAIL_ANY_SIDE
  template <class Group>
  ROBOCACHE_HD ROBOCACHE_ALWAYS_INLINE void take_bin(const Group& block,
                                                     const marked_bin<Mark>& found) const noexcept {
    std::uint32_t done = 0;
#if defined(__CUDA_ARCH__)
    if (vectors) {
      constexpr std::uint32_t per_vector = 16 / sizeof(scalar);
      done = put_vectors(block, found) * per_vector;  // the grid may end anywhere
    }
#endif
    for (std::uint32_t e = done + block.thread_rank(); e < found.elements; e += found.threads) {
      scalar* const to = output.at(found.first + e);
      const scalar value = found.element(e);
      if (!accumulate) {
        *to = value;
      } else if (value != 0) {
        *to = Mark::join(*to, value);
      }
    }
  }

#if defined(__CUDACC__)
 private:
  /// The same for an output without gaps, replaced, 16 bytes at a time. Returns how many of these
  /// there were.
  template <class Group>
  __device__ __forceinline__ std::uint32_t put_vectors(
      const Group& block, const marked_bin<Mark>& found) const noexcept {
    auto* const out = reinterpret_cast<uint4*>(output.data + found.first);
    const auto* const words = reinterpret_cast<const uint4*>(found.words);
    constexpr std::uint32_t per_vector = 16 / sizeof(scalar);
    const std::uint32_t number = found.elements / per_vector;
    for (std::uint32_t v = block.thread_rank(); v < number; v += found.threads) {
      if constexpr (Mark::voxels_per_element == 1) {  // as they are
        out[v] = words[v];
      } else {
        scalar elements[per_vector];
#pragma unroll
        for (std::uint32_t i = 0; i < per_vector; ++i) {
          elements[i] = found.element(per_vector * v + i);
        }
        out[v] = detail::bit_copy<uint4>(elements);
      }
    }
    return number;
  }
#endif
};

namespace detail {

/// The output can be written 16 bytes at a time.
template <class T>
bool takes_vectors(const voxel_output<T>& output, bool accumulate) noexcept {
  return !accumulate && output.layout.linear && output.layout.stride_x == 1 &&
         reinterpret_cast<std::uintptr_t>(output.data) % 16 == 0;
}

/// The dense grid of a call without features.
template <class Mark>
dense_sink<Mark> make_dense_sink(const tensor_view<typename Mark::scalar, 3>& view,
                                 bool accumulate) noexcept {
  const auto output = make_voxel_output(view);
  return {output, takes_vectors(output, accumulate), accumulate};
}

template <class Sink, class Group, class Mark, class = void>
struct takes_bins : std::false_type {};
template <class Sink, class Group, class Mark>
struct takes_bins<Sink, Group, Mark,
                  std::void_t<decltype(std::declval<const Sink&>().take_bin(
                      std::declval<const Group&>(), std::declval<const marked_bin<Mark>&>()))>>
    : std::true_type {};

/// Hands a marked bin to a sink, by a group.
ROBOCACHE_DETAIL_ANY_SIDE
template <class Group, class Mark, class Sink>
ROBOCACHE_HD ROBOCACHE_ALWAYS_INLINE void hand_over_bin(const Group& block,
                                                        const marked_bin<Mark>& found,
                                                        const Sink& sink) noexcept {
  if constexpr (takes_bins<Sink, Group, Mark>::value) {
    sink.take_bin(block, found);
  } else {
    static_assert(std::is_invocable_v<const Sink&, std::int64_t, typename Mark::scalar>,
                  "a sink of marks takes (std::int64_t voxel, Mark::scalar element), or has "
                  "take_bin(block, marked_bin)");
    for (std::uint32_t e = block.thread_rank(); e < found.elements; e += found.threads) {
      const typename Mark::scalar element = found.element(e);
      if (element != 0) sink(found.voxel(e), element);
    }
  }
}

template <class Sink>
inline constexpr bool is_sink_of_call = std::is_same_v<Sink, sink_of_call>;

/// Whether a sink can be told of channels whose results are of type `Out`.
template <class Sink, class Out>
inline constexpr bool takes_channels =
    is_sink_of_call<Sink> ||
    std::is_invocable_v<const Sink&, std::int64_t, std::uint32_t, Out, std::uint32_t>;

/// The same of a sink that is a function, which holds nothing.
template <class Sink, class Out>
struct voxel_of_sink {
  const Sink& sink;
  std::int64_t voxel;
  std::uint32_t points;

  Out held(std::int64_t) const noexcept { return Out{}; }
  void put(std::int64_t channel, Out value) const noexcept {
    sink(voxel, static_cast<std::uint32_t>(channel), value, points);
  }
};

}  // namespace detail

/// The voxel of a number, as sinks get it. Divides 64-bit integers.
///
/// \tparam Reducer  the call's: `occupancy_bits` numbers rows that are rounded up to 32 voxels. The
///                  cell of a padding voxel has x of nx or more
/// \param number    0 to the number of voxels less 1
/// \param grid      the grid
template <class Reducer = reducers::count, class Real>
ROBOCACHE_HD inline voxel_cell cell_of_number(std::int64_t number,
                                              const voxel_grid<Real>& grid) noexcept {
  constexpr int per_element = detail::voxels_per_element<Reducer>();
  const detail::voxel_numbering all = detail::make_numbering(grid, per_element);
  const std::int64_t row = number / all.pitch;
  return {static_cast<std::int32_t>(number - row * all.pitch),
          static_cast<std::int32_t>(row % all.ny), static_cast<std::int32_t>(row / all.ny),
          point_fate::inside};
}

}  // namespace robocache
