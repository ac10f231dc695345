// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/launch.cuh>
#include <robocache/cuda/shared_pointer.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/collective/visit_bin.cuh>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>
#include <robocache/voxelize/rules/sink.hpp>

#include <cstdint>

/// \file
/// Level 1 of `voxelize`: a block of threads marks the voxels of a bin in shared memory, counts
/// them for one, and hands them to a sink. The default writes each of them once to the dense grid,
/// the empty ones too: nothing has to be cleared before.

namespace robocache {

/// The shared memory of a block that marks the voxels of a bin.
template <class Mark>
struct mark_bin_storage {
  uint4 words[(1 << detail::most_shift<false>) / Mark::voxels_per_word / 4];
  unsigned long long sums[2];
};

/// Marks the voxels of a bin and hands them to a sink: the second half of `voxelize` without
/// features.
///
/// \param block    `mark_bin_threads` (512) threads: a `block_group` or cooperative groups' thread
///                 block
/// \param storage  shared memory
/// \param call     `binned_call(call).voxels`, after all tiles were binned
/// \param bin      the bin, 0 to `call.slab.bins - 1`. It is a run of voxels: those of bin 0 come
///                 first, then those of bin 1
/// \param sink     where elements go (`rules/sink.hpp`): called with a voxel's number and its
///                 element for each one that has points, or, with `take_bin`, with the whole bin.
///                 By default the call's dense grid
///
/// Contains barriers; call `block.sync()` before the storage is used again.
template <class Group, class Mark, class Sink = sink_of_call>
__device__ __forceinline__ void mark_bin(const Group& block, mark_bin_storage<Mark>& storage,
                                         const bin_marking<Mark>& call, int bin,
                                         const Sink& sink = {}) noexcept {
  detail::check_block<Group, mark_bin_threads>();
  using namespace detail;
  const bin_slab& slab = call.slab;
  auto* const words = reinterpret_cast<std::uint32_t*>(storage.words);
  const std::uint32_t first = static_cast<std::uint32_t>(bin) << slab.shift;
  const std::uint32_t cells = min(1u << slab.shift, slab.cells - first);
  const std::uint32_t count = (1u << slab.shift) / Mark::voxels_per_word;
  for (std::uint32_t i = block.thread_rank(); i < count / 4; i += mark_bin_threads) {
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
  const marked_bin<Mark> found{(slab.begin + first) / per_element, cells / per_element,
                               mark_bin_threads, words};
  if constexpr (is_sink_of_call<Sink>) {
    hand_over_bin(block, found, call.sink);
  } else {
    hand_over_bin(block, found, sink);
  }
  if (slab.counters != nullptr && bin == 0) report_counters(block, slab, storage.sums);
}

}  // namespace robocache
