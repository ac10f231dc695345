// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/fuse/detail/table.hpp>
#include <robocache/resample/detail/copy.cuh>
#include <robocache/resample/detail/kernel.cuh>
#include <robocache/resample/detail/search.cuh>
#include <robocache/resample/grouped_device.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The kernels of `fuse`: each warp takes a tile of one stream and does with it what `resample`'s
/// kernel does, with the scalar type, the access width and the channel groups looked up.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// Calls `body` with a null pointer of the type among `Values` that has `format`.
template <class Value, class... Rest, class Body>
__device__ __forceinline__ void with_format(scalar_format format, const Body& body) {
  if constexpr (sizeof...(Rest) > 0) {
    if (format != scalar_traits<Value>::format) return with_format<Rest...>(format, body);
  }
  body(static_cast<const typename scalar_traits<Value>::canonical*>(nullptr));
}

/// Part of the channels of a tile's rows, copied with accesses of `width` elements.
template <int Width, bool Affine, class In, class Out, class Real>
__device__ __forceinline__ void copy_by_width(int width, const row_plan<Real>* plans, int rows,
                                              const copy_arguments<Real>& copy,
                                              const channel_group& part, int lane) noexcept {
  if constexpr (Width > 1) {
    if (width < Width) {
      return copy_by_width<Width / 2, Affine, In, Out>(width, plans, rows, copy, part, lane);
    }
  }
  const std::int32_t vectors = part.count / Width;
  const channel_span span{part.first, static_cast<std::uint32_t>(part.first), vectors,
                          item_magic(rows, vectors)};
  copy_vectors<Width, Affine, In, Out>(plans, rows, copy, span, lane);
  copy_rest<Width, Affine, In, Out>(plans, rows, copy, span, part.count, lane);
}

/// The widest access, in elements, that one row's addresses allow from channel `first` on.
template <class In, class Out, class Real>
__device__ __forceinline__ int width_of_row(const row_plan<Real>& row,
                                            std::int32_t first) noexcept {
  const auto in =
      (reinterpret_cast<std::uintptr_t>(row.left) | reinterpret_cast<std::uintptr_t>(row.right)) /
      sizeof(In);
  const auto out = reinterpret_cast<std::uintptr_t>(row.out) / sizeof(Out);
  const std::uintptr_t offsets = in | out | static_cast<std::uintptr_t>(first);
  int width = widest_vector<In, Out>;
  while (width > 1 && (offsets & static_cast<unsigned>(width - 1)) != 0) width /= 2;
  return width;
}

/// The width for a part of a tile's rows: what all rows of the stream allow, or what the one row
/// does.
template <class In, class Out, class Real>
__device__ __forceinline__ int width_of_part(int width, const row_plan<Real>* plans, int rows,
                                             const copy_arguments<Real>& copy,
                                             const channel_group& part) noexcept {
  const bool unit = copy.values_channel_stride == 1 && copy.output_channel_stride == 1;
  if (rows == 1 && unit) return width_of_row<In, Out>(plans[0], part.first);
  return part.first == 0 ? width : min(width, part.first & -part.first);
}

/// The rotations and angles of a run, one value per lane.
template <class In, class Out, class Real>
__device__ __noinline__ void write_rotations(const row_plan<Real>* plans, int rows,
                                             const copy_arguments<Real>& copy,
                                             const channel_group& run, unsigned* flags,
                                             int lane) noexcept {
  const int step = channels_per_value(run.mode);
  const int per_row = run.count / step;
  const std::int64_t is = copy.values_channel_stride;
  const std::int64_t os = copy.output_channel_stride;
#pragma unroll 1
  for (int item = lane; item < rows * per_row; item += warp_size) {
    const int row = item / per_row;
    const std::int64_t channel = run.first + (item - row * per_row) * step;
    const row_plan<Real>& plan = plans[row];
    if (plan.right == nullptr) {
      const channel_span span{channel, static_cast<std::uint32_t>(channel), step, 0};
#pragma unroll 1
      for (int i = 0; i < step; ++i) copy_vector<true, 1, In, Out>(plan, copy, span, i);
      continue;
    }
    const value_between<In, Out, Real> value{reinterpret_cast<const In*>(plan.left) + channel * is,
                                             reinterpret_cast<const In*>(plan.right) + channel * is,
                                             is,
                                             reinterpret_cast<Out*>(plan.out) + channel * os,
                                             os,
                                             plan.weight,
                                             copy.affine,
                                             channel};
    if (!write_rotation(run.mode, value)) atomicOr(&flags[row], unsigned{row_status::no_rotation});
  }
}

/// What a warp of `fuse` works on: a tile of a stream's rows, and which of its columns.
struct fuse_tile {
  tile_rows here;
  std::int32_t first_channel;
  std::int32_t channels;
  int width;  // elements per access that every row allows
  bool first_column;

  template <class Stream>
  __device__ __forceinline__ fuse_tile(const Stream& stream, std::uint32_t index) noexcept
      : fuse_tile(stream, index, stream.tiles_per_column(index)) {}

 private:
  template <class Stream>
  __device__ __forceinline__ fuse_tile(const Stream& stream, std::uint32_t index,
                                       std::uint32_t column) noexcept
      : here(stream.tile, index - column * stream.tiles_per_column.divisor),
        first_channel(static_cast<std::int32_t>(column) * stream.tile.vectors * stream.width),
        channels(static_cast<int>(column) == stream.tile.column_tiles - 1
                     ? static_cast<std::int32_t>(stream.copy.channels) - first_channel
                     : stream.tile.vectors * stream.width),
        width(stream.width),
        first_column(column == 0) {}
};

/// A tile of a stream with channel groups or normalization: one search, then group by group a
/// bracket by the group's rules and a copy.
template <class Out, class... Values, class Rows, class Real>
__device__ __forceinline__ void write_groups(const Rows& source, const fuse_tile& tile,
                                             scalar_format format, const channel_groups& groups,
                                             const copy_arguments<Real>& copy,
                                             row_plan<Real>* plans, unsigned* flags,
                                             int lane) noexcept {
  const tile_rows& here = tile.here;
  const std::uint32_t row = here.row_of(lane);
  const row_request<Rows> request(source, here.b, row);
  const unsigned char* const values = copy.values + here.b * copy.values_batch_bytes +
                                      request.first_sample() * copy.values_sample_bytes;
  unsigned char* const out =
      copy.output + here.b * copy.output_batch_bytes + row * copy.output_row_bytes;
  const std::int32_t after = request.search(here.rows == 1);
  let_next_kernel_launch();
  flags[lane] = 0;
  std::int32_t newest = -1;
  unsigned status = row_status::ok;
#pragma unroll 1
  for (int r = 0; r < runs_of(groups); ++r) {
    channel_group run = run_of(groups, r, copy.channels, source.policy().interpolation);
    if (groups.count == 0) {  // one run, of which this tile may be a part
      run.first = tile.first_channel;
      run.count = tile.channels;
    } else if (run.count == 0 && (r > 0 || copy.channels > 0)) {
      continue;  // a row without channels still has a report
    }
    auto rules = source.policy();
    rules.interpolation = interpolation_of(run.mode);
    const auto found = bracket_after(request.item.axis, request.target, after, rules);
    status |= found.status;
    newest = max(newest, found.right);
    __syncwarp();  // the plans of the run before are no longer read
    plans[lane] = plan_of(found, values, out, copy);
    __syncwarp();
    with_format<Values...>(format, [&](auto* in) {
      using value = std::remove_const_t<std::remove_pointer_t<decltype(in)>>;
      if constexpr (std::is_same_v<compute_t<value, Out>, Real>) {
        if (run.mode >= channel_mode::angle) {
          write_rotations<value, Out>(plans, here.rows, copy, run, flags, lane);
        } else {
          constexpr int widest = widest_vector<value, Out>;
          const int width = width_of_part<value, Out>(tile.width, plans, here.rows, copy, run);
          if (copy.affine.is_identity()) {
            copy_by_width<widest, false, value, Out>(width, plans, here.rows, copy, run, lane);
          } else {
            copy_by_width<widest, true, value, Out>(width, plans, here.rows, copy, run, lane);
          }
        }
      }
    });
  }
  __syncwarp();
  if (lane < here.rows && tile.first_column) {
    source.report(here.b, row, static_cast<std::uint8_t>(status | flags[lane]), request.item.axis,
                  request.target, newest);
  }
}

/// A tile of a stream without either.
template <class Out, class... Values, class Rows, class Real>
__device__ __forceinline__ void write_plain(const Rows& source, const fuse_tile& tile,
                                            scalar_format format, const copy_arguments<Real>& copy,
                                            row_plan<Real>* plans, int lane) noexcept {
  const tile_rows& here = tile.here;
  const std::uint32_t row = here.row_of(lane);
  const row_request<Rows> request(source, here.b, row);
  const unsigned char* values = copy.values + here.b * copy.values_batch_bytes +
                                request.first_sample() * copy.values_sample_bytes;
  unsigned char* out = copy.output + here.b * copy.output_batch_bytes + row * copy.output_row_bytes;
  asm volatile("" : "+l"(values), "+l"(out));  // computed while the request is under way
  const auto found =
      request.find(source, here.b, row, here.rows == 1, lane < here.rows && tile.first_column);
  plans[lane] = plan_of(found, values, out, copy);
  __syncwarp();
  let_next_kernel_launch();
  const channel_group part{tile.first_channel, tile.channels, channel_mode::linear};
  with_format<Values...>(format, [&](auto* in) {
    using value = std::remove_const_t<std::remove_pointer_t<decltype(in)>>;
    if constexpr (std::is_same_v<compute_t<value, Out>, Real>) {
      const int width = width_of_part<value, Out>(tile.width, plans, here.rows, copy, part);
      copy_by_width<widest_vector<value, Out>, false, value, Out>(width, plans, here.rows, copy,
                                                                  part, lane);
    }
  });
}

/// Brings the warp's stream from the kernel's parameters into shared memory, in one coalesced
/// access. Read field by field through the constant cache, which holds a few streams only, 16
/// streams of 14 channels took longer.
template <class Stream>
__device__ __forceinline__ const Stream& staged(const Stream& entry, uint4* copy,
                                                int lane) noexcept {
  constexpr int pieces = static_cast<int>(sizeof(Stream) / sizeof(uint4));
  const uint4* from = reinterpret_cast<const uint4*>(&entry);
  asm volatile("" : "+l"(from));  // an ordinary address: the compiler would use the constant cache
#pragma unroll
  for (int i = 0; i < (pieces + warp_size - 1) / warp_size; ++i) {
    const int piece = i * warp_size + lane;
    if (piece < pieces) copy[piece] = from[piece];
  }
  __syncwarp();
  return *reinterpret_cast<const Stream*>(copy);
}

/// Blocks that must fit a multiprocessor: bounds the registers. Groups and normalization need more.
template <bool General>
constexpr int resident_fuse_blocks = General ? 8 : 20;

/// One warp, one tile of one stream. A table of few streams is read through the constant cache.
///
/// \tparam General  streams may have channel groups and normalization
template <bool General, class Out, class Table, class... Values>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(warps_per_block* warp_size,
                                                   resident_fuse_blocks<General>)
    fuse_kernel(const __grid_constant__ Table table) {
  using time = typename Table::time;
  using real = typename Table::real;
  __shared__ row_plan<real> shared_plans[warps_per_block][warp_size];
  __shared__ unsigned shared_flags[General ? warps_per_block : 1][warp_size];
  constexpr bool staged_table = Table::capacity > few_streams;
  constexpr std::size_t pieces = sizeof(typename Table::stream_type) / sizeof(uint4);
  __shared__ uint4 shared_streams[staged_table ? warps_per_block : 1][pieces];

  const int lane = static_cast<int>(threadIdx.x % 32u);
  const unsigned warp = threadIdx.x / 32u;
  const std::uint32_t index = blockIdx.x * warps_per_block + warp;
  if (index >= table.tiles) return;
  const int n = table.stream_of(index);
  const auto& stream =
      staged_table ? staged(table.stream[n], shared_streams[warp], lane) : table.stream[n];
  const fuse_tile tile(stream, index - table.first_tile[n]);
  wait_for_previous_kernel();

  const auto write = [&](const auto& copy, const auto& policy) {
    using stream_real = typename std::remove_reference_t<decltype(copy)>::real;
    const fused_rows<time, stream_real, Table> rows{table, stream.source, policy, stream.number};
    auto* const plans = reinterpret_cast<row_plan<stream_real>*>(shared_plans[warp]);
    if constexpr (General) {
      write_groups<Out, Values...>(rows, tile, stream.format, stream.groups, copy, plans,
                                   shared_flags[warp], lane);
    } else {
      write_plain<Out, Values...>(rows, tile, stream.format, copy, plans, lane);
    }
  };
  // In a table of doubles, streams of narrower values into a narrower output compute in float.
  constexpr bool some_in_float = (std::is_same_v<compute_t<Values, Out>, float> || ...);
  if constexpr (std::is_same_v<real, double> && some_in_float) {
    if (stream.format != scalar_format::f64) {
      write(copy_in<float>(stream.copy), policy_in<float>(stream.policy));
      return;
    }
  }
  write(stream.copy, stream.policy);
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
