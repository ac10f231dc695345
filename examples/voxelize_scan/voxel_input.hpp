// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/rules/cell.hpp>

#include "scan.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// A scan's points and features as `voxelize` takes them: the file's own bytes wherever their types
/// fit, else converted.

namespace recordings {

/// The type of coordinates and of the arithmetic about cells.
enum class coordinate_type { f32, f64 };

/// Host memory that a GPU needs a copy of.
struct byte_range {
  const char* data = nullptr;
  std::size_t size = 0;
};

struct voxel_input {
  byte_range bytes;  ///< of the points, and of the features unless these were converted
  std::int64_t points = 0;
  std::int64_t step = 0;
  std::int64_t offsets[3] = {0, 0, 0};  ///< from bytes.data
  coordinate_type type = coordinate_type::f32;
  bool converted = false;  ///< the points

  byte_range feature_bytes;  ///< equal to `bytes`, or the converted ones
  std::int64_t channels = 0;
  std::int64_t feature_step = 0;
  std::int64_t feature_offset = 0;
  std::int64_t channel_step = 0;
  bool features_converted = false;

  std::vector<char> owned_points, owned_features;

  voxel_input() = default;
  voxel_input(voxel_input&&) = default;  // vectors keep their memory when they move
  voxel_input& operator=(voxel_input&&) = default;

  /// The points, where `bytes` are at `data` (on a GPU: elsewhere).
  template <class Real>
  robocache::point_view<Real> points_at(const void* data) const {
    return robocache::point_records<Real>(data, points, step, offsets[0], offsets[1], offsets[2]);
  }
  robocache::feature_view<float> features_at(const void* data) const {
    auto view =
        robocache::feature_records<float>(data, points, feature_step, feature_offset, channels);
    view.channel_step = channel_step;
    return view;
  }

  /// A point as the library will see it, moved as it will move it.
  template <class Real>
  void load(std::int64_t i, const robocache::rigid_transform& transform, Real (&p)[3]) const {
    load_raw(i, p);
    robocache::move_point(p, transform);
  }

 private:
  void load_raw(std::int64_t i, float (&p)[3]) const;
  void load_raw(std::int64_t i, double (&p)[3]) const;
};

/// Points of `source`, which must outlive the result, and the fields `features` of each.
/// \throws usage_error if a feature is not among the fields
voxel_input make_input(const scan& source, coordinate_type type,
                       const std::vector<std::string>& features);

}  // namespace recordings
