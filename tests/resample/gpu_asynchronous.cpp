// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/gate.hpp"
#include "../support/random_problem.hpp"
#include "../support/restored_late.hpp"

#include <cuda_runtime_api.h>

#include <string>

// What a launcher promises towards streams and graphs.

using namespace robocache_test;

namespace {

cudaStream_t stream() {
  return static_cast<cudaStream_t>(tested().where().stream);
}

problem some_problem(std::uint64_t seed, std::int64_t channels) {
  random_source random(seed);
  random_shape shape;
  shape.batch = 3;
  shape.samples = 50;
  shape.rows = 70;
  shape.channels = channels;
  return random_problem(random, {scalar_kind::bf16, scalar_kind::bf16, time_kind::i64}, shape);
}

}  // namespace

TEST_CASE("capture in a graph and replay: same bits, no allocation", "[gpu][graph]") {
  for (const call_path path : {call_path::resample, call_path::brackets}) {
    for (const std::int64_t channels : {3, 32, 256}) {
      const problem work = some_problem(101, channels);
      setup how;
      how.path = path;
      const outcome expected = run(tested(), work, how);

      prepared ready(tested(), work, how);
      // Global mode: an allocation or a synchronization during the capture makes it fail.
      REQUIRE(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeGlobal) == cudaSuccess);
      const robocache::status launched = ready.launch(tested().where());
      cudaGraph_t graph = nullptr;
      REQUIRE(cudaStreamEndCapture(stream(), &graph) == cudaSuccess);
      REQUIRE(std::string(launched.message()) == "");
      std::size_t nodes = 0;
      REQUIRE(cudaGraphGetNodes(graph, nullptr, &nodes) == cudaSuccess);
      CHECK(nodes == (path == call_path::resample ? 1 : 2));  // one kernel each, nothing else
      cudaGraphExec_t executable = nullptr;
      REQUIRE(cudaGraphInstantiateWithFlags(&executable, graph, 0) == cudaSuccess);
      for (int replay = 0; replay < 3; ++replay) {
        ready.output.upload();  // canaries again: a replay must write everything
        ready.statuses.upload();
        REQUIRE(cudaGraphLaunch(executable, stream()) == cudaSuccess);
        const outcome got = ready.collect(launched);
        CHECK(got.padding_intact);
        CHECK(same_results(expected, got));
      }
      CHECK(cudaGraphExecDestroy(executable) == cudaSuccess);
      CHECK(cudaGraphDestroy(graph) == cudaSuccess);
    }
  }
}

TEST_CASE("a launcher does not wait for its stream", "[gpu]") {
  for (const call_path path : {call_path::resample, call_path::brackets}) {
    const problem work = some_problem(102, 16);
    setup how;
    how.path = path;
    const outcome expected = run(tested(), work, how);
    prepared ready(tested(), work, how);
    gate closed;
    REQUIRE(cudaLaunchHostFunc(stream(), gate::wait, &closed) == cudaSuccess);
    const robocache::status launched = ready.launch(tested().where());
    CHECK(cudaStreamQuery(stream()) == cudaErrorNotReady);
    closed.open = true;
    const outcome got = ready.collect(launched);
    CHECK_FALSE(closed.timed_out);
    CHECK(same_results(expected, got));
  }
}

TEST_CASE("a launcher works on the stream it is given, and on no other", "[gpu]") {
  const problem work = some_problem(103, 16);
  const outcome expected = run(tested(), work);
  cudaStream_t others[2] = {};
  REQUIRE(cudaStreamCreateWithFlags(&others[0], cudaStreamNonBlocking) == cudaSuccess);
  REQUIRE(cudaStreamCreate(&others[1]) == cudaSuccess);
  for (const cudaStream_t given : {others[0], others[1], cudaStream_t{nullptr}}) {
    prepared ready(tested(), work);
    gate closed;  // the tests' own stream is stuck: the launch must not need it
    REQUIRE(cudaLaunchHostFunc(stream(), gate::wait, &closed) == cudaSuccess);
    any_where at = tested().where();
    at.stream = given;
    const robocache::status launched = ready.launch(at);
    CHECK(cudaStreamSynchronize(given) == cudaSuccess);
    closed.open = true;
    CHECK_FALSE(closed.timed_out);
    CHECK(same_results(expected, ready.collect(launched)));
  }
  CHECK(cudaStreamDestroy(others[0]) == cudaSuccess);
  CHECK(cudaStreamDestroy(others[1]) == cudaSuccess);
}

TEST_CASE("an earlier error of the caller stays the caller's", "[gpu][api_error]") {
  const problem work = some_problem(104, 8);
  prepared ready(tested(), work);
  void* p = nullptr;  // sanitizers report this call: exclude the tag there
  REQUIRE(cudaMalloc(&p, std::size_t{1} << 62) == cudaErrorMemoryAllocation);
  const robocache::status launched = ready.launch(tested().where());
  CHECK(std::string(launched.message()) == "");
  CHECK(cudaGetLastError() == cudaErrorMemoryAllocation);
  CHECK(ready.collect(launched).padding_intact);
}

// A launch overlaps with the kernel before it. These are the neighbours with which it must not.
TEST_CASE("in a graph with copies, launches in a row and a second stream", "[gpu][graph]") {
  const problem first = some_problem(106, 3);
  const problem second = some_problem(107, 256);
  const outcome expected_first = run(tested(), first, {});
  const outcome expected_second = run(tested(), second, {});
  prepared a(tested(), first, {});
  prepared b(tested(), second, {});

  cudaStream_t other = nullptr;
  cudaEvent_t fork = nullptr;
  cudaEvent_t join = nullptr;
  void* memory = nullptr;
  REQUIRE(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking) == cudaSuccess);
  REQUIRE(cudaEventCreateWithFlags(&fork, cudaEventDisableTiming) == cudaSuccess);
  REQUIRE(cudaEventCreateWithFlags(&join, cudaEventDisableTiming) == cudaSuccess);
  REQUIRE(cudaMalloc(&memory, 4096) == cudaSuccess);
  any_where on_other = tested().where();
  on_other.stream = other;

  REQUIRE(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeGlobal) == cudaSuccess);
  bool fine = cudaMemsetAsync(memory, 1, 4096, stream()) == cudaSuccess;
  fine = fine && a.launch(tested().where()).ok();  // after a memset
  fine = fine && a.launch(tested().where()).ok();  // after itself
  fine = fine && cudaEventRecord(fork, stream()) == cudaSuccess;
  fine = fine && cudaStreamWaitEvent(other, fork, 0) == cudaSuccess;
  fine = fine && b.launch(on_other).ok();          // after a fork
  fine = fine && a.launch(tested().where()).ok();  // beside it
  fine = fine && cudaEventRecord(join, other) == cudaSuccess;
  fine = fine && cudaStreamWaitEvent(stream(), join, 0) == cudaSuccess;
  fine = fine && b.launch(tested().where()).ok();  // after a join of two kernels
  fine = fine && cudaMemsetAsync(memory, 2, 4096, stream()) == cudaSuccess;
  cudaGraph_t graph = nullptr;
  REQUIRE(cudaStreamEndCapture(stream(), &graph) == cudaSuccess);
  REQUIRE(fine);
  cudaGraphExec_t executable = nullptr;
  REQUIRE(cudaGraphInstantiateWithFlags(&executable, graph, 0) == cudaSuccess);
  for (int replay = 0; replay < 3; ++replay) {
    a.output.upload();
    b.output.upload();
    REQUIRE(cudaGraphLaunch(executable, stream()) == cudaSuccess);
    CHECK(same_results(expected_first, a.collect({})));
    CHECK(same_results(expected_second, b.collect({})));
  }
  CHECK(cudaGraphExecDestroy(executable) == cudaSuccess);
  CHECK(cudaGraphDestroy(graph) == cudaSuccess);
  CHECK(cudaFree(memory) == cudaSuccess);
  CHECK(cudaEventDestroy(fork) == cudaSuccess);
  CHECK(cudaEventDestroy(join) == cudaSuccess);
  CHECK(cudaStreamDestroy(other) == cudaSuccess);
}

TEST_CASE("a launch reads what the kernel before it writes late", "[gpu]") {
  for (const std::int64_t channels : {3, 32, 256}) {
    const problem work = some_problem(105, channels);
    for (const call_path path : {call_path::resample, call_path::brackets}) {
      setup how;
      how.path = path;
      const outcome expected = run(tested(), work, how);
      prepared ready(tested(), work, how);
      const auto launch = [&] { return ready.launch(tested().where()); };
      const auto same = [&](const robocache::status& launched) {
        const bool equal = same_results(expected, ready.collect(launched));
        ready.output.upload();  // canaries again
        return equal;
      };
      CHECK(same(restored_late(ready.values.view(), 2, stream(), launch)));
      CHECK(same(restored_late(ready.times.view(), 8, stream(), launch)));
      CHECK(same(restored_late(ready.targets.view(), 8, stream(), launch)));
      if (path == call_path::brackets) {  // the brackets are there: apply them alone
        const auto apply = [&] {
          return tested().find(work.types)->apply_brackets(ready.call, tested().where());
        };
        CHECK(same(restored_late(ready.left.view(), 8, stream(), apply)));
        CHECK(same(restored_late(ready.weight.view(), 4, stream(), apply)));
      }
    }
  }
}

TEST_CASE("more rows than a launch can have are refused", "[gpu]") {
  random_source random(105);
  random_shape shape;
  shape.rows = 1;
  shape.channels = 1;
  const problem work =
      random_problem(random, {scalar_kind::f32, scalar_kind::f32, time_kind::i64}, shape);
  prepared ready(tested(), work);
  ready.call.statuses = {};
  // 2^50 rows; only the output's strides must tell them apart.
  const std::int64_t batch = std::int64_t{1} << 30;
  const std::int64_t rows = std::int64_t{1} << 20;
  for (auto* view : {&ready.call.times.extents[0], &ready.call.values.extents[0],
                     &ready.call.targets.extents[0], &ready.call.output.extents[0]}) {
    *view = batch;
  }
  ready.call.times.strides[0] = ready.call.values.strides[0] = ready.call.targets.strides[0] = 0;
  ready.call.targets.extents[1] = ready.call.output.extents[1] = rows;
  ready.call.targets.strides[1] = 0;
  ready.call.output.strides[0] = rows;
  ready.call.output.strides[1] = 1;
  const robocache::status launched = ready.launch(tested().where());
  CHECK(launched.code() == robocache::status_code::invalid_argument);
  CHECK(std::string(launched.message()) ==
        "resample: output has 1073741824 x 1048576 rows, too many for one launch");
  CHECK(ready.collect({}).outputs_untouched);
}
