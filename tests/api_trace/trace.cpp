// SPDX-License-Identifier: Apache-2.0
#include "trace.hpp"

#include <cstddef>

namespace robocache_test {
namespace {

/// Of fixed size: to grow would be an allocation, which would be recorded.
struct recording {
  static constexpr std::size_t most = 100;
  bool on = false;
  std::size_t calls = 0;
  std::size_t kernels = 0;
  std::size_t asked = 0;
  int allocations = 0;
  int releases = 0;
  const char* call[most] = {};
  const void* kernel[most] = {};
  const void* question[most] = {};
};

thread_local recording current;

}  // namespace

void begin_trace() noexcept {
  current = {};
  current.on = true;
}

api_trace end_trace() {
  current.on = false;
  api_trace result;
  for (std::size_t i = 0; i < current.calls && i < recording::most; ++i) {
    result.calls.emplace_back(current.call[i]);
  }
  if (current.calls > recording::most) result.calls.emplace_back("more calls than can be recorded");
  for (std::size_t i = 0; i < current.kernels && i < recording::most; ++i) {
    result.kernels.push_back(current.kernel[i]);
  }
  for (std::size_t i = 0; i < current.asked && i < recording::most; ++i) {
    result.asked.push_back(current.question[i]);
  }
  result.allocations = current.allocations;
  result.releases = current.releases;
  return result;
}

void note_call(const char* function) noexcept {
  if (!current.on) return;
  if (current.calls < recording::most) current.call[current.calls] = function;
  ++current.calls;
}

void note_launch(const char* function, const void* kernel) noexcept {
  if (!current.on) return;
  note_call(function);
  if (current.kernels < recording::most) current.kernel[current.kernels] = kernel;
  ++current.kernels;
}

void note_question(const char* function, const void* kernel) noexcept {
  if (!current.on) return;
  note_call(function);
  if (current.asked < recording::most) current.question[current.asked] = kernel;
  ++current.asked;
}

void note_allocation() noexcept {
  if (current.on) ++current.allocations;
}

void note_release() noexcept {
  if (current.on) ++current.releases;
}

}  // namespace robocache_test
