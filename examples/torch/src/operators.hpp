// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arguments.hpp"

#include <torch/csrc/stable/ops.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

// The operators, in the order of their schemas (library.cpp). docs/torch.md says what they do.

namespace robocache_torch {

/// float32, but bfloat16 of bfloat16 and float64 of float64.
ScalarType output_type(const Tensor& values);

/// An uninitialized tensor on the device of another, from PyTorch's allocator, on the current
/// stream.
template <std::size_t Rank>
Tensor empty_like_device(const Tensor& other, const std::array<std::int64_t, Rank>& extents,
                         ScalarType type) {
  return torch::stable::new_empty(other, {extents.data(), extents.size()}, type);
}

Tensor resample(Tensor values, Tensor times, Tensor targets, std::optional<Tensor> lengths,
                std::optional<Tensor> offsets, std::optional<Tensor> windows,
                std::optional<Tensor> scale, std::optional<Tensor> shift, text interpolation,
                text extrapolation, text gap, std::optional<double> max_gap,
                std::optional<double> tolerance, std::optional<double> horizon, double time_offset,
                double fill_value, std::optional<ScalarType> dtype);
void resample_out(Tensor values, Tensor times, Tensor targets, std::optional<Tensor> lengths,
                  std::optional<Tensor> offsets, std::optional<Tensor> windows,
                  std::optional<Tensor> scale, std::optional<Tensor> shift, text interpolation,
                  text extrapolation, text gap, std::optional<double> max_gap,
                  std::optional<double> tolerance, std::optional<double> horizon,
                  double time_offset, double fill_value, Tensor out,
                  std::optional<Tensor> statuses);

Tensor fuse(std::vector<Tensor> values, std::vector<Tensor> times, Tensor targets,
            std::optional<std::vector<Tensor>> lengths, std::optional<Tensor> windows,
            std::optional<std::vector<text>> interpolation, text extrapolation, text gap,
            std::optional<std::vector<double>> max_gap,
            std::optional<std::vector<double>> tolerance, std::optional<double> horizon,
            std::optional<std::vector<double>> time_offset, double fill_value,
            std::optional<ScalarType> dtype);
void fuse_out(std::vector<Tensor> values, std::vector<Tensor> times, Tensor targets,
              std::optional<std::vector<Tensor>> lengths, std::optional<Tensor> windows,
              std::optional<std::vector<text>> interpolation, text extrapolation, text gap,
              std::optional<std::vector<double>> max_gap,
              std::optional<std::vector<double>> tolerance, std::optional<double> horizon,
              std::optional<std::vector<double>> time_offset, double fill_value, Tensor out,
              std::optional<Tensor> statuses, std::optional<Tensor> ages);

Tensor voxelize(Tensor points, std::optional<Tensor> features, std::vector<double> origin,
                std::vector<double> voxel_size, std::vector<std::int64_t> extents,
                std::optional<Tensor> count, text reduction, double empty_value, text nans,
                std::optional<std::vector<double>> transform);
void voxelize_out(Tensor points, std::optional<Tensor> features, std::vector<double> origin,
                  std::vector<double> voxel_size, std::vector<std::int64_t> extents,
                  std::optional<Tensor> count, text reduction, double empty_value, text nans,
                  std::optional<std::vector<double>> transform, bool accumulate, Tensor out,
                  std::optional<Tensor> counts, std::optional<Tensor> counters);

}  // namespace robocache_torch
