// SPDX-License-Identifier: Apache-2.0
// What one writes with CUB and Thrust, of the CUDA toolkit, for the rows of resample and voxelize
// that have targets: on the inputs of those rows and in their regime. Each result is compared with
// the library's before it is timed. `peers/library.py` makes entries of peers.json of the rows
// `library_peer/<row>/<peer>/<spelling>`.

#include "harness/gpu_main.cuh"
#include "resample/gpu_row.cuh"
#include "resample/thrust.cuh"
#include "voxelize/cub.cuh"
#include "voxelize/gpu_row.cuh"

#include <cub/version.cuh>
#include <thrust/version.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace bench {
namespace {

using bf16 = __nv_bfloat16;

std::string peer_row_name(const std::string& row, bool cold, const char* peer,
                          const std::string& spelling) {
  return "library_peer/" + row + (cold ? "/cold/" : "/warm/") + peer + "/" + spelling;
}

/// Throws if `different` elements of `count` are not the library's.
void require_none(std::uint64_t different, std::size_t count) {
  if (different > 0) {
    throw std::runtime_error(std::to_string(different) + " of " + std::to_string(count) +
                             " elements differ from the library's");
  }
}

/// Leaves the library's result in `expected` and the peer's, on the same buffers, in `output`.
template <class T, class Ours, class Theirs>
void run_both(const stream& where, T* output, const device_array<T>& expected, const Ours& ours,
              const Theirs& theirs) {
  poison(where, output, expected.size());
  ours();
  check(cudaMemcpyAsync(expected.data(), output, expected.bytes(), cudaMemcpyDefault, where),
        "the library's result");
  poison(where, output, expected.size());
  theirs();
  where.synchronize();
}

/// Times `theirs(stream, set)`, and for its counters the library's `ours(stream, set)`.
template <class Ours, class Theirs>
void measure_peer(benchmark::State& state, const stream& where, int sets, const effort& how,
                  const Ours& ours, const Theirs& theirs) {
  const timing library = time_launches(where, sets, how, ours);
  timing result;
  for (auto _ : state) {
    result = time_launches(where, sets, how, theirs);
    state.SetIterationTime(result.median_us * 1e-6);
  }
  state.counters["robocache_us"] = library.median_us;
  state.counters["ratio_to_robocache"] = result.median_us / library.median_us;
  state.counters["min_us"] = result.min_us;
  state.counters["p90_us"] = result.p90_us;
  state.counters["launches"] = result.launches;
  state.counters["replays"] = result.samples;
  state.counters["sets"] = sets;
}

// ---------------------------------------------------------------------------------- resample

template <int Width>
void measure_thrust_resample(benchmark::State& state, const resample_shape& shape, bool cold,
                             thrust_search search) {
  const stream where;
  const resample_workload<bf16, float, bf16> work(where, shape, target_order::sorted, cold);
  const thrust_resample_memory memory(shape, work.sets());
  const auto ours = [&](cudaStream_t s, int set) { launch_robocache(s, shape, work[set]); };
  const auto theirs = [&](cudaStream_t s, int set) {
    launch_thrust_resample<Width>(s, shape, work[set], memory[set], search);
  };
  const device_array<bf16> expected(static_cast<std::size_t>(shape.outputs()));
  for (const int set : {work.sets() - 1, 0}) {
    run_both(
        where, work[set].output, expected, [&] { ours(where, set); }, [&] { theirs(where, set); });
    require_none(count_differences(where, work[set].output, expected.data(), expected.size()),
                 expected.size());
  }
  measure_peer(state, where, work.sets(), effort{}, ours, theirs);
}

void register_thrust_resample(const resample_shape& shape) {
  const std::string row = row_name("resample", shape, "bf16", "f32", target_order::sorted);
  for (const bool cold : {false, true}) {
    for (const thrust_search search :
         {thrust_search::flat_keys, thrust_search::flat_lazy, thrust_search::item}) {
      const std::string spelling = name_of(search);
      register_row(peer_row_name(row, cold, "thrust", spelling), [=](benchmark::State& state) {
        measure_thrust_resample<1>(state, shape, cold, search);
      });
      register_row(
          peer_row_name(row, cold, "thrust", spelling + "_x8"),
          [=](benchmark::State& state) { measure_thrust_resample<8>(state, shape, cold, search); });
    }
  }
}

// ---------------------------------------------------------------------------------- voxelize

/// \param spell  `spell(stream, shape, buffers, scratch)` enqueues the peer's launches, or only
///               counts the temporary memory
template <reduction R, class Spell>
void measure_cub_voxelize(benchmark::State& state, const voxel_shape& shape, bool cold,
                          const Spell& spell) {
  using element = typename voxel_element<R, float>::type;
  const stream where;
  cub_scratch counted;
  spell(where, shape, voxel_buffers{}, counted);
  // In the buffer sets, to be as cold as the rest, unless it throws all else out of the L2 anyway:
  // a set of histograms has gigabytes.
  const bool is_shared = counted.used() > 4 * this_device().l2_bytes;
  const device_array<unsigned char> shared(is_shared ? counted.used() : 0);
  const std::size_t workspace =
      std::max(workspace_bytes<R>(shape, static_cast<cudaStream_t>(where)),
               is_shared ? std::size_t{0} : counted.used());
  const voxel_workload work(where, shape, workspace, cold);
  const auto ours = [&](cudaStream_t s, int set) {
    launch_robocache_voxelize<R, float>(s, shape, work[set]);
  };
  const auto theirs = [&](cudaStream_t s, int set) {
    const voxel_buffers buffers = work[set];
    cub_scratch scratch = is_shared ? cub_scratch(shared.data(), shared.bytes())
                                    : cub_scratch(buffers.workspace.data, buffers.workspace.bytes);
    if (scratch.only_counts()) throw std::runtime_error("no temporary memory");
    spell(s, shape, buffers, scratch);
  };
  {
    const device_array<element> expected(shape.output_bytes() / sizeof(element));
    for (const int set : {work.sets() - 1, 0}) {
      auto* const output = static_cast<element*>(work[set].output);
      run_both(
          where, output, expected, [&] { ours(where, set); }, [&] { theirs(where, set); });
      const std::size_t elements = expected.size();
      if constexpr (R == reduction::mean) {
        require_none(
            count_far(where, output, expected.data(), elements, naive_mean_tolerance<float>),
            elements);
      } else {
        require_none(count_differences(where, output, expected.data(), elements), elements);
      }
    }
  }
  effort how;
  how.min_launches = 5;
  measure_peer(state, where, work.sets(), how, ours, theirs);
  state.counters["workspace_bytes"] = static_cast<double>(counted.used());
}

template <reduction R, class Spell>
void register_spelling(const voxel_shape& shape, const char* peer, const char* spelling,
                       const Spell& spell) {
  for (const bool cold : {false, true}) {
    if (cold && !shape.may_be_warm()) continue;
    register_row(
        peer_row_name(row_name("voxelize", shape), cold, peer, spelling),
        [=](benchmark::State& state) { measure_cub_voxelize<R>(state, shape, cold, spell); });
  }
}

void register_counts(const voxel_shape& shape) {
  constexpr reduction count = reduction::count;
  register_spelling<count>(shape, "cub", "histogram", &count_by_histogram);
  register_spelling<count>(shape, "cub", "sort_runs", &count_by_runs);
  register_spelling<count>(shape, "cub", "sort_bounds",
                           [](cudaStream_t s, const voxel_shape& what, const voxel_buffers& buffers,
                              cub_scratch& scratch) {
                             count_by_bounds(s, what, buffers, scratch, detail::sort_by_cub);
                           });
  register_spelling<count>(shape, "thrust", "sort_bounds",
                           [](cudaStream_t s, const voxel_shape& what, const voxel_buffers& buffers,
                              cub_scratch& scratch) {
                             count_by_bounds(s, what, buffers, scratch, detail::sort_by_thrust);
                           });
}

template <reduction R, int Features>
void register_features(const voxel_shape& shape) {
  register_spelling<R>(shape, "cub", "sort_reduce_by_key", &reduce_by_runs<R, Features>);
  register_spelling<R>(shape, "cub", "sort_segmented_reduce", &reduce_by_segments<R, Features>);
  register_spelling<R>(shape, "cub", "sort_bounds",
                       [](cudaStream_t s, const voxel_shape& what, const voxel_buffers& buffers,
                          cub_scratch& scratch) {
                         reduce_by_bounds<R, Features>(s, what, buffers, scratch,
                                                       detail::sort_by_cub);
                       });
  register_spelling<R>(shape, "thrust", "sort_bounds",
                       [](cudaStream_t s, const voxel_shape& what, const voxel_buffers& buffers,
                          cub_scratch& scratch) {
                         reduce_by_bounds<R, Features>(s, what, buffers, scratch,
                                                       detail::sort_by_thrust);
                       });
}

void register_all() {
  constexpr resample_shape shapes[] = {
      {32, 500, 256, 256},  {256, 500, 250, 32},   {64, 4096, 1024, 32},
      {64, 1000, 512, 512}, {256, 1000, 512, 512}, {8, 250, 128, 128},
  };
  for (const resample_shape& shape : shapes) register_thrust_resample(shape);

  constexpr std::int64_t million = 1'000'000;
  constexpr point_cloud uniform = point_cloud::uniform;
  register_counts({reduction::count, million, 128, 128, 128});
  register_counts({reduction::count, 64 * million, 128, 128, 128});
  register_counts({reduction::count, million, 512, 512, 40, point_cloud::lidar});
  for (const std::int64_t points : {million, 64 * million}) {
    register_spelling<reduction::occupancy>({reduction::occupancy, points, 128, 128, 128}, "thrust",
                                            "scatter_if", &occupy_by_scatter);
  }
  register_features<reduction::mean, 16>({reduction::mean, million, 128, 128, 128, uniform, 16});
  register_features<reduction::max, 16>({reduction::max, million, 128, 128, 128, uniform, 16});
  register_features<reduction::max, 16>({reduction::max, million, 200, 200, 200, uniform, 16});
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  benchmark::AddCustomContext("cub", std::to_string(CUB_VERSION));
  benchmark::AddCustomContext("thrust", std::to_string(THRUST_VERSION));
  bench::register_all();
  return bench::gpu_main(argc, argv);
}
