// SPDX-License-Identifier: Apache-2.0
#include "target.hpp"

#include <cuda_runtime_api.h>

#include <stdexcept>

namespace robocache_test {
namespace {

void must(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(error));
}

class gpu_target final : public fuzz_target {
 public:
  gpu_target() {
    for (cudaStream_t& stream : streams_) {
      must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
    }
    for (cudaEvent_t* event : {&forked_, &joined_}) {
      must(cudaEventCreateWithFlags(event, cudaEventDisableTiming), "cudaEventCreate");
    }
  }
  ~gpu_target() override {
    drop_graph();
    for (const cudaEvent_t event : marks_) (void)cudaEventDestroy(event);
    (void)cudaEventDestroy(forked_);
    (void)cudaEventDestroy(joined_);
    for (const cudaStream_t stream : streams_) (void)cudaStreamDestroy(stream);
  }

  bool on_device() const override { return true; }
  void* allocate(std::size_t bytes) override {
    void* p = nullptr;
    must(cudaMalloc(&p, bytes), "cudaMalloc");
    return p;
  }
  void release(void* p) override { (void)cudaFree(p); }
  void* allocate_host(std::size_t bytes) override {
    void* p = nullptr;
    must(cudaMallocHost(&p, bytes), "cudaMallocHost");
    return p;
  }
  void release_host(void* p) override { (void)cudaFreeHost(p); }
  void copy_in(void* to, const void* from, std::size_t bytes) override {
    must(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, streams_[0]), "copying in");
  }
  void copy_out(void* to, const void* from, std::size_t bytes) override {
    must(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, streams_[0]), "copying out");
  }
  any_where where(int stream) const override { return {0, streams_[stream]}; }
  void fork() override {
    must(cudaEventRecord(forked_, streams_[0]), "a fork");
    must(cudaStreamWaitEvent(streams_[1], forked_, 0), "a fork");
  }
  void join() override {
    must(cudaEventRecord(joined_, streams_[1]), "a join");
    must(cudaStreamWaitEvent(streams_[0], joined_, 0), "a join");
  }

  bool captures() const override { return true; }
  void begin_capture() override {
    drop_graph();  // in the capture it would end it
    // Of this thread: others allocate and wait meanwhile.
    must(cudaStreamBeginCapture(streams_[0], cudaStreamCaptureModeThreadLocal), "capturing");
  }
  void end_capture() override {
    must(cudaStreamEndCapture(streams_[0], &graph_), "capturing");
    must(cudaGraphInstantiateWithFlags(&executable_, graph_, 0), "instantiating a graph");
  }
  void replay() override { must(cudaGraphLaunch(executable_, streams_[0]), "replaying"); }

  void mark(std::size_t number, int stream) override {
    while (marks_.size() <= number) {
      marks_.emplace_back();
      must(cudaEventCreate(&marks_.back()), "cudaEventCreate");
    }
    must(cudaEventRecord(marks_[number], streams_[stream]), "a mark");
  }
  double microseconds(std::size_t from, std::size_t to) override {
    float milliseconds = 0;
    must(cudaEventElapsedTime(&milliseconds, marks_[from], marks_[to]), "taking a time");
    return 1e3 * static_cast<double>(milliseconds);
  }

  void finish() override {
    must(cudaStreamSynchronize(streams_[1]), "the launched kernels");
    must(cudaStreamSynchronize(streams_[0]), "the launched kernels");
  }

 private:
  void drop_graph() {
    if (executable_ != nullptr) (void)cudaGraphExecDestroy(executable_);
    if (graph_ != nullptr) (void)cudaGraphDestroy(graph_);
    executable_ = nullptr;
    graph_ = nullptr;
  }

  cudaStream_t streams_[2] = {};
  cudaEvent_t forked_ = nullptr;
  cudaEvent_t joined_ = nullptr;
  std::vector<cudaEvent_t> marks_;
  cudaGraph_t graph_ = nullptr;
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace

std::unique_ptr<fuzz_target> make_gpu_target() {
  return std::make_unique<gpu_target>();
}

std::string why_no_gpu() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) return cudaGetErrorString(error);
  return count > 0 ? "" : "no device";
}

std::size_t gpu_memory_in_use() {
  std::size_t free = 0;
  std::size_t total = 0;
  must(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return total - free;
}

}  // namespace robocache_test
