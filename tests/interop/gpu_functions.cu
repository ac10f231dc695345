// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/mdspan.hpp>
#include <robocache/interop/point_cloud2.cuh>
#include <robocache/interop/thrust.hpp>
#include <robocache/resample.cuh>
#include <robocache/voxelize.cuh>

#include "../support/environment.hpp"
#include "gpu_functions.hpp"

#include <cuda_runtime_api.h>
#include <thrust/copy.h>
#include <thrust/device_vector.h>

#include <cstddef>
#include <cstdint>
#include <cuda/std/array>
#include <cuda/std/mdspan>
#include <string>
#include <type_traits>
#include <vector>

template <>
struct robocache::scalar_format_of<robocache_test::framework_bfloat16>
    : robocache::scalar_format_constant<robocache::scalar_format::bf16> {};

namespace robocache_test {
namespace {

using robocache::tensor_view;

/// A device vector has no copies of types that it does not know; bytes always do.
template <class T>
struct device_memory {
  explicit device_memory(const std::vector<T>& values, std::size_t shift = 0)
      : bytes_(shift + values.size() * sizeof(T)), shift_(shift) {
    const auto* const first = reinterpret_cast<const unsigned char*>(values.data());
    thrust::copy(first, first + values.size() * sizeof(T), bytes_.begin() + shift);
  }
  T* data() { return reinterpret_cast<T*>(bytes_.data().get() + shift_); }
  void copy_to(std::vector<T>& values) {
    thrust::copy(bytes_.begin() + shift_, bytes_.end(),
                 reinterpret_cast<unsigned char*>(values.data()));
  }

 private:
  thrust::device_vector<unsigned char> bytes_;
  std::size_t shift_;
};

struct side_stream {
  cudaStream_t stream = nullptr;
  side_stream() { (void)cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking); }
  ~side_stream() { (void)cudaStreamDestroy(stream); }
  void finish() { (void)cudaStreamSynchronize(stream); }
};

/// The launch with a stream, after the same with `preload`.
template <class Launch>
robocache::status loaded_then_run(const Launch& launch) {
  (void)cudaDeviceSynchronize();
  if (robocache::status loaded = launch(robocache::preload); !loaded.ok()) return loaded;
  side_stream side;
  const robocache::status launched = launch(side.stream);
  side.finish();
  return launched;
}

__global__ void write_view(
    cuda::std::mdspan<float, cuda::std::dextents<int, 3>, cuda::std::layout_stride> grid) {
  const tensor_view view(grid);
  static_assert(std::is_same_v<decltype(view), const tensor_view<float, 3>>);
  for (int z = 0; z < view.extent(0); ++z) {
    for (int y = 0; y < view.extent(1); ++y) {
      const int x = static_cast<int>(threadIdx.x);
      if (x < view.extent(2)) view(z, y, x) = static_cast<float>(100 * z + 10 * y + x);
    }
  }
}

}  // namespace

std::string reason_to_skip() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess && count > 0) return "";
  return "no CUDA device";
}

template <class Out>
robocache::status unpack_on_gpu(const cloud_message& message, const std::vector<std::string>& names,
                                std::size_t shift, std::vector<Out>& output) {
  device_memory<std::uint8_t> bytes(message.data, shift);
  device_memory<Out> result(output);
  const auto points = robocache::point_cloud2_size(message);
  const auto fields = names.size();
  const robocache::status done = loaded_then_run([&](auto where) {
    return robocache::unpack_point_cloud2(
        robocache::point_cloud2_at(message, bytes.data()), names,
        tensor_view(result.data(), {points, fields}, {2 * fields, std::size_t{2}}), where);
  });
  result.copy_to(output);
  return done;
}
template robocache::status unpack_on_gpu(const cloud_message&, const std::vector<std::string>&,
                                         std::size_t, std::vector<float>&);
template robocache::status unpack_on_gpu(const cloud_message&, const std::vector<std::string>&,
                                         std::size_t, std::vector<double>&);
template robocache::status unpack_on_gpu(const cloud_message&, const std::vector<std::string>&,
                                         std::size_t, std::vector<robocache::float16>&);
template robocache::status unpack_on_gpu(const cloud_message&, const std::vector<std::string>&,
                                         std::size_t, std::vector<robocache::bfloat16>&);

template <class Time>
robocache::status unpack_times_on_gpu(const cloud_message& message, const char* name,
                                      std::vector<Time>& output) {
  device_memory<std::uint8_t> bytes(message.data);
  device_memory<Time> result(output);
  const robocache::status done = loaded_then_run([&](auto where) {
    return robocache::unpack_point_cloud2_times(robocache::point_cloud2_at(message, bytes.data()),
                                                name, tensor_view(result.data(), {output.size()}),
                                                where);
  });
  result.copy_to(output);
  return done;
}
template robocache::status unpack_times_on_gpu(const cloud_message&, const char*,
                                               std::vector<double>&);
template robocache::status unpack_times_on_gpu(const cloud_message&, const char*,
                                               std::vector<std::int64_t>&);
template robocache::status unpack_times_on_gpu(const cloud_message&, const char*,
                                               std::vector<std::uint64_t>&);

robocache::status voxelize_on_gpu(const cloud_message& message, std::vector<float>& means) {
  device_memory<std::uint8_t> bytes(message.data);
  const void* const device_bytes = bytes.data();
  // [snippet:at]
  // message.data was copied to device_bytes, on the GPU.
  const auto there = robocache::point_cloud2_at(message, device_bytes);
  robocache::point_view<float> points;
  robocache::feature_view<float> features;
  if (auto s = robocache::point_cloud2_points(there, points); !s.ok()) return s;
  if (auto s = robocache::point_cloud2_features(there, {"intensity"}, features); !s.ok()) return s;
  // [/snippet:at]
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {1, 1, 1}, {4, 4, 4}};
  thrust::device_vector<unsigned char> space(
      robocache::voxelize_workspace_bytes<robocache::reduction::mean>(points.size, grid,
                                                                      cudaStream_t{}));
  thrust::device_vector<float> result(64);
  tensor_view<float, 4> output;
  if (auto s = robocache::from_thrust("output", result, {4, 4, 4, 1}, output); !s.ok()) return s;
  const robocache::status done = loaded_then_run([&](auto where) {
    return robocache::voxelize<robocache::reduction::mean>(
        points, features, grid, output, {space.data().get(), space.size()}, where);
  });
  means.resize(64);
  thrust::copy(result.begin(), result.end(), means.begin());
  return done;
}

robocache::status resample_with_thrust(const std::vector<float>& values,
                                       const std::vector<double>& times,
                                       const std::vector<double>& targets,
                                       std::vector<float>& output) {
  // [snippet:thrust]
  thrust::device_vector<float> joints(values.begin(), values.end());
  thrust::device_vector<double> stamps(times.begin(), times.end());
  const thrust::device_vector<double> at(targets.begin(), targets.end());
  thrust::device_vector<float> result(2 * 20 * 3);

  tensor_view<const float, 3> v;
  tensor_view<const double, 2> t;
  tensor_view<float, 3> out;
  if (auto s = robocache::from_thrust("joints", joints, {2, 50, 3}, v); !s.ok()) return s;
  if (auto s = robocache::from_thrust("stamps", stamps, {2, 50}, t); !s.ok()) return s;
  if (auto s = robocache::from_thrust("result", result, {2, 20, 3}, out); !s.ok()) return s;
  const cudaStream_t stream = cudaStreamPerThread;
  const robocache::status done = robocache::resample(robocache::padded_source(v, t),
                                                     robocache::thrust_view(at), out, {}, stream);
  // [/snippet:thrust]
  (void)cudaStreamSynchronize(stream);
  output.resize(result.size());
  thrust::copy(result.begin(), result.end(), output.begin());
  return done;
}

std::vector<std::string> wrong_thrust_vectors() {
  thrust::device_vector<float> vector(6);
  const thrust::device_vector<float>& constant = vector;
  static_assert(std::is_same_v<decltype(robocache::thrust_view(vector)), tensor_view<float, 1>>);
  static_assert(
      std::is_same_v<decltype(robocache::thrust_view(constant)), tensor_view<const float, 1>>);
  tensor_view<const float, 2> view;
  std::vector<std::string> messages;
  messages.push_back(robocache::from_thrust("joints", vector, {2, 4}, view).message());
  messages.push_back(view.data() == nullptr ? "" : "touched");
  messages.push_back(robocache::from_thrust("joints", constant, {2, 3}, view).message());
  messages.push_back(view.data() == vector.data().get() ? "" : "another address");
  return messages;
}

robocache::status resample_framework_type(const std::vector<std::uint16_t>& values,
                                          const std::vector<double>& times,
                                          const std::vector<double>& targets,
                                          std::vector<std::uint16_t>& output) {
  device_memory<std::uint16_t> v(values);
  device_memory<double> t(times);
  device_memory<double> at(targets);
  device_memory<std::uint16_t> out(output);
  const robocache::status done = loaded_then_run([&](auto where) {
    return robocache::resample(
        robocache::padded_source(
            tensor_view(reinterpret_cast<const framework_bfloat16*>(v.data()), {2, 50, 3}),
            tensor_view(t.data(), {2, 50})),
        tensor_view(at.data(), {20}),
        tensor_view(reinterpret_cast<framework_bfloat16*>(out.data()), {2, 20, 3}), {}, where);
  });
  out.copy_to(output);
  return done;
}

robocache::status sum_framework_type(const std::vector<float>& points,
                                     const std::vector<std::uint16_t>& features,
                                     std::uint16_t& sum) {
  device_memory<float> p(points);
  device_memory<std::uint16_t> f(features);
  std::vector<std::uint16_t> one = {0};
  device_memory<std::uint16_t> out(one);
  const auto count = static_cast<std::int64_t>(features.size());
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {1, 1, 1}, {1, 1, 1}};
  thrust::device_vector<unsigned char> space(
      robocache::voxelize_workspace_bytes<robocache::reduction::sum>(count, grid, cudaStream_t{}));
  const robocache::status done = loaded_then_run([&](auto where) {
    return robocache::voxelize<robocache::reduction::sum>(
        robocache::points_of(tensor_view(p.data(), {count, 3})),
        robocache::features_of(
            tensor_view(reinterpret_cast<const framework_bfloat16*>(f.data()), {count, 1})),
        grid, tensor_view(reinterpret_cast<framework_bfloat16*>(out.data()), {1, 1, 1, 1}),
        {space.data().get(), space.size()}, where);
  });
  out.copy_to(one);
  sum = one[0];
  return done;
}

void write_through_mdspan(std::vector<float>& data) {
  device_memory<float> memory(data);
  cuda::std::mdspan<float, cuda::std::dextents<int, 3>, cuda::std::layout_stride> grid;
  const tensor_view view(memory.data(), {2, 3, 4}, {18, 6, 1});
  if (!robocache::to_mdspan("grid", view, grid).ok()) return;
  write_view<<<1, 32>>>(grid);
  (void)cudaDeviceSynchronize();
  memory.copy_to(data);
}

}  // namespace robocache_test
