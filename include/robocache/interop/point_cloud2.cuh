// SPDX-License-Identifier: Apache-2.0
#pragma once

#if !defined(__CUDACC__)
#include "robocache/interop/point_cloud2.cuh has kernels: compile this file with nvcc (.cu)"
#endif

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/interop/point_cloud2.hpp>

#include <cuda_runtime_api.h>

#include <cstdint>
#include <type_traits>

/// \file
/// `unpack_point_cloud2` and `unpack_point_cloud2_times` on a CUDA stream. Includes
/// `interop/point_cloud2.hpp`.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

inline constexpr int unpack_threads = 256;

/// A call as the kernel wants it.
///
/// \tparam Out  the one name of the output's format, or an integer
template <class Out>
struct cloud_unpacking {
  struct field {
    std::uint32_t offset;
    std::uint8_t datatype;
    bool aligned;
  };

  const unsigned char* data;
  std::int64_t row_step;
  std::int64_t step;
  detail::fast_divide row;  ///< points of a row
  std::uint32_t points;
  std::int32_t field_count;
  bool reverse;
  Out* output;
  std::int64_t output_strides[2];
  field fields[unpack_point_cloud2_call<Out>::most_fields];
};

/// A thread for each point.
template <class Out>
__global__ void __launch_bounds__(unpack_threads)
    unpack_point_cloud2_kernel(const __grid_constant__ cloud_unpacking<Out> call) {
  wait_for_previous_kernel();
  let_next_kernel_launch();
  const std::uint32_t point = blockIdx.x * unpack_threads + threadIdx.x;
  if (point >= call.points) return;
  const std::uint32_t row = call.row(point);
  const std::uint32_t column = point - row * call.row.divisor;
  const unsigned char* const p = call.data + row * call.row_step + column * call.step;
  Out* const output = call.output + point * call.output_strides[0];
  for (std::int32_t f = 0; f < call.field_count; ++f) {
    const auto field = call.fields[f];
    detail::visit_datatype(field.datatype, [&](auto raw) {
      output[f * call.output_strides[1]] =
          detail::cloud_value<Out, decltype(raw)>(p + field.offset, field.aligned, call.reverse);
    });
  }
}

template <class Out, bool Scalar = detail::is_scalar<Out>::value>
struct unpacked {
  using type = Out;
};
template <class Out>
struct unpacked<Out, true> {
  using type = typename detail::scalar_traits<Out>::canonical;
};

}  // namespace cuda_detail

/// Runs a checked call of `unpack_point_cloud2`: one kernel.
///
/// \param call   has passed its `check()`; message data and output in device memory
/// \param where  a `cudaStream_t` of the current device, or `preload`
template <class Out, class Where>
ROBOCACHE_HIDDEN auto run(const unpack_point_cloud2_call<Out>& call, Where where) noexcept
    -> cuda_detail::status_of_launch<Where> {
  using out = typename cuda_detail::unpacked<Out>::type;
  const detail::cloud_layout& cloud = call.cloud;
  if (call.output.empty()) return {};
  const auto points = static_cast<std::uint32_t>(cloud.points());
  cuda_detail::cloud_unpacking<out> work;
  work.data = cloud.data;
  work.row_step = cloud.row_step;
  work.step = cloud.step();
  work.row =
      detail::fast_divide(cloud.one_row() ? points : static_cast<std::uint32_t>(cloud.width));
  work.points = points;
  work.field_count = call.field_count;
  work.reverse = cloud.big_endian != detail::big_endian_here;
  work.output = reinterpret_cast<out*>(call.output.data());
  const auto output = detail::without_unused_strides(call.output);
  for (int d = 0; d < 2; ++d) work.output_strides[d] = output.stride(d);
  const std::int64_t between_rows = cloud.one_row() ? 0 : cloud.row_step;
  const auto steps = reinterpret_cast<std::uintptr_t>(cloud.data) |
                     static_cast<std::uintptr_t>(cloud.step() | between_rows);
  for (int f = 0; f < call.field_count; ++f) {
    const detail::cloud_field& field = call.fields[f];
    const auto offset = static_cast<std::uint32_t>(field.offset);
    const auto size = static_cast<std::uintptr_t>(detail::size_of_datatype(field.datatype));
    work.fields[f] = {offset, static_cast<std::uint8_t>(field.datatype),
                      (steps | offset) % size == 0};
  }
  const dim3 grid((points + cuda_detail::unpack_threads - 1) / cuda_detail::unpack_threads);
  return cuda_detail::launch(call.function, &cuda_detail::unpack_point_cloud2_kernel<out>, grid,
                             dim3(cuda_detail::unpack_threads), where, work);
}

}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
