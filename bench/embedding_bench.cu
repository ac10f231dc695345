// SPDX-License-Identifier: Apache-2.0
// The kernels of docs/embedding.md, which are those of examples/embedding, against what one writes
// otherwise: a search from the start at each tick, rows and points by way of global memory.

#include "embedding/depth_camera.cuh"
#include "embedding/rows_in_block.cuh"
#include "embedding/trajectory.cuh"
#include "harness/gpu_main.cuh"
#include "resample/workload.cuh"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

void must(const robocache::status& result) {
  if (!result.ok()) throw std::runtime_error(result.message());
}

/// The results of both ways, bit for bit.
template <class T>
void require_same(const bench::stream& where, const char* what, const T* ours, const T* separate,
                  std::size_t count) {
  const std::uint64_t wrong = bench::count_differences(where, ours, separate, count);
  if (wrong > 0) {
    throw std::runtime_error(std::to_string(wrong) + " of " + std::to_string(count) + " " + what +
                             " differ from those of the separate way");
  }
}

/// Times both ways in turns: of each the best of the medians.
template <class Ours, class Separate>
void measure_both(benchmark::State& state, const bench::stream& where, const Ours& ours,
                  const Separate& separate) {
  const bench::effort how;
  const auto time = [&](const auto& call) {
    return bench::time_launches(where, 1, how, [&](cudaStream_t to, int) { call(to); });
  };
  const auto better = [](const bench::timing& a, const bench::timing& b) {
    return b.median_us < a.median_us ? b : a;
  };
  for (auto _ : state) {
    bench::timing theirs = time(separate);
    bench::timing result = time(ours);
    for (int turn = 1; turn < 3; ++turn) {
      theirs = better(theirs, time(separate));
      result = better(result, time(ours));
    }
    state.SetIterationTime(result.median_us * 1e-6);
    state.counters["separate_us"] = theirs.median_us;
    state.counters["ratio_to_separate"] = result.median_us / theirs.median_us;
    state.counters["min_us"] = result.min_us;
    state.counters["p90_us"] = result.p90_us;
    state.counters["launches"] = result.launches;
    state.counters["replays"] = result.samples;
  }
}

// ------------------------------------------------------------------------------------- a thread

/// What one writes without a guess: a binary search of the whole trajectory at each tick.
struct searching_follower : embedding::trajectory_follower {
  ROBOCACHE_HD void move_to(std::int64_t t) {
    now = t;
    after = robocache::upper_bound(axis, t, 0, axis.size);
  }
};

/// What a kernel keeps of its robots, each somewhere in its motion.
struct robot_states {
  bench::device_array<std::int64_t> now;
  bench::device_array<std::int32_t> after;
  bench::device_array<float> q, v;

  robot_states(const bench::stream& where, const std::vector<std::int64_t>& begin)
      : now(begin.size()),
        after(begin.size()),
        q(begin.size() * embedding::joints),
        v(begin.size() * embedding::joints) {
    bench::check(
        cudaMemcpyAsync(now.data(), begin.data(), now.bytes(), cudaMemcpyHostToDevice, where),
        "times");
    bench::check(cudaMemsetAsync(after.data(), 0, after.bytes(), where), "guesses");
    bench::check(cudaMemsetAsync(q.data(), 0, q.bytes(), where), "q");
    bench::check(cudaMemsetAsync(v.data(), 0, v.bytes(), where), "v");
    where.synchronize();
  }
};

void register_trajectory() {
  const std::string name = "embedding/resample/4096x1000->20x7/f32/int64/thread";
  bench::register_row(name, [](benchmark::State& state) {
    constexpr std::int32_t robots = 4096;
    constexpr std::int32_t samples = 1000;  // 20 s at 50 Hz
    constexpr int ticks = 20;
    const bench::stream where;
    const bench::device_array<std::int64_t> stamps(std::size_t{robots} * samples);
    const bench::device_array<float> positions(stamps.size() * embedding::joints);
    bench::fill_times(where, stamps.data(), robots, samples, 0.02, 1);
    bench::fill_values(where, positions.data(), positions.size(), 2);
    std::vector<std::int64_t> begin(robots);
    bench::check(cudaMemcpy2DAsync(begin.data(), sizeof(std::int64_t), stamps.data(),
                                   samples * sizeof(std::int64_t), sizeof(std::int64_t), robots,
                                   cudaMemcpyDeviceToHost, where),
                 "the first stamps");
    where.synchronize();
    for (std::size_t e = 0; e < begin.size(); ++e) {
      begin[e] += static_cast<std::int64_t>(19e9 * bench::uniform(3, e));
    }
    const robot_states mine(where, begin);
    const robot_states others(where, begin);
    const auto environments_of = [&](const robot_states& s) {
      return embedding::environments{robots,           samples,    stamps.data(),
                                     positions.data(), {},         s.now.data(),
                                     s.after.data(),   s.q.data(), s.v.data()};
    };
    const auto ours = [&](cudaStream_t to) {
      bench::check(embedding::launch_control(environments_of(mine), ticks, to), "control");
    };
    const auto from_scratch = [&](cudaStream_t to) {
      bench::check(
          embedding::launch_control<searching_follower>(environments_of(others), ticks, to),
          "control from scratch");
    };
    for (int i = 0; i < 100; ++i) {  // 2 s: some motions begin again
      ours(where);
      from_scratch(where);
    }
    require_same(where, "halves of times", reinterpret_cast<const std::uint32_t*>(mine.now.data()),
                 reinterpret_cast<const std::uint32_t*>(others.now.data()), 2 * mine.now.size());
    require_same(where, "brackets", mine.after.data(), others.after.data(), mine.after.size());
    require_same(where, "positions", mine.q.data(), others.q.data(), mine.q.size());
    require_same(where, "velocities", mine.v.data(), others.v.data(), mine.v.size());
    measure_both(state, where, ours, from_scratch);
  });
}

// -------------------------------------------------------------------------------------- a block

/// The next stage in a kernel of its own.
__global__ void __launch_bounds__(embedding::encoder_threads)
    encode_from_memory(int rows, embedding::encoder layer, const float* resampled,
                       float* features) {
  const std::int64_t first = std::int64_t{blockIdx.x} * embedding::rows_of_block;
  const int count = min(embedding::rows_of_block, rows - static_cast<int>(first));
  robocache::wait_for_previous_kernel();
  robocache::let_next_kernel_launch();
  embedding::encode(layer, resampled + first * embedding::encoder_channels, count,
                    features + first * embedding::encoder_features);
}

void register_rows() {
  const std::string name = "embedding/resample/256x500->250x32/f32/int64/block";
  bench::register_row(name, [](benchmark::State& state) {
    using robocache::tensor_view;
    const bench::resample_shape shape{256, 500, 250, embedding::encoder_channels};
    const std::int64_t b = shape.batch;
    const std::int64_t s = shape.samples;
    const std::int64_t t = shape.rows;
    const std::int64_t d = shape.channels;
    const bench::stream where;
    const bench::resample_workload<float, std::int64_t, float> work(
        where, shape, bench::target_order::sorted, false);
    const auto buffers = work[0];
    const bench::device_array<float> weights(embedding::encoder_channels *
                                             embedding::encoder_features);
    const bench::device_array<float> bias(embedding::encoder_features);
    bench::fill_values(where, weights.data(), weights.size(), 5);
    bench::fill_values(where, bias.data(), bias.size(), 6);
    const embedding::encoder layer{weights.data(), bias.data()};
    const std::size_t count = static_cast<std::size_t>(b * t) * embedding::encoder_features;
    const bench::device_array<float> features(count);
    const bench::device_array<float> expected(count);
    const auto source =
        robocache::padded_source(tensor_view<const float, 3>(buffers.values, {b, s, d}),
                                 tensor_view<const std::int64_t, 2>(buffers.times, {b, s}));
    const tensor_view<const std::int64_t, 2> targets(buffers.targets, {b, t});
    const auto ours = [&](cudaStream_t to) {
      const auto call = robocache::make_resample_call(
          source, targets, tensor_view<float, 3>(nullptr, {b, t, d}), {}, {});
      must(embedding::launch_encoder(call, layer, features.data(), to));
    };
    const auto separate = [&](cudaStream_t to) {
      must(robocache::resample(source, targets, tensor_view<float, 3>(buffers.output, {b, t, d}),
                               robocache::resample_options<std::int64_t>{}, to));
      const int rows = static_cast<int>(b * t);
      const dim3 blocks(
          static_cast<unsigned>((rows + embedding::rows_of_block - 1) / embedding::rows_of_block));
      must(robocache::launch_kernel("encode", &encode_from_memory, blocks,
                                    dim3(embedding::encoder_threads), to, rows, layer,
                                    static_cast<const float*>(buffers.output), expected.data()));
    };
    bench::poison(where, features.data(), count);
    bench::poison(where, expected.data(), count);
    ours(where);
    separate(where);
    require_same(where, "features", features.data(), expected.data(), count);
    measure_both(state, where, ours, separate);
  });
}

// ------------------------------------------------------------------------------- a depth camera

/// The points of an image, [pixels, 3], in memory.
__global__ void back_project(embedding::depth_camera camera, std::int64_t pixels, float* points) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= pixels) return;
  float p[3];
  camera.point(i, p);
  for (int d = 0; d < 3; ++d) points[3 * i + d] = p[d];
}

/// Boxes at all distances from 0.8 to 3.5 m, noise of some millimetres, one pixel in 32 without a
/// return.
std::vector<std::uint16_t> depth_image(std::int64_t width, std::int64_t height) {
  std::vector<std::uint16_t> depth;
  for (std::int64_t i = 0; i < width * height; ++i) {
    const std::int64_t x = i % width;
    const std::int64_t y = i / width;
    const std::uint64_t noise = bench::hash(7, static_cast<std::uint64_t>(i));
    const std::int64_t box = 40 * ((x / 40 * 7 + y / 40 * 13) % 60);
    const std::int64_t z = 800 + box + (x + y) / 4 + static_cast<std::int64_t>(noise % 8);
    depth.push_back(static_cast<std::uint16_t>(noise / 8 % 32 == 0 ? 0 : z));
  }
  return depth;
}

void register_depth() {
  const std::string name = "embedding/voxelize/mean/640x480->128^3/depth/1xf32/block";
  bench::register_row(name, [](benchmark::State& state) {
    using robocache::tensor_view;
    constexpr std::int32_t width = 640;
    constexpr std::int64_t pixels = std::int64_t{width} * 480;
    constexpr std::int64_t n = 128;
    constexpr auto cells = static_cast<std::size_t>(n * n * n);
    const bench::stream where;
    const auto on_stream = static_cast<cudaStream_t>(where);
    const std::vector<std::uint16_t> image = depth_image(width, 480);
    const bench::device_array<std::uint16_t> depth(pixels);
    bench::check(
        cudaMemcpyAsync(depth.data(), image.data(), depth.bytes(), cudaMemcpyHostToDevice, where),
        "the image");
    const bench::device_array<float> brightness(pixels);
    bench::fill_values(where, brightness.data(), brightness.size(), 8);
    const bench::device_array<float> means(cells);
    const bench::device_array<float> expected(cells);
    const bench::device_array<float> points(3 * pixels);

    embedding::depth_call call{};
    call.grid = {{-3.2f, -3.2f, 0}, {0.05f, 0.05f, 0.05f}, {n, n, n}};
    call.points.size = pixels;
    call.features =
        robocache::features_of(tensor_view<const float, 2>(brightness.data(), {pixels, 1}));
    call.output = tensor_view<float, 4>(means.data(), {n, n, n, 1});
    const bench::device_array<unsigned char> space(call.workspace_bytes(on_stream));
    call.space = {space.data(), space.size()};
    embedding::depth_call from_memory = call;
    from_memory.points =
        robocache::points_of(tensor_view<const float, 2>(points.data(), {pixels, 3}));
    from_memory.output = tensor_view<float, 4>(expected.data(), {n, n, n, 1});

    const embedding::depth_camera camera{depth.data(), width, 525, 525, 319.5f, 239.5f};
    const auto ours = [&](cudaStream_t to) { must(embedding::voxelize_pixels(call, camera, to)); };
    const auto separate = [&](cudaStream_t to) {
      back_project<<<static_cast<unsigned>((pixels + 255) / 256), 256, 0, to>>>(camera, pixels,
                                                                                points.data());
      bench::check(cudaGetLastError(), "back_project");
      must(robocache::voxelize(from_memory, to));
    };
    bench::poison(where, means.data(), cells);
    bench::poison(where, expected.data(), cells);
    ours(where);
    separate(where);
    require_same(where, "voxels", means.data(), expected.data(), cells);
    measure_both(state, where, ours, separate);
  });
}

}  // namespace

int main(int argc, char** argv) {
  register_trajectory();
  register_rows();
  register_depth();
  return bench::gpu_main(argc, argv);
}
