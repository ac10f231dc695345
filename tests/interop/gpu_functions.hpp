// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/scalar.hpp>
#include <robocache/status.hpp>

#include "cloud.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// What gpu_interop.cpp runs on a GPU; gpu_functions.cu has it, so that Catch2 never meets nvcc.

namespace robocache_test {

/// A framework's bfloat16, with all that c10::BFloat16 has to mix with float.
struct alignas(2) framework_bfloat16 {
  std::uint16_t x;

  framework_bfloat16() = default;
#if defined(__CUDACC__)
  __host__ __device__
#endif
      constexpr framework_bfloat16(float value) noexcept
      : x(value > 0 ? 1 : 2) {
  }  // wrong, not to be used
#if defined(__CUDACC__)
  __host__ __device__
#endif
      constexpr
      operator float() const noexcept {
    return 77;
  }
};

/// `unpack_point_cloud2` of all fields, from a copy `shift` bytes behind an aligned address, to an
/// output with one element of room behind each. `output` is as large, and filled, before.
template <class Out>
robocache::status unpack_on_gpu(const cloud_message& message, const std::vector<std::string>& names,
                                std::size_t shift, std::vector<Out>& output);
/// `unpack_point_cloud2_times` likewise.
template <class Time>
robocache::status unpack_times_on_gpu(const cloud_message& message, const char* name,
                                      std::vector<Time>& output);

/// Means of a message's intensities in the voxels of a grid of [4, 4, 4] voxels of 1 at the origin,
/// through views of its bytes on the GPU.
robocache::status voxelize_on_gpu(const cloud_message& message, std::vector<float>& means);

/// Resamples with Thrust's vectors as values, stamps, targets and output: [2, 50, 3] to [2, 20, 3].
robocache::status resample_with_thrust(const std::vector<float>& values,
                                       const std::vector<double>& times,
                                       const std::vector<double>& targets,
                                       std::vector<float>& output);
/// Messages of calls with Thrust's vectors of wrong sizes.
std::vector<std::string> wrong_thrust_vectors();

/// The same with values and output of a framework's type, by the bits.
robocache::status resample_framework_type(const std::vector<std::uint16_t>& values,
                                          const std::vector<double>& times,
                                          const std::vector<double>& targets,
                                          std::vector<std::uint16_t>& output);
/// Sums of one feature of all points in the one voxel of a grid.
robocache::status sum_framework_type(const std::vector<float>& points,
                                     const std::vector<std::uint16_t>& features,
                                     std::uint16_t& sum);

/// A kernel makes a view of a cuda::std::mdspan of [2, 3, 4], whose rows have padding, and writes
/// 100 z + 10 y + x into it.
void write_through_mdspan(std::vector<float>& data);

}  // namespace robocache_test
