// SPDX-License-Identifier: Apache-2.0
#include "place.hpp"

#include <dlfcn.h>

#include <stdexcept>

namespace robocache_torch {
namespace {

std::string device_of(const Tensor& tensor) {
  if (tensor.is_cpu()) return "cpu";
  return (tensor.is_cuda() ? "cuda:" : "device ") + std::to_string(tensor.get_device_index());
}

}  // namespace

place::place(const argument& name, const Tensor& first)
    : cuda_(first.is_cuda()), index_(first.get_device_index()), first_(name) {
  if (!cuda_ && !first.is_cpu()) {
    fail("%s is on %s, must be on a CPU or a CUDA device", name.string().c_str(),
         device_of(first).c_str());
  }
#if !defined(ROBOCACHE_TORCH_CUDA)
  if (cuda_) {
    fail("%s is on %s, but this library was built without CUDA", name.string().c_str(),
         device_of(first).c_str());
  }
#endif
}

void place::must_have(const argument& name, const Tensor& tensor) const {
  const bool here =
      cuda_ ? tensor.is_cuda() && tensor.get_device_index() == index_ : tensor.is_cpu();
  if (here) return;
  const std::string mine = cuda_ ? "cuda:" + std::to_string(index_) : "cpu";
  fail("%s is on %s, %s is on %s", name.string().c_str(), device_of(tensor).c_str(), first_.name,
       mine.c_str());
}

CUstream_st* place::current_stream() const {
  // Of PyTorch's library for CUDA, which is loaded wherever there is a CUDA tensor. Looked up and
  // not linked, so that the same file loads into a PyTorch without CUDA.
  using getter = AOTITorchError (*)(std::int32_t, void**);
  static const auto get = [] {
    void* const library = dlopen("libtorch_cuda.so", RTLD_LAZY | RTLD_NOLOAD);
    return reinterpret_cast<getter>(
        library == nullptr ? nullptr : dlsym(library, "aoti_torch_get_current_cuda_stream"));
  }();
  void* stream = nullptr;
  if (get == nullptr || get(index_, &stream) != TORCH_SUCCESS) {
    fail("%s: PyTorch has no current CUDA stream for cuda:%d", first_.operation, index_);
  }
  return static_cast<CUstream_st*>(stream);
}

void place::report(const robocache::status& done) {
  if (!done.ok()) throw std::runtime_error(std::string("robocache::") + done.message());
}

}  // namespace robocache_torch
