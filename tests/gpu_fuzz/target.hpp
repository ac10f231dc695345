// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/call.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// \file
/// Where the calls under test run: two streams of a GPU, or the CPU back end with several threads
/// in its stead, so that what is wrong with the fuzzer itself shows without a device.

namespace robocache_test {

/// One worker's. All copies and launches may be asynchronous; `finish` waits for them.
class fuzz_target {
 public:
  virtual ~fuzz_target() = default;

  virtual bool on_device() const = 0;
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* p) = 0;
  /// Host memory that copies are fast from.
  virtual void* allocate_host(std::size_t bytes) = 0;
  virtual void release_host(void* p) = 0;

  virtual void copy_in(void* to, const void* from, std::size_t bytes) = 0;   ///< on stream 0
  virtual void copy_out(void* to, const void* from, std::size_t bytes) = 0;  ///< on stream 0
  virtual any_where where(int stream) const = 0;
  virtual void fork() = 0;  ///< stream 1 waits for stream 0
  virtual void join() = 0;  ///< stream 0 waits for stream 1

  /// Whether what is enqueued can be captured; if not, the three below do nothing.
  virtual bool captures() const = 0;
  virtual void begin_capture() = 0;
  virtual void end_capture() = 0;
  virtual void replay() = 0;

  /// Notes when a stream comes here, under a number.
  virtual void mark(std::size_t number, int stream) = 0;
  /// Between two marks. After `finish`.
  virtual double microseconds(std::size_t from, std::size_t to) = 0;

  /// Waits; throws if anything failed.
  virtual void finish() = 0;
};

std::unique_ptr<fuzz_target> make_cpu_target(int threads);

/// Launches are counted and not made, so that no device is needed to see which kernels calls take.
/// Null where the program has no CUDA.
std::unique_ptr<fuzz_target> make_dry_target();

/// Null where the program has no CUDA.
std::unique_ptr<fuzz_target> make_gpu_target();
/// Why there is no GPU, "" if there is one.
std::string why_no_gpu();
/// Of all processes on the GPU, in bytes.
std::size_t gpu_memory_in_use();

/// How often a kernel of this program has been launched.
struct kernel_count {
  std::string name;
  unsigned long long launches = 0;
};
/// Every kernel of this program; none where it has no CUDA.
std::vector<kernel_count> count_kernels();

}  // namespace robocache_test
