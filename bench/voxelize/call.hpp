// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize.hpp>

#include "cloud.hpp"
#include "shape.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <type_traits>

/// \file
/// A row as a call of the library, on either back end.

namespace bench {

/// One set of buffers, dense.
struct voxel_buffers {
  const unsigned char* points;     // [N, 3] float, or records
  const void* features;            // [N, F], null without
  void* output;                    // [nz, ny, nx] or [nz, ny, nx, F]
  std::uint32_t* counts;           // [nz, ny, nx], null unless asked for
  robocache::workspace workspace;  // the library's
};

/// Calls `body(integral_constant<reduction>, Scalar{})` for a row without features.
template <class Body>
void with_types_of_counts(const voxel_shape& shape, const Body& body) {
  switch (shape.reduces) {
    case reduction::count:
      return body(std::integral_constant<reduction, reduction::count>{}, float{});
    case reduction::occupancy:
      return body(std::integral_constant<reduction, reduction::occupancy>{}, float{});
    case reduction::occupancy_bits:
      return body(std::integral_constant<reduction, reduction::occupancy_bits>{}, float{});
    default:
      throw std::logic_error("a row with features");
  }
}

/// The same for a row with features. There is code for few types: it takes long to compile.
template <class Bfloat16, class Body>
void with_types_of_features(const voxel_shape& shape, const Body& body) {
  const bool is_f32 = shape.scalar == voxel_scalar::f32;
  if (shape.reduces == reduction::mean && is_f32) {
    body(std::integral_constant<reduction, reduction::mean>{}, float{});
  } else if (shape.reduces == reduction::mean) {
    body(std::integral_constant<reduction, reduction::mean>{}, Bfloat16{});
  } else if (shape.reduces == reduction::max && is_f32) {
    body(std::integral_constant<reduction, reduction::max>{}, float{});
  } else {
    throw std::logic_error("a row of types that there is no code for");
  }
}

template <reduction R, class Where>
std::size_t workspace_bytes(const voxel_shape& shape, Where where) {
  using robocache::voxelize_workspace_bytes;  // and by its argument that of voxelize.cuh
  return voxelize_workspace_bytes<R>(shape.points, grid_of(shape), where);
}

/// \tparam Scalar  of features and output
/// \param where    a stream, or `robocache::cpu`
template <reduction R, class Scalar, class Where>
robocache::status call_voxelize(const voxel_shape& shape, const voxel_buffers& buffers, Where where,
                                const robocache::voxel_options& options = {}) {
  using robocache::tensor_view;
  using robocache::voxelize;
  const auto points = robocache::point_records<float>(
      buffers.points, shape.points, bytes_per_point(shape.layout), offset_of_x(shape.layout),
      offset_of_x(shape.layout) + 4, offset_of_x(shape.layout) + 8);
  if constexpr (has_features(R)) {
    robocache::voxel_reports reports;
    if (buffers.counts != nullptr) {
      reports.counts =
          tensor_view<std::uint32_t, 3>(buffers.counts, {shape.nz, shape.ny, shape.nx});
    }
    const auto features = robocache::features_of(tensor_view<const Scalar, 2>(
        static_cast<const Scalar*>(buffers.features), {shape.points, shape.features}));
    const tensor_view<Scalar, 4> output(static_cast<Scalar*>(buffers.output),
                                        {shape.nz, shape.ny, shape.nx, shape.features});
    return voxelize<R>(points, features, grid_of(shape), output, reports, options,
                       buffers.workspace, where);
  } else {
    using voxel = robocache::voxel_scalar_t<R>;
    const int columns = R == reduction::occupancy_bits ? (shape.nx + 31) / 32 : shape.nx;
    const tensor_view<voxel, 3> output(static_cast<voxel*>(buffers.output),
                                       {shape.nz, shape.ny, columns});
    return voxelize<R>(points, grid_of(shape), output, robocache::voxel_reports{}, options,
                       buffers.workspace, where);
  }
}

}  // namespace bench
