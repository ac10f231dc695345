// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.hpp>

#include "operators.hpp"
#include "place.hpp"
#if defined(ROBOCACHE_TORCH_CUDA)
#include <robocache/compiled.hpp>
#endif

#include <algorithm>
#include <array>
#include <utility>

// robocache::voxelize and robocache::voxelize_out.

namespace robocache_torch {
namespace {

using robocache::reduction;

constexpr const char* operation = "robocache::voxelize";

constexpr const char* reductions[] = {"count", "occupancy", "occupancy_bits", "sum",  "mean",
                                      "max",   "min",       "variance",       "first"};

reduction reduction_of(const text& name) {
  return named<reduction>({operation, "reduction"}, name, reductions);
}
bool has_features(reduction r) {
  return r >= reduction::sum;
}

using feature_types = types<float, robocache::bfloat16>;

template <reduction... R, class Visitor>
void visit_reduction(reduction r, const Visitor& visitor) {
  (void)((r == R && (visitor(std::integral_constant<reduction, R>{}), true)) || ...);
}

struct voxel_arguments {
  const Tensor& points;
  const std::optional<Tensor>& features;
  const std::vector<double>& origin;
  const std::vector<double>& voxel_size;
  const std::vector<std::int64_t>& extents;
  reduction what;
  double empty_value;
  const text& nans;
  const std::optional<std::vector<double>>& transform;
  const std::optional<Tensor>& count;
  bool accumulate = false;
};

void check_size(const char* name, std::size_t size, std::size_t expected) {
  if (size == expected) return;
  fail("%s: %s has %zu numbers, must have %zu", operation, name, size, expected);
}

robocache::voxel_grid<float> grid_of(const voxel_arguments& given) {
  check_size("origin", given.origin.size(), 3);
  check_size("voxel_size", given.voxel_size.size(), 3);
  check_size("extents", given.extents.size(), 3);
  robocache::voxel_grid<float> grid{};
  for (std::size_t i = 0; i < 3; ++i) {
    grid.origin[i] = static_cast<float>(given.origin[i]);
    grid.voxel_size[i] = static_cast<float>(given.voxel_size[i]);
    grid.extents[i] = given.extents[i];
  }
  return grid;
}

robocache::voxel_options options_of(const voxel_arguments& given) {
  static constexpr const char* policies[] = {"propagate", "ignore"};
  robocache::voxel_options options;
  options.empty_value = static_cast<float>(given.empty_value);
  options.nans = named<robocache::nan_policy>({operation, "nans"}, given.nans, policies);
  if (given.accumulate) options.update = robocache::grid_update::accumulate;
  if (given.transform) {  // rows [R | t]
    check_size("transform", given.transform->size(), 12);
    for (std::size_t i = 0; i < 3; ++i) {
      const double* const row = given.transform->data() + 4 * i;
      std::copy(row, row + 3, options.transform.rotation + 3 * i);
      options.transform.translation[i] = row[3];
    }
  }
  return options;
}

/// A tensor of 32-bit words: PyTorch can do little with uint32, so int32 will do as well.
template <class T, int Rank>
robocache::tensor_view<T, Rank> view_of_words(const argument& name, const Tensor& tensor) {
  if (tensor.scalar_type() != ScalarType::UInt32) check_type(name, tensor, ScalarType::Int);
  return view_of_bits<T, Rank>(name, tensor);
}

/// Points [N, 3 or more], of which x y z are the first columns.
robocache::point_view<float> points_of(const voxel_arguments& given) {
  const auto all = view_of<const float, 2>({operation, "points"}, given.points);
  if (all.extent(1) < 3) {
    fail("%s: points has extent %lld in dimension 1, must be 3 or more", operation,
         static_cast<long long>(all.extent(1)));
  }
  const std::uint32_t* count = nullptr;
  if (given.count) {
    const argument name{operation, "count"};
    if (given.count->numel() != 1) {
      fail("%s has %lld elements, must have 1", name.string().c_str(),
           static_cast<long long>(given.count->numel()));
    }
    if (given.count->scalar_type() != ScalarType::UInt32) {
      check_type(name, *given.count, ScalarType::Int);
    }
    count = static_cast<const std::uint32_t*>(given.count->const_data_ptr());
  }
  return robocache::points_of(
      robocache::tensor_view<const float, 2>(all.data(), {all.extent(0), std::int64_t{3}},
                                             {all.stride(0), all.stride(1)}),
      count);
}

/// Temporary memory, from PyTorch's allocator on the current stream: it may be handed out again to
/// what follows in the stream, as soon as the call returns.
template <reduction R, class Where>
Tensor workspace_for(const voxel_arguments& given, const robocache::voxel_grid<float>& grid,
                     Where where) {
  const std::size_t bytes =
      robocache::voxelize_workspace_bytes<R>(given.points.size(0), grid, where);
  return empty_like_device(given.points, std::array{static_cast<std::int64_t>(bytes)},
                           ScalarType::Byte);
}
robocache::workspace space_of(const Tensor& memory) {
  return {memory.mutable_data_ptr(), static_cast<std::size_t>(memory.numel())};
}

void voxelize_into(const voxel_arguments& given, const Tensor& out,
                   const std::optional<Tensor>& counts, const std::optional<Tensor>& counters) {
  const place where({operation, "points"}, given.points);
  where.must_have({operation, "features"}, given.features);
  where.must_have({operation, "count"}, given.count);
  where.must_have({operation, "out"}, out);
  where.must_have({operation, "counts"}, counts);
  where.must_have({operation, "counters"}, counters);
  if (has_features(given.what) != given.features.has_value()) {
    fail(given.features ? "%s: features are given, reduction '%s' takes none"
                        : "%s: features are missing, reduction '%s' needs them",
         operation, reductions[static_cast<int>(given.what)]);
  }

  const auto grid = grid_of(given);
  const auto options = options_of(given);
  const auto points = points_of(given);
  robocache::voxel_reports reports;
  if (counts) reports.counts = view_of_words<std::uint32_t, 3>({operation, "counts"}, *counts);
  if (counters) {
    const auto four = view_of<std::int64_t, 1>({operation, "counters"}, *counters);
    if (four.extent(0) != 4 || four.stride(0) != 1) {
      fail("%s: counters has extent %lld and stride %lld, must have 4 and 1", operation,
           static_cast<long long>(four.extent(0)), static_cast<long long>(four.stride(0)));
    }
    reports.counters = reinterpret_cast<robocache::voxel_counters*>(four.data());
  }

  visit_reduction<reduction::count, reduction::occupancy, reduction::occupancy_bits>(
      given.what, [&](auto what) {
        constexpr reduction r = decltype(what)::value;
        using scalar = robocache::voxel_scalar_t<r>;
        const argument name{operation, "out"};
        robocache::tensor_view<scalar, 3> voxels;
        if constexpr (std::is_same_v<scalar, std::uint8_t>) {
          if (out.scalar_type() != ScalarType::Bool) check_type(name, out, ScalarType::Byte);
          voxels = view_of_bits<scalar, 3>(name, out);
        } else {
          voxels = view_of_words<scalar, 3>(name, out);
        }
        where.run([&](auto at) {
          const Tensor memory = workspace_for<r>(given, grid, at);
          return robocache::voxelize<r>(points, grid, voxels, reports, options, space_of(memory),
                                        at);
        });
      });
  if (!given.features) return;

  const argument name{operation, "features"};
  const bool known = visit(feature_types{}, given.features->scalar_type(), [&](auto value) {
    using scalar = typename decltype(value)::type;
    const auto features = robocache::features_of(view_of<const scalar, 2>(name, *given.features));
    const auto voxels = view_of<scalar, 4>({operation, "out"}, out);
    visit_reduction<reduction::sum, reduction::mean, reduction::max, reduction::min,
                    reduction::variance, reduction::first>(given.what, [&](auto what) {
      constexpr reduction r = decltype(what)::value;
      where.run([&](auto at) {
        const Tensor memory = workspace_for<r>(given, grid, at);
        return robocache::voxelize<r>(points, features, grid, voxels, reports, options,
                                      space_of(memory), at);
      });
    });
  });
  if (!known) {
    fail("%s is %s, must be float32 or bfloat16", name.string().c_str(),
         name_of(given.features->scalar_type()).c_str());
  }
}

}  // namespace

void voxelize_out(const Tensor& points, const std::optional<Tensor>& features,
                  const std::vector<double>& origin, const std::vector<double>& voxel_size,
                  const std::vector<std::int64_t>& extents, const std::optional<Tensor>& count,
                  const text& reduction, double empty_value, const text& nans,
                  const std::optional<std::vector<double>>& transform, bool accumulate,
                  const Tensor& out, const std::optional<Tensor>& counts,
                  const std::optional<Tensor>& counters) {
  voxelize_into({points, features, origin, voxel_size, extents, reduction_of(reduction),
                 empty_value, nans, transform, count, accumulate},
                out, counts, counters);
}

Tensor voxelize(const Tensor& points, const std::optional<Tensor>& features,
                const std::vector<double>& origin, const std::vector<double>& voxel_size,
                const std::vector<std::int64_t>& extents, const std::optional<Tensor>& count,
                const text& reduction, double empty_value, const text& nans,
                const std::optional<std::vector<double>>& transform) {
  const auto what = reduction_of(reduction);
  const voxel_arguments given{points, features,    origin, voxel_size, extents,
                              what,   empty_value, nans,   transform,  count};
  check_size("extents", extents.size(), 3);
  for (std::size_t i = 0; i < 3; ++i) {
    if (extents[i] < 1) {
      fail("%s: extents[%zu] is %lld, must be positive", operation, i,
           static_cast<long long>(extents[i]));
    }
  }
  Tensor out;
  if (has_features(what)) {
    if (features) check_rank({operation, "features"}, *features, 2);
    out = empty_like_device(
        points, std::array{extents[2], extents[1], extents[0], features ? features->size(1) : 0},
        features ? features->scalar_type() : ScalarType::Float);
  } else {
    const bool bits = what == robocache::reduction::occupancy_bits;
    out = empty_like_device(
        points, std::array{extents[2], extents[1], bits ? (extents[0] + 31) / 32 : extents[0]},
        what == robocache::reduction::occupancy ? ScalarType::Byte : ScalarType::Int);
  }
  voxelize_into(given, out, std::nullopt, std::nullopt);
  return out;
}

}  // namespace robocache_torch
