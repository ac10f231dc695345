// SPDX-License-Identifier: Apache-2.0

#include <robocache/cuda/check_memory.hpp>
#include <robocache/resample.cuh>
#include <robocache/voxelize.cuh>

#include "embedding/device.cuh"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// \file
/// What is around the calls on a GPU: preload, a graph that replays with other data and lengths,
/// memory from the CUDA stream's pool, two CUDA streams, all GPUs of the machine, and errors of the
/// wrong device. Every result is compared with the CPU's, bit for bit; ends with 1 if one differs.

namespace {

using embedding::must;
using robocache::tensor_view;

constexpr std::int64_t batch = 4, samples = 200, channels = 7, rows = 64;
constexpr std::int64_t most_points = 50'000;
constexpr auto count = robocache::reduction::count;
const robocache::voxel_grid<float> grid{{-2, -2, -2}, {0.25f, 0.25f, 0.25f}, {16, 16, 16}};
constexpr std::size_t voxels = 16 * 16 * 16;

// [snippet:work]
/// What a cycle reads and writes, in device memory or the host's.
struct cycle {
  const float* values;           // [batch, samples, channels]
  const double* times;           // [batch, samples]
  const std::int64_t* lengths;   // [batch]: how many of the samples there are
  const double* targets;         // [rows]
  const float* points;           // [most_points, 3]
  const std::uint32_t* present;  // [1]: how many of the points there are
  float* states;                 // [batch, rows, channels]
  std::uint32_t* counts;         // [16, 16, 16]
};

/// Two calls, one after another: on a CUDA stream, with `preload`, or on the CPU.
template <class Where>
robocache::status run_cycle(const cycle& c, const robocache::workspace& space, Where where) {
  const robocache::status done = robocache::resample(
      robocache::padded_source(tensor_view(c.values, {batch, samples, channels}),
                               tensor_view(c.times, {batch, samples}),
                               tensor_view(c.lengths, {batch})),
      tensor_view(c.targets, {rows}), tensor_view(c.states, {batch, rows, channels}),
      robocache::resample_options<double>{}, where);
  if (!done.ok()) return done;
  return robocache::voxelize<count>(
      robocache::points_of(tensor_view(c.points, {most_points, 3}), c.present), grid,
      tensor_view(c.counts, {16, 16, 16}), space, where);
}
// [/snippet:work]

template <class T>
using pinned_vector = std::vector<T, embedding::pinned_allocator<T>>;

/// A recording and a cloud; each number makes another one, of other lengths.
struct inputs {
  pinned_vector<float> values, points;
  pinned_vector<double> times, targets;
  pinned_vector<std::int64_t> lengths;
  pinned_vector<std::uint32_t> present;

  explicit inputs(std::int64_t number) {
    for (std::int64_t b = 0; b < batch; ++b) {
      lengths.push_back(samples - 20 * b - 7 * number);
      for (std::int64_t i = 0; i < samples; ++i) {
        times.push_back(1.7e9 + 0.01 * static_cast<double>(i) + 0.001 * static_cast<double>(b));
        for (std::int64_t d = 0; d < channels; ++d) {
          values.push_back(static_cast<float>((i * (d + 3) + 11 * number) % 97) / 97);
        }
      }
    }
    for (std::int64_t t = 0; t < rows; ++t) {
      targets.push_back(1.7e9 + 0.02 * static_cast<double>(t + number));
    }
    present.push_back(static_cast<std::uint32_t>(most_points - 4'321 * number));
    for (std::int64_t i = 0; i < 3 * most_points; ++i) {
      points.push_back(static_cast<float>((i * 7919 + number) % 4'507) / 1'000 - 2.25f);
    }
  }
};

struct outputs {
  std::vector<float> states = std::vector<float>(batch * rows * channels);
  std::vector<std::uint32_t> counts = std::vector<std::uint32_t>(voxels);
};

bool same(const outputs& a, const outputs& b) {
  return std::memcmp(a.states.data(), b.states.data(), a.states.size() * sizeof(float)) == 0 &&
         a.counts == b.counts;
}

/// Ends the program if a call was refused or a launch failed.
void must(const robocache::status& done) {
  if (done.ok()) return;
  std::fprintf(stderr, "%s\n", done.message());
  std::exit(1);
}

outputs on_cpu(const inputs& in) {
  outputs out;
  const std::size_t bytes =
      robocache::voxelize_workspace_bytes<count>(most_points, grid, robocache::cpu);
  std::vector<std::byte> space(bytes);
  must(run_cycle({in.values.data(), in.times.data(), in.lengths.data(), in.targets.data(),
                  in.points.data(), in.present.data(), out.states.data(), out.counts.data()},
                 {space.data(), bytes}, robocache::cpu));
  return out;
}

/// The memory of a cycle on the device that was current when it was made.
class on_device {
 public:
  on_device()
      : values_(batch * samples * channels),
        points_(3 * most_points),
        times_(batch * samples),
        targets_(rows),
        lengths_(batch),
        present_(1),
        states_(batch * rows * channels),
        counts_(voxels) {}

  cycle memory() const {
    return {values_.data(), times_.data(),   lengths_.data(), targets_.data(),
            points_.data(), present_.data(), states_.data(),  counts_.data()};
  }
  /// The inputs must live until the CUDA stream has copied them.
  void set(const inputs& in, cudaStream_t stream) const {
    copy(values_, in.values, stream);
    copy(points_, in.points, stream);
    copy(times_, in.times, stream);
    copy(targets_, in.targets, stream);
    copy(lengths_, in.lengths, stream);
    copy(present_, in.present, stream);
    must(cudaMemsetAsync(states_.data(), 0xff, states_.size() * sizeof(float), stream), "states");
    must(cudaMemsetAsync(counts_.data(), 0xff, voxels * sizeof(std::uint32_t), stream), "counts");
  }
  /// Waits for the CUDA stream.
  outputs get(cudaStream_t stream) const {
    outputs out;
    must(cudaMemcpyAsync(out.states.data(), states_.data(), out.states.size() * sizeof(float),
                         cudaMemcpyDeviceToHost, stream),
         "states");
    must(cudaMemcpyAsync(out.counts.data(), counts_.data(), voxels * sizeof(std::uint32_t),
                         cudaMemcpyDeviceToHost, stream),
         "counts");
    must(cudaStreamSynchronize(stream), "kernels");
    return out;
  }

 private:
  template <class T>
  static void copy(const embedding::device_vector<T>& to, const pinned_vector<T>& from,
                   cudaStream_t stream) {
    must(cudaMemcpyAsync(to.data(), from.data(), from.size() * sizeof(T), cudaMemcpyHostToDevice,
                         stream),
         "copy");
  }

  embedding::device_vector<float> values_, points_;
  embedding::device_vector<double> times_, targets_;
  embedding::device_vector<std::int64_t> lengths_;
  embedding::device_vector<std::uint32_t> present_;
  embedding::device_vector<float> states_;
  embedding::device_vector<std::uint32_t> counts_;
};

int wrong = 0;

void expect(bool good, const char* what) {
  std::printf("%-60s %s\n", what, good ? "as it should be" : "WRONG");
  if (!good) ++wrong;
}

std::size_t workspace_bytes() {
  return robocache::voxelize_workspace_bytes<count>(most_points, grid, cudaStream_t{});
}

/// A graph is captured once, and replays with what is in the memory then.
void replay(cudaStream_t stream) {
  const on_device device;
  const embedding::device_vector<unsigned char> memory(workspace_bytes());
  const robocache::workspace space{memory.data(), memory.size()};
  const cycle work = device.memory();

  // [snippet:preload]
  // Before the first deadline, with arguments like the real ones: checks them, loads the kernels.
  must(run_cycle(work, space, robocache::preload));
  // [/snippet:preload]

  // [snippet:capture]
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t replayable = nullptr;
  must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin capture");
  const robocache::status captured = run_cycle(work, space, stream);
  must(cudaStreamEndCapture(stream, &graph), "end capture");
  must(captured);
  must(cudaGraphInstantiate(&replayable, graph, 0), "cudaGraphInstantiate");
  must(cudaGraphDestroy(graph), "cudaGraphDestroy");
  // [/snippet:capture]
  bool good = true;
  for (std::int64_t number = 0; number < 5; ++number) {
    const inputs in(number);
    // [snippet:replay]
    device.set(in, stream);  // other samples, lengths, points, and another number of points
    must(cudaGraphLaunch(replayable, stream), "cudaGraphLaunch");
    // [/snippet:replay]
    good = good && same(device.get(stream), on_cpu(in));
  }
  must(cudaGraphExecDestroy(replayable), "cudaGraphExecDestroy");
  expect(good, "a graph, replayed with other data and lengths:");
}

/// A cycle with temporary memory from the pool of the CUDA stream.
void run_with_pool(const cycle& work, cudaStream_t stream) {
  // [snippet:pool]
  robocache::workspace space;
  space.bytes = robocache::voxelize_workspace_bytes<count>(most_points, grid, stream);
  must(cudaMallocAsync(&space.data, space.bytes, stream), "cudaMallocAsync");
  must(run_cycle(work, space, stream));
  must(cudaFreeAsync(space.data, stream), "cudaFreeAsync");  // when the kernels are done
  // [/snippet:pool]
}

void allocate_in_stream(cudaStream_t stream) {
  const on_device device;
  bool good = true;
  for (std::int64_t number = 0; number < 3; ++number) {
    const inputs in(number);
    device.set(in, stream);
    run_with_pool(device.memory(), stream);
    good = good && same(device.get(stream), on_cpu(in));
  }
  expect(good, "a workspace from cudaMallocAsync:");

  cudaGraph_t graph = nullptr;
  cudaGraphExec_t replayable = nullptr;
  must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin capture");
  run_with_pool(device.memory(), stream);
  must(cudaStreamEndCapture(stream, &graph), "end capture");
  must(cudaGraphInstantiate(&replayable, graph, 0), "cudaGraphInstantiate");
  must(cudaGraphDestroy(graph), "cudaGraphDestroy");
  good = true;
  for (std::int64_t number = 0; number < 3; ++number) {
    const inputs in(number);
    device.set(in, stream);
    must(cudaGraphLaunch(replayable, stream), "cudaGraphLaunch");
    good = good && same(device.get(stream), on_cpu(in));
  }
  must(cudaGraphExecDestroy(replayable), "cudaGraphExecDestroy");
  expect(good, "the same in a graph:");
}

/// Two cycles at the same time, and a copy that only one of them waits for.
void run_side_by_side() {
  const on_device buffers[2];
  const inputs in[2] = {inputs(1), inputs(2)};
  cudaStream_t streams[2];
  cudaEvent_t uploaded = nullptr;
  for (cudaStream_t& stream : streams) {
    must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
  }
  must(cudaEventCreateWithFlags(&uploaded, cudaEventDisableTiming), "cudaEventCreate");
  {
    // [snippet:streams]
    // A workspace each: their kernels may run at the same time.
    const embedding::device_vector<unsigned char> first(workspace_bytes());
    const embedding::device_vector<unsigned char> second(workspace_bytes());
    buffers[0].set(in[0], streams[0]);
    buffers[1].set(in[1], streams[0]);  // uploaded in one CUDA stream, used in the other
    must(cudaEventRecord(uploaded, streams[0]), "cudaEventRecord");
    must(cudaStreamWaitEvent(streams[1], uploaded, 0), "cudaStreamWaitEvent");
    must(run_cycle(buffers[0].memory(), {first.data(), first.size()}, streams[0]));
    must(run_cycle(buffers[1].memory(), {second.data(), second.size()}, streams[1]));
    // [/snippet:streams]
    bool good = true;
    for (int i = 0; i < 2; ++i) {
      good = same(buffers[i].get(streams[i]), on_cpu(in[i])) && good;
    }
    expect(good, "two CUDA streams:");
  }
  must(cudaEventDestroy(uploaded), "cudaEventDestroy");
  for (const cudaStream_t stream : streams) must(cudaStreamDestroy(stream), "cudaStreamDestroy");
}

/// What belongs to one GPU.
struct gpu {
  int device = 0;
  cudaStream_t stream = nullptr;
  std::unique_ptr<inputs> in;  // alive until they have been copied
  std::unique_ptr<on_device> memory;
  std::unique_ptr<embedding::device_vector<unsigned char>> space;
};

/// All GPUs of the machine from one thread.
void run_on_all(int devices) {
  std::vector<gpu> gpus;
  // [snippet:devices]
  for (int d = 0; d < devices; ++d) {
    must(cudaSetDevice(d), "cudaSetDevice");  // for all that follows in this thread
    gpu mine;
    mine.device = d;
    must(cudaStreamCreateWithFlags(&mine.stream, cudaStreamNonBlocking), "cudaStreamCreate");
    mine.in = std::make_unique<inputs>(d);  // pinned, or a copy would hold this thread up
    mine.memory = std::make_unique<on_device>();
    mine.space = std::make_unique<embedding::device_vector<unsigned char>>(workspace_bytes());
    must(run_cycle(mine.memory->memory(), {mine.space->data(), mine.space->size()},
                   robocache::preload));  // each device loads kernels of its own
    gpus.push_back(std::move(mine));
  }
  for (const gpu& each : gpus) {  // none waits for another
    must(cudaSetDevice(each.device), "cudaSetDevice");
    each.memory->set(*each.in, each.stream);
    must(run_cycle(each.memory->memory(), {each.space->data(), each.space->size()}, each.stream));
  }
  // [/snippet:devices]
  bool good = true;
  for (const gpu& each : gpus) {
    must(cudaSetDevice(each.device), "cudaSetDevice");
    good = same(each.memory->get(each.stream), on_cpu(*each.in)) && good;
  }
  std::printf("%d GPU%s\n", devices, devices == 1 ? ": nothing was tried with two" : "s");
  expect(good, "all GPUs of this machine:");

  if (devices > 1) {
    must(cudaSetDevice(0), "cudaSetDevice");
    const gpu& second = gpus[1];
    const inputs in(0);
    second.memory->set(in, second.stream);
    const robocache::status done = run_cycle(
        second.memory->memory(), {second.space->data(), second.space->size()}, second.stream);
    // CUDA 13 runs it there; a runtime that does not says so.
    const bool right =
        done.ok() ? same(second.memory->get(second.stream), on_cpu(in))
                  : std::string(done.message()).find("is of device 1, the current device is 0") !=
                        std::string::npos;
    std::printf("  %s\n", done.ok() ? "ran on the device of the CUDA stream" : done.message());
    expect(right, "a CUDA stream of another device than the current one:");
  }
  for (gpu& each : gpus) {
    must(cudaSetDevice(each.device), "cudaSetDevice");
    must(cudaStreamDestroy(each.stream), "cudaStreamDestroy");
  }
  must(cudaSetDevice(0), "cudaSetDevice");
}

/// Points that were forgotten on the host.
void name_what_is_wrong(cudaStream_t stream) {
  const std::vector<float> host_points(3 * most_points);
  const on_device device;
  const embedding::device_vector<unsigned char> memory(workspace_bytes());
  const cycle work = device.memory();
  int pageable = 0;
  must(cudaDeviceGetAttribute(&pageable, cudaDevAttrPageableMemoryAccess, 0), "the attribute");
  // [snippet:check]
  robocache::voxelize_call<robocache::reducers::count, float, std::uint32_t, std::uint32_t> call{};
  call.points = robocache::points_of(tensor_view(host_points.data(), {most_points, 3}));
  call.grid = grid;
  call.output = tensor_view(work.counts, {16, 16, 16});
  call.space = {memory.data(), memory.size()};
  robocache::status done = call.check(stream);
  if (done.ok()) done = robocache::check_memory(call, stream);
  if (done.ok()) done = robocache::voxelize(call, stream);
  // "voxelize: points is at 0x5f3c2010, memory of the host or freed,
  // the CUDA stream is of device 0"
  // [/snippet:check]
  must(cudaStreamSynchronize(stream), "kernels");
  const std::string message = done.message();
  std::printf("  %s\n", message.c_str());
  expect(pageable != 0 ? message.empty()
                       : message.find("voxelize: points is at 0x") == 0 &&
                             message.find("memory of the host or freed") != std::string::npos,
         pageable != 0 ? "memory of the host, which this GPU reads:" : "memory of the host:");
}

}  // namespace

int main() {
  if (!embedding::has_device()) return embedding::skipped;
  cudaStream_t stream = nullptr;
  must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
  replay(stream);
  allocate_in_stream(stream);
  run_side_by_side();
  name_what_is_wrong(stream);
  must(cudaStreamDestroy(stream), "cudaStreamDestroy");
  int devices = 0;
  must(cudaGetDeviceCount(&devices), "cudaGetDeviceCount");
  run_on_all(devices);
  return wrong == 0 ? 0 : 1;
}
