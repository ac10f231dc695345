// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "calls.hpp"
#include "launches.hpp"
#include "trace.hpp"

#include <cuda.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <new>
#include <string>
#include <vector>

// Launchers allocate nothing, wait for nothing and copy nothing: of the CUDA runtime they call what
// launches a kernel and what tells whether an error is pending (in programs for several
// architectures also how the kernel was compiled); on the host they do without the heap.

using namespace robocache_test;

namespace {

/// What a launcher must not have done, in words; "" if there is none.
std::string faults(const api_trace& trace) {
  std::string result;
  for (const std::string& call : trace.calls) {
    if (call == "cudaFuncGetAttributes" && launches_ask()) continue;
    if (call == "cudaLaunchKernelExC" || call == "cudaPeekAtLastError") continue;
    result += call + ' ';
  }
  if (trace.allocations > 0) result += "new ";
  if (trace.releases > 0) result += "delete ";
  return result;
}

/// A stream that does not wait for the default one.
class own_stream {
 public:
  own_stream() {
    REQUIRE(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking) == cudaSuccess);
  }
  own_stream(const own_stream&) = delete;
  own_stream& operator=(const own_stream&) = delete;
  ~own_stream() { (void)cudaStreamDestroy(stream_); }

  operator cudaStream_t() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// The functions that so many launches call.
std::vector<std::string> calls_of_launches(std::size_t kernels) {
  std::vector<std::string> calls;
  for (std::size_t i = 0; i < kernels; ++i) {
    calls.emplace_back("cudaPeekAtLastError");
    if (launches_ask()) calls.emplace_back("cudaFuncGetAttributes");
    calls.emplace_back("cudaLaunchKernelExC");
  }
  return calls;
}

/// Whether the device has the kernel's code already. True where the driver does not tell.
bool is_loaded(const void* kernel) {
#if CUDART_VERSION >= 12050
  using query = CUresult (*)(CUfunctionLoadingState*, CUfunction);
  cudaFunction_t function = nullptr;
  REQUIRE(cudaGetFuncBySymbol(&function, kernel) == cudaSuccess);
  void* entry = nullptr;
  cudaDriverEntryPointQueryResult found{};
  REQUIRE(cudaGetDriverEntryPointByVersion("cuFuncIsLoaded", &entry, 12040, cudaEnableDefault,
                                           &found) == cudaSuccess);
  if (found != cudaDriverEntryPointSuccess) return true;
  CUfunctionLoadingState state{};
  REQUIRE(reinterpret_cast<query>(entry)(&state, function) == CUDA_SUCCESS);
  return state == CU_FUNCTION_LOADING_STATE_LOADED;
#else
  return kernel != nullptr;
#endif
}

bool launches_as_promised(const launcher_call& call, std::size_t kernels) {
  const auto n = static_cast<int>(kernels);
  return call.fewest_kernels <= n && n <= call.most_kernels;
}

}  // namespace

TEST_CASE("a trace sees what it is for", "[gpu][trace]") {
  const own_stream stream;
  void* device = nullptr;
  void* pinned = nullptr;
  void* pooled = nullptr;
  cudaEvent_t event = nullptr;
  REQUIRE(cudaEventCreate(&event) == cudaSuccess);
  unsigned char host[16] = {};
  cudaError_t errors[16] = {};
  const api_trace seen = traced([&] {
    cudaError_t* error = errors;
    *error++ = cudaMalloc(&device, 16);
    *error++ = cudaMallocHost(&pinned, 16);
    *error++ = cudaMallocAsync(&pooled, 16, stream);
    *error++ = cudaMemsetAsync(device, 0, 16, stream);
    *error++ = cudaMemcpyAsync(host, device, 16, cudaMemcpyDeviceToHost, stream);
    *error++ = cudaMemcpy(host, device, 16, cudaMemcpyDeviceToHost);
    *error++ = cudaEventRecord(event, stream);
    *error++ = cudaStreamWaitEvent(stream, event, 0);
    *error++ = cudaEventSynchronize(event);
    *error++ = cudaFreeAsync(pooled, stream);
    *error++ = cudaStreamSynchronize(stream);
    *error++ = cudaDeviceSynchronize();
    *error++ = cudaStreamQuery(stream);
    *error++ = cudaFreeHost(pinned);
    *error++ = cudaFree(device);
  });
  for (const cudaError_t error : errors) CHECK(error == cudaSuccess);
  CHECK(seen.calls == std::vector<std::string>{
                          "cudaMalloc", "cudaMallocHost", "cudaMallocAsync", "cudaMemsetAsync",
                          "cudaMemcpyAsync", "cudaMemcpy", "cudaEventRecord", "cudaStreamWaitEvent",
                          "cudaEventSynchronize", "cudaFreeAsync", "cudaStreamSynchronize",
                          "cudaDeviceSynchronize", "cudaStreamQuery", "cudaFreeHost", "cudaFree"});
  CHECK(seen.kernels.empty());
  CHECK(cudaEventDestroy(event) == cudaSuccess);

  // Functions, not expressions: a compiler may leave out a pair of those.
  const api_trace heap = traced([] {
    ::operator delete(::operator new(1));
    ::operator delete[](::operator new[](1));
    ::operator delete(::operator new(64, std::align_val_t(64)), std::align_val_t(64));
    ::operator delete(::operator new(1, std::nothrow));
    (void)std::vector<std::string>(3, std::string(100, 'x'));  // in the library, too
  });
  CHECK(heap.allocations == heap.releases);
  CHECK(heap.allocations >= 4 + 1 + 3);
  CHECK(heap.calls.empty());

  // And the verdict can be a bad one.
  CHECK(faults(seen).find("cudaMalloc cudaMallocHost ") == 0);
  CHECK(faults(heap) == "new delete ");
  CHECK(faults(traced([] {})) == "");
}

// Before any other test launches: the first call of a kernel finds it not loaded yet.
TEST_CASE("launchers launch and do nothing else", "[gpu][trace]") {
  const own_stream stream;
  std::map<std::string, std::vector<const void*>> kernels;
  for_each_call([&](const launcher_call& call) {
    for (const char* when : {"the first call", "a later call"}) {
      INFO(call.name << ", " << when);
      robocache::status launched;
      const api_trace trace = traced([&] { launched = call.launch({stream}); });
      CHECK(std::string(launched.message()) == "");
      CHECK(faults(trace) == "");
      CHECK(launches_as_promised(call, trace.kernels.size()));
      CHECK(trace.calls == calls_of_launches(trace.kernels.size()));
      kernels[call.name] = trace.kernels;
    }
    REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
  });
  // The calls are what they are meant to be.
  for (const void* kernel : kernels.at(counts_directly)) {
    const std::vector<const void*>& others = kernels.at(counts_in_bins);
    CHECK(std::count(others.begin(), others.end(), kernel) == 0);
  }
}

TEST_CASE("preload loads the kernels of a call and does nothing else", "[gpu][trace]") {
  std::map<std::string, std::vector<const void*>> kernels;
  {
    const own_stream stream;
    for_each_call([&](const launcher_call& call) {
      kernels[call.name] = traced([&] { REQUIRE(call.launch({stream}).ok()); }).kernels;
      REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
    });
  }
  // A device that has none of them loaded.
  REQUIRE(cudaDeviceReset() == cudaSuccess);
  const own_stream stream;
  for_each_call([&](const launcher_call& call) {
    INFO(call.name);
    for (const char* when : {"first", "again"}) {
      INFO(when);
      robocache::status status;
      const api_trace preloading = traced([&] { status = call.launch({nullptr, true}); });
      CHECK(std::string(status.message()) == "");
      CHECK(preloading.kernels.empty());
      CHECK(preloading.allocations + preloading.releases == 0);
      std::vector<std::string> expected;
      for (std::size_t i = 0; i < preloading.asked.size(); ++i) {
        expected.insert(expected.end(), {"cudaPeekAtLastError", "cudaFuncGetAttributes"});
      }
      CHECK(preloading.calls == expected);
      // What a call launches is what was asked for, so nothing is left to be loaded.
      const std::vector<const void*>& asked = preloading.asked;
      for (const void* kernel : kernels.at(call.name)) {
        CHECK(std::count(asked.begin(), asked.end(), kernel) > 0);
        CHECK(is_loaded(kernel));
      }
    }
    robocache::status launched;
    const api_trace trace = traced([&] { launched = call.launch({stream}); });
    CHECK(std::string(launched.message()) == "");
    CHECK(trace.kernels == kernels.at(call.name));
    CHECK(trace.calls == calls_of_launches(trace.kernels.size()));
    CHECK(trace.allocations + trace.releases == 0);
    CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
  });
}

TEST_CASE("a launch that succeeds leaves an error that was pending as it was", "[gpu][trace]") {
  const own_stream stream;
  for_each_call([&](const launcher_call& call) {
    INFO(call.name);
    REQUIRE(cudaMalloc(nullptr, 1) == cudaErrorInvalidValue);
    CHECK(std::string(call.launch({stream}).message()) == "");
    CHECK(cudaGetLastError() == cudaErrorInvalidValue);
    REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
  });
}

TEST_CASE("a launch that fails clears no error if one was pending before", "[gpu][trace]") {
  const own_stream stream;
  for (const bool pending : {false, true}) {
    for_each_call([&](const launcher_call& call) {
      INFO(call.name << ", pending " << pending);
      // A stream that captures must not be waited for: that makes the capture invalid, and with it
      // whatever else is captured.
      REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed) == cudaSuccess);
      REQUIRE(cudaStreamSynchronize(stream) != cudaSuccess);
      (void)cudaGetLastError();
      if (pending) REQUIRE(cudaMalloc(nullptr, 1) == cudaErrorInvalidValue);
      const robocache::status launched = call.launch({stream});
      CHECK(launched.code() == robocache::status_code::cuda_error);
      CHECK(launched.cuda_error() != cudaErrorInvalidValue);  // its own
      // Which of the two the runtime remembers is its own to say.
      const cudaError_t left = cudaGetLastError();
      CHECK((left == cudaErrorInvalidValue || left == launched.cuda_error()) == pending);
      CHECK((left == cudaSuccess) == !pending);
      cudaGraph_t graph = nullptr;
      (void)cudaStreamEndCapture(stream, &graph);
      if (graph != nullptr) (void)cudaGraphDestroy(graph);
      (void)cudaGetLastError();
    });
  }
}

TEST_CASE("launchers in a graph: their kernels and nothing else", "[gpu][trace][graph]") {
  const own_stream stream;
  for_each_call([&](const launcher_call& call) {
    INFO(call.name);
    REQUIRE(call.launch({stream}).ok());  // loads the kernels
    REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
    // Global mode: what is not safe in a capture, an allocation say, makes it fail.
    REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal) == cudaSuccess);
    robocache::status launched;
    const api_trace trace = traced([&] { launched = call.launch({stream}); });
    cudaGraph_t graph = nullptr;
    REQUIRE(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
    CHECK(std::string(launched.message()) == "");
    CHECK(faults(trace) == "");

    std::size_t size = 0;
    REQUIRE(cudaGraphGetNodes(graph, nullptr, &size) == cudaSuccess);
    CHECK(size == trace.kernels.size());
    CHECK(launches_as_promised(call, size));
    std::vector<cudaGraphNode_t> nodes(size);
    REQUIRE(cudaGraphGetNodes(graph, nodes.data(), &size) == cudaSuccess);
    for (const cudaGraphNode_t node : nodes) {
      cudaGraphNodeType type = cudaGraphNodeTypeEmpty;
      REQUIRE(cudaGraphNodeGetType(node, &type) == cudaSuccess);
      CHECK(type == cudaGraphNodeTypeKernel);
    }
    cudaGraphExec_t executable = nullptr;
    REQUIRE(cudaGraphInstantiateWithFlags(&executable, graph, 0) == cudaSuccess);
    CHECK(cudaGraphLaunch(executable, stream) == cudaSuccess);
    CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
    CHECK(cudaGraphExecDestroy(executable) == cudaSuccess);
    CHECK(cudaGraphDestroy(graph) == cudaSuccess);
  });
}

TEST_CASE("a call that is refused, or has nothing to do, asks the runtime for nothing",
          "[gpu][trace]") {
  using robocache::tensor_view;
  const auto call = [](std::int64_t batch) {  // null pointers
    return resample_floats(
        robocache::padded_source(tensor_view<const float, 3>(nullptr, {batch, 3, 1}),
                                 tensor_view<const double, 2>(nullptr, {batch, 3})),
        tensor_view<const double, 2>(nullptr, {batch, 2}),
        tensor_view<float, 3>(nullptr, {batch, 2, 1}), {}, {}, {});
  };
  robocache::status refused;
  robocache::status empty;
  const api_trace trace = traced([&] {
    refused = call(2);
    empty = call(0);
  });
  CHECK(refused.code() == robocache::status_code::invalid_argument);
  CHECK(empty.ok());
  CHECK(trace.calls.empty());
  CHECK(faults(trace) == "");
}
