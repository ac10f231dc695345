// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <atomic>
#include <chrono>
#include <thread>

/// \file
/// A host function that blocks a stream, to see what a launcher does meanwhile.

namespace robocache_test {

/// Keeps a stream busy until told, or 10 s have passed (then a launcher has waited for the stream).
struct gate {
  std::atomic<bool> open{false};
  std::atomic<bool> timed_out{false};

  static void CUDART_CB wait(void* self) {
    gate& g = *static_cast<gate*>(self);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!g.open) {
      if (std::chrono::steady_clock::now() > end) {
        g.timed_out = true;
        return;
      }
      std::this_thread::yield();
    }
  }
};

}  // namespace robocache_test
