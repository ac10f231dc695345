// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

/// \file
/// Records which functions of the CUDA runtime a piece of code calls.
///
/// The linker turns this program's calls of the functions that `wrapped_runtime.cpp` lists into
/// calls of its own ones (`--wrap`), which note the name and forward. `operator new` and `delete`
/// are replaced, so memory of the host is seen, too, unless it comes from `malloc` directly.
///
/// Not seen: what the runtime does inside of a call, such as loading a kernel when it is first
/// asked for.

namespace robocache_test {

/// What the thread did between `begin_trace` and `end_trace`.
struct api_trace {
  std::vector<std::string> calls;    ///< functions of the runtime, in order
  std::vector<const void*> kernels;  ///< what was launched, in order
  std::vector<const void*> asked;    ///< kernels whose attributes were asked for, in order
  int allocations = 0;               ///< calls of `operator new`
  int releases = 0;                  ///< calls of `operator delete`, null pointers aside
};

/// Starts to record, on this thread alone: the driver's threads are no concern of a launcher.
void begin_trace() noexcept;

/// Stops, and tells what was recorded.
api_trace end_trace();

/// What `body` does.
template <class Body>
api_trace traced(const Body& body) {
  begin_trace();
  body();
  return end_trace();
}

/// For the replaced functions: no effect unless the thread is recording. Allocates nothing.
void note_call(const char* function) noexcept;
void note_launch(const char* function, const void* kernel) noexcept;
void note_question(const char* function, const void* kernel) noexcept;
void note_allocation() noexcept;
void note_release() noexcept;

}  // namespace robocache_test
