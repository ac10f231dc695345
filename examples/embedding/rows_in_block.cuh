// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/block.cuh>
#include <robocache/resample.cuh>
#include <robocache/resample/collective/rows_to.hpp>

#include <cstdint>

/// \file
/// Rows that a block makes in shared memory and goes on with: the first layer of a policy takes
/// them from there.

namespace embedding {

inline constexpr int encoder_threads = 64;
inline constexpr int rows_of_block = 32;
inline constexpr int encoder_channels = 32;
inline constexpr int encoder_features = 8;
inline constexpr int most_items = 65'535;  // the grid's second dimension

using encoder_rows = robocache::resample_work<float, std::int64_t, float, false>;

/// features = max(weights^T row + bias, 0)
struct encoder {
  const float* weights;  // [channels, features]
  const float* bias;     // [features]
};

/// By all threads of a block: a thread has a feature, and its column of the weights in registers.
///
/// \param rows      [count, channels], aligned to 16 bytes
/// \param features  [count, features]
__device__ __forceinline__ void encode(const encoder& layer, const float* rows, int count,
                                       float* features) {
  const auto k = static_cast<int>(threadIdx.x) % encoder_features;
  float weights[encoder_channels];
#pragma unroll
  for (int d = 0; d < encoder_channels; ++d) weights[d] = layer.weights[d * encoder_features + k];
  const float bias = layer.bias[k];
  for (int r = static_cast<int>(threadIdx.x) / encoder_features; r < count;
       r += encoder_threads / encoder_features) {
    const auto* const row = reinterpret_cast<const float4*>(rows + r * encoder_channels);
    float sum = bias;
#pragma unroll
    for (int d = 0; d < encoder_channels; d += 4) {
      const float4 x = row[d / 4];
      sum = fmaf(weights[d], x.x, sum);
      sum = fmaf(weights[d + 1], x.y, sum);
      sum = fmaf(weights[d + 2], x.z, sum);
      sum = fmaf(weights[d + 3], x.w, sum);
    }
    features[r * encoder_features + k] = sum > 0 ? sum : 0.0f;
  }
}

// [snippet:kernel]
/// A block for 32 rows of one item, which is the grid's second dimension.
__global__ static void __launch_bounds__(encoder_threads)
    encode_streams(int rows_per_item, int width, encoder layer, float* features,
                   const __grid_constant__ encoder_rows work) {
  __shared__ robocache::resample_storage<encoder_threads> storage;
  __shared__ alignas(16) float rows[rows_of_block * encoder_channels];
  const robocache::block_group<encoder_threads> block;
  robocache::row_tile tile;
  tile.item = blockIdx.y;
  tile.first_row = blockIdx.x * rows_of_block;
  tile.rows = min(rows_of_block, rows_per_item - static_cast<int>(tile.first_row));
  tile.channels = encoder_channels;
  tile.width = width;

  robocache::wait_for_previous_kernel();
  robocache::resample_rows_to<robocache::normalizing::no>(
      block, storage, work, tile, robocache::tensor_view(rows, {rows_of_block, encoder_channels}),
      [] { robocache::let_next_kernel_launch(); });
  block.sync();  // all rows are there
  const std::int64_t first = std::int64_t{tile.item} * rows_per_item + tile.first_row;
  encode(layer, rows, tile.rows, features + first * encoder_features);
}
// [/snippet:kernel]

// [snippet:launch]
/// \param call      what is to be encoded; its output, [B, T, D], is a null pointer with extents
/// \param features  [B, T, features]
template <class Call>
robocache::status launch_encoder(const Call& call, const encoder& layer, float* features,
                                 cudaStream_t stream) {
  if (robocache::status s = call.check_for_rows("encode_streams"); !s.ok()) return s;
  const long long items = call.output.extent(0);
  const long long rows = call.output.extent(1);
  const long long channels = call.output.extent(2);
  // What this kernel cannot do, and `resample` can.
  using robocache::status;
  if (channels != encoder_channels) {
    return status::invalid_argument("encode_streams: output has %lld channels, must have %d",
                                    channels, encoder_channels);
  }
  if (items > most_items) {
    return status::invalid_argument(
        "encode_streams: output has %lld items, at most %d are supported", items, most_items);
  }
  const encoder_rows work = call.work();
  if (!work.affine().is_identity()) {
    return status::invalid_argument(
        "encode_streams: options.scale has extent %lld and options.shift %lld, both must be empty",
        static_cast<long long>(call.options.scale.extent(0)),
        static_cast<long long>(call.options.shift.extent(0)));
  }
  if (items == 0 || rows == 0) return {};  // a launch without blocks is an error
  const dim3 grid(static_cast<unsigned>((rows + rows_of_block - 1) / rows_of_block),
                  static_cast<unsigned>(items));
  return robocache::launch_kernel("encode_streams", &encode_streams, grid, dim3(encoder_threads),
                                  stream, static_cast<int>(rows),
                                  robocache::tiling_of(call).width(), layer, features, work);
}
// [/snippet:launch]

}  // namespace embedding
