// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/check_memory.hpp>
#include <robocache/resample.hpp>

#include "../support/catch.hpp"

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>

/// \file
/// A call whose values are where a test wants them, as the real runtime sees it.

namespace robocache_test {

/// One allocation of the current device for all arguments; values may come from elsewhere.
class placed_call {
 public:
  placed_call() { REQUIRE(cudaMalloc(&memory_, 256) == cudaSuccess); }
  placed_call(const placed_call&) = delete;
  placed_call& operator=(const placed_call&) = delete;
  ~placed_call() { (void)cudaFree(memory_); }

  /// What `check_memory` says, without the address. Null: the values are with the rest.
  std::string said(cudaStream_t stream, const float* values) const {
    using robocache::tensor_view;
    auto* const bytes = static_cast<std::byte*>(memory_);
    auto* const times = reinterpret_cast<double*>(bytes);
    auto* const floats = reinterpret_cast<float*>(bytes + 128);
    const auto call = robocache::make_resample_call(
        robocache::padded_source(
            tensor_view<const float, 3>(values != nullptr ? values : floats, {1, 8, 1}),
            tensor_view<const double, 2>(times, {1, 8})),
        tensor_view<const double, 1>(times + 8, {8}), tensor_view<float, 3>(floats + 8, {1, 8, 1}),
        {}, {});
    REQUIRE(call.check().ok());
    std::string text = robocache::check_memory(call, stream).message();
    const std::size_t begin = text.find(" is at 0x");
    return begin == std::string::npos ? text : text.replace(begin, text.find(',') - begin, "");
  }

 private:
  void* memory_ = nullptr;
};

}  // namespace robocache_test
