// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "../support/cuda_errors.hpp"
#include "calls.hpp"
#include "fake_runtime.hpp"
#include "toolkit_errors.hpp"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <string>
#include <vector>

// Every error that the CUDA runtime has, at every call of it that a launcher makes. The runtime is
// a fake, so no device is needed.

using namespace robocache_test;
using robocache::status_code;
using robocache::status_severity;

namespace {

std::string message_of(const launcher_call& call, int error) {
  return call.operation() + ": CUDA error " + std::to_string(error) + " (" +
         cudaGetErrorString(static_cast<cudaError_t>(error)) + ")";
}

/// The codes that are errors.
std::vector<cudaError_t> failures() {
  std::vector<cudaError_t> codes;
  for (const toolkit_error& error : toolkit_errors()) {
    if (error.code != 0) codes.push_back(static_cast<cudaError_t>(error.code));
  }
  codes.push_back(static_cast<cudaError_t>(54321));  // what a later driver might return
  return codes;
}

/// A CUDA stream that is none of the default ones.
cudaStream_t some_stream() {
  static int there;
  return reinterpret_cast<cudaStream_t>(&there);
}

/// What `check_memory` asks before the first address: without an answer it does not go on.
constexpr std::size_t before_addresses = CUDART_VERSION >= 12080 ? 4 : 3;  // cudaStreamGetDevice
bool asks_of_stream(const std::string& function) {
  return function == "cudaThreadExchangeStreamCaptureMode" || function == "cudaStreamIsCapturing" ||
         function == "cudaGetDevice" || function == "cudaStreamGetDevice";
}

/// That an error that was pending before the call was not touched until a call of the runtime
/// failed, and that the runtime is left with what it makes of that: its newest error. One that had
/// none is left with none.
void check_left(cudaError_t pending) {
  if (fake.newest == cudaSuccess) {
    CHECK(fake.last == pending);
    return;
  }
  CHECK(fake.last_before_it == pending);
  CHECK(fake.last == (pending == cudaSuccess ? cudaSuccess : fake.newest));
}

/// That the status is of this error and no other.
void check_is(const robocache::status& s, const launcher_call& call, cudaError_t error) {
  CHECK(s.code() == status_code::cuda_error);
  CHECK(s.cuda_error() == error);
  CHECK(std::string(s.message()) == message_of(call, error));
  CHECK(s.severity() == robocache::severity_of_cuda(error));
  CHECK(s.severity() != status_severity::none);
}

}  // namespace

TEST_CASE("no error of this CUDA toolkit is without a severity", "[launch][severity]") {
  for (const toolkit_error& error : toolkit_errors()) {
    const cuda_error* listed = nullptr;
    for (const cuda_error& each : cuda_errors) {
      if (each.name == error.name) listed = &each;
    }
    if (listed == nullptr) {
      FAIL_CHECK(error.name << " (" << error.code
                            << ") is not in tests/support/cuda_errors.hpp: say there, in "
                               "robocache/status.hpp and in docs/faults.md what a caller is to do. "
                               "Until then it is fatal");
      continue;
    }
    INFO(error.name);
    CHECK(listed->code == error.code);
    // What NVIDIA says itself.
    std::string words;  // the comment without line breaks
    for (const char c : error.comment) {
      const char letter = c == '\n' || c == '*' ? ' ' : c;
      if (letter != ' ' || words.empty() || words.back() != ' ') words += letter;
    }
    if (words.find("process must be terminated") != std::string::npos) {
      CHECK(listed->severity == status_severity::fatal);
    }
  }
}

TEST_CASE("device memory out of reach is", "[launch]") {
  const launcher_call call = launcher_calls().front();
  const auto ends_well = [&] {
    const pid_t child = fork();
    if (child == 0) {
      (void)std::signal(SIGSEGV, SIG_DFL);  // not Catch2's
      *static_cast<volatile char*>(call.outputs[0].data) = 1;
      _exit(0);
    }
    int how = 0;
    REQUIRE(waitpid(child, &how, 0) == child);
    return WIFEXITED(how) && WEXITSTATUS(how) == 0;
  };
  CHECK(ends_well());
  const out_of_reach guard;
  CHECK_FALSE(ends_well());
}

TEST_CASE("every error at every call of the runtime by every launcher", "[launch]") {
  const std::vector<cudaError_t> errors = failures();
  const std::vector<launcher_call> calls = launcher_calls();
  const out_of_reach guard;
  for (const launcher_call& call : calls) {
    for (const bool preload : {false, true}) {
      INFO(call.name << (preload ? ", preload" : ""));
      const launch_place place{some_stream(), preload};
      fake = {};
      fake.last = cudaErrorInvalidSymbol;
      REQUIRE(std::string(call.launch(place).message()) == "");
      CHECK(fake.last == cudaErrorInvalidSymbol);  // as it was
      const std::vector<std::string> without = fake.calls;
      CHECK(fake.called("cudaLaunchKernelExC") != preload);
      for (const cudaLaunchConfig_t& launched : fake.launches) {
        CHECK(launched.stream == place.stream);
        CHECK(launched.gridDim.x * launched.gridDim.y * launched.gridDim.z > 0);
        CHECK(launched.blockDim.x >= 32);
        CHECK(launched.blockDim.x <= 1024);
      }
      CHECK(fake.called("cudaFuncGetAttributes") == (preload || launches_ask()));

      for (std::size_t at = 0; at < without.size(); ++at) {
        INFO("failing: " << without[at] << ", call " << at);
        for (const cudaError_t error : errors) {
          for (const cudaError_t pending : {cudaSuccess, cudaErrorInvalidSymbol}) {
            fake = {};
            fake.last = pending;
            fake.failing_call = at;
            fake.failure = error;
            check_is(call.launch(place), call, error);
            check_left(pending);
            // Nothing is called after the first failure, but for questions of the message.
            std::vector<std::string> expected(
                without.begin(), without.begin() + static_cast<std::ptrdiff_t>(at) + 1);
#if CUDART_VERSION >= 12080
            if (error == cudaErrorInvalidResourceHandle) {
              expected.insert(expected.end(), {"cudaGetDevice", "cudaStreamGetDevice"});
            }
#endif
            CHECK(fake.calls == expected);
          }
        }
      }
    }
  }
}

TEST_CASE("a failing question for the message leaves the error as it was", "[launch]") {
  const std::vector<cudaError_t> errors = failures();
  const std::vector<launcher_call> calls = launcher_calls();
  const out_of_reach guard;
  for (const launcher_call& call : calls) {
    INFO(call.name);
    for (const char* question : {"cudaGetDevice", "cudaStreamGetDevice"}) {
      for (const cudaError_t error : errors) {
        for (const cudaError_t pending : {cudaSuccess, cudaErrorInvalidSymbol}) {
          fake = {};
          fake.last = pending;
          fake.device_of_stream = 1;  // would be said
          fake.fails("cudaLaunchKernelExC", cudaErrorInvalidResourceHandle);
          fake.fails(question, error);
          check_is(call.launch({some_stream()}), call, cudaErrorInvalidResourceHandle);
          check_left(pending);
        }
      }
    }
  }
}

TEST_CASE("every error at every call of the runtime by check_memory", "[launch][memory]") {
  const std::vector<cudaError_t> errors = failures();
  const std::vector<launcher_call> calls = launcher_calls();
  const out_of_reach guard;
  for (const launcher_call& call : calls) {
    if (!call.check_memory) continue;
    for (const bool finds : {true, false}) {
      INFO(call.name << (finds ? "" : ", memory of the host"));
      fake = {};
      fake.finds_pointers = finds;
      fake.last = cudaErrorInvalidSymbol;
      const robocache::status plain = call.check_memory(some_stream());
      CHECK(plain.ok() == finds);
      CHECK(fake.last == cudaErrorInvalidSymbol);  // as it was
      const std::vector<std::string> without = fake.calls;
      REQUIRE(without.size() > before_addresses + 1);
      for (std::size_t at = 0; at + 1 < without.size(); ++at) {  // the last one puts the mode back
        CHECK(asks_of_stream(without[at]) == (at < before_addresses));
      }

      for (std::size_t at = 0; at < without.size(); ++at) {
        const std::string& function = without[at];
        INFO("failing: " << function << ", call " << at);
        for (const cudaError_t error : errors) {
          for (const cudaError_t pending : {cudaSuccess, cudaErrorInvalidSymbol}) {
            INFO("error " << error);
            // Once, and every time.
            for (const bool again : {false, true}) {
              fake = {};
              fake.finds_pointers = finds;
              fake.last = pending;
              fake.failing_call = at;
              fake.failure = error;
              if (again) fake.fails(function.c_str(), error);
              const robocache::status s = call.check_memory(some_stream());
              const bool lost = robocache::severity_of_cuda(error) == status_severity::fatal;
              if (at < before_addresses || (again && asks_of_stream(function)) ||
                  (again && lost && function != "cudaGetDeviceCount")) {
                check_is(s, call, error);
              } else if (lost && s.code() == status_code::cuda_error) {
                check_is(s, call, error);
              } else if (again && function == "cudaPointerGetAttributes") {
                CHECK(s.code() == status_code::invalid_argument);
              } else {
                CHECK(std::string(s.message()) == plain.message());
              }
              check_left(pending);
            }
          }
        }
      }
    }
  }
}
