// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/status.hpp>
#include <robocache/voxelize/detail/arguments.hpp>
#include <robocache/voxelize/detail/bin_kernel.cuh>
#include <robocache/voxelize/detail/count_kernel.cuh>
#include <robocache/voxelize/detail/crowd_kernel.cuh>
#include <robocache/voxelize/detail/direct_kernel.cuh>
#include <robocache/voxelize/detail/plan.hpp>
#include <robocache/voxelize/detail/reduce_kernel.cuh>
#include <robocache/voxelize/detail/scan_kernel.cuh>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// The launches of `voxelize`, slab by slab.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// [N, 3] floats without gaps at a multiple of 16 bytes: four points are three loads.
template <class Real>
bool is_packed(const point_arguments<Real>& points) noexcept {
  return std::is_same_v<Real, float> && points.step == 12 && points.data[1] == points.data[0] + 4 &&
         points.data[2] == points.data[0] + 8 &&
         reinterpret_cast<std::uintptr_t>(points.data[0]) % 16 == 0;
}

template <int PerThread, bool Indexed, class Real>
ROBOCACHE_HIDDEN status launch_bins_of(const bin_call<Real>& call, int tiles,
                                       cudaStream_t stream) noexcept {
  const dim3 grid(static_cast<unsigned>(tiles));
  const dim3 block(bin_threads);
  if constexpr (std::is_same_v<Real, float>) {
    if (is_packed(call.locator.points) && call.locator.transform.identity && !call.wide) {
      return launch("voxelize", &bin_points_kernel<PerThread, Indexed, true, Real>, grid, block,
                    stream, call);
    }
  }
  return launch("voxelize", &bin_points_kernel<PerThread, Indexed, false, Real>, grid, block,
                stream, call);
}

/// What the kernels of a call share.
template <class Real>
struct ROBOCACHE_HIDDEN binned_points {
  point_locator<Real> locator;
  std::int64_t cells;
  bin_shape shape;
  bin_tables tables;
  voxel_counters* counters;

  template <reduction R>
  static binned_points make(const point_view<Real>& points, const voxel_grid<Real>& grid,
                            const voxel_reports& reports, const voxel_options& options,
                            void* memory) noexcept {
    binned_points result{};
    result.locator = make_locator<R>(points, grid, options.transform);
    result.cells = make_numbering<R>(grid).cells();
    result.shape = choose_bins(points.size, result.cells, reduces_features(R));
    result.tables =
        lay_out_tables(memory, points.size, result.cells, result.shape, reduces_features(R));
    result.counters = reports.counters;
    return result;
  }

  int bins_of(std::uint32_t slab_cells) const noexcept {
    const auto per_bin = static_cast<std::uint32_t>(shape.size);
    return static_cast<int>((slab_cells + per_bin - 1) / per_bin);
  }

  /// The first kernel, for the voxels `[begin, begin + slab_cells)`.
  template <bool Indexed>
  status launch_bins(std::int64_t begin, std::uint32_t slab_cells,
                     cudaStream_t stream) const noexcept {
    bin_call<Real> call{};
    call.locator = locator;
    call.begin = begin;
    call.cells = slab_cells;
    call.shift = shape.shift;
    call.bins = shape.bins;
    call.spread = voxel_spread(shape.bins);
    call.wide = cells > std::numeric_limits<std::uint32_t>::max();
    call.count_lost = counters != nullptr && begin == 0;
    call.tables = tables;
    // A tile even for no points: it resets the lists for the third kernel.
    const int tiles = std::max(shape.tiles, 1);
    if constexpr (!Indexed) {
      if (shape.tile == large_tile) {
        return launch_bins_of<large_tile / bin_threads, Indexed>(call, tiles, stream);
      }
    }
    return launch_bins_of<small_tile / bin_threads, Indexed>(call, tiles, stream);
  }

  bin_slab slab(std::int64_t begin, std::uint32_t slab_cells) const noexcept {
    bin_slab result{};
    result.pieces = {tables.entries, tables.offsets, shape.bins, shape.tile,
                     lanes_per_piece(shape)};
    result.begin = begin;
    result.cells = slab_cells;
    result.shift = shape.shift;
    result.size = static_cast<std::uint32_t>(shape.size);
    result.spread = voxel_spread(shape.bins);
    result.point_count = locator.points.count;
    result.points = locator.points.size;
    result.lost = tables.lost;
    result.counters = begin == 0 ? counters : nullptr;
    return result;
  }
};

/// Calls `body(begin, cells)` for each slab until one fails.
template <class Body>
status for_each_slab_on_stream(std::int64_t cells, const Body& body) noexcept {
  for (std::int64_t begin = 0; begin < cells; begin += cells_per_slab) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        body(begin, static_cast<std::uint32_t>(std::min(cells_per_slab, cells - begin))));
  }
  return {};
}

/// A call that adds points to the grid directly, after clearing it unless it accumulates.
template <reduction R, class Real>
struct ROBOCACHE_HIDDEN direct_points {
  using scalar = voxel_scalar_t<R>;

  bin_call<Real> points;
  clear_call<scalar> clear;

  static direct_points make(const point_locator<Real>& locator, std::int64_t cells,
                            const tensor_view<scalar, 3>& output, bool vectors,
                            voxel_counters* counters, bool accumulate) noexcept {
    direct_points result{};
    result.points.locator = locator;
    result.points.cells = static_cast<std::uint32_t>(cells);
    result.points.count_lost = counters != nullptr;
    const std::int64_t elements = R == reduction::occupancy_bits ? cells / 32 : cells;
    result.clear = {make_voxel_output(output), accumulate ? 0 : elements, vectors, counters};
    return result;
  }

  /// Blocks that clear the grid, at most `most`.
  std::int64_t clearing_blocks(std::int64_t most) const noexcept {
    const std::int64_t steps = clear.vectors ? 16 / sizeof(scalar) : 1;
    return std::min((clear.elements / steps) / direct_threads + 1, most);
  }

  /// Each point by itself.
  status add_one_by_one(cudaStream_t stream) const noexcept {
    if (clear.elements > 0 || clear.counters != nullptr) {
      constexpr std::int64_t most_blocks = 528;
      ROBOCACHE_DETAIL_RETURN_IF_BAD(
          launch("voxelize", &clear_kernel<scalar>,
                 dim3(static_cast<unsigned>(clearing_blocks(most_blocks))), dim3(direct_threads),
                 stream, clear));
    }
    const std::int64_t size = points.locator.points.size;
    if (size == 0 && clear.counters == nullptr) return {};
    const std::int64_t blocks = (size + direct_threads - 1) / direct_threads;
    const direct_call<Real, scalar> call{points.locator, clear.output, clear.counters};
    return launch("voxelize", &add_points_kernel<R, Real>,
                  dim3(static_cast<unsigned>(std::max<std::int64_t>(blocks, 1))),  // for `beyond`
                  dim3(direct_threads), stream, call);
  }

  /// Those that are neighbours in a scan together.
  status add_scan(void* memory, cudaStream_t stream) const noexcept {
    static_assert(R == reduction::count);
    const scan_tables tables = lay_out_scan(memory, points.locator.points.size);
    const scan_call<Real> call{points, clear, tables};
    constexpr std::int64_t most_blocks = 792;  // six for each multiprocessor of a large GPU
    const dim3 blocks(static_cast<unsigned>(tables.tiles + clearing_blocks(most_blocks)));
    const dim3 threads(direct_threads);
    auto* kernel = &list_scan_kernel<false, Real>;
    if constexpr (std::is_same_v<Real, float>) {
      const bool packed = is_packed(points.locator.points) && points.locator.transform.identity;
      if (packed) kernel = &list_scan_kernel<true, Real>;
    }
    ROBOCACHE_DETAIL_RETURN_IF_BAD(launch("voxelize", kernel, blocks, threads, stream, call));
    return launch("voxelize", &add_list_kernel<Real>, dim3(static_cast<unsigned>(tables.tiles)),
                  threads, stream, call);
  }
};

template <reduction R, class Real>
ROBOCACHE_HIDDEN status count_on_stream(const point_view<Real>& points,
                                        const voxel_grid<Real>& grid,
                                        const tensor_view<voxel_scalar_t<R>, 3>& output,
                                        const voxel_reports& reports, const voxel_options& options,
                                        const workspace& space, cudaStream_t stream) noexcept {
  const auto binned =
      binned_points<Real>::template make<R>(points, grid, reports, options, space.data);
  const auto target = make_voxel_output(output);
  const bool accumulate = options.update == grid_update::accumulate;
  const bool vectors = !accumulate && target.layout.linear && target.layout.stride_x == 1 &&
                       reinterpret_cast<std::uintptr_t>(target.data) % 16 == 0;
  if (adds_directly(points.size, binned.cells, accumulate)) {
    const auto direct = direct_points<R, Real>::make(binned.locator, binned.cells, output, vectors,
                                                     reports.counters, accumulate);
    if constexpr (R == reduction::count) {
      if (lists_scan(points.size, binned.cells)) return direct.add_scan(space.data, stream);
    }
    return direct.add_one_by_one(stream);
  }
  return for_each_slab_on_stream(binned.cells, [&](std::int64_t begin, std::uint32_t cells) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(binned.template launch_bins<false>(begin, cells, stream));
    return launch("voxelize", &count_bins_kernel<R>,
                  dim3(static_cast<unsigned>(binned.bins_of(cells))), dim3(visit_threads), stream,
                  binned.slab(begin, cells), target, vectors, accumulate);
  });
}

/// Elements per access: four where all features and outputs allow it, else one.
template <class In, class Out>
int feature_width(const feature_arguments& features, const feature_output& output) noexcept {
  constexpr int width = 4;
  const auto in =
      reinterpret_cast<std::uintptr_t>(features.data) | static_cast<std::uint64_t>(features.step);
  const auto strides = static_cast<std::uint64_t>(output.layout.stride_x) |
                       static_cast<std::uint64_t>(output.layout.stride_y) |
                       static_cast<std::uint64_t>(output.layout.stride_z);
  const auto out = reinterpret_cast<std::uintptr_t>(output.data) | strides * sizeof(Out);
  const bool neighbours =
      features.channel_step == static_cast<std::int64_t>(sizeof(In)) && output.channel_stride == 1;
  const bool aligned = in % (width * sizeof(In)) == 0 && out % (width * sizeof(Out)) == 0;
  return neighbours && aligned && features.channels % width == 0 ? width : 1;
}

/// The second and third kernel, as wide as `width` allows.
template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN status launch_reduce(reduce_call& call, int width, int bins,
                                      cudaStream_t stream) noexcept {
  if constexpr (Width > 1) {
    if (width < Width) return launch_reduce<R, 1, In, Out>(call, width, bins, stream);
  }
  call.vectors = static_cast<std::uint32_t>(call.features.channels) / Width;
  // Several blocks to a bin if there are not enough bins to go round, or too many vectors to count.
  constexpr std::uint32_t most_vectors = 1 << 14;
  std::uint32_t parts = (call.vectors + most_vectors - 1) / most_vectors;
  parts = std::max(parts, static_cast<std::uint32_t>(enough_bins<true> / bins));
  if (call.rules.accumulate || call.vectors == 0) parts = 1;
  call.share = (call.vectors + parts - 1) / parts;
  parts = call.share == 0 ? 1 : (call.vectors + call.share - 1) / call.share;
  call.by_share = fast_divide(call.share);
  call.by_rest = fast_divide(call.share == 0 ? 0 : call.vectors % call.share);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(launch("voxelize", &reduce_bins_kernel<R, Width, In, Out>,
                                        dim3(static_cast<unsigned>(bins), parts),
                                        dim3(reduce_threads), stream, call));
  // No bin can have too many points if there are no more.
  if (call.slab.points <= most_in_bin || call.vectors == 0) return {};
  constexpr std::int64_t most_blocks = 264;  // what keeps a large GPU busy
  const std::int64_t blocks = std::min(call.slab.points / most_in_bin + 1, most_blocks);
  return launch("voxelize", &reduce_crowds_kernel<R, Width, In, Out>,
                dim3(static_cast<unsigned>(blocks)), dim3(crowd_threads), stream, call);
}

template <reduction R, class Real, class In, class Out>
ROBOCACHE_HIDDEN status reduce_on_stream(const point_view<Real>& points,
                                         const feature_view<In>& features,
                                         const voxel_grid<Real>& grid,
                                         const tensor_view<Out, 4>& output,
                                         const voxel_reports& reports, const voxel_options& options,
                                         const workspace& space, cudaStream_t stream) noexcept {
  using in = typename scalar_traits<In>::canonical;
  using out = typename scalar_traits<Out>::canonical;
  const auto binned =
      binned_points<Real>::template make<R>(points, grid, reports, options, space.data);
  reduce_call call{};
  call.features = make_feature_arguments(features);
  call.output = make_feature_output(output);
  call.counts = make_voxel_output(reports.counts);
  call.rules = make_rules(options);
  call.starts = binned.tables.starts;
  call.sorted = binned.tables.sorted;
  call.pending = binned.tables.pending;
  call.crowded = binned.tables.crowded;
  call.heavy = binned.tables.heavy;
  call.work = binned.tables.work;
  const int width = feature_width<in, out>(call.features, call.output);
  return for_each_slab_on_stream(binned.cells, [&](std::int64_t begin, std::uint32_t cells) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(binned.template launch_bins<true>(begin, cells, stream));
    call.slab = binned.slab(begin, cells);
    return launch_reduce<R, 4, in, out>(call, width, binned.shape.bins, stream);
  });
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
