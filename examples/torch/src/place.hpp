// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/execution.hpp>
#include <robocache/status.hpp>

#include "arguments.hpp"

#include <torch/csrc/stable/accelerator.h>
#include <torch/csrc/stable/ops.h>

#include <optional>

struct CUstream_st;

namespace robocache_torch {

/// Where a call runs: where its first tensor is, all others having to be there, too. On a GPU that
/// is PyTorch's current CUDA stream of that device, whichever device is the current one.
class place {
 public:
  place(const argument& name, const Tensor& first);

  /// Fails if the tensor is elsewhere.
  void must_have(const argument& name, const Tensor& tensor) const;
  void must_have(const argument& name, const std::optional<Tensor>& tensor) const {
    if (tensor) must_have(name, *tensor);
  }

  /// Calls `call(where)` with what RoboCache's functions take last, and throws the message of the
  /// status that it returns.
  template <class Call>
  void run(const Call& call) const {
    if (!cuda_) {
      report(call(robocache::cpu(static_cast<int>(torch::stable::get_num_threads()))));
      return;
    }
#if defined(ROBOCACHE_TORCH_CUDA)
    const torch::stable::accelerator::DeviceGuard guard(index_);
    report(call(current_stream()));
#endif
  }

 private:
  CUstream_st* current_stream() const;
  static void report(const robocache::status& done);

  bool cuda_;
  int index_;
  argument first_;
};

}  // namespace robocache_torch
