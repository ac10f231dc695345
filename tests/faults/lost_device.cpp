// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "bad_kernels.hpp"
#include "child_process.hpp"
#include "session.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <thread>

// Run by faults.cpp, in a process each: faults after which the device is of no use to the process.

using namespace robocache_test;

namespace {

/// What every launcher says when the runtime has noticed: never that it succeeded.
void check_all_are_fatal(const std::vector<launcher_call>& calls, cudaStream_t stream) {
  for (const launcher_call& call : calls) {
    INFO(call.name);
    for (const cudaStream_t each : {stream, cudaStream_t{}, cudaStreamPerThread}) {
      const robocache::status launched = call.launch({each});
      if (each == stream) say(call.name, launched);
      CHECK(launched.severity() == status_severity::fatal);
      CHECK(std::string(launched.message()).find(call.operation() + ": CUDA error ") == 0);
    }
    // These launch nothing; they may not know, but must not blame the arguments.
    const robocache::status loaded = call.launch({stream, true});
    say(call.name + ", preload", loaded);
    CHECK((loaded.ok() || loaded.severity() == status_severity::fatal));
    if (call.check_memory) {
      const robocache::status looked = call.check_memory(stream);
      say(call.name + ", check_memory", looked);
      CHECK((looked.ok() || looked.severity() == status_severity::fatal));
    }
  }
}

}  // namespace

TEST_CASE("child: a kernel has trapped", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  const cudaStream_t other = new_stream();
  REQUIRE(launch_trap(other, 0) == cudaSuccess);
  const cudaError_t noticed = cudaStreamSynchronize(other);
  say("cudaStreamSynchronize", noticed);
  CHECK(severity_of_cuda(noticed) == status_severity::fatal);
  check_all_are_fatal(calls, stream);
  reach_end();
}

TEST_CASE("child: a kernel is about to trap", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  (void)results_of(calls, stream);  // loads the kernels, which may wait for the device
  REQUIRE(launch_trap(stream, 50) == cudaSuccess);
  int enqueued = 0;
  for (const launcher_call& call : calls) {
    INFO(call.name);
    const robocache::status launched = call.launch({stream});
    CHECK((launched.ok() || launched.severity() == status_severity::fatal));
    enqueued += launched.ok() ? 1 : 0;
  }
  std::printf("  %d of %d calls were enqueued\n", enqueued, static_cast<int>(calls.size()));
  const cudaError_t noticed = cudaStreamSynchronize(stream);  // not success
  say("cudaStreamSynchronize", noticed);
  CHECK(severity_of_cuda(noticed) == status_severity::fatal);
  check_all_are_fatal(calls, stream);
  reach_end();
}

TEST_CASE("child: an output is nowhere", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  float* values = nullptr;
  double* times = nullptr;
  REQUIRE(cudaMalloc(reinterpret_cast<void**>(&values), 64) == cudaSuccess);
  REQUIRE(cudaMalloc(reinterpret_cast<void**>(&times), 64) == cudaSuccess);
  REQUIRE(cudaMemset(times, 0, 64) == cudaSuccess);
  using robocache::tensor_view;
  auto* const nowhere = reinterpret_cast<float*>(std::uintptr_t{4096});  // no process maps it
  const robocache::status launched =
      resample_floats(robocache::padded_source(tensor_view<const float, 3>(values, {1, 2, 1}),
                                               tensor_view<const double, 2>(times, {1, 2})),
                      tensor_view<const double, 2>(times, {1, 2}),
                      tensor_view<float, 3>(nowhere, {1, 2, 1}), {}, {}, {stream});
  say("resample", launched);
  CHECK(launched.ok());  // the kernel fails, not the launch
  const cudaError_t noticed = cudaStreamSynchronize(stream);
  say("cudaStreamSynchronize", noticed);
  CHECK(noticed == cudaErrorIllegalAddress);
  check_all_are_fatal(calls, stream);
  reach_end();
}

TEST_CASE("child: cudaDeviceReset after a trap", "[.child]") {
  std::vector<call_results> right;
  {
    const std::vector<launcher_call> calls = launcher_calls();
    right = results_of(calls, new_stream());
  }
  const cudaStream_t before = new_stream();
  REQUIRE(launch_trap(before, 0) == cudaSuccess);
  CHECK(severity_of_cuda(cudaStreamSynchronize(before)) == status_severity::fatal);
  say("cudaDeviceReset", cudaDeviceReset());
  (void)cudaGetLastError();

  // Whether that helps is CUDA's to say. If not, it says so, on an H100 that the device is busy; if
  // it does, all is as before.
  cudaStream_t stream = nullptr;
  cudaError_t made = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  say("cudaStreamCreate", made);
  for (int tries = 0; tries < 30 && severity_of_cuda(made) == status_severity::resource; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    made = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  }
  say("cudaStreamCreate, tried again for three seconds", made);
  if (made == cudaSuccess) {
    const std::vector<launcher_call> calls = launcher_calls();
    CHECK(same(results_of(calls, stream), right));
  } else {
    using robocache::tensor_view;
    auto* const memory = reinterpret_cast<double*>(std::uintptr_t{1} << 40);  // not looked at
    const robocache::status launched = resample_floats(
        robocache::padded_source(
            tensor_view<const float, 3>(reinterpret_cast<float*>(memory), {1, 2, 1}),
            tensor_view<const double, 2>(memory + 8, {1, 2})),
        tensor_view<const double, 2>(memory + 16, {1, 2}),
        tensor_view<float, 3>(reinterpret_cast<float*>(memory + 24), {1, 2, 1}), {}, {}, {});
    say("resample", launched);
    CHECK_FALSE(launched.ok());
    CHECK(launched.cuda_error() == made);  // what CUDA says, and no argument's fault
    CHECK(launched.severity() != status_severity::argument);
  }
  reach_end();
}

TEST_CASE("child: cudaDeviceReset and the old memory", "[.child]") {
  const std::vector<launcher_call> calls = launcher_calls();
  REQUIRE(cudaDeviceReset() == cudaSuccess);
  const cudaStream_t stream = new_stream();
  // Addresses that are nobody's any more: the kernels fail.
  for (const launcher_call& call : calls) {
    INFO(call.name);
    const robocache::status launched = call.launch({stream});
    say(call.name, launched);
    CHECK((launched.ok() || launched.severity() == status_severity::fatal));
  }
  const cudaError_t noticed = cudaStreamSynchronize(stream);
  say("cudaStreamSynchronize", noticed);
  CHECK(severity_of_cuda(noticed) == status_severity::fatal);
  check_all_are_fatal(calls, stream);
  reach_end();
}

TEST_CASE("child: memory of another device", "[.child]") {
  int count = 0;
  REQUIRE(cudaGetDeviceCount(&count) == cudaSuccess);
  if (count < 2) {
    std::printf("  left out: one device\n");
    reach_end();
    return;
  }
  const std::vector<launcher_call> calls = launcher_calls();
  const cudaStream_t stream = new_stream();
  const std::vector<call_results> right = results_of(calls, stream);
  REQUIRE(cudaSetDevice(1) == cudaSuccess);
  const cudaStream_t abroad = new_stream();
  REQUIRE(cudaSetDevice(0) == cudaSuccess);
  // No peer access: the kernels, on the device of the CUDA stream, do not reach device 0's memory.
  const robocache::status launched = calls.front().launch({abroad});
  say(calls.front().name, launched);
  const cudaError_t noticed = cudaStreamSynchronize(abroad);
  say("cudaStreamSynchronize", noticed);
  if (launched.ok()) {
    CHECK(severity_of_cuda(noticed) == status_severity::fatal);
  } else {
    CHECK(launched.severity() == status_severity::argument);
  }
  for (std::size_t i = 0; i < calls.size(); ++i) {
    INFO(calls[i].name);
    if (severity_of_cuda(noticed) == status_severity::fatal) {
      CHECK(calls[i].launch({abroad}).severity() == status_severity::fatal);
    }
    // The first device may go on, or not.
    const robocache::status here = calls[i].launch({stream});
    const cudaError_t done = cudaStreamSynchronize(stream);
    say(calls[i].name + ", on its own device", here);
    if (here.ok() && done == cudaSuccess) {
      // Added to what an earlier call left, or the same again.
      if (calls[i].name.find("accumulated") == std::string::npos) {
        CHECK(same(results_of(calls[i]), right[i]));
      }
    } else {
      CHECK((here.ok() ? severity_of_cuda(done) : here.severity()) == status_severity::fatal);
    }
  }
  reach_end();
}
