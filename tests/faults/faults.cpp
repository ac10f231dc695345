// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "child_process.hpp"

#include <cstdio>
#include <string>

// What launchers and their callers are told when something is broken. Each fault is a hidden test
// of lost_device.cpp or usable_device.cpp that runs in a process of its own, so that what it breaks
// stays there. What the processes print is docs/faults.md's table in full.

using namespace robocache_test;

namespace {

process_end run(const std::string& fault) {
  std::printf("%s\n", fault.c_str());
  const process_end end = run_child("child: " + fault);
  std::printf("%s", end.output.c_str());
  if (end.signal != 0) std::printf("  ended by signal %d\n", end.signal);
  (void)std::fflush(stdout);
  return end;
}

/// Whether it came to its end, and all was as it should be.
bool passes(const std::string& fault) {
  const process_end end = run(fault);
  CHECK_FALSE(end.timed_out);
  CHECK(end.signal == 0);
  CHECK(end.exit_code == 0);
  return reached_end(end);
}

/// The same of handles that are none any more: CUDA need not notice, and may end the process.
bool passes_or_is_killed(const std::string& fault) {
  const process_end end = run(fault);
  CHECK_FALSE(end.timed_out);
  if (end.signal != 0) {  // before any launch had succeeded
    return was_launching(end) && end.output.find(": none, ok") == std::string::npos;
  }
  CHECK(end.exit_code == 0);
  return reached_end(end);
}

}  // namespace

TEST_CASE("a test that does not exist is no pass", "[gpu][fault]") {
  CHECK_FALSE(reached_end(run_child("child: nothing")));
}

TEST_CASE("after a trap every launcher says that the device is lost", "[gpu][fault]") {
  CHECK(passes("a kernel has trapped"));
  CHECK(passes("a kernel is about to trap"));
  CHECK(passes("cudaDeviceReset after a trap"));
}

TEST_CASE("after an address that is none every launcher says that the device is lost",
          "[gpu][fault]") {
  CHECK(passes("an output is nowhere"));
  CHECK(passes("cudaDeviceReset and the old memory"));
}

TEST_CASE("without device memory launchers succeed, unless kernels have to be loaded",
          "[gpu][fault]") {
  CHECK(passes("device memory is used up"));
  CHECK(passes("device memory is used up before kernels are loaded"));
}

TEST_CASE("into a CUDA stream that was destroyed nothing is launched", "[gpu][fault]") {
  CHECK(passes_or_is_killed("the CUDA stream was destroyed"));
  CHECK(passes_or_is_killed("cudaDeviceReset and the old CUDA stream"));
}

TEST_CASE("a capture that was invalidated is told, and then over", "[gpu][fault]") {
  CHECK(passes("a capture was invalidated"));
}

TEST_CASE("a wrong device is told, and another one is not disturbed", "[gpu][fault]") {
  CHECK(passes("a device that is not there"));
  CHECK(passes("memory of another device"));
}

TEST_CASE("after cudaDeviceReset all can begin anew", "[gpu][fault]") {
  CHECK(passes("cudaDeviceReset and everything anew"));
}
