// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse/collective/row.hpp>
#include <robocache/resample.cuh>

#include <cstdint>

// Rows in kernels of users: compiled, never run. check.sh demands that none has a stack frame.

using robocache::channel_affine;
using robocache::resample_policy;
using robocache::resample_row;
using robocache::stream_item;
using robocache::tensor_view;
using robocache::time_axis;

namespace {

using stamp = std::int64_t;
using axis = time_axis<stamp>;
using policy = resample_policy<stamp>;
using values = tensor_view<const float, 2>;
using output_row = tensor_view<float, 1>;

/// Two rows of one recording, by any group.
template <class Group>
__device__ void write_two_rows(const axis& times, stamp t, const values& samples,
                               const policy& rules, const output_row& first,
                               const output_row& second, std::uint8_t* statuses) {
  const channel_affine<float> affine;
  statuses[0] = resample_row(Group{}, times, t, samples, rules, affine, first);
  statuses[1] = resample_row(Group{}, times, t + 1, samples, rules, affine, second);
}

}  // namespace

__global__ void two_rows_without_stack(axis times, stamp t, values samples, policy rules,
                                       output_row first, output_row second,
                                       std::uint8_t* statuses) {
  write_two_rows<robocache::warp_group>(times, t, samples, rules, first, second, statuses);
}
__global__ void two_rows_by_a_thread_without_stack(axis times, stamp t, values samples,
                                                   output_row first, output_row second,
                                                   std::uint8_t* statuses) {
  write_two_rows<robocache::serial_group>(times, t, samples, {}, first, second, statuses);
}

/// Items as parameters, one of them with groups.
__global__ void fuse_row_without_stack(
    stream_item<float, stamp, float, robocache::channel_groups> state,
    stream_item<std::uint8_t, stamp> camera, stream_item<robocache::bfloat16, stamp> features,
    stamp t, output_row row, std::uint8_t* statuses) {
  std::uint8_t found[3];
  robocache::fuse_row(robocache::warp_group{}, t, row, found, state, camera, features);
  for (int n = 0; n < 3; ++n) statuses[n] = found[n];
}

/// Items that a thread makes.
__global__ void fuse_row_by_a_thread_without_stack(axis times, axis camera_times, values samples,
                                                   tensor_view<const std::uint8_t, 2> pixels,
                                                   stamp t, output_row row,
                                                   std::uint8_t* statuses) {
  const stream_item<float, stamp> state{times, samples, {}, {}, {}};
  const stream_item<std::uint8_t, stamp> camera{camera_times, pixels, {}, {}, {}};
  std::uint8_t found[2];
  robocache::fuse_row(robocache::serial_group{}, t, row, found, state, camera);
  for (int n = 0; n < 2; ++n) statuses[n] = found[n];
}
