// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/detail/overlap.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/coordinates.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/rules/reducers.hpp>
#include <robocache/workspace.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// Everything that can be wrong with a call of `voxelize` and can be seen without reading the data.

namespace robocache::detail {

/// Most voxels of any grid, and of one that is done slab by slab (`voxelize_call::slabs`): each
/// slab goes over all points, so that more would take hours.
inline constexpr std::int64_t most_voxels = 1'000'000'000'000'000'000;
inline constexpr std::int64_t most_voxels_by_slabs = std::int64_t{1} << 42;

/// \param per_element  rows are padded to a multiple of this many voxels
/// \param allowed      voxels: one of the two above
template <class Real>
ROBOCACHE_HIDDEN status check_grid(const char* operation, const voxel_grid<Real>& grid,
                                   int per_element, std::int64_t allowed = most_voxels) noexcept {
  constexpr char axis[] = {'x', 'y', 'z'};
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  std::int64_t extents[3];
  for (int i = 0; i < 3; ++i) {
    if (!is_finite(grid.origin[i])) {
      return status::invalid_argument("%s: grid.origin is %g along %c, must be finite", operation,
                                      static_cast<double>(grid.origin[i]), axis[i]);
    }
    if (!is_finite(grid.voxel_size[i]) || !(grid.voxel_size[i] > 0)) {
      return status::invalid_argument("%s: grid.voxel_size is %g along %c, must be positive",
                                      operation, static_cast<double>(grid.voxel_size[i]), axis[i]);
    }
    if (grid.extents[i] < 1 || grid.extents[i] > most) {
      return status::invalid_argument(
          "%s: grid.extents is %lld along %c, must be 1 to 2147483647 voxels", operation,
          static_cast<long long>(grid.extents[i]), axis[i]);
    }
    const std::int64_t padding = i == 0 ? per_element - 1 : 0;
    extents[i] = grid.extents[i] + padding - (grid.extents[i] + padding) % (padding + 1);
  }
  const std::int64_t area = extents[0] * extents[1];
  if (area > allowed / extents[2]) {  // the product fits 63 bits
    const bool ever = area > most_voxels / extents[2];
    return status::invalid_argument(
        "%s: grid.extents has %g voxels, at most %s", operation,
        static_cast<double>(area) * static_cast<double>(extents[2]),
        ever ? "1e18 are supported"
             : "4.398e12 (2^42) are supported on a CUDA stream or with a sink");
  }
  return {};
}

/// `size` items of the bytes `[low, high)` behind `data`, `step` bytes apart.
ROBOCACHE_DETAIL_OUTLINE inline byte_span bytes_of_records(const char* name, const void* data,
                                                           std::int64_t size, std::int64_t step,
                                                           std::int64_t low,
                                                           std::int64_t high) noexcept {
  if (size == 0) return byte_span(name);
  byte_span span(name, data, low, static_cast<std::uint64_t>(high - low));
  span.repeat(0, size, static_cast<std::uint64_t>(step));
  return span;
}

/// Number of points, and offsets within 63 bits.
inline status check_records(const char* operation, const char* name, const void* data,
                            std::int64_t size, std::int64_t step) noexcept {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (size < 0 || size > most) {
    return status::invalid_argument("%s: %s has size %lld, must be 0 to 2147483647", operation,
                                    name, static_cast<long long>(size));
  }
  if (size > 0 && data == nullptr) {
    return status::invalid_argument("%s: %s is a null pointer but has size %lld", operation, name,
                                    static_cast<long long>(size));
  }
  if (static_cast<double>(size - 1) * magnitude(static_cast<double>(step)) > 4.0e18) {
    return status::invalid_argument("%s: %s has step %lld, more than 63-bit offsets reach",
                                    operation, name, static_cast<long long>(step));
  }
  return {};
}

template <class Real>
ROBOCACHE_HIDDEN status check_points(const char* operation,
                                     const point_view<Real>& points) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_records(operation, "points", points.data, points.size, points.step));
  if (points.coordinates != 3) {
    return status::invalid_argument("%s: points has extent %lld in dimension 1, must be 3",
                                    operation, static_cast<long long>(points.coordinates));
  }
  constexpr std::int64_t far = std::int64_t{1} << 61;
  for (int i = 0; i < 3; ++i) {
    if (points.offsets[i] < -far || points.offsets[i] > far) {
      return status::invalid_argument("%s: points.offsets[%d] is %lld bytes, out of range",
                                      operation, i, static_cast<long long>(points.offsets[i]));
    }
  }
  if (reinterpret_cast<std::uintptr_t>(points.count) % alignof(std::uint32_t) != 0) {
    return status::invalid_argument(
        "%s: points.count is at address %#llx, not a multiple of 4", operation,
        static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(points.count)));
  }
  return {};
}

/// The coordinates along one axis of all points.
template <class Real>
ROBOCACHE_HIDDEN byte_span bytes_of(const char* name, const point_view<Real>& points,
                                    int axis) noexcept {
  const std::int64_t low = points.offsets[axis];
  return bytes_of_records(name, points.data, points.size, points.step, low,
                          low + static_cast<std::int64_t>(sizeof(Real)));
}

template <class T>
ROBOCACHE_HIDDEN status check_features(const char* operation, const feature_view<T>& features,
                                       std::int64_t points) noexcept {
  check_complete<T>();
  static_assert(is_output_scalar_v<T> && !std::is_same_v<T, double>,
                "features are float, half or bfloat16");
  if (features.channels < 0 || features.channels > 262144) {
    return status::invalid_argument("%s: features has %lld channels, must be 0 to 262144",
                                    operation, static_cast<long long>(features.channels));
  }
  if (features.size != points) {
    return status::invalid_argument("%s: features has size %lld, points has %lld", operation,
                                    static_cast<long long>(features.size),
                                    static_cast<long long>(points));
  }
  if (features.channels == 0) return {};
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_records(operation, "features", features.data, features.size, features.step));
  if (static_cast<double>(features.channels - 1) *
          magnitude(static_cast<double>(features.channel_step)) >
      4.0e18) {
    return status::invalid_argument(
        "%s: features has channel_step %lld, more than 63-bit offsets reach", operation,
        static_cast<long long>(features.channel_step));
  }
  return {};
}

/// Whether two views are of the same coordinates; how many there are is not looked at.
template <class Real>
ROBOCACHE_HIDDEN bool same_places(const point_view<Real>& a, const point_view<Real>& b) noexcept {
  return a.data == b.data && a.step == b.step && a.offsets[0] == b.offsets[0] &&
         a.offsets[1] == b.offsets[1] && a.offsets[2] == b.offsets[2];
}

/// Features that are coordinates of the points.
template <class Real, relative_to To, class PointReal>
ROBOCACHE_HIDDEN status check_features(const char* operation,
                                       const feature_view<point_coordinates<Real, To>>& features,
                                       const point_view<PointReal>& points) noexcept {
  static_assert(std::is_same_v<Real, PointReal>,
                "coordinates as features are those of the call's own points");
  const auto first = static_cast<unsigned>(features.first);
  if (first > 2 || features.channels < 0 || features.channels > 3 - first) {
    return status::invalid_argument(
        "%s: features has %lld channels from coordinate %u on, points have 3", operation,
        static_cast<long long>(features.channels), first);
  }
  if (features.points.size != points.size) {
    return status::invalid_argument("%s: features has size %lld, points has %lld", operation,
                                    static_cast<long long>(features.points.size),
                                    static_cast<long long>(points.size));
  }
  if (points.size > 0 && !same_places(features.points, points)) {
    return status::invalid_argument(
        "%s: features are coordinates of other points (at %#llx, step %lld) than the call's (at "
        "%#llx, step %lld): address, step and offsets must be the same",
        operation,
        static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(features.points.data)),
        static_cast<long long>(features.points.step),
        static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(points.data)),
        static_cast<long long>(points.step));
  }
  return {};
}

template <class T>
ROBOCACHE_HIDDEN byte_span bytes_of(const char* name, const feature_view<T>& features) noexcept {
  if (features.channels == 0) return byte_span(name);
  byte_span span = bytes_of_records(name, features.data, features.size, features.step, 0,
                                    static_cast<std::int64_t>(sizeof(T)));
  if (features.size > 0) {
    span.repeat(1, features.channels, static_cast<std::uint64_t>(features.channel_step));
  }
  return span;
}

/// They are where the points are.
template <class Real, relative_to To>
ROBOCACHE_HIDDEN byte_span bytes_of(const char* name,
                                    const feature_view<point_coordinates<Real, To>>&) noexcept {
  return byte_span(name);
}

inline status check_transform(const char* operation, const rigid_transform& transform) noexcept {
  const double* const r = transform.rotation;
  for (int i = 0; i < 9; ++i) {
    if (!is_finite(r[i])) {
      return status::invalid_argument("%s: options.transform.rotation[%d] is %g, must be finite",
                                      operation, i, r[i]);
    }
  }
  for (int i = 0; i < 3; ++i) {
    if (!is_finite(transform.translation[i])) {
      return status::invalid_argument("%s: options.transform.translation[%d] is %g, must be finite",
                                      operation, i, transform.translation[i]);
    }
  }
  // Rotations that went through float are orthonormal to about 1e-7.
  constexpr double tolerance = 1e-5;
  for (int i = 0; i < 3; ++i) {
    for (int j = i; j < 3; ++j) {
      const double dot =
          r[3 * i] * r[3 * j] + r[3 * i + 1] * r[3 * j + 1] + r[3 * i + 2] * r[3 * j + 2];
      const double expected = i == j ? 1.0 : 0.0;
      if (!(magnitude(dot - expected) <= tolerance)) {
        return status::invalid_argument(
            "%s: options.transform is not rigid: rows %d and %d of the rotation have the dot "
            "product %.9g, must be %g",
            operation, i, j, dot, expected);
      }
    }
  }
  const double determinant = r[0] * (r[4] * r[8] - r[5] * r[7]) -
                             r[1] * (r[3] * r[8] - r[5] * r[6]) +
                             r[2] * (r[3] * r[7] - r[4] * r[6]);
  if (!(determinant > 0)) {
    return status::invalid_argument(
        "%s: options.transform is not rigid: the rotation has determinant %.9g, it mirrors",
        operation, determinant);
  }
  return {};
}

template <class Real>
ROBOCACHE_HIDDEN status check_voxel_options(const char* operation,
                                            const voxel_options& options) noexcept {
  if (static_cast<unsigned>(options.update) > 1u) {
    return status::invalid_argument("%s: options.update is %u, not one of 0..1", operation,
                                    static_cast<unsigned>(options.update));
  }
  if (static_cast<unsigned>(options.nans) > 1u) {
    return status::invalid_argument("%s: options.nans is %u, not one of 0..1", operation,
                                    static_cast<unsigned>(options.nans));
  }
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_transform(operation, options.transform));
  for (int i = 0; i < 3; ++i) {
    if (!is_finite(static_cast<Real>(options.transform.translation[i]))) {
      return status::invalid_argument(
          "%s: options.transform.translation[%d] is %g, too large for the points' type", operation,
          i, options.transform.translation[i]);
    }
  }
  return {};
}

/// Extents [nz, ny, nx], `per_word` voxels to an element along x.
template <class T, int Rank, class Real>
ROBOCACHE_HIDDEN status check_voxels(const char* operation, const char* name,
                                     const tensor_view<T, Rank>& view, const voxel_grid<Real>& grid,
                                     std::int64_t per_word) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, name, view));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_extent(operation, name, view, 0, grid.extents[2], "grid.extents (z)"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_extent(operation, name, view, 1, grid.extents[1], "grid.extents (y)"));
  return check_extent(operation, name, view, 2, (grid.extents[0] + per_word - 1) / per_word,
                      per_word == 1 ? "grid.extents (x)" : "grid.extents (x), in words of 32,");
}

inline byte_span bytes_of(const char* name, const voxel_counters* counters) noexcept {
  return bytes_of_records(name, counters, counters == nullptr ? 0 : 1, 0, 0,
                          sizeof(voxel_counters));
}

inline status check_workspace(const char* operation, const workspace& space,
                              std::size_t needed) noexcept {
  if (space.bytes < needed) {
    return status::invalid_argument(
        "%s: workspace has %zu bytes, this call needs %zu (voxelize_workspace_bytes)", operation,
        space.bytes, needed);
  }
  if (needed == 0) return {};
  if (space.data == nullptr) {
    return status::invalid_argument("%s: workspace is a null pointer but has %zu bytes", operation,
                                    space.bytes);
  }
  if (reinterpret_cast<std::uintptr_t>(space.data) % 16 != 0) {
    return status::invalid_argument(
        "%s: workspace is at address %#llx, not a multiple of 16", operation,
        static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(space.data)));
  }
  return {};
}

/// A call of either kind, `voxelize_call`, whose workspace must have `needed` bytes. The workspace
/// is looked at last, so that a call without one hears first of everything else that is wrong.
///
/// \tparam Dense  results go to `output`, and not to another sink
template <bool Dense = true, class Call>
ROBOCACHE_HIDDEN status check_voxelize(const Call& call, std::size_t needed) noexcept {
  constexpr const char* operation = "voxelize";
  using reducer = std::decay_t<decltype(call.reducer)>;
  using real = std::decay_t<decltype(call.grid.origin[0])>;
  constexpr int per_element = voxels_per_element<reducer>();
  const voxel_reports& reports = call.reports;
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_grid(operation, call.grid, per_element));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_points(operation, call.points));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_voxel_options<real>(operation, call.options));
  if (reinterpret_cast<std::uintptr_t>(reports.counters) % alignof(voxel_counters) != 0) {
    return status::invalid_argument(
        "%s: reports.counters is at address %#llx, not a multiple of 8", operation,
        static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(reports.counters)));
  }
  const byte_span counters = bytes_of("reports.counters", reports.counters);
  const byte_span space =
      bytes_of_records("workspace", call.space.data, 1, 0, 0, static_cast<std::int64_t>(needed));
  const byte_span count =
      bytes_of_records("points.count", call.points.count, call.points.count != nullptr, 0, 0, 4);
  const bool counted = reports.counts.data() != nullptr || !reports.counts.empty();
  if (!Dense && call.options.update == grid_update::accumulate) {
    return status::invalid_argument(
        "%s: options.update is accumulate, but results go to a sink, which is not read", operation);
  }
  const auto output = [&] { return Dense ? bytes_of("output", call.output) : byte_span("output"); };
  if constexpr (!reduces_features<reducer>) {
    if constexpr (Dense) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(
          check_voxels(operation, "output", call.output, call.grid, per_element));
    }
    if (counted) {
      return status::invalid_argument(
          "%s: reports.counts is set, but only reductions of features write it", operation);
    }
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_workspace(operation, call.space, needed));
    return check_disjoint(operation, {output(), counters, space},
                          {bytes_of("points", call.points, 0), bytes_of("points", call.points, 1),
                           bytes_of("points", call.points, 2), count});
  } else {
    using out = std::remove_pointer_t<decltype(call.output.data())>;
    static_assert(is_output_scalar_v<out> && !std::is_same_v<out, double>,
                  "outputs of features are float, half or bfloat16");
    if constexpr (are_coordinates<typename Call::in>) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(check_features(operation, call.features, call.points));
    } else {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(check_features(operation, call.features, call.points.size));
    }
    if constexpr (Dense) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(check_voxels(operation, "output", call.output, call.grid, 1));
      ROBOCACHE_DETAIL_RETURN_IF_BAD(check_extent(operation, "output", call.output, 3,
                                                  call.features.channels, "features (channels)"));
    }
    if (counted) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(
          check_voxels(operation, "reports.counts", reports.counts, call.grid, 1));
    }
    if (call.options.update == grid_update::accumulate) {
      if (!accumulates<reducer>::value) {
        return status::invalid_argument(
            "%s: options.update is accumulate, but what this reduction left in a voxel does not "
            "tell enough to go on from there",
            operation);
      }
      if (!counted) {
        return status::invalid_argument(
            "%s: reports.counts is empty, grid_update::accumulate needs it to tell which voxels "
            "hold something",
            operation);
      }
      if (!counts_tell_values<reducer>::value && call.options.nans == nan_policy::ignore) {
        return status::invalid_argument(
            "%s: options.nans is ignore, but counts do not tell how many values a mean had without "
            "its NaNs, which grid_update::accumulate would need",
            operation);
      }
    }
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_workspace(operation, call.space, needed));
    return check_disjoint(
        operation, {output(), bytes_of("reports.counts", reports.counts), counters, space},
        {bytes_of("points", call.points, 0), bytes_of("points", call.points, 1),
         bytes_of("points", call.points, 2), bytes_of("features", call.features), count});
  }
}

}  // namespace robocache::detail
