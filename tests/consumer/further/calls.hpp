// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/compiled.hpp>

#include <cuda_fp16.h>

#include <cstdint>

// A reducer of one's own: the value of the point with the largest index.
struct last_seen {
  struct state {
    std::uint32_t index = 0;
    float value = 0;
  };
  ROBOCACHE_HD void add(state& s, std::uint32_t index, float value) const {
    merge(s, {index + 1, value});
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const {
    if (other.index > s.index) s = other;
  }
  ROBOCACHE_HD float finish(const state& s, const robocache::voxel_facts&) const { return s.value; }
};

// [snippet:calls]
// Depths in millimetres at nanoseconds.
ROBOCACHE_COMPILED(resample_call<source_view<std::int16_t, std::int64_t>, float>)

// Streams of two scalars that robocache::compiled has not together.
using rig = robocache::sensor_stream<std::int64_t, double, std::int16_t>;
ROBOCACHE_COMPILED(fuse_call<rig, concatenated<float>>)

// A reducer of one's own, over points of double.
ROBOCACHE_COMPILED(voxelize_call<last_seen, double, float, float>)
// [/snippet:calls]

// By CUDA's name of a scalar, which calls rename.
ROBOCACHE_COMPILED(resample_call<source_view<__half, float>, float>)
