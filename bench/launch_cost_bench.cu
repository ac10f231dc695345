// SPDX-License-Identifier: Apache-2.0
// What a call costs on the host until it returns, and what of that is the library's: against plain
// launches of as many empty kernels with the same grids and as many bytes of parameters.

#include "fuse/gpu_row.cuh"
#include "harness/gpu_main.cuh"
#include "harness/latency.cuh"
#include "resample/gpu_row.cuh"
#include "voxelize/gpu_row.cuh"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using bf16 = __nv_bfloat16;
using bench::operation;

// ---------------------------------------------------------------------------------- plain launches

template <int Bytes>
struct parameters {
  unsigned char bytes[Bytes];
};
template <int Bytes>
__global__ void plain_kernel(const __grid_constant__ parameters<Bytes>) {}

/// An empty kernel, and how many bytes of parameters it has.
struct plain_function {
  std::size_t bytes;
  const void* kernel;
};

template <int Step, int First, int... I>
void add_plain_functions(std::vector<plain_function>& to, std::integer_sequence<int, I...>) {
  (to.push_back({static_cast<std::size_t>(First + Step * I),
                 reinterpret_cast<const void*>(&plain_kernel<First + Step * I>)}),
   ...);
}

/// The one with the fewest bytes that are no fewer than `bytes`.
plain_function plain_function_for(std::size_t bytes) {
  static const std::vector<plain_function> all = [] {
    std::vector<plain_function> result;
    add_plain_functions<64, 64>(result, std::make_integer_sequence<int, 32>{});
    add_plain_functions<512, 2560>(result, std::make_integer_sequence<int, 59>{});
    return result;
  }();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const plain_function& f) { return f.bytes >= bytes; });
  if (found == all.end()) throw std::runtime_error("a kernel with very many parameters");
  return *found;
}

/// A kernel that an operation launches.
struct launched_kernel {
  dim3 grid;
  dim3 block;
  std::size_t parameter_bytes;
};

std::size_t parameter_bytes_of(const void* kernel) {
#if CUDART_VERSION >= 12040
  std::size_t end = 0;
  std::size_t offset = 0;
  std::size_t size = 0;
  for (std::size_t i = 0; cudaFuncGetParamInfo(kernel, i, &offset, &size) == cudaSuccess; ++i) {
    end = offset + size;
  }
  (void)cudaGetLastError();  // there is no other way to learn where the list ends
  if (end == 0) throw std::runtime_error("a kernel without parameters");
  return end;
#else
  (void)kernel;
  throw std::runtime_error("sizes of parameters need CUDA 12.4");
#endif
}

/// What `call` launches, seen by capturing it.
std::vector<launched_kernel> kernels_of(const bench::stream& where, const operation& call) {
  cudaGraph_t graph = nullptr;
  bench::check(cudaStreamBeginCapture(where, cudaStreamCaptureModeThreadLocal), "begin capture");
  try {
    call(where);
  } catch (...) {
    cudaStreamEndCapture(where, &graph);
    if (graph != nullptr) cudaGraphDestroy(graph);
    throw;
  }
  bench::check(cudaStreamEndCapture(where, &graph), "end capture");
  const std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, cudaError_t (*)(cudaGraph_t)> owner(
      graph, &cudaGraphDestroy);
  std::size_t count = 0;
  bench::check(cudaGraphGetNodes(graph, nullptr, &count), "cudaGraphGetNodes");
  std::vector<cudaGraphNode_t> nodes(count);
  bench::check(cudaGraphGetNodes(graph, nodes.data(), &count), "cudaGraphGetNodes");
  std::vector<launched_kernel> result;
  for (const cudaGraphNode_t node : nodes) {
    cudaGraphNodeType type{};
    bench::check(cudaGraphNodeGetType(node, &type), "cudaGraphNodeGetType");
    if (type != cudaGraphNodeTypeKernel) throw std::runtime_error("not a kernel");
    cudaKernelNodeParams kernel{};
    bench::check(cudaGraphKernelNodeGetParams(node, &kernel), "cudaGraphKernelNodeGetParams");
    result.push_back({kernel.gridDim, kernel.blockDim, parameter_bytes_of(kernel.func)});
  }
  if (result.empty()) throw std::runtime_error("no kernel");
  return result;
}

/// Launches empty kernels in place of those.
///
/// \param overlap  as the library does: each may begin before the one before it is complete
operation plain_launches(const std::vector<launched_kernel>& kernels, bool overlap) {
  struct launch {
    launched_kernel like;
    const void* kernel;
    std::vector<unsigned char> parameters;
  };
  std::vector<launch> launches;
  for (const launched_kernel& like : kernels) {
    const plain_function plain = plain_function_for(like.parameter_bytes);
    launches.push_back({like, plain.kernel, std::vector<unsigned char>(plain.bytes)});
  }
  return [=](cudaStream_t where) {
    for (const launch& one : launches) {
      void* arguments[] = {const_cast<unsigned char*>(one.parameters.data())};
      cudaError_t error;
      if (overlap) {
        cudaLaunchAttribute attribute{};
        attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
        attribute.val.programmaticStreamSerializationAllowed = 1;
        cudaLaunchConfig_t config{};
        config.gridDim = one.like.grid;
        config.blockDim = one.like.block;
        config.stream = where;
        config.attrs = &attribute;
        config.numAttrs = 1;
        error = cudaLaunchKernelExC(&config, one.kernel, arguments);
      } else {
        error = cudaLaunchKernel(one.kernel, one.like.grid, one.like.block, arguments, 0, where);
      }
      bench::check(error, "a plain launch");
    }
  };
}

// --------------------------------------------------------------------------------------- measuring

/// How long each operation takes to return, one after another in turns, each on an idle stream.
std::vector<bench::timing> times_to_return(const bench::stream& where,
                                           const std::vector<operation>& operations) {
  constexpr int samples = 4000;
  std::vector<std::vector<double>> us(operations.size());
  for (int i = -samples / 10; i < samples; ++i) {
    for (std::size_t k = 0; k < operations.size(); ++k) {
      const std::size_t which = (k + static_cast<std::size_t>(i + samples)) % operations.size();
      const auto begin = bench::detail::host_clock::now();
      operations[which](where);
      const auto end = bench::detail::host_clock::now();
      where.synchronize();
      if (i >= 0) us[which].push_back(bench::detail::microseconds(end - begin));
    }
  }
  std::vector<bench::timing> result;
  for (auto& of_one : us) result.push_back(bench::summarize(std::move(of_one), 1));
  return result;
}

/// \param make  makes the operation, with its buffers, which live as long as it does. What the
///              operation does besides the call of the library counts as the library's
template <class Make>
void register_cost(const std::string& name, const Make& make) {
  bench::register_row("host_cost/" + name, [=](benchmark::State& state) {
    const bench::stream where;
    const operation call = make(where);
    call(where);  // loads the kernels
    where.synchronize();
    const std::vector<launched_kernel> kernels = kernels_of(where, call);
    for (auto _ : state) {
      const auto seen = times_to_return(
          where, {call, plain_launches(kernels, false), plain_launches(kernels, true)});
      state.SetIterationTime(seen[0].median_us * 1e-6);
      state.counters["plain_us"] = seen[1].median_us;
      state.counters["over_plain_us"] = seen[0].median_us - seen[1].median_us;
      state.counters["plain_overlapping_us"] = seen[2].median_us;
      state.counters["min_us"] = seen[0].min_us;
      state.counters["p90_us"] = seen[0].p90_us;
      state.counters["samples"] = seen[0].samples;
    }
    std::size_t bytes = 0;
    for (const launched_kernel& kernel : kernels) bytes += kernel.parameter_bytes;
    state.counters["kernels"] = static_cast<double>(kernels.size());
    state.counters["parameter_bytes"] = static_cast<double>(bytes);
  });
}

void must(const robocache::status& result) {
  if (!result.ok()) throw std::runtime_error(result.message());
}

void add_resample(const bench::resample_shape& shape) {
  const auto sorted = bench::target_order::sorted;
  register_cost(bench::row_name("resample", shape, "bf16", "f32", sorted),
                [=](const bench::stream& where) -> operation {
                  const auto work = std::make_shared<bench::resample_workload<bf16, float, bf16>>(
                      where, shape, sorted, false);
                  return [=](cudaStream_t s) { bench::launch_robocache(s, shape, (*work)[0]); };
                });
}

/// `find_brackets` and `apply_brackets`, on the buffers of that row.
void add_brackets(const bench::resample_shape& shape) {
  using robocache::tensor_view;
  using workload = bench::resample_workload<bf16, float, bf16>;
  struct buffers {
    workload work;
    bench::device_array<std::int64_t> left, right;
    bench::device_array<float> weight;

    buffers(const bench::stream& where, const bench::resample_shape& of)
        : work(where, of, bench::target_order::sorted, false),
          left(rows_of(of)),
          right(rows_of(of)),
          weight(rows_of(of)) {}
    static std::size_t rows_of(const bench::resample_shape& of) {
      return static_cast<std::size_t>(of.batch * of.rows);
    }
    robocache::brackets_view<float> view(const bench::resample_shape& of) const {
      robocache::brackets_view<float> result;
      result.left = tensor_view<std::int64_t, 2>(left.data(), {of.batch, of.rows});
      result.right = tensor_view<std::int64_t, 2>(right.data(), {of.batch, of.rows});
      result.weight = tensor_view<float, 2>(weight.data(), {of.batch, of.rows});
      return result;
    }
  };
  const std::string name =
      bench::row_name("resample", shape, "bf16", "f32", bench::target_order::sorted);
  const auto found = [shape](const buffers& all, cudaStream_t s) {
    const robocache::source_times<float> times = robocache::padded_source(
        tensor_view<const bf16, 3>(all.work[0].values,
                                   {shape.batch, shape.samples, shape.channels}),
        tensor_view<const float, 2>(all.work[0].times, {shape.batch, shape.samples}));
    must(robocache::find_brackets(
        times, tensor_view<const float, 2>(all.work[0].targets, {shape.batch, shape.rows}),
        all.view(shape), robocache::resample_policy<float>{}, s));
  };
  register_cost(name + "/find_brackets", [=](const bench::stream& where) -> operation {
    const auto all = std::make_shared<buffers>(where, shape);
    return [=](cudaStream_t s) { found(*all, s); };
  });
  register_cost(name + "/apply_brackets", [=](const bench::stream& where) -> operation {
    const auto all = std::make_shared<buffers>(where, shape);
    found(*all, where);
    return [=](cudaStream_t s) {
      must(robocache::apply_brackets(
          tensor_view<const bf16, 3>(all->work[0].values,
                                     {shape.batch, shape.samples, shape.channels}),
          all->view(shape),
          tensor_view<bf16, 3>(all->work[0].output, {shape.batch, shape.rows, shape.channels}), {},
          s));
    };
  });
}

/// The list of streams is made once, as a loop of a controller has it.
void add_fuse(const bench::fuse_shape& shape) {
  register_cost(bench::row_name("fuse", shape), [=](const bench::stream& where) -> operation {
    using robocache::tensor_view;
    const auto work = std::make_shared<bench::fuse_workload<float>>(where, shape, false);
    const bench::fuse_buffers<float> buffers = (*work)[0];
    const std::int64_t b = shape.batch;
    const std::int64_t t = shape.rows();
    const auto streams = bench::streams_of<bf16>(shape, buffers);
    const tensor_view<const float, 2> targets(buffers.anchors, {b, t});
    const tensor_view<bf16, 3> output(buffers.output, {b, t, shape.columns()});
    return [work, streams, targets, output](cudaStream_t s) {
      must(robocache::fuse(streams, targets, output, robocache::fuse_reports<float>{}, s));
    };
  });
}

template <bench::reduction R>
void add_voxelize(const bench::voxel_shape& shape) {
  register_cost(bench::row_name("voxelize", shape), [=](const bench::stream& where) -> operation {
    const auto bytes = bench::workspace_bytes<R>(shape, static_cast<cudaStream_t>(where));
    const auto work = std::make_shared<bench::voxel_workload>(where, shape, bytes, false);
    return
        [=](cudaStream_t s) { bench::launch_robocache_voxelize<R, float>(s, shape, (*work)[0]); };
  });
}

}  // namespace

int main(int argc, char** argv) {
  using bench::reduction;
  add_resample({32, 500, 256, 256});
  add_brackets({32, 500, 256, 256});
  add_fuse({8, {{30, 512}, {100, 64}, {200, 12}}, 50});
  add_fuse({64, std::vector<bench::fuse_stream_shape>(16, bench::fuse_stream_shape{200, 14}), 100});
  add_voxelize<reduction::count>({reduction::count, 10'000, 32, 32, 32});
  add_voxelize<reduction::count>({reduction::count, 1'000'000, 128, 128, 128});
  add_voxelize<reduction::mean>(
      {reduction::mean, 1'000'000, 128, 128, 128, bench::point_cloud::uniform, 4});
  return bench::gpu_main(argc, argv);
}
