// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/run_compiled.hpp>
#include <robocache/execution.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize.hpp>  // IWYU pragma: export
#include <robocache/voxelize/call.hpp>
#include <robocache/voxelize/cuda/bins.hpp>  // IWYU pragma: keep (voxelize_workspace_bytes)
#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/rules/load.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// `voxelize` on a CUDA stream for code that nvcc does not compile: link `robocache::compiled`,
/// which has all reductions of points of float, with features and output both float or both
/// `bfloat16`. Include `robocache/compiled.hpp`, which under nvcc is the header-only library
/// instead.

#if defined(__CUDACC__)
#include <robocache/voxelize.cuh>
#else

namespace robocache {
namespace compiled_detail {

template <class Reducer, class... Others>
inline constexpr bool is_one_reducer_of = (std::is_same_v<Reducer, Others> || ...);

template <class Reducer>
inline constexpr bool is_library_reducer =
    is_one_reducer_of<Reducer, reducers::count, reducers::occupancy, reducers::occupancy_bits,
                      reducers::sum, reducers::mean, reducers::max, reducers::min,
                      reducers::variance, reducers::first>;

/// The call under the library's own names of the formats.
template <class Reducer, class Real, class In, class Out>
auto renamed_call(const voxelize_call<Reducer, Real, In, Out>& call) noexcept {
  static_assert(std::is_same_v<Real, float>,
                "robocache::compiled has points of float; ROBOCACHE_COMPILED names other calls");
  static_assert(is_library_reducer<Reducer>,
                "robocache::compiled has the library's own reducers; ROBOCACHE_COMPILED names "
                "calls with yours");
  if constexpr (!detail::reduces_features<Reducer>) {
    return call;
  } else {
    using in = typename detail::canonical_feature<In>::type;
    using out = typename detail::scalar_traits<Out>::canonical;
    static_assert(
        std::is_same_v<in, out> && (std::is_same_v<in, float> || std::is_same_v<in, bfloat16>),
        "robocache::compiled has features and outputs of float, or of bfloat16; "
        "ROBOCACHE_COMPILED names other calls");
    if constexpr (!detail::are_coordinates<In>) {  // after which there is no more to say
      const feature_view<In>& f = call.features;
      std::int64_t extents[4];
      std::int64_t strides[4];
      for (int d = 0; d < 4; ++d) {
        extents[d] = call.output.extent(d);
        strides[d] = call.output.stride(d);
      }
      return voxelize_call<Reducer, Real, in, out>{
          call.reducer,
          call.points,
          {f.data, f.size, f.channels, f.step, f.channel_step},
          call.grid,
          tensor_view<out, 4>(reinterpret_cast<out*>(call.output.data()), extents, strides),
          call.reports,
          call.options,
          call.space};
    } else {
      return call;
    }
  }
}

}  // namespace compiled_detail

template <class Reducer, class Real, class In, class Out>
ROBOCACHE_HIDDEN status run(const voxelize_call<Reducer, Real, In, Out>& call,
                            cudaStream_t stream) noexcept {
  return compiled_detail::run_compiled(compiled_detail::renamed_call(call), stream);
}
template <class Reducer, class Real, class In, class Out>
ROBOCACHE_HIDDEN status run(const voxelize_call<Reducer, Real, In, Out>& call,
                            preload_kernels where) noexcept {
  return compiled_detail::run_compiled(compiled_detail::renamed_call(call), where);
}

}  // namespace robocache

#endif
