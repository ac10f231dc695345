// SPDX-License-Identifier: Apache-2.0
#include "fake_runtime.hpp"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

// CMakeLists.txt reads the names of the functions from here, each on the line of its FAKE, and
// tells the linker.

namespace robocache_test {

fake_runtime fake;

namespace {

/// Device memory: addresses and sizes.
std::map<void*, std::size_t>& blocks() {
  static std::map<void*, std::size_t> all;
  return all;
}

void protect(int how) {
  for (const auto& block : blocks()) {
    if (mprotect(block.first, block.second, how) != 0) {
      std::perror("mprotect");
      std::abort();
    }
  }
}

}  // namespace

cudaError_t fake_runtime::answer_to(const char* function) {
  cudaError_t error = cudaSuccess;
  if (calls.size() == failing_call) error = failure;
  for (const answer& each : answers) {
    if (each.function == function) error = each.error;
  }
  calls.emplace_back(function);
  if (error != cudaSuccess) {
    if (newest == cudaSuccess) last_before_it = last;
    last = newest = error;
  }
  return error;
}

std::size_t fake_runtime::count(const std::string& function) const {
  std::size_t result = 0;
  for (const std::string& call : calls) result += call == function ? 1 : 0;
  return result;
}

out_of_reach::out_of_reach() {
  protect(PROT_NONE);
}
out_of_reach::~out_of_reach() {
  protect(PROT_READ | PROT_WRITE);
}

}  // namespace robocache_test

using robocache_test::blocks;
using robocache_test::fake;

#define FAKE(name) extern "C" cudaError_t __wrap_##name

// Errors.

FAKE(cudaPeekAtLastError)() {
  return fake.last;
}

FAKE(cudaGetLastError)() {
  const cudaError_t error = fake.last;
  fake.last = cudaSuccess;
  return error;
}

// Kernels.

FAKE(cudaFuncGetAttributes)(cudaFuncAttributes* attributes, const void*) {
  attributes->ptxVersion = fake.ptx_version;
  return fake.answer_to("cudaFuncGetAttributes");
}

FAKE(cudaLaunchKernelExC)(const cudaLaunchConfig_t* how, const void*, void**) {
  fake.overlapped = how->numAttrs == 1;
  fake.launches.push_back(*how);
  return fake.answer_to("cudaLaunchKernelExC");
}

// Questions.

FAKE(cudaGetDevice)(int* device) {
  *device = fake.current_device;
  return fake.answer_to("cudaGetDevice");
}

FAKE(cudaSetDevice)(int device) {
  const cudaError_t error = fake.answer_to("cudaSetDevice");
  if (error == cudaSuccess) fake.current_device = device;
  return error;
}

FAKE(cudaGetDeviceCount)(int* count) {
  *count = 2;
  return fake.answer_to("cudaGetDeviceCount");
}

FAKE(cudaStreamGetDevice)(cudaStream_t, int* device) {
  *device = fake.device_of_stream;
  return fake.answer_to("cudaStreamGetDevice");
}

FAKE(cudaStreamIsCapturing)(cudaStream_t, cudaStreamCaptureStatus* status) {
  *status = cudaStreamCaptureStatusNone;
  return fake.answer_to("cudaStreamIsCapturing");
}

FAKE(cudaThreadExchangeStreamCaptureMode)(cudaStreamCaptureMode*) {
  return fake.answer_to("cudaThreadExchangeStreamCaptureMode");
}

FAKE(cudaDeviceGetAttribute)(int* value, cudaDeviceAttr, int) {
  *value = 0;
  return fake.answer_to("cudaDeviceGetAttribute");
}

FAKE(cudaPointerGetAttributes)(cudaPointerAttributes* found, const void* p) {
  *found = {};
  found->type = fake.finds_pointers ? cudaMemoryTypeDevice : cudaMemoryTypeUnregistered;
  found->device = fake.device_of_stream;
  found->devicePointer = fake.finds_pointers ? const_cast<void*>(p) : nullptr;
  return fake.answer_to("cudaPointerGetAttributes");
}

// Memory, for those who set a test up.

FAKE(cudaMalloc)(void** p, std::size_t bytes) {
  bytes = bytes > 0 ? bytes : 1;
  *p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (*p == MAP_FAILED) return cudaErrorMemoryAllocation;
  blocks()[*p] = bytes;
  return cudaSuccess;
}

FAKE(cudaFree)(void* p) {
  const auto block = blocks().find(p);
  if (block == blocks().end()) return cudaErrorInvalidValue;
  (void)munmap(p, block->second);
  blocks().erase(block);
  return cudaSuccess;
}

FAKE(cudaMemset)(void* p, int value, std::size_t bytes) {
  if (value != 0) std::memset(p, value, bytes);  // it is zeros already
  return cudaSuccess;
}

FAKE(cudaMemcpy)(void* to, const void* from, std::size_t bytes, cudaMemcpyKind) {
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}

FAKE(cudaDeviceSynchronize)() {
  return cudaSuccess;
}
