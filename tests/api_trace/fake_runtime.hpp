// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>
#include <vector>

/// \file
/// A CUDA runtime of the tests' own, for machines without a device: the linker turns this program's
/// calls of the functions that `fake_runtime.cpp` defines into calls of those. No kernel runs.
///
/// Device memory is the host's, which nothing may touch while `fake_runtime::out_of_reach` lives.

namespace robocache_test {

struct fake_runtime {
  /// What cudaGetLastError returns and clears. As in CUDA's runtime a call that fails replaces it,
  /// and one that succeeds does not touch it.
  cudaError_t last = cudaSuccess;
  cudaError_t newest = cudaSuccess;          ///< error of the last call that failed
  cudaError_t last_before_it = cudaSuccess;  ///< `last` when the first call that failed was made
  int ptx_version = 90;
  int current_device = 0;
  int device_of_stream = 0;
  /// Whether pointers are found, as memory of the device of the stream. Else they are the host's.
  bool finds_pointers = true;

  /// Calls that may fail, in order.
  std::vector<std::string> calls;
  bool overlapped = false;  ///< the last launch
  std::vector<cudaLaunchConfig_t> launches;

  /// The answer of each call of a function.
  struct answer {
    std::string function;
    cudaError_t error;
  };
  std::vector<answer> answers;
  /// And that of the call with this number, counted in `calls`.
  std::size_t failing_call = static_cast<std::size_t>(-1);
  cudaError_t failure = cudaSuccess;

  /// What the functions return.
  cudaError_t answer_to(const char* function);

  void fails(const char* function, cudaError_t error) { answers.push_back({function, error}); }
  std::size_t count(const std::string& function) const;
  bool called(const std::string& function) const { return count(function) > 0; }
};

extern fake_runtime fake;

/// Who touches device memory while this lives, even to read it, is stopped by the machine.
class out_of_reach {
 public:
  out_of_reach();
  out_of_reach(const out_of_reach&) = delete;
  out_of_reach& operator=(const out_of_reach&) = delete;
  ~out_of_reach();
};

}  // namespace robocache_test
