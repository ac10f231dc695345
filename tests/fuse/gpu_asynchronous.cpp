// SPDX-License-Identifier: Apache-2.0
#include "../support/gate.hpp"
#include "../support/restored_late.hpp"
#include "series.hpp"

#include <cuda_runtime_api.h>

#include <limits>

// What fuse promises towards streams and graphs.

using namespace robocache_test;

namespace {

cudaStream_t stream() {
  return static_cast<cudaStream_t>(tested().where().stream);
}

/// Two kernels: with groups and normalization, and without.
fuse_problem some_problem(const fuse_types& types, bool groups) {
  random_source random(341);
  random_fuse_shape shape;
  shape.streams = 4;
  shape.samples = 50;
  shape.rows = 70;
  shape.channels = 40;
  shape.groups = shape.affine = groups;
  return random_fuse_problem(random, types, shape);
}

template <class Body>
void for_all_kernels(const Body& body) {
  for (const fuse_operations& entry : tested_fuse()) {
    for (const bool groups : {false, true}) {
      INFO(title(entry.types) << (groups ? ", groups" : ""));
      body(some_problem(entry.types, groups));
    }
  }
}

}  // namespace

TEST_CASE("fuse in a graph: one kernel, the same bits at every replay", "[gpu][graph]") {
  for_all_kernels([](const fuse_problem& work) {
    const fuse_outcome expected = run(tested(), work);
    prepared_fuse ready(tested(), work);
    // Global mode: an allocation or a synchronization during the capture makes it fail.
    REQUIRE(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeGlobal) == cudaSuccess);
    const robocache::status launched = ready.launch(tested().where());
    cudaGraph_t graph = nullptr;
    REQUIRE(cudaStreamEndCapture(stream(), &graph) == cudaSuccess);
    REQUIRE(std::string(launched.message()) == "");
    std::size_t count = 1;
    cudaGraphNode_t node = nullptr;
    REQUIRE(cudaGraphGetNodes(graph, nullptr, &count) == cudaSuccess);
    REQUIRE(count == 1);
    REQUIRE(cudaGraphGetNodes(graph, &node, &count) == cudaSuccess);
    cudaGraphNodeType type = cudaGraphNodeTypeEmpty;
    REQUIRE(cudaGraphNodeGetType(node, &type) == cudaSuccess);
    CHECK(type == cudaGraphNodeTypeKernel);
    ready.call.streams.clear();  // the list of streams may be gone
    cudaGraphExec_t executable = nullptr;
    REQUIRE(cudaGraphInstantiateWithFlags(&executable, graph, 0) == cudaSuccess);
    for (int replay = 0; replay < 3; ++replay) {
      ready.spoil_outputs();  // a replay must write everything
      REQUIRE(cudaGraphLaunch(executable, stream()) == cudaSuccess);
      const fuse_outcome got = ready.collect(launched);
      CHECK(got.padding_intact);
      CHECK(same_results(expected, got));
    }
    CHECK(cudaGraphExecDestroy(executable) == cudaSuccess);
    CHECK(cudaGraphDestroy(graph) == cudaSuccess);
  });
}

TEST_CASE("fuse does not wait for its stream, and needs no other", "[gpu]") {
  for_all_kernels([](const fuse_problem& work) {
    const fuse_outcome expected = run(tested(), work);
    prepared_fuse ready(tested(), work);
    gate closed;
    REQUIRE(cudaLaunchHostFunc(stream(), gate::wait, &closed) == cudaSuccess);
    const robocache::status launched = ready.launch(tested().where());
    CHECK(cudaStreamQuery(stream()) == cudaErrorNotReady);
    closed.open = true;
    CHECK(same_results(expected, ready.collect(launched)));
    CHECK_FALSE(closed.timed_out);

    cudaStream_t other = nullptr;
    REQUIRE(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking) == cudaSuccess);
    ready.spoil_outputs();
    gate stuck;  // the tests' own stream
    REQUIRE(cudaLaunchHostFunc(stream(), gate::wait, &stuck) == cudaSuccess);
    any_where at = tested().where();
    at.stream = other;
    const robocache::status elsewhere = ready.launch(at);
    CHECK(cudaStreamSynchronize(other) == cudaSuccess);
    stuck.open = true;
    CHECK(same_results(expected, ready.collect(elsewhere)));
    CHECK_FALSE(stuck.timed_out);
    CHECK(cudaStreamDestroy(other) == cudaSuccess);
  });
}

TEST_CASE("fuse reads what the kernel before it writes late", "[gpu]") {
  for_all_kernels([](const fuse_problem& work) {
    const fuse_outcome expected = run(tested(), work);
    prepared_fuse ready(tested(), work);
    const auto launch = [&] { return ready.launch(tested().where()); };
    const auto same = [&](const robocache::status& launched) {
      const bool equal = same_results(expected, ready.collect(launched));
      ready.spoil_outputs();
      return equal;
    };
    const std::size_t stamp_bytes = size_of(work.time);
    CHECK(same(restored_late(ready.targets.view(), stamp_bytes, stream(), launch)));
    for (std::size_t n = 0; n < ready.streams.size(); ++n) {
      const stored_stream& each = ready.streams[n];
      if (each.view.values.data == nullptr) continue;  // no item has a sample
      const std::size_t value_bytes = size_of(each.view.in);
      CHECK(same(restored_late(each.view.values, value_bytes, stream(), launch)));
      CHECK(same(restored_late(each.view.times, stamp_bytes, stream(), launch)));
      if (each.view.lengths.data != nullptr) {
        CHECK(same(restored_late(each.view.lengths, 8, stream(), launch)));
      }
      if (each.view.offsets.data != nullptr) {
        CHECK(same(restored_late(each.view.offsets, 8, stream(), launch)));
      }
      if (each.scale.view().data != nullptr) {
        const std::size_t real = is_double({each.view.in, work.out, work.time}) ? 8 : 4;
        CHECK(same(restored_late(each.scale.view(), real, stream(), launch)));
      }
    }
  });
}

TEST_CASE("lengths and offsets out of range make items without samples", "[gpu]") {
  for_all_sets(342, [](random_source&, const fuse_types& types) {
    for (const std::int64_t bad : {std::int64_t{-1}, std::int64_t{6}, std::int64_t{1} << 40,
                                   std::numeric_limits<std::int64_t>::min()}) {
      std::vector<fuse_stream> streams;
      for (int n = 0; n < 3; ++n) streams.push_back(ramp(types.in.front(), 5, 3, 8, 3));
      streams[0].layout.form = batch_form::padded_lengths;
      streams[2].layout.form = batch_form::packed;
      fuse_problem work = problem_of(types, streams, {0, 4, 30}, 3);
      prepared_fuse ready(tested(), work);
      ready.streams[0].batch.lengths.set({1}, static_cast<std::uint64_t>(bad));
      ready.streams[0].batch.lengths.upload();
      // The end of the last item: offsets 0, 5, 10 and then?
      const std::int64_t end = bad == 6 ? 16 : bad;
      ready.streams[2].batch.offsets.set({3}, static_cast<std::uint64_t>(end));
      ready.streams[2].batch.offsets.upload();
      const fuse_outcome got = ready.collect(ready.launch(tested().where()));
      work.streams[0].items[1] = {};
      work.streams[2].items[2] = {};
      CHECK(difference(work, got) == "");
    }
  });
}

TEST_CASE("more rows than a fused launch can have are refused", "[gpu]") {
  for_all_sets(343, [](random_source&, const fuse_types& types) {
    fuse_setup how;
    how.with_statuses = how.with_ages = false;
    prepared_fuse ready(tested(), problem_of(types, {ramp(types.in.front(), 2, 1, 8)}, {1}), how);
    const std::int64_t batch = std::int64_t{1} << 30;
    const std::int64_t rows = std::int64_t{1} << 20;
    any_stream& one = ready.call.streams[0];
    for (std::int64_t* extent :
         {&one.times.extents[0], &one.values.extents[0], &ready.call.targets.times.extents[0],
          &ready.call.output.extents[0]}) {
      *extent = batch;
    }
    one.times.strides[0] = one.values.strides[0] = 0;
    ready.call.targets.times.strides[0] = ready.call.targets.times.strides[1] = 0;
    ready.call.targets.times.extents[1] = ready.call.output.extents[1] = rows;
    ready.call.output.strides[0] = rows;
    ready.call.output.strides[1] = 1;
    const robocache::status launched = ready.launch(tested().where());
    CHECK(launched.code() == robocache::status_code::invalid_argument);
    CHECK(std::string(launched.message()) ==
          "fuse: output has 1073741824 x 1048576 rows, too many for one launch");
    CHECK(ready.collect({}).outputs_untouched);
  });
}
