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

Tensor resample(const Tensor& values, const Tensor& times, const Tensor& targets,
                const std::optional<Tensor>& lengths, const std::optional<Tensor>& offsets,
                const std::optional<Tensor>& windows, const std::optional<Tensor>& scale,
                const std::optional<Tensor>& shift, const text& interpolation,
                const text& extrapolation, const text& gap, std::optional<double> max_gap,
                std::optional<double> tolerance, std::optional<double> horizon, double time_offset,
                double fill_value, std::optional<ScalarType> dtype);
void resample_out(const Tensor& values, const Tensor& times, const Tensor& targets,
                  const std::optional<Tensor>& lengths, const std::optional<Tensor>& offsets,
                  const std::optional<Tensor>& windows, const std::optional<Tensor>& scale,
                  const std::optional<Tensor>& shift, const text& interpolation,
                  const text& extrapolation, const text& gap, std::optional<double> max_gap,
                  std::optional<double> tolerance, std::optional<double> horizon,
                  double time_offset, double fill_value, const Tensor& out,
                  const std::optional<Tensor>& statuses);

Tensor fuse(const std::vector<Tensor>& values, const std::vector<Tensor>& times,
            const Tensor& targets, const std::optional<std::vector<Tensor>>& lengths,
            const std::optional<Tensor>& windows,
            const std::optional<std::vector<text>>& interpolation, const text& extrapolation,
            const text& gap, const std::optional<std::vector<double>>& max_gap,
            const std::optional<std::vector<double>>& tolerance, std::optional<double> horizon,
            const std::optional<std::vector<double>>& time_offset, double fill_value,
            std::optional<ScalarType> dtype);
void fuse_out(const std::vector<Tensor>& values, const std::vector<Tensor>& times,
              const Tensor& targets, const std::optional<std::vector<Tensor>>& lengths,
              const std::optional<Tensor>& windows,
              const std::optional<std::vector<text>>& interpolation, const text& extrapolation,
              const text& gap, const std::optional<std::vector<double>>& max_gap,
              const std::optional<std::vector<double>>& tolerance, std::optional<double> horizon,
              const std::optional<std::vector<double>>& time_offset, double fill_value,
              const Tensor& out, const std::optional<Tensor>& statuses,
              const std::optional<Tensor>& ages);

Tensor voxelize(const Tensor& points, const std::optional<Tensor>& features,
                const std::vector<double>& origin, const std::vector<double>& voxel_size,
                const std::vector<std::int64_t>& extents, const std::optional<Tensor>& count,
                const text& reduction, double empty_value, const text& nans,
                const std::optional<std::vector<double>>& transform);
void voxelize_out(const Tensor& points, const std::optional<Tensor>& features,
                  const std::vector<double>& origin, const std::vector<double>& voxel_size,
                  const std::vector<std::int64_t>& extents, const std::optional<Tensor>& count,
                  const text& reduction, double empty_value, const text& nans,
                  const std::optional<std::vector<double>>& transform, bool accumulate,
                  const Tensor& out, const std::optional<Tensor>& counts,
                  const std::optional<Tensor>& counters);

}  // namespace robocache_torch
