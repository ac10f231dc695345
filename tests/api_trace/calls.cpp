// SPDX-License-Identifier: Apache-2.0
#include "calls.hpp"

#include <robocache/cuda/check_memory.hpp>

#include "launches.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace robocache_test {
namespace {

using robocache::status;
using robocache::tensor_view;

void must(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}

/// Device memory, given back together.
class device_memory {
 public:
  device_memory() = default;
  device_memory(const device_memory&) = delete;
  device_memory& operator=(const device_memory&) = delete;
  ~device_memory() {
    for (void* block : blocks_) (void)cudaFree(block);
  }

  /// Zeros.
  template <class T>
  T* array(std::int64_t size) {
    void* data = nullptr;
    must(cudaMalloc(&data, static_cast<std::size_t>(size) * sizeof(T)));
    blocks_.push_back(data);
    must(cudaMemset(data, 0, static_cast<std::size_t>(size) * sizeof(T)));
    must(cudaDeviceSynchronize());  // the stream of the calls does not wait for the default one
    return static_cast<T*>(data);
  }
  template <class T>
  T* array(const std::vector<T>& host) {
    T* const data = array<T>(static_cast<std::int64_t>(host.size()));
    must(cudaMemcpy(data, host.data(), host.size() * sizeof(T), cudaMemcpyHostToDevice));
    must(cudaDeviceSynchronize());
    return data;
  }

 private:
  std::vector<void*> blocks_;
};

/// Calls and their memory, while they are made.
struct call_list {
  std::shared_ptr<device_memory> owner = std::make_shared<device_memory>();
  std::vector<launcher_call> calls;

  device_memory& memory() const { return *owner; }

  /// \param launch  enqueues it at a `launch_place`
  /// \param make    the same as a value, for `check_memory`
  template <class Launch, class Make>
  void add(const char* name, int fewest_kernels, int most_kernels,
           std::vector<launcher_call::memory> outputs, Launch launch, Make make) {
    calls.push_back({name, fewest_kernels, most_kernels, std::move(launch),
                     [make](cudaStream_t stream) {
                       const auto call = make();
                       const status checked = call.check();
                       return checked.ok() ? robocache::check_memory(call, stream) : checked;
                     },
                     std::move(outputs), owner});
  }
};

template <class View>
launcher_call::memory bytes_of(const View& view) {  // all views here are dense
  std::size_t bytes = sizeof(*view.data());
  for (int d = 0; d < view.rank(); ++d) bytes *= static_cast<std::size_t>(view.extent(d));
  return {view.data(), bytes};
}

/// Recordings [B, S, D] in device memory, grids [B, T], and room for the results. A handful of
/// pointers.
template <class Value, class Time>
struct recordings {
  recordings(device_memory& memory, std::int64_t b, std::int64_t s, std::int64_t t, std::int64_t d)
      : batch(b), samples(s), rows(t), channels(d) {
    values = memory.array<Value>(batch * samples * channels);
    times = memory.array(ramp(batch, samples, 10));
    lengths = memory.array(std::vector<std::int64_t>(static_cast<std::size_t>(batch), samples - 3));
    targets = memory.array(ramp(batch, rows, 7));
    results = memory.array<Value>(batch * rows * channels);
    statuses = memory.array<std::uint8_t>(batch * rows);
  }

  std::int64_t batch, samples, rows, channels;
  Value* values;
  Time* times;
  std::int64_t* lengths;
  Time* targets;
  Value* results;
  std::uint8_t* statuses;

  static std::vector<Time> ramp(std::int64_t items, std::int64_t each, int step) {
    std::vector<Time> stamps;
    for (std::int64_t i = 0; i < items * each; ++i) {
      stamps.push_back(static_cast<Time>(i % each * step));
    }
    return stamps;
  }

  tensor_view<const Value, 3> all_values() const { return {values, {batch, samples, channels}}; }
  robocache::source_view<Value, Time> source(bool with_lengths) const {
    const tensor_view<const Time, 2> stamps(times, {batch, samples});
    if (!with_lengths) return robocache::padded_source(all_values(), stamps);
    return robocache::padded_source(all_values(), stamps,
                                    tensor_view<const std::int64_t, 1>(lengths, {batch}));
  }
  robocache::target_view<Time> grid() const {
    return tensor_view<const Time, 2>(targets, {batch, rows});
  }
  /// Ten anchors that all items share, and as many rows as the grid has.
  robocache::target_view<Time> windows(const robocache::duration_t<Time>* deltas) const {
    return robocache::window_times(
        tensor_view<const Time, 1>(targets, {10}),
        tensor_view<const robocache::duration_t<Time>, 1>(deltas, {rows / 10}));
  }
  tensor_view<Value, 3> output() const { return {results, {batch, rows, channels}}; }
  tensor_view<std::uint8_t, 2> reports() const { return {statuses, {batch, rows}}; }
};

template <class Value, class Time>
void add_resampling(call_list& list, const char* name, const recordings<Value, Time>& data,
                    const robocache::target_view<Time>& targets, bool with_lengths,
                    bool with_statuses, const robocache::resample_options<Time>& options = {}) {
  const auto source = data.source(with_lengths);
  const tensor_view<Value, 3> output = data.output();
  tensor_view<std::uint8_t, 2> statuses;
  std::vector<launcher_call::memory> outputs = {bytes_of(output)};
  if (with_statuses) {
    statuses = data.reports();
    outputs.push_back(bytes_of(statuses));
  }
  list.add(
      name, 1, 1, std::move(outputs),
      [=](const launch_place& at) {
        if constexpr (std::is_same_v<Value, float>) {
          return resample_floats(source, targets, output, statuses, options, at);
        } else {
          return resample_bfloats(source, targets, output, statuses, options, at);
        }
      },
      [=] { return robocache::make_resample_call(source, targets, output, statuses, options); });
}

void add_resamplings(call_list& list) {
  device_memory& memory = list.memory();
  const recordings<float, double> wide(memory, 3, 50, 40, 8);
  add_resampling(list, "resample, floats", wide, wide.grid(), false, false);

  const recordings<float, double> many(memory, 200, 60, 90, 7);
  robocache::resample_options<double> rules;
  rules.interpolation = robocache::interpolation::nearest;
  rules.gap = robocache::gap_policy::nan;
  rules.max_gap = 9;
  rules.tolerance = 4;
  add_resampling(list, "resample, floats, lengths, gaps and statuses", many, many.grid(), true,
                 true, rules);

  robocache::resample_options<double> normalized;
  normalized.extrapolation = robocache::extrapolation::linear;
  normalized.horizon = 5;
  normalized.scale = tensor_view<const float, 1>(memory.array<float>(8), {8});
  const recordings<float, double> scaled(memory, 3, 50, 40, 8);
  add_resampling(list, "resample, floats, normalized", scaled, scaled.grid(), true, false,
                 normalized);

  const recordings<bfloat16, std::int64_t> halves(memory, 3, 50, 40, 16);
  add_resampling(list, "resample, bfloat16", halves, halves.grid(), false, false);

  const recordings<bfloat16, std::int64_t> odd(memory, 5, 30, 20, 3);
  robocache::resample_options<std::int64_t> held;
  held.interpolation = robocache::interpolation::previous;
  held.extrapolation = robocache::extrapolation::fill;
  add_resampling(list, "resample, bfloat16, lengths and statuses", odd, odd.grid(), true, true,
                 held);

  const recordings<float, std::int64_t> poses(memory, 3, 50, 40, 9);
  const robocache::channel_groups groups = {{3, 4, robocache::channel_mode::slerp_xyzw},
                                            {7, 1, robocache::channel_mode::previous}};
  const auto posed = robocache::with_groups(poses.source(true), groups);
  list.add(
      "resample, floats, channel groups", 1, 1,
      {bytes_of(poses.output()), bytes_of(poses.reports())},
      [=](const launch_place& at) {
        return resample_grouped_floats(posed, poses.grid(), poses.output(), poses.reports(), {},
                                       at);
      },
      [=] {
        return robocache::make_resample_call(posed, poses.grid(), poses.output(), poses.reports(),
                                             {});
      });

  const recordings<float, double> around(memory, 3, 50, 40, 8);
  const double* const deltas = memory.array(std::vector<double>{-3, -2, -1, 0});
  add_resampling(list, "resample, floats, windows", around, around.windows(deltas), false, false);
}

void add_brackets(call_list& list) {
  device_memory& memory = list.memory();
  const recordings<float, std::int64_t> data(memory, 3, 50, 40, 8);
  const auto pairs = [&] {
    return tensor_view<std::int64_t, 2>(memory.array<std::int64_t>(3 * 40), {3, 40});
  };
  const robocache::brackets_view<float> brackets{
      pairs(), pairs(), tensor_view<float, 2>(memory.array<float>(3 * 40), {3, 40}),
      data.reports()};
  const robocache::source_times<std::int64_t> times = data.source(true);
  list.add(
      "find_brackets, int64", 1, 1,
      {bytes_of(brackets.left), bytes_of(brackets.right), bytes_of(brackets.weight),
       bytes_of(brackets.statuses)},
      [=](const launch_place& at) { return find_float_brackets(times, data.grid(), brackets, at); },
      [=] {
        return robocache::make_find_brackets_call(times, data.grid(), brackets,
                                                  robocache::resample_policy<std::int64_t>{});
      });
  list.add(
      "apply_brackets, floats", 1, 1, {bytes_of(data.output())},
      [=](const launch_place& at) {
        return apply_float_brackets(data.all_values(), brackets, data.output(), at);
      },
      [=] {
        return robocache::make_apply_brackets_call(data.all_values(), brackets, data.output(), {});
      });
}

/// A call of `fuse` refers to the list of streams.
void add_fusion(call_list& list, const char* name, const std::array<fused_stream, 3>& streams,
                const robocache::target_view<std::int64_t>& targets,
                const tensor_view<float, 3>& output,
                const robocache::fuse_reports<std::int64_t>& reports) {
  const auto kept = std::make_shared<const std::array<fused_stream, 3>>(streams);
  std::vector<launcher_call::memory> outputs = {bytes_of(output)};
  if (!reports.statuses.empty()) outputs.push_back(bytes_of(reports.statuses));
  if (!reports.ages.empty()) outputs.push_back(bytes_of(reports.ages));
  list.add(
      name, 1, 1, std::move(outputs),
      [=](const launch_place& at) { return fuse_three(*kept, targets, output, reports, at); },
      [=] { return robocache::make_fuse_call(*kept, targets, output, reports); });
}

/// The same with an output for each stream.
void add_fusion_apart(call_list& list, const std::array<fused_stream, 3>& streams,
                      const robocache::target_view<std::int64_t>& targets,
                      const std::array<tensor_view<float, 3>, 3>& outputs) {
  struct lists {
    std::array<fused_stream, 3> streams;
    std::array<tensor_view<float, 3>, 3> outputs;
  };
  const auto kept = std::make_shared<const lists>(lists{streams, outputs});
  list.add(
      "fuse, three streams, an output each", 1, 1,
      {bytes_of(outputs[0]), bytes_of(outputs[1]), bytes_of(outputs[2])},
      [=](const launch_place& at) {
        return fuse_three_apart(kept->streams, targets, kept->outputs, {}, at);
      },
      [=] { return robocache::make_fuse_call(kept->streams, targets, kept->outputs, {}); });
}

void add_fusions(call_list& list) {
  device_memory& memory = list.memory();
  constexpr std::int64_t batch = 3, rows = 40;
  const recordings<float, std::int64_t> slow(memory, batch, 20, rows, 4);
  const recordings<float, std::int64_t> fast(memory, batch, 300, rows, 7);
  const recordings<float, std::int64_t> wide(memory, batch, 50, rows, 33);
  const auto output = [&] {
    return tensor_view<float, 3>(memory.array<float>(batch * rows * 44), {batch, rows, 44});
  };
  const std::array<fused_stream, 3> plain = {slow.source(false), fast.source(true),
                                             wide.source(false)};
  add_fusion(list, "fuse, three streams", plain, slow.grid(), output(), {});

  robocache::resample_options<std::int64_t> rules;
  rules.interpolation = robocache::interpolation::previous;
  rules.offset = -3;
  const std::array<fused_stream, 3> grouped = {
      fused_stream(
          robocache::with_groups(slow.source(true), {{0, 4, robocache::channel_mode::slerp_xyzw}})),
      fused_stream(fast.source(true), rules), fused_stream(wide.source(false))};
  robocache::fuse_reports<std::int64_t> reports;
  reports.statuses =
      tensor_view<std::uint8_t, 3>(memory.array<std::uint8_t>(batch * rows * 3), {batch, rows, 3});
  reports.ages =
      tensor_view<std::int64_t, 3>(memory.array<std::int64_t>(batch * rows * 3), {batch, rows, 3});
  add_fusion(list, "fuse, three streams with rotations and reports", grouped, slow.grid(), output(),
             reports);

  add_fusion_apart(list, plain, slow.grid(), {slow.output(), fast.output(), wide.output()});

  const std::int64_t* const deltas = memory.array(std::vector<std::int64_t>{-3, -2, -1, 0});
  add_fusion(list, "fuse, three streams, windows", plain, slow.windows(deltas), output(), {});
}

/// Points all over the unit cube.
std::vector<float> spread_points(std::int64_t size) {
  std::vector<float> coordinates;
  std::uint32_t state = 1;
  for (std::int64_t i = 0; i < 3 * size; ++i) {
    state = state * 1664525u + 1013904223u;
    coordinates.push_back(static_cast<float>(state >> 8) * 0x1p-24f);
  }
  return coordinates;
}

robocache::voxel_grid<float> unit_cube(std::int64_t edge) {
  const float size = 1.0f / static_cast<float>(edge);
  return {{0, 0, 0}, {size, size, size}, {edge, edge, edge}};
}

void add_voxelizations(call_list& list) {
  device_memory& memory = list.memory();
  constexpr std::int64_t most = 1'000'000, channels = 4;
  const float* const coordinates = memory.array(spread_points(most));
  const float* const values = memory.array<float>(most * channels);
  const auto cloud = [=](std::int64_t points) {
    return robocache::points_of(tensor_view<const float, 2>(coordinates, {points, 3}));
  };
  const auto counted = [&](robocache::voxel_reports& reports,
                           std::vector<launcher_call::memory>& outputs) {
    reports.counters = memory.array<robocache::voxel_counters>(1);
    outputs.push_back({reports.counters, sizeof(robocache::voxel_counters)});
  };
  const auto space_of = [&](std::size_t bytes) {
    return robocache::workspace{memory.array<unsigned char>(static_cast<std::int64_t>(bytes)),
                                bytes};
  };

  const auto marking = [&](auto reduce, const char* name, std::int64_t points, std::int64_t edge,
                           int fewest_kernels, robocache::grid_update update, bool count_lost) {
    constexpr robocache::reduction R = decltype(reduce)::value;
    using scalar = robocache::voxel_scalar_t<R>;
    mark_call<R> call{};
    call.points = cloud(points);
    call.grid = unit_cube(edge);
    const std::int64_t row = R == robocache::reduction::occupancy_bits ? (edge + 31) / 32 : edge;
    call.output =
        tensor_view<scalar, 3>(memory.array<scalar>(edge * edge * row), {edge, edge, row});
    call.space = space_of(mark_bytes<R>(points, call.grid));
    call.options.update = update;
    std::vector<launcher_call::memory> outputs = {bytes_of(call.output)};
    if (count_lost) counted(call.reports, outputs);
    list.add(
        name, fewest_kernels, 2, std::move(outputs),
        [=](const launch_place& at) { return mark_points<R>(call, at); }, [=] { return call; });
  };
  using robocache::grid_update;
  using robocache::reduction;
  constexpr std::integral_constant<reduction, reduction::count> count{};
  constexpr std::integral_constant<reduction, reduction::occupancy> occupancy{};
  constexpr std::integral_constant<reduction, reduction::occupancy_bits> bits{};
  marking(count, counts_directly, 10'000, 64, 2, grid_update::replace, false);
  marking(count, "voxelize, counts of 10k points, accumulated", 10'000, 64, 1,
          grid_update::accumulate, false);
  marking(count, counts_in_bins, most, 50, 2, grid_update::replace, false);
  marking(count, "voxelize, counts of 1M points with counters", most, 50, 2, grid_update::replace,
          true);
  marking(count, "voxelize, counts of 1M points in many voxels", most, 210, 2, grid_update::replace,
          true);
  marking(occupancy, "voxelize, occupancy of 10k points", 10'000, 64, 2, grid_update::replace,
          false);
  marking(occupancy, "voxelize, occupancy of 1M points with counters", most, 50, 2,
          grid_update::replace, true);
  marking(bits, "voxelize, bits of 10k points, accumulated", 10'000, 64, 1, grid_update::accumulate,
          false);
  marking(bits, "voxelize, bits of 1M points", most, 50, 2, grid_update::replace, false);

  const auto meaning = [&](const char* name, std::int64_t points, std::int64_t width,
                           bool with_reports) {
    constexpr std::int64_t edge = 50;
    const robocache::voxel_grid<float> grid = unit_cube(edge);
    const auto features =
        robocache::features_of(tensor_view<const float, 2>(values, {points, width}));
    const tensor_view<float, 4> means(memory.array<float>(edge * edge * edge * width),
                                      {edge, edge, edge, width});
    const robocache::workspace space = space_of(mean_bytes(points, grid));
    robocache::voxel_reports reports;
    std::vector<launcher_call::memory> outputs = {bytes_of(means)};
    if (with_reports) {
      reports.counts = tensor_view<std::uint32_t, 3>(
          memory.array<std::uint32_t>(edge * edge * edge), {edge, edge, edge});
      outputs.push_back(bytes_of(reports.counts));
      counted(reports, outputs);
    }
    list.add(
        name, 2, 3, std::move(outputs),
        [=](const launch_place& at) {
          return mean_of_features(cloud(points), features, grid, means, reports, {}, space, at);
        },
        [=] {
          return robocache::voxelize_call<robocache::reducers::mean, float, float, float>{
              {}, cloud(points), features, grid, means, reports, {}, space};
        });
  };
  meaning("voxelize, means of 2k points", 2'000, 3, false);
  meaning("voxelize, means of 1M points", most, channels, false);
  meaning("voxelize, means of 10k points with reports", 10'000, channels, true);
}

/// Kernels of a user's, with a sink in the place of the output.
void add_sink(call_list& list) {
  constexpr std::int64_t points = 100'000, edge = 50, voxels = edge * edge * edge;
  device_memory& memory = list.memory();
  mark_call<robocache::reduction::count> call{};
  call.points = robocache::points_of(
      tensor_view<const float, 2>(memory.array(spread_points(points)), {points, 3}));
  call.grid = unit_cube(edge);
  call.reports.counters = memory.array<robocache::voxel_counters>(1);
  const std::size_t bytes = mark_bytes<robocache::reduction::count>(points, call.grid);
  call.space = {memory.array<unsigned char>(static_cast<std::int64_t>(bytes)), bytes};
  auto* const counts = memory.array<std::uint32_t>(voxels);
  list.calls.push_back({"voxelize, counts of 100k points to a sink",
                        2,
                        2,
                        [=](const launch_place& at) { return count_to_sink(call, counts, at); },
                        [=](cudaStream_t stream) { return robocache::check_memory(call, stream); },
                        {{counts, voxels * sizeof(std::uint32_t)},
                         {call.reports.counters, sizeof(robocache::voxel_counters)}},
                        list.owner});
}

/// It has no `check_memory`.
void add_unpacking(call_list& list) {
  constexpr std::uint32_t points = 1000, step = 16;
  using field = robocache::point_cloud2_field;
  static constexpr field fields[] = {{"x", 0, field::float32, 1},
                                     {"y", 4, field::float32, 1},
                                     {"z", 8, field::float32, 1},
                                     {"t", 12, field::uint32, 1}};
  robocache::point_cloud2 message;
  message.width = points;
  message.fields = fields;
  message.point_step = step;
  message.row_step = points * step;
  message.data = {list.memory().array<std::uint8_t>(points * step), points * step};
  const tensor_view<float, 2> output(list.memory().array<float>(points * 3), {points, 3});
  list.calls.push_back({"unpack_point_cloud2, three fields",
                        1,
                        1,
                        [=](const launch_place& at) { return unpack_points(message, output, at); },
                        nullptr,
                        {bytes_of(output)},
                        list.owner});
  const tensor_view<std::int64_t, 1> times(list.memory().array<std::int64_t>(points), {points});
  list.calls.push_back({"unpack_point_cloud2_times, a field",
                        1,
                        1,
                        [=](const launch_place& at) { return unpack_times(message, times, at); },
                        nullptr,
                        {bytes_of(times)},
                        list.owner});
}

}  // namespace

std::vector<launcher_call> launcher_calls() {
  call_list list;
  add_resamplings(list);
  add_brackets(list);
  add_fusions(list);
  add_voxelizations(list);
  add_sink(list);
  add_unpacking(list);
  return list.calls;
}

}  // namespace robocache_test
