// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/buffers.cuh"
#include "../harness/device.cuh"
#include "call.hpp"
#include "naive.cuh"
#include "shape.hpp"

#include <cub/device/device_histogram.cuh>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_reduce.cuh>
#include <cub/device/device_run_length_encode.cuh>
#include <cub/device/device_segmented_reduce.cuh>
#include <thrust/binary_search.h>
#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/functional.h>
#include <thrust/iterator/constant_iterator.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/scatter.h>
#include <thrust/sequence.h>
#include <thrust/sort.h>
#include <thrust/tabulate.h>
#include <thrust/transform.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <new>
#include <stdexcept>

/// \file
/// Voxelization as one writes it with CUB and Thrust: each point becomes the number of its voxel,
/// its key (of points outside the number of voxels), and then, in several spellings,
///
/// - counts: `histogram`, which `cub::DeviceHistogram` was not made for: with more than 256 bins
///   each block keeps a histogram of its own in device memory, gigabytes of them; `sort_runs`, the
///   sorted keys' run lengths scattered into the cleared grid; `sort_bounds`, a binary search for
///   the beginning of each voxel in the sorted keys and the differences;
/// - occupancy: `scatter_if` of ones into the cleared grid;
/// - means and maxima: (key, point) pairs are sorted, then `sort_reduce_by_key`, whole rows of
///   features as one value, gathered while they are reduced, scattered into the cleared grid;
///   `sort_segmented_reduce` over all voxels, empty ones included, since only the device knows how
///   many are not: a block for each; `sort_bounds`, where the functor of a `thrust::tabulate` loops
///   over its voxel's points, a kernel of one's own in all but its name.
///
/// Spellings of the peer `cub` sort with `cub::DeviceRadixSort` only the bits that a key has, those
/// of `thrust` with `thrust::sort`, which sorts all 32. Only memory that was allocated before is
/// used: nothing may allocate while a graph is captured.

namespace bench {

/// Temporary memory handed out piece by piece. Without memory it only counts what is asked for.
class cub_scratch {
 public:
  cub_scratch() = default;
  cub_scratch(void* data, std::size_t bytes)
      : data_(static_cast<unsigned char*>(data)), limit_(bytes) {}

  bool only_counts() const { return data_ == nullptr; }
  std::size_t used() const { return used_; }

  /// Uninitialised; null if this only counts.
  template <class T>
  T* take(std::size_t count) {
    const std::size_t first = used_;
    used_ += aligned(count * sizeof(T));
    if (only_counts()) return nullptr;
    if (used_ > limit_) throw std::bad_alloc();
    return reinterpret_cast<T*>(data_ + first);
  }

  /// Calls `body` unless this only counts.
  template <class Body>
  void run(const Body& body) const {
    if (!only_counts()) body();
  }

  /// One of CUB's algorithms: `call(temporary, bytes)` asks for the bytes if `temporary` is null.
  template <class Call>
  void run_cub(const char* what, const Call& call) {
    std::size_t bytes = 0;
    check(call(nullptr, bytes), what);
    void* const temporary = take<unsigned char>(std::max<std::size_t>(bytes, 1));
    if (!only_counts()) check(call(temporary, bytes), what);
  }

 private:
  unsigned char* data_ = nullptr;
  std::size_t limit_ = 0;
  std::size_t used_ = 0;
};

namespace detail {

/// Hands Thrust's algorithms one piece of memory after another; nothing is given back.
class thrust_allocator {
 public:
  using value_type = char;

  thrust_allocator(char* data, std::size_t bytes) : scratch_(data, bytes) {}
  char* allocate(std::ptrdiff_t bytes) {
    return scratch_.take<char>(static_cast<std::size_t>(bytes));
  }
  void deallocate(char*, std::size_t) {}

 private:
  cub_scratch scratch_;
};

struct voxel_key {
  naive_voxels voxels;
  std::uint32_t outside;  // the number of voxels

  __device__ std::uint32_t operator()(int i) const {
    const int voxel = voxels.of<point_layout::dense>(i);
    return voxel < 0 ? outside : static_cast<std::uint32_t>(voxel);
  }
};

inline voxel_key key_of(const voxel_shape& shape, const voxel_buffers& buffers) {
  if (shape.layout != point_layout::dense || shape.points > std::numeric_limits<int>::max() ||
      shape.cells() > std::numeric_limits<int>::max()) {
    throw std::runtime_error("not a shape for CUB's spellings");
  }
  const robocache::voxel_grid<float> grid = grid_of(shape);
  return {{buffers.points,
           static_cast<int>(shape.points),
           {grid.origin[0], grid.origin[1], grid.origin[2]},
           grid.voxel_size[0],
           shape.nx,
           shape.ny,
           shape.nz},
          static_cast<std::uint32_t>(shape.cells())};
}

struct is_below {
  std::uint32_t limit;

  __host__ __device__ bool operator()(std::uint32_t key) const { return key < limit; }
};

inline void write_keys(cudaStream_t where, const voxel_shape& shape, const voxel_buffers& buffers,
                       std::uint32_t* keys) {
  thrust::transform(thrust::cuda::par_nosync.on(where), thrust::make_counting_iterator(0),
                    thrust::make_counting_iterator(static_cast<int>(shape.points)), keys,
                    key_of(shape, buffers));
}

/// Points in the order of their voxels; those outside come last.
struct sorted_points {
  const std::uint32_t* keys;
  const std::uint32_t* indices;  // null unless asked for
};

inline sorted_points sort_by_cub(cudaStream_t where, const voxel_shape& shape,
                                 const voxel_buffers& buffers, bool with_indices,
                                 cub_scratch& scratch) {
  const int points = static_cast<int>(shape.points);
  int bits = 1;
  while (shape.cells() >> bits != 0) ++bits;
  auto* const keys = scratch.take<std::uint32_t>(points);
  auto* const sorted_keys = scratch.take<std::uint32_t>(points);
  scratch.run([&] { write_keys(where, shape, buffers, keys); });
  if (!with_indices) {
    scratch.run_cub("cub::DeviceRadixSort::SortKeys", [&](void* temporary, std::size_t& bytes) {
      return cub::DeviceRadixSort::SortKeys(temporary, bytes, keys, sorted_keys, points, 0, bits,
                                            where);
    });
    return {sorted_keys, nullptr};
  }
  auto* const indices = scratch.take<std::uint32_t>(points);
  auto* const sorted_indices = scratch.take<std::uint32_t>(points);
  scratch.run(
      [&] { thrust::sequence(thrust::cuda::par_nosync.on(where), indices, indices + points); });
  scratch.run_cub("cub::DeviceRadixSort::SortPairs", [&](void* temporary, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortPairs(temporary, bytes, keys, sorted_keys, indices,
                                           sorted_indices, points, 0, bits, where);
  });
  return {sorted_keys, sorted_indices};
}

inline sorted_points sort_by_thrust(cudaStream_t where, const voxel_shape& shape,
                                    const voxel_buffers& buffers, bool with_indices,
                                    cub_scratch& scratch) {
  const int points = static_cast<int>(shape.points);
  auto* const keys = scratch.take<std::uint32_t>(points);
  auto* const indices = with_indices ? scratch.take<std::uint32_t>(points) : nullptr;
  // The other halves of the double buffers, and what the sort needs besides.
  const std::size_t bytes = (sizeof(std::uint32_t) * 2 + 1) * points + (16 << 20);
  auto* const temporary = scratch.take<char>(bytes);
  scratch.run([&] {
    write_keys(where, shape, buffers, keys);
    thrust_allocator allocator(temporary, bytes);
    const auto policy = thrust::cuda::par_nosync(allocator).on(where);
    if (with_indices) {
      thrust::sequence(policy, indices, indices + points);
      thrust::sort_by_key(policy, keys, keys + points, indices);
    } else {
      thrust::sort(policy, keys, keys + points);
    }
  });
  return {keys, indices};
}

/// Where each voxel's points begin among the sorted ones: [voxels + 1].
inline const std::uint32_t* bounds_of(cudaStream_t where, const voxel_shape& shape,
                                      const std::uint32_t* sorted_keys, cub_scratch& scratch) {
  const auto cells = static_cast<std::uint32_t>(shape.cells());
  auto* const bounds = scratch.take<std::uint32_t>(shape.cells() + 1);
  scratch.run([&] {
    thrust::lower_bound(thrust::cuda::par_nosync.on(where), sorted_keys, sorted_keys + shape.points,
                        thrust::make_counting_iterator(0u),
                        thrust::make_counting_iterator(cells + 1), bounds);
  });
  return bounds;
}

/// How many runs there may be in the sorted keys.
inline std::size_t most_runs(const voxel_shape& shape) {
  return std::min(static_cast<std::size_t>(shape.points), shape.cells() + 1);
}

inline void clear_grid(cudaStream_t where, const voxel_shape& shape, const voxel_buffers& buffers) {
  check(cudaMemsetAsync(buffers.output, 0, shape.output_bytes(), where), "clear");
}

struct scatter_counts {
  const std::uint32_t* keys;     // of the runs
  const std::uint32_t* lengths;  // of the runs
  const int* runs;
  std::uint32_t cells;
  std::uint32_t* output;

  __device__ void operator()(int run) const {
    if (run < *runs && keys[run] < cells) output[keys[run]] = lengths[run];
  }
};

/// What is kept of the points of a voxel while they are reduced.
template <reduction R, int Features>
struct partial {
  float values[Features];
  std::uint32_t count;  // of points

  __host__ __device__ static partial none() {
    partial result;
    for (int c = 0; c < Features; ++c) result.values[c] = 0;
    result.count = 0;
    return result;
  }
  __host__ __device__ static partial of(const float* features) {
    partial result;
    for (int c = 0; c < Features; ++c) result.values[c] = features[c];
    result.count = 1;
    return result;
  }
  __host__ __device__ friend partial operator+(const partial& a, const partial& b) {
    partial result;
    for (int c = 0; c < Features; ++c) result.values[c] = a.values[c] + b.values[c];
    result.count = a.count + b.count;
    return result;
  }
  __host__ __device__ float finished(int c) const {
    return count == 0 ? 0.0f : values[c] / static_cast<float>(count);
  }
};

template <int Features>
struct partial<reduction::max, Features> {
  float values[Features];

  __host__ __device__ static partial none() {
    partial result;
    for (int c = 0; c < Features; ++c) result.values[c] = -INFINITY;
    return result;
  }
  __host__ __device__ static partial of(const float* features) {
    partial result;
    for (int c = 0; c < Features; ++c) result.values[c] = features[c];
    return result;
  }
  __host__ __device__ friend partial operator+(const partial& a, const partial& b) {
    partial result;
    for (int c = 0; c < Features; ++c) {
      result.values[c] = a.values[c] > b.values[c] ? a.values[c] : b.values[c];
    }
    return result;
  }
  __host__ __device__ float finished(int c) const {
    return values[c] == -INFINITY ? 0.0f : values[c];
  }
};

template <class Partial>
struct add_partials {
  __host__ __device__ Partial operator()(const Partial& a, const Partial& b) const { return a + b; }
};

/// The features of a point, by its index.
template <class Partial, int Features>
struct gather_features {
  const float* features;  // [N, Features]

  __host__ __device__ Partial operator()(std::uint32_t i) const {
    return Partial::of(features + static_cast<std::size_t>(i) * Features);
  }
};

/// An output iterator over the voxels: what is kept of one is assigned, its elements are written.
template <class Partial, int Features>
class finished_voxels {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = void;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  struct reference {
    float* to;

    __host__ __device__ const reference& operator=(const Partial& x) const {
      for (int c = 0; c < Features; ++c) to[c] = x.finished(c);
      return *this;
    }
  };

  explicit finished_voxels(float* output) : output_(output) {}
  __host__ __device__ reference operator*() const { return {output_}; }
  __host__ __device__ reference operator[](difference_type i) const { return *(*this + i); }
  __host__ __device__ finished_voxels& operator+=(difference_type i) {
    output_ += i * Features;
    return *this;
  }
  __host__ __device__ friend finished_voxels operator+(finished_voxels a, difference_type i) {
    a += i;
    return a;
  }

 private:
  float* output_;  // [cells, Features]
};

template <class Partial, int Features>
struct scatter_partials {
  const std::uint32_t* keys;  // of the runs
  const Partial* partials;    // of the runs
  const int* runs;
  std::uint32_t cells;
  float* output;  // [cells, Features]

  __device__ void operator()(int i) const {
    const int run = i / Features;
    if (run >= *runs || keys[run] >= cells) return;
    output[static_cast<std::size_t>(keys[run]) * Features + i % Features] =
        partials[run].finished(i % Features);
  }
};

/// Element `i` of the output: a loop over the points of its voxel.
template <reduction R, int Features>
struct reduce_element {
  const std::uint32_t* bounds;   // [cells + 1]
  const std::uint32_t* indices;  // of the sorted points
  const float* features;

  __device__ float operator()(std::size_t i) const {
    using one = partial<R, 1>;
    const std::size_t voxel = i / Features;
    one result = one::none();
    for (std::uint32_t k = bounds[voxel]; k < bounds[voxel + 1]; ++k) {
      result = result +
               one::of(features + static_cast<std::size_t>(indices[k]) * Features + i % Features);
    }
    return result.finished(0);
  }
};

}  // namespace detail

// ------------------------------------------------------------------------------------ counts

inline void count_by_histogram(cudaStream_t where, const voxel_shape& shape,
                               const voxel_buffers& buffers, cub_scratch& scratch) {
  const int points = static_cast<int>(shape.points);
  const int cells = static_cast<int>(shape.cells());
  auto* const keys = scratch.take<std::uint32_t>(points);
  scratch.run([&] { detail::write_keys(where, shape, buffers, keys); });
  scratch.run_cub("cub::DeviceHistogram::HistogramEven", [&](void* temporary, std::size_t& bytes) {
    return cub::DeviceHistogram::HistogramEven(
        temporary, bytes, keys, static_cast<std::uint32_t*>(buffers.output), cells + 1,
        std::uint32_t{0}, static_cast<std::uint32_t>(cells), points, where);
  });
}

inline void count_by_runs(cudaStream_t where, const voxel_shape& shape,
                          const voxel_buffers& buffers, cub_scratch& scratch) {
  const std::size_t most = detail::most_runs(shape);
  const detail::sorted_points sorted = detail::sort_by_cub(where, shape, buffers, false, scratch);
  auto* const keys = scratch.take<std::uint32_t>(most);
  auto* const lengths = scratch.take<std::uint32_t>(most);
  auto* const runs = scratch.take<int>(1);
  scratch.run_cub("cub::DeviceRunLengthEncode", [&](void* temporary, std::size_t& bytes) {
    return cub::DeviceRunLengthEncode::Encode(temporary, bytes, sorted.keys, keys, lengths, runs,
                                              static_cast<int>(shape.points), where);
  });
  scratch.run([&] {
    detail::clear_grid(where, shape, buffers);
    const detail::scatter_counts scatter{keys, lengths, runs,
                                         static_cast<std::uint32_t>(shape.cells()),
                                         static_cast<std::uint32_t*>(buffers.output)};
    thrust::for_each_n(thrust::cuda::par_nosync.on(where), thrust::make_counting_iterator(0),
                       static_cast<int>(most), scatter);
  });
}

/// \param sort  `sort_by_cub` or `sort_by_thrust`
template <class Sort>
void count_by_bounds(cudaStream_t where, const voxel_shape& shape, const voxel_buffers& buffers,
                     cub_scratch& scratch, const Sort& sort) {
  const detail::sorted_points sorted = sort(where, shape, buffers, false, scratch);
  const std::uint32_t* const bounds = detail::bounds_of(where, shape, sorted.keys, scratch);
  scratch.run([&] {
    thrust::transform(thrust::cuda::par_nosync.on(where), bounds + 1, bounds + 1 + shape.cells(),
                      bounds, static_cast<std::uint32_t*>(buffers.output),
                      thrust::minus<std::uint32_t>());
  });
}

// --------------------------------------------------------------------------------- occupancy

inline void occupy_by_scatter(cudaStream_t where, const voxel_shape& shape,
                              const voxel_buffers& buffers, cub_scratch& scratch) {
  scratch.run([&] {
    detail::clear_grid(where, shape, buffers);
    const detail::voxel_key key = detail::key_of(shape, buffers);
    const auto keys = thrust::make_transform_iterator(thrust::make_counting_iterator(0), key);
    const auto ones = thrust::make_constant_iterator(std::uint8_t{1});
    thrust::scatter_if(thrust::cuda::par_nosync.on(where), ones, ones + shape.points, keys, keys,
                       static_cast<std::uint8_t*>(buffers.output), detail::is_below{key.outside});
  });
}

// -------------------------------------------------------------------------- means and maxima

template <reduction R, int Features>
void reduce_by_runs(cudaStream_t where, const voxel_shape& shape, const voxel_buffers& buffers,
                    cub_scratch& scratch) {
  using partial = detail::partial<R, Features>;
  const std::size_t most = detail::most_runs(shape);
  const detail::sorted_points sorted = detail::sort_by_cub(where, shape, buffers, true, scratch);
  auto* const keys = scratch.take<std::uint32_t>(most);
  auto* const partials = scratch.take<partial>(most);
  auto* const runs = scratch.take<int>(1);
  const auto values = thrust::make_transform_iterator(
      sorted.indices,
      detail::gather_features<partial, Features>{static_cast<const float*>(buffers.features)});
  scratch.run_cub("cub::DeviceReduce::ReduceByKey", [&](void* temporary, std::size_t& bytes) {
    return cub::DeviceReduce::ReduceByKey(temporary, bytes, sorted.keys, keys, values, partials,
                                          runs, detail::add_partials<partial>{},
                                          static_cast<int>(shape.points), where);
  });
  scratch.run([&] {
    detail::clear_grid(where, shape, buffers);
    const detail::scatter_partials<partial, Features> scatter{
        keys, partials, runs, static_cast<std::uint32_t>(shape.cells()),
        static_cast<float*>(buffers.output)};
    thrust::for_each_n(thrust::cuda::par_nosync.on(where), thrust::make_counting_iterator(0),
                       static_cast<int>(most * Features), scatter);
  });
}

template <reduction R, int Features>
void reduce_by_segments(cudaStream_t where, const voxel_shape& shape, const voxel_buffers& buffers,
                        cub_scratch& scratch) {
  using partial = detail::partial<R, Features>;
  const detail::sorted_points sorted = detail::sort_by_cub(where, shape, buffers, true, scratch);
  const std::uint32_t* const bounds = detail::bounds_of(where, shape, sorted.keys, scratch);
  const auto values = thrust::make_transform_iterator(
      sorted.indices,
      detail::gather_features<partial, Features>{static_cast<const float*>(buffers.features)});
  const detail::finished_voxels<partial, Features> output(static_cast<float*>(buffers.output));
  scratch.run_cub("cub::DeviceSegmentedReduce", [&](void* temporary, std::size_t& bytes) {
    return cub::DeviceSegmentedReduce::Reduce(
        temporary, bytes, values, output, static_cast<std::int64_t>(shape.cells()), bounds,
        bounds + 1, detail::add_partials<partial>{}, partial::none(), where);
  });
}

/// \param sort  `sort_by_cub` or `sort_by_thrust`
template <reduction R, int Features, class Sort>
void reduce_by_bounds(cudaStream_t where, const voxel_shape& shape, const voxel_buffers& buffers,
                      cub_scratch& scratch, const Sort& sort) {
  const detail::sorted_points sorted = sort(where, shape, buffers, true, scratch);
  const std::uint32_t* const bounds = detail::bounds_of(where, shape, sorted.keys, scratch);
  scratch.run([&] {
    auto* const output = static_cast<float*>(buffers.output);
    thrust::tabulate(thrust::cuda::par_nosync.on(where), output, output + shape.cells() * Features,
                     detail::reduce_element<R, Features>{
                         bounds, sorted.indices, static_cast<const float*>(buffers.features)});
  });
}

}  // namespace bench
