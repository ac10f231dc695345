// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/call.hpp>

#include <cuda_runtime_api.h>

#include <cstdint>

/// \file
/// Kernels as users write them, around the collectives of `voxelize`.

namespace robocache_test {

/// A depth image whose pixels become points.
struct depth_image {
  const std::uint16_t* depth;  ///< 0: no point
  std::int32_t width;
  std::int32_t height;
};

/// Writes the points [N, 3] of an image.
void materialise(const depth_image& image, float* points, cudaStream_t stream);

using count_call =
    robocache::voxelize_call<robocache::reducers::count, float, std::uint32_t, std::uint32_t>;
using mean_call = robocache::voxelize_call<robocache::reducers::mean, float, float, float>;
/// Features of one type of 16 bits, output of the other.
using short_mean_call = robocache::voxelize_call<robocache::reducers::mean, float,
                                                 robocache::bfloat16, robocache::float16>;

/// The points of the image by the binning collective, then `finish`.
robocache::status produce(const count_call& call, const depth_image& image, cudaStream_t stream);
robocache::status produce(const mean_call& call, const depth_image& image, cudaStream_t stream);

/// A call by kernels around every collective.
robocache::status by_collectives(const count_call& call, cudaStream_t stream);
robocache::status by_collectives(const mean_call& call, cudaStream_t stream);

/// The launchers.
robocache::status launched(const count_call& call, cudaStream_t stream);
robocache::status launched(const mean_call& call, cudaStream_t stream);
robocache::status launched(const short_mean_call& call, cudaStream_t stream);
robocache::status preloaded(const count_call& call);
robocache::status preloaded(const mean_call& call);
template <class Call>
std::size_t workspace_of(const Call& call);

template <class Mark>
using mark_call =
    robocache::voxelize_call<Mark, float, typename Mark::scalar, typename Mark::scalar>;
template <class Mark>
robocache::status launched(const mark_call<Mark>& call, cudaStream_t stream);

/// What a sink was told of an element.
struct told_element {
  std::int64_t voxel;
  std::uint32_t element;
};
/// What a sink was told of a channel.
struct told_channel {
  std::int64_t voxel;
  std::uint32_t channel;
  float value;  ///< exactly: it was rounded to the output's type before
  std::uint32_t points;
};
/// What a sink was told, in no order: in device memory.
template <class Told>
struct told_list {
  Told* told;
  std::uint32_t room;
  std::uint32_t* number;  ///< may be more than there is room for
};

/// A call whose voxels go to a list, by a function as sink.
template <class Mark>
robocache::status to_list(const mark_call<Mark>& call, const told_list<told_element>& list,
                          cudaStream_t stream);
/// The same of bins as a whole: all elements in the order of their numbers, the empty ones too.
template <class Mark>
robocache::status to_order(const mark_call<Mark>& call, typename Mark::scalar* elements,
                           cudaStream_t stream);
/// The same of channels.
template <class Reducer, class In, class Out>
robocache::status to_list(const robocache::voxelize_call<Reducer, float, In, Out>& call,
                          const told_list<told_channel>& list, cudaStream_t stream);

/// Each point by a thread with `add_point`; returns how many were inside.
std::uint32_t add_singly(const count_call& call, cudaStream_t stream);

/// A reducer of users: how many values are above the limit, of how many. Without `of_one`.
struct share_above {
  float limit = 0;
  struct state {  // without initialisers: it is zero because the library value-initialises it
    std::uint32_t above;
    std::uint32_t all;
  };
  ROBOCACHE_HD void add(state& s, std::uint32_t, float x) const {
    s.above += x > limit ? 1u : 0u;
    s.all += 1;
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const {
    s.above += other.above;
    s.all += other.all;
  }
  ROBOCACHE_HD float finish(const state& s, const robocache::voxel_facts& facts) const {
    // Also that every point of the voxel was looked at exactly once.
    return s.all == facts.points ? static_cast<float>(s.above) : -1.0f;
  }
  ROBOCACHE_HD float accumulate(float before, const state& s, const robocache::voxel_facts&) const {
    return before + static_cast<float>(s.above);
  }
};
using share_call = robocache::voxelize_call<share_above, float, float, float>;
robocache::status launched(const share_call& call, cudaStream_t stream);

/// The same of where the points are in their voxels.
using place_call = robocache::voxelize_call<
    share_above, float, robocache::point_coordinates<float, robocache::relative_to::voxel_centre>,
    float>;
robocache::status by_collectives(const place_call& call, cudaStream_t stream);

}  // namespace robocache_test
