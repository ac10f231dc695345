// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/launch.cuh>
#include <robocache/cuda/shared_pointer.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/collective/visit_bin.cuh>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>

#include <cstdint>

/// \file
/// Level 1 of `voxelize`: a block of threads marks the voxels of a bin in shared memory, counts
/// them for one, and writes each of them once, the empty ones too. Nothing has to be cleared
/// before.

namespace robocache {

/// The shared memory of a block that marks the voxels of a bin.
template <class Mark>
struct mark_bin_storage {
  uint4 words[(1 << detail::most_shift<false>) / Mark::voxels_per_word / 4];
  unsigned long long sums[2];
};

namespace detail {

/// Writes elements `[begin, end)` of a bin, the first of which is element `first` of the output.
template <class Group, class Mark>
__device__ __forceinline__ void write_elements(const Group& block, const bin_marking<Mark>& call,
                                               std::int64_t first, std::uint32_t begin,
                                               std::uint32_t end,
                                               const std::uint32_t* words) noexcept {
  using scalar = typename Mark::scalar;
  for (std::uint32_t e = begin + block.thread_rank(); e < end; e += mark_threads) {
    scalar* const to = call.output.at(first + e);
    const scalar value = Mark::element(words, e);
    if (!call.accumulate) {
      *to = value;
    } else if (value != 0) {
      *to = Mark::join(*to, value);
    }
  }
}

/// The same for an output without gaps, replaced, 16 bytes at a time.
template <class Mark, class Group>
__device__ __forceinline__ void write_vectors(const Group& block, typename Mark::scalar* output,
                                              std::uint32_t vectors, const uint4* words) noexcept {
  auto* const out = reinterpret_cast<uint4*>(output);
  constexpr std::uint32_t per_vector = 16 / sizeof(typename Mark::scalar);
  for (std::uint32_t v = block.thread_rank(); v < vectors; v += mark_threads) {
    if constexpr (Mark::voxels_per_element == 1) {  // as they are
      out[v] = words[v];
    } else {
      typename Mark::scalar elements[per_vector];
#pragma unroll
      for (std::uint32_t i = 0; i < per_vector; ++i) {
        elements[i] =
            Mark::element(reinterpret_cast<const std::uint32_t*>(words), per_vector * v + i);
      }
      out[v] = bit_copy<uint4>(elements);
    }
  }
}

}  // namespace detail

/// Marks the voxels of a bin and writes them: the second half of `voxelize` without features.
///
/// \param block    `mark_bin_threads` (512) threads: a `block_group` or cooperative groups' thread
///                 block
/// \param storage  shared memory
/// \param call     `binned_call(call).voxels`, after all tiles were binned
/// \param bin      the bin, 0 to `call.slab.bins - 1`
///
/// Contains barriers.
template <class Group, class Mark>
__device__ __forceinline__ void mark_bin(const Group& block, mark_bin_storage<Mark>& storage,
                                         const bin_marking<Mark>& call, int bin) noexcept {
  using namespace detail;
  const bin_slab& slab = call.slab;
  auto* const words = reinterpret_cast<std::uint32_t*>(storage.words);
  const std::uint32_t first = static_cast<std::uint32_t>(bin) << slab.shift;
  const std::uint32_t cells = min(1u << slab.shift, slab.cells - first);
  const std::uint32_t number = (1u << slab.shift) / Mark::voxels_per_word;
  for (std::uint32_t i = block.thread_rank(); i < number / 4; i += mark_threads) {
    storage.words[i] = make_uint4(0, 0, 0, 0);
  }
  cuda_detail::wait_for_previous_kernel();
  block.sync();

  const shared_pointer<std::uint32_t> marked(words);
  visit_bin(block, slab.pieces, bin, slab.tiles(),
            [marked](std::uint32_t voxel, std::uint32_t points) {
              Mark::add_to_words(marked.get(), voxel, points);
            });
  block.sync();
  cuda_detail::let_next_kernel_launch();
  constexpr std::uint32_t per_element = Mark::voxels_per_element;
  const std::int64_t first_element = (slab.begin + first) / per_element;
  const std::uint32_t elements = cells / per_element;
  std::uint32_t done = 0;
  if (call.vectors) {
    constexpr std::uint32_t per_vector = 16 / sizeof(typename Mark::scalar);
    write_vectors<Mark>(block, call.output.data + first_element, elements / per_vector,
                        storage.words);
    done = elements / per_vector * per_vector;  // the grid may end anywhere
  }
  write_elements(block, call, first_element, done, elements, words);
  if (slab.counters != nullptr && bin == 0) report_counters(block, slab, storage.sums);
}

}  // namespace robocache
