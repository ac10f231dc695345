// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "child_process.hpp"
#include "session.hpp"

#include <cstddef>

// Run by faults.cpp, in a process each: faults that pass, or that leave the device usable.

using namespace robocache_test;

namespace {

/// Takes all device memory that can be had.
std::vector<void*> take_all_memory() {
  std::vector<void*> taken;
  cudaError_t error = cudaSuccess;
  std::size_t free = 0;
  std::size_t total = 0;
  REQUIRE(cudaMemGetInfo(&free, &total) == cudaSuccess);
  for (std::size_t bytes = free; bytes >= 4096; bytes /= 2) {
    for (;;) {
      void* p = nullptr;
      error = cudaMalloc(&p, bytes);
      if (error != cudaSuccess) break;
      taken.push_back(p);
    }
    CHECK(severity_of_cuda(error) == status_severity::resource);
    CHECK(cudaGetLastError() == error);
  }
  say("cudaMalloc", error);
  REQUIRE(taken.size() > 1);
  return taken;
}

}  // namespace

TEST_CASE("child: device memory is used up", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  for (const launcher_call& call : calls) {
    INFO(call.name);
    CHECK(std::string(call.launch({stream, true}).message()) == "");
  }
  const std::vector<void*> taken = take_all_memory();
  // Launchers allocate nothing; what CUDA allocates for a kernel it has.
  const std::vector<call_results> meanwhile = results_of(calls, stream);
  for (void* p : taken) REQUIRE(cudaFree(p) == cudaSuccess);
  const std::vector<call_results> right = results_of(calls, stream);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    INFO(calls[i].name);
    CHECK(same(meanwhile[i], right[i]));
  }
  reach_end();
}

// Loading takes memory. CUDA 13.0 says so of the first kernel that finds none; of those after it,
// on an H100, that there was an unknown error, and goes on to say so of these when there is memory
// again.
TEST_CASE("child: device memory is used up before kernels are loaded", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  for (const launcher_call& call : calls) soil(call);
  const std::vector<void*> taken = take_all_memory();

  std::vector<call_results> meanwhile;
  std::vector<robocache::status> first;
  for (const launcher_call& call : calls) {
    INFO(call.name);
    first.push_back(call.launch({stream}));
    say(call.name, first.back());
    CHECK(first.back().severity() != status_severity::argument);
    CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
    if (first.back().ok()) {
      CHECK_FALSE(is_soiled(call));
    } else if (call.most_kernels == 1) {  // of several the first may have run
      CHECK(is_soiled(call));
    }
    meanwhile.push_back(results_of(call));
  }

  for (void* p : taken) REQUIRE(cudaFree(p) == cudaSuccess);
  bool found = true;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    INFO(calls[i].name);
    soil(calls[i]);
    const robocache::status again = calls[i].launch({stream});
    say(calls[i].name + ", with memory", again);
    REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
    if (!again.ok()) {  // never: try again, or mend an argument
      CHECK(again.severity() == status_severity::fatal);
      continue;
    }
    if (calls[i].operation() == "find_brackets") found = first[i].ok();
    // What was applied are the brackets that were found.
    if (!first[i].ok() || (calls[i].operation() == "apply_brackets" && !found)) continue;
    CHECK(same(meanwhile[i], results_of(calls[i])));
  }
  reach_end();
}

TEST_CASE("child: the CUDA stream was destroyed", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  const std::vector<call_results> right = results_of(calls, new_stream());
  const cudaStream_t stream = new_stream();
  REQUIRE(cudaStreamDestroy(stream) == cudaSuccess);
  for (const launcher_call& call : calls) soil(call);
  say_launching();
  for (const launcher_call& call : calls) {
    INFO(call.name);
    const robocache::status launched = call.launch({stream});  // CUDA may end the process here
    say(call.name, launched);
    CHECK_FALSE(launched.ok());
    CHECK(is_soiled(call));
  }
  CHECK(same(results_of(calls, new_stream()), right));
  reach_end();
}

TEST_CASE("child: a capture was invalidated", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  const std::vector<call_results> right = results_of(calls, stream);
  for (const launcher_call& call : calls) soil(call);
  REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
  REQUIRE(cudaStreamSynchronize(stream) != cudaSuccess);  // not allowed
  (void)cudaGetLastError();
  for (const launcher_call& call : calls) {
    INFO(call.name);
    const robocache::status launched = call.launch({stream});
    say(call.name, launched);
    CHECK(launched.cuda_error() == cudaErrorStreamCaptureInvalidated);
    CHECK(launched.severity() == status_severity::argument);
    CHECK(cudaGetLastError() == cudaSuccess);  // told, and forgotten
  }
  cudaGraph_t graph = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(stream, &graph);
  say("cudaStreamEndCapture", ended);
  CHECK(severity_of_cuda(ended) == status_severity::argument);
  CHECK(graph == nullptr);
  (void)cudaGetLastError();
  for (const launcher_call& call : calls) CHECK(is_soiled(call));
  CHECK(same(results_of(calls, stream), right));  // as if nothing had been
  reach_end();
}

TEST_CASE("child: a device that is not there", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  const std::vector<call_results> right = results_of(calls, stream);
  int count = 0;
  REQUIRE(cudaGetDeviceCount(&count) == cudaSuccess);
  const cudaError_t refused = cudaSetDevice(count);
  say("cudaSetDevice", refused);
  CHECK(severity_of_cuda(refused) == status_severity::argument);
  CHECK(same(results_of(calls, stream), right));  // on the device that is current still
  CHECK(cudaGetLastError() == refused);           // the caller's, and pending still
  reach_end();
}

TEST_CASE("child: cudaDeviceReset and the old CUDA stream", "[.child]") {
  const cudaStream_t stream = new_stream();
  {
    const std::vector<launcher_call> calls = launcher_calls();
    (void)results_of(calls, stream);
  }
  REQUIRE(cudaDeviceReset() == cudaSuccess);
  const std::vector<launcher_call> calls = launcher_calls();
  for (const launcher_call& call : calls) soil(call);
  say_launching();
  for (const launcher_call& call : calls) {
    INFO(call.name);
    const robocache::status launched = call.launch({stream});  // CUDA may end the process here
    say(call.name, launched);
    CHECK_FALSE(launched.ok());
    CHECK(is_soiled(call));
  }
  reach_end();
}

TEST_CASE("child: cudaDeviceReset and everything anew", "[.child]") {
  std::vector<call_results> right;
  {
    const std::vector<launcher_call> calls = launcher_calls();
    right = results_of(calls, new_stream());
  }
  REQUIRE(cudaDeviceReset() == cudaSuccess);
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  for (const launcher_call& call : calls) {
    INFO(call.name);
    CHECK(std::string(call.launch({stream, true}).message()) == "");
  }
  CHECK(same(results_of(calls, stream), right));
  reach_end();
}
