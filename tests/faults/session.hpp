// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>

#include "../api_trace/calls.hpp"
#include "../support/catch.hpp"

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

/// \file
/// What the tests of faults do to each launcher, and what they say of it on standard output.

namespace robocache_test {

using robocache::severity_of_cuda;
using robocache::status_severity;

inline const char* name_of(status_severity severity) {
  switch (severity) {
    case status_severity::none:
      return "none";
    case status_severity::argument:
      return "argument";
    case status_severity::resource:
      return "resource";
    case status_severity::fatal:
      return "fatal";
  }
  return "?";
}

inline void say(const std::string& what, const robocache::status& s) {
  std::printf("  %s: %s, %s\n", what.c_str(), name_of(s.severity()), s.ok() ? "ok" : s.message());
  (void)std::fflush(stdout);
}

inline void say(const std::string& what, cudaError_t error) {
  std::printf("  %s: %s, %s\n", what.c_str(), name_of(severity_of_cuda(error)),
              cudaGetErrorName(error));
  (void)std::fflush(stdout);
}

/// A stream that does not wait for the default one.
inline cudaStream_t new_stream() {
  cudaStream_t stream = nullptr;
  REQUIRE(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess);
  return stream;
}

/// The bytes that a call writes.
using call_results = std::vector<std::vector<unsigned char>>;

inline call_results results_of(const launcher_call& call) {
  call_results results;
  for (const launcher_call::memory& output : call.outputs) {
    results.emplace_back(output.bytes);
    REQUIRE(cudaMemcpy(results.back().data(), output.data, output.bytes, cudaMemcpyDeviceToHost) ==
            cudaSuccess);
  }
  return results;
}

/// Not by a CHECK of the vectors themselves, which would print megabytes.
template <class Results>
bool same(const Results& a, const Results& b) {
  return a == b;
}

inline constexpr int dirt = 0xa5;

/// Fills what a call writes with what no call gives. Some add to what is there: always this, then.
inline void soil(const launcher_call& call) {
  for (const launcher_call::memory& output : call.outputs) {
    REQUIRE(cudaMemset(output.data, dirt, output.bytes) == cudaSuccess);
  }
  REQUIRE(cudaDeviceSynchronize() == cudaSuccess);
}

inline bool is_soiled(const launcher_call& call) {
  for (const std::vector<unsigned char>& bytes : results_of(call)) {
    for (const unsigned char byte : bytes) {
      if (byte != dirt) return false;
    }
  }
  return true;
}

/// What all calls give on a device that is well.
inline std::vector<call_results> results_of(const std::vector<launcher_call>& calls,
                                            cudaStream_t stream) {
  std::vector<call_results> results;
  for (const launcher_call& call : calls) {
    INFO(call.name);
    soil(call);
    const robocache::status launched = call.launch({stream});
    REQUIRE(std::string(launched.message()) == "");
    REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
    results.push_back(results_of(call));
    CHECK_FALSE(is_soiled(call));
  }
  return results;
}

}  // namespace robocache_test
