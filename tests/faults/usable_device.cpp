// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "child_process.hpp"
#include "session.hpp"

#include <cstddef>

// Run by faults.cpp, in a process each: faults that pass, or that leave the device usable.

using namespace robocache_test;

TEST_CASE("child: device memory is used up", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  for (const launcher_call& call : calls) soil(call);

  // No kernel is loaded yet, which takes memory, too.
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

  std::vector<call_results> meanwhile;
  std::vector<bool> launched_well;
  for (const launcher_call& call : calls) {
    INFO(call.name);
    const robocache::status launched = call.launch({stream});
    say(call.name, launched);
    CHECK((launched.ok() || launched.severity() == status_severity::resource));
    CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
    if (launched.ok()) {
      CHECK_FALSE(is_soiled(call));
    } else if (call.most_kernels == 1) {  // of several the first may have run
      CHECK(is_soiled(call));
    }
    launched_well.push_back(launched.ok());
    meanwhile.push_back(results_of(call));
  }

  for (void* p : taken) REQUIRE(cudaFree(p) == cudaSuccess);
  const std::vector<call_results> right = results_of(calls, stream);  // tried again: they succeed
  bool found = true;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    INFO(calls[i].name);
    if (calls[i].operation() == "find_brackets") found = launched_well[i];
    // What was applied are the brackets that were found.
    if (!launched_well[i] || (calls[i].operation() == "apply_brackets" && !found)) continue;
    CHECK(same(meanwhile[i], right[i]));
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
