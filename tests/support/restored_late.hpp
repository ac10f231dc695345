// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "catch.hpp"
#include "late_copy.hpp"

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

/// \file
/// A launch behind a kernel that writes one of its inputs late.

namespace robocache_test {

/// Launches behind a kernel that lets the launch begin, and only then restores a dense input that
/// was zero. Returns what `launch` does, once all has ended.
template <int Rank, class Launch>
robocache::status restored_late(const any_view<Rank>& view, std::size_t element,
                                cudaStream_t stream, const Launch& launch) {
  std::size_t bytes = element;
  for (const std::int64_t extent : view.extents) bytes *= static_cast<std::size_t>(extent);
  void* saved = nullptr;
  REQUIRE(cudaMalloc(&saved, bytes) == cudaSuccess);
  REQUIRE(cudaMemcpy(saved, view.data, bytes, cudaMemcpyDeviceToDevice) == cudaSuccess);
  REQUIRE(cudaMemset(view.data, 0, bytes) == cudaSuccess);
  REQUIRE(cudaDeviceSynchronize() == cudaSuccess);
  REQUIRE(copy_late(view.data, saved, bytes, stream) == cudaSuccess);
  const robocache::status launched = launch();
  tested().finish();
  CHECK(cudaFree(saved) == cudaSuccess);
  return launched;
}

}  // namespace robocache_test
