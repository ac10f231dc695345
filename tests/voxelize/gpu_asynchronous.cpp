// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "../support/gate.hpp"
#include "../support/random_voxel_problem.hpp"
#include "../support/restored_late.hpp"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <string>
#include <vector>

// What a launcher promises towards streams and graphs.

using namespace robocache_test;

namespace {

cudaStream_t stream() {
  return static_cast<cudaStream_t>(tested().where().stream);
}

voxel_problem some_problem(random_source& random, const voxel_types& types,
                           std::int64_t channels = 3) {
  random_voxel_shape shape;
  shape.points = 3000;
  shape.channels = channels;
  shape.where = cloud::crowded;
  shape.extents[0] = shape.extents[1] = shape.extents[2] = 12;
  return random_voxel_problem(random, types, shape);
}

/// Counts of so many points in so many voxels go another way: they are listed first.
voxel_problem some_scan(random_source& random, const voxel_types& types) {
  random_voxel_shape shape;
  shape.points = 201000;
  shape.where = cloud::runs;
  shape.extents[0] = 160;
  shape.extents[1] = 128;
  shape.extents[2] = 81;
  return random_voxel_problem(random, types, shape);
}

/// What `body` launches, as a graph of kernels alone, ready to be replayed.
template <class Body>
cudaGraphExec_t captured(const Body& body) {
  // Global mode: an allocation or a synchronization during the capture makes it fail.
  REQUIRE(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeGlobal) == cudaSuccess);
  const bool fine = body();
  cudaGraph_t graph = nullptr;
  REQUIRE(cudaStreamEndCapture(stream(), &graph) == cudaSuccess);
  REQUIRE(fine);
  std::size_t size = 0;
  REQUIRE(cudaGraphGetNodes(graph, nullptr, &size) == cudaSuccess);
  std::vector<cudaGraphNode_t> nodes(size);
  REQUIRE(cudaGraphGetNodes(graph, nodes.data(), &size) == cudaSuccess);
  for (const cudaGraphNode_t node : nodes) {
    cudaGraphNodeType type{};
    REQUIRE(cudaGraphNodeGetType(node, &type) == cudaSuccess);
    CHECK((type == cudaGraphNodeTypeKernel || type == cudaGraphNodeTypeMemset));
  }
  cudaGraphExec_t executable = nullptr;
  REQUIRE(cudaGraphInstantiateWithFlags(&executable, graph, 0) == cudaSuccess);
  CHECK(cudaGraphDestroy(graph) == cudaSuccess);
  return executable;
}

}  // namespace

TEST_CASE("capture in a graph and replay with clouds of other sizes", "[gpu][graph]") {
  for_all_voxel_types(631, [](random_source& random, const voxel_types& types) {
    const voxel_problem work = some_problem(random, types);
    voxel_setup how;
    how.count = work.size();
    prepared_voxels ready(tested(), tested_voxel(), work, how);
    const cudaGraphExec_t graph = captured([&] { return ready.launch(tested().where()).ok(); });
    for (const std::int64_t count :
         {std::int64_t{3000}, std::int64_t{17}, std::int64_t{0}, std::int64_t{2999},
          std::int64_t{3001}, std::int64_t{4000000000}}) {
      ready.reset();  // canaries again: a replay must write everything
      ready.set_count(static_cast<std::uint32_t>(count));
      REQUIRE(cudaGraphLaunch(graph, stream()) == cudaSuccess);
      INFO("points.count is " << count);
      CHECK(difference(work, expect(work, count), ready.collect({})) == "");
    }
    CHECK(cudaGraphExecDestroy(graph) == cudaSuccess);
  });
}

TEST_CASE("accumulation in a graph, frame after frame", "[gpu][graph]") {
  for_all_voxel_types(632, [](random_source& random, const voxel_types& types) {
    if (!accumulates(types)) return;
    const voxel_problem work = some_problem(random, types);
    voxel_problem next = part_of(work, 1000, 3000);
    const voxel_outcome first = run(part_of(work, 0, 1000));
    carry_on(next, first);
    prepared_voxels ready(tested(), tested_voxel(), next);
    const cudaGraphExec_t graph = captured([&] { return ready.launch(tested().where()).ok(); });
    REQUIRE(cudaGraphLaunch(graph, stream()) == cudaSuccess);
    const voxel_outcome second = ready.collect({});
    CHECK(difference(next, expect(next), second) == "");
    REQUIRE(cudaGraphLaunch(graph, stream()) == cudaSuccess);  // the same points again
    carry_on(next, second);
    CHECK(difference(next, expect(next), ready.collect({})) == "");
    CHECK(cudaGraphExecDestroy(graph) == cudaSuccess);
  });
}

TEST_CASE("a launcher of voxelize does not wait for its stream", "[gpu]") {
  for_all_voxel_types(633, [](random_source& random, const voxel_types& types) {
    const voxel_problem work = some_problem(random, types);
    const voxel_outcome expected = run(work);
    prepared_voxels ready(tested(), tested_voxel(), work);
    gate closed;
    REQUIRE(cudaLaunchHostFunc(stream(), gate::wait, &closed) == cudaSuccess);
    const robocache::status launched = ready.launch(tested().where());
    CHECK(cudaStreamQuery(stream()) == cudaErrorNotReady);
    closed.open = true;
    const voxel_outcome got = ready.collect(launched);
    CHECK_FALSE(closed.timed_out);
    CHECK(same_results(expected, got));
  });
}

TEST_CASE("a launcher of voxelize works on the stream it is given, and on no other", "[gpu]") {
  cudaStream_t others[2] = {};
  REQUIRE(cudaStreamCreateWithFlags(&others[0], cudaStreamNonBlocking) == cudaSuccess);
  REQUIRE(cudaStreamCreate(&others[1]) == cudaSuccess);
  for_all_voxel_types(634, [&](random_source& random, const voxel_types& types) {
    const voxel_problem work = some_problem(random, types);
    const voxel_outcome expected = run(work);
    for (const cudaStream_t given : {others[0], others[1], cudaStream_t{nullptr}}) {
      prepared_voxels ready(tested(), tested_voxel(), work);
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
  });
  CHECK(cudaStreamDestroy(others[0]) == cudaSuccess);
  CHECK(cudaStreamDestroy(others[1]) == cudaSuccess);
}

namespace {

void check_reads_late(const voxel_problem& work, std::int64_t count) {
  voxel_setup how;
  how.count = count;
  const voxel_outcome expected = run(work, how);
  prepared_voxels ready(tested(), tested_voxel(), work, how);
  const auto launch = [&] { return ready.launch(tested().where()); };
  const auto same = [&](const robocache::status& launched) {
    const bool equal = same_results(expected, ready.collect(launched));
    ready.reset();
    return equal;
  };
  INFO(title(work.types) << ", " << work.channels << " channels");
  CHECK(same(restored_late(ready.point_bytes.view(), 1, stream(), launch)));
  CHECK(same(restored_late(ready.count.view(), 4, stream(), launch)));
  if (!work.featured()) return;
  CHECK(same(restored_late(ready.feature_bytes.view(), 1, stream(), launch)));
}

}  // namespace

TEST_CASE("a launch of voxelize reads what the kernel before it writes late", "[gpu][late]") {
  for_all_voxel_types(635, [](random_source& random, const voxel_types& types) {
    for (const std::int64_t channels : {1, 3, 32}) {
      const voxel_problem work = some_problem(random, types, channels);
      check_reads_late(work, 2500);
      if (!work.featured()) break;
    }
    if (types.reduce == robocache::reduction::count) {
      check_reads_late(some_scan(random, types), 200500);
    }
  });
}

TEST_CASE("a launch of voxelize accumulates on what the kernel before it writes late",
          "[gpu][late]") {
  for_all_voxel_types(636, [](random_source& random, const voxel_types& types) {
    if (!accumulates(types)) return;
    const voxel_problem work = some_problem(random, types);
    voxel_problem next = part_of(work, 1000, 3000);
    carry_on(next, run(part_of(work, 0, 1000)));
    const voxel_outcome expected = run(next);
    prepared_voxels ready(tested(), tested_voxel(), next);
    const auto launch = [&] { return ready.launch(tested().where()); };
    const robocache::status a =
        restored_late(ready.output.view(), output_bytes(types), stream(), launch);
    CHECK(same_results(expected, ready.collect(a)));
    if (!work.featured()) return;
    ready.reset();
    const robocache::status b = restored_late(ready.counts.view(), 4, stream(), launch);
    CHECK(same_results(expected, ready.collect(b)));
  });
}

namespace {

void check_leaves_what_is_read(const voxel_problem& work) {
  const voxel_outcome expected = run(work);
  prepared_voxels ready(tested(), tested_voxel(), work);
  // The output, the counts, the counters and the workspace: all old when they are read.
  struct old_content {
    const void* at;
    std::size_t bytes;
  };
  const auto cells = static_cast<std::size_t>(work.grid.cells());
  std::vector<old_content> all = {
      {ready.call.output.data, expected.output.size() * output_bytes(work.types)},
      {ready.call.counters, 32},
      {ready.call.space.data, ready.call.space.bytes}};
  if (work.featured()) all.push_back({ready.call.counts.data, 4 * cells});
  for (const old_content& old : all) {
    ready.reset();
    std::vector<unsigned char> before(old.bytes);
    std::vector<unsigned char> read(old.bytes);
    tested().download(before.data(), old.at, old.bytes);
    void* copy = nullptr;
    REQUIRE(cudaMalloc(&copy, old.bytes) == cudaSuccess);
    REQUIRE(copy_late(copy, old.at, old.bytes, stream()) == cudaSuccess);
    const robocache::status launched = ready.launch(tested().where());
    CHECK(same_results(expected, ready.collect(launched)));
    tested().download(read.data(), copy, old.bytes);
    CHECK((before == read));
    CHECK(cudaFree(copy) == cudaSuccess);
  }
}

/// Two calls that share the first one's workspace, in turns.
void check_shared_workspace(const voxel_problem& big, const voxel_problem& small, int rounds) {
  const voxel_outcome expected_big = run(big);
  const voxel_outcome expected_small = run(small);
  prepared_voxels a(tested(), tested_voxel(), big);
  prepared_voxels b(tested(), tested_voxel(), small);
  b.call.space = a.call.space;
  for (int round = 0; round < rounds; ++round) {
    a.reset();
    b.reset();
    bool fine = a.launch(tested().where()).ok();
    fine = fine && b.launch(tested().where()).ok();
    fine = fine && b.launch(tested().where()).ok();
    fine = fine && a.launch(tested().where()).ok();
    fine = fine && b.launch(tested().where()).ok();
    REQUIRE(fine);
    REQUIRE(same_results(expected_small, b.collect({})));
    REQUIRE(same_results(expected_big, a.collect({})));
  }
  const cudaGraphExec_t graph = captured([&] {
    return a.launch(tested().where()).ok() && b.launch(tested().where()).ok() &&
           a.launch(tested().where()).ok();
  });
  for (int replay = 0; replay < 3; ++replay) {
    a.reset();
    b.reset();
    REQUIRE(cudaGraphLaunch(graph, stream()) == cudaSuccess);
    CHECK(same_results(expected_small, b.collect({})));
    CHECK(same_results(expected_big, a.collect({})));
  }
  CHECK(cudaGraphExecDestroy(graph) == cudaSuccess);
}

}  // namespace

TEST_CASE("a launch of voxelize writes nothing that the kernel before it still reads",
          "[gpu][late]") {
  for_all_voxel_types(637, [](random_source& random, const voxel_types& types) {
    check_leaves_what_is_read(some_problem(random, types));
    if (types.reduce == robocache::reduction::count) {
      check_leaves_what_is_read(some_scan(random, types));
    }
  });
}

TEST_CASE("launches in a row share a workspace", "[gpu][graph]") {
  for_all_voxel_types(638, [](random_source& random, const voxel_types& types) {
    const voxel_problem big = some_problem(random, types);
    const voxel_problem small = part_of(some_problem(random, types), 0, 200);
    check_shared_workspace(big, small, 20);
    if (types.reduce == robocache::reduction::count) {
      check_shared_workspace(some_scan(random, types), big, 3);
    }
  });
}

TEST_CASE("an earlier error of the caller of voxelize stays the caller's", "[gpu][api_error]") {
  for_all_voxel_types(639, [](random_source& random, const voxel_types& types) {
    prepared_voxels ready(tested(), tested_voxel(), some_problem(random, types));
    void* p = nullptr;  // sanitizers report this call: exclude the tag there
    REQUIRE(cudaMalloc(&p, std::size_t{1} << 62) == cudaErrorMemoryAllocation);
    const robocache::status launched = ready.launch(tested().where());
    CHECK(std::string(launched.message()) == "");
    CHECK(cudaGetLastError() == cudaErrorMemoryAllocation);
    CHECK(ready.collect(launched).padding_intact);
  });
}
