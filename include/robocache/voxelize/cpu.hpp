// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/least.hpp>
#include <robocache/detail/parallel.hpp>
#include <robocache/execution.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/voxelize/call.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/cell.hpp>
#include <robocache/voxelize/rules/coordinates.hpp>
#include <robocache/voxelize/rules/load.hpp>
#include <robocache/voxelize/rules/numbering.hpp>
#include <robocache/voxelize/rules/reducers.hpp>
#include <robocache/voxelize/rules/sink.hpp>

#include <cstddef>
#include <cstdint>

/// \file
/// The CPU back end: the voxel of each point is found once, then every thread takes a range of
/// voxels and picks its points from the list. No atomic operations, and nothing depends on threads.

namespace robocache::detail {
inline namespace ROBOCACHE_CPU_NAMESPACE {

/// In the list of voxels: not in this slab, or nowhere.
inline constexpr std::uint32_t cell_elsewhere = 0xffffffffu;
inline constexpr std::uint32_t cell_outside = 0xfffffffeu;
inline constexpr std::uint32_t cell_not_finite = 0xfffffffdu;

/// The workspace of the CPU back end, in words of 32 bits: [N] voxel of each point; for features
/// also [cells + 1] first point of each voxel and [N] the points in the order of their voxels.
struct cpu_tables {
  std::uint32_t* cells;
  std::uint32_t* sorted;
  std::uint32_t* starts;

  cpu_tables(void* memory, std::int64_t points) noexcept
      : cells(static_cast<std::uint32_t*>(memory)),
        sorted(cells + points),
        starts(cells + 2 * points) {}

  static std::size_t bytes(std::int64_t points, std::int64_t cells, bool features) noexcept {
    const std::int64_t words = features ? 2 * points + least_of(cells, cells_per_slab) + 1 : points;
    return static_cast<std::size_t>(words) * sizeof(std::uint32_t);
  }
};

/// The voxels `[begin, begin + cells)`.
struct voxel_slab {
  std::int64_t begin;
  std::int64_t cells;
};

template <class Body>
inline void for_each_slab(std::int64_t cells, const Body& body) noexcept {
  for (std::int64_t begin = 0; begin < cells; begin += cells_per_slab) {
    body(voxel_slab{begin, least_of(cells_per_slab, cells - begin)});
  }
}

/// Finds the voxel of each point.
template <class Real>
ROBOCACHE_HIDDEN void locate_points(const point_locator<Real>& locator, std::int64_t points,
                                    const voxel_slab& slab, std::uint32_t* cells,
                                    cpu_execution where) noexcept {
  constexpr std::int64_t elements_per_point = 16;
  for_each_piece(points, points * elements_per_point, where,
                 [&](std::int64_t first, std::int64_t last) {
                   for (std::int64_t i = first; i < last; ++i) {
                     Real p[3];
                     locator.points.load(i, p);
                     const voxel_cell cell = locator.cell(p);
                     if (cell.fate == point_fate::inside) {
                       const std::int64_t local = locator.voxel_number(cell) - slab.begin;
                       const bool here = local >= 0 && local < slab.cells;
                       cells[i] = here ? static_cast<std::uint32_t>(local) : cell_elsewhere;
                     } else {
                       cells[i] = cell.fate == point_fate::outside ? cell_outside : cell_not_finite;
                     }
                   }
                 });
}

/// What became of the points, from the first slab's list.
inline voxel_counters count_fates(const std::uint32_t* cells, std::int64_t points,
                                  std::int64_t beyond) noexcept {
  voxel_counters counters{};
  for (std::int64_t i = 0; i < points; ++i) {
    counters.outside += cells[i] == cell_outside ? 1u : 0u;
    counters.not_finite += cells[i] == cell_not_finite ? 1u : 0u;
  }
  counters.used = static_cast<std::uint64_t>(points) - counters.outside - counters.not_finite;
  counters.beyond = static_cast<std::uint64_t>(beyond);
  return counters;
}

/// Clears the voxels `[first, last)` of a slab, unless they accumulate, and adds the points that
/// are in them.
template <class Mark>
inline void fill_voxels(const dense_sink<Mark>& sink, const voxel_slab& slab,
                        const std::uint32_t* cells, std::int64_t points, std::int64_t first,
                        std::int64_t last) noexcept {
  if (!sink.accumulate) {
    for (std::int64_t c = first; c < last; c += Mark::voxels_per_element) {
      sink.clear(slab.begin + c);
    }
  }
  const auto low = static_cast<std::uint32_t>(first);
  const auto high = static_cast<std::uint32_t>(last);
  for (std::int64_t i = 0; i < points; ++i) {
    const std::uint32_t c = cells[i];
    if (c < low || c >= high) continue;
    sink.add(slab.begin + c);
  }
}

/// Reducers without features.
template <class Mark, class Real, class In, class Out>
ROBOCACHE_HIDDEN void mark_voxels(const voxelize_call<Mark, Real, In, Out>& call,
                                  cpu_execution where) noexcept {
  const auto locator =
      make_locator(call.points, call.grid, call.options.transform, Mark::voxels_per_element);
  const std::int64_t points = locator.points.present();
  const bool accumulate = call.options.update == grid_update::accumulate;
  const auto sink = make_dense_sink<Mark>(call.output, accumulate);
  const cpu_tables tables(call.space.data, locator.points.size);
  for_each_slab(
      make_numbering(call.grid, Mark::voxels_per_element).cells(), [&](const voxel_slab& slab) {
        locate_points(locator, points, slab, tables.cells, where);
        if (call.reports.counters != nullptr && slab.begin == 0) {
          *call.reports.counters = count_fates(tables.cells, points, locator.points.beyond());
        }
        // Whole elements, so that no two threads write the same one.
        constexpr std::int64_t piece = greatest_of(32, Mark::voxels_per_element);
        for_each_piece((slab.cells + piece - 1) / piece, slab.cells + points, where,
                       [&](std::int64_t first, std::int64_t last) {
                         fill_voxels(sink, slab, tables.cells, points, first * piece,
                                     least_of(last * piece, slab.cells));
                       });
      });
}

/// Sorts the points of a slab by voxel: `sorted[starts[c] .. starts[c + 1])` are those of voxel c.
inline void sort_points(const cpu_tables& tables, const voxel_slab& slab, std::int64_t points,
                        cpu_execution where) noexcept {
  const auto cells = static_cast<std::size_t>(slab.cells);
  std::uint32_t* const starts = tables.starts;
  for_each_piece(slab.cells, slab.cells + points, where,
                 [&](std::int64_t first, std::int64_t last) {
                   for (std::int64_t c = first; c < last; ++c) starts[c] = 0;
                   for (std::int64_t i = 0; i < points; ++i) {
                     const std::uint32_t c = tables.cells[i];
                     if (c >= first && c < last) ++starts[c];
                   }
                 });
  // To the end of each voxel's points; filling them in from behind leaves the begin there.
  std::uint32_t sum = 0;
  for (std::size_t c = 0; c < cells; ++c) {
    sum += starts[c];
    starts[c] = sum;
  }
  starts[cells] = sum;
  for_each_piece(slab.cells, points, where, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = points - 1; i >= 0; --i) {
      const std::uint32_t c = tables.cells[i];
      if (c >= first && c < last) tables.sorted[--starts[c]] = static_cast<std::uint32_t>(i);
    }
  });
}

/// One channel of a voxel, from its `n` values, 1 or more. Most voxels have one or two, which need
/// less work.
template <class Reducer, class In, class Out>
inline typename scalar_traits<Out>::bits reduce_channel(
    const Reducer& reducer, const feature_arguments<In>& features, const std::uint32_t* points,
    std::int64_t channel, const voxel_facts& facts, Out held) noexcept {
  using value = typename feature_arguments<In>::value;
  const std::uint32_t n = facts.points;
  if (facts.prior_points == 0) {
    if constexpr (has_of_one<Reducer>::value) {
      if (n == 1) {
        return bits_from_real<Out>(reducer.of_one(features.load(points[0], channel)));
      }
    }
    if constexpr (reduces_pairs<Reducer, value, Out>::value) {
      float result;
      if (n == 2 && reducer.template of_two<value, Out>(features.load(points[0], channel),
                                                        features.load(points[1], channel),
                                                        facts.nans, result)) {
        return bits_from_real<Out>(result);
      }
    }
  }
  const auto values = look_at(reducer, facts, [&](const auto& body) {
    for (std::uint32_t i = 0; i < n; ++i) body(points[i], features.load(points[i], channel));
  });
  const auto bits = bit_copy<typename scalar_traits<Out>::bits>(held);
  return bits_from_real<Out>(conclude(reducer, values, real_from_bits<float, Out>(bits), facts));
}

/// The features of one voxel with points.
///
/// \tparam Voxel  a `dense_voxel` or a `voxel_of_sink`
template <class Out, class Reducer, class In, class Voxel>
inline void reduce_voxel(const Reducer& reducer, const feature_arguments<In>& features,
                         const std::uint32_t* points, const voxel_facts& facts,
                         const Voxel& to) noexcept {
  for (std::int64_t c = 0; c < features.channels; ++c) {
    to.put(c, bit_copy<Out>(reduce_channel(reducer, features, points, c, facts, to.held(c))));
  }
}

/// Reducers of features.
///
/// \param sink  as of `reduce_bin`; threads call it at the same time, for different voxels
template <class Reducer, class Real, class In, class Out, class Sink = sink_of_call>
ROBOCACHE_HIDDEN void reduce_voxels(const voxelize_call<Reducer, Real, In, Out>& call,
                                    cpu_execution where, const Sink& sink = {}) noexcept {
  using out_scalar = typename scalar_traits<Out>::canonical;
  const auto locator = make_locator(call.points, call.grid, call.options.transform, 1);
  const auto features = make_feature_arguments(call.features, locator);
  static_assert(takes_channels<Sink, out_scalar>,
                "a sink of features takes (std::int64_t voxel, std::uint32_t channel, value, "
                "std::uint32_t points), the value a float, robocache::float16 or bfloat16");
  const auto output = make_feature_output<out_scalar>(call.output);
  const auto counts = make_voxel_output(call.reports.counts);
  const bool accumulate = call.options.update == grid_update::accumulate;
  const auto empty = bit_copy<out_scalar>(bits_from_real<out_scalar>(call.options.empty_value));
  const std::int64_t points = locator.points.present();
  const cpu_tables tables(call.space.data, locator.points.size);
  // Where nothing is written the first slab tells the counters.
  const std::int64_t all = make_numbering(call.grid, 1).cells();
  const bool writes = features.channels > 0 || counts.data != nullptr;
  for_each_slab(writes ? all : least_of(all, cells_per_slab), [&](const voxel_slab& slab) {
    locate_points(locator, points, slab, tables.cells, where);
    if (call.reports.counters != nullptr && slab.begin == 0) {
      *call.reports.counters = count_fates(tables.cells, points, locator.points.beyond());
    }
    sort_points(tables, slab, points, where);
    const std::int64_t work = (slab.cells + points) * (features.channels + 1);
    for_each_piece(slab.cells, work, where, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t c = first; c < last; ++c) {
        const std::uint32_t start = tables.starts[c];
        const std::uint32_t n = tables.starts[c + 1] - start;
        std::uint32_t prior = 0;
        if (counts.data != nullptr) {
          std::uint32_t& count = *counts.at(slab.begin + c);
          if (accumulate) prior = count;
          count = prior + n;
        }
        // No output then, and its address and strides may be anything.
        if (features.channels == 0) continue;
        const std::int64_t voxel = slab.begin + c;
        const voxel_facts facts{n, prior, call.options.nans};
        const std::uint32_t* const sorted = tables.sorted + start;
        if constexpr (!is_sink_of_call<Sink>) {
          if (n == 0) continue;
          reduce_voxel<out_scalar>(call.reducer, features, sorted, facts,
                                   voxel_of_sink<Sink, out_scalar>{sink, voxel, n});
        } else if (n != 0) {
          reduce_voxel<out_scalar>(call.reducer, features, sorted, facts, output.voxel(voxel));
        } else if (!accumulate) {
          const dense_voxel<out_scalar> to = output.voxel(voxel);
          for (std::int64_t k = 0; k < features.channels; ++k) to.put(k, empty);
        }
      }
    });
  });
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache::detail

namespace robocache {
inline namespace ROBOCACHE_CPU_NAMESPACE {

/// The workspace of a call on the CPU, in bytes.
///
/// \param sizes  the call's
inline std::size_t workspace_bytes_of(const voxelize_sizes& sizes, cpu_execution) noexcept {
  return detail::cpu_tables::bytes(sizes.points, sizes.cells, sizes.state_bytes != 0);
}

/// Runs a checked call on the CPU.
///
/// \param call   has passed `check(where)`; all in host memory
/// \param where  `robocache::cpu`, or a number of threads as `robocache::cpu(4)`
template <class Reducer, class Real, class In, class Out>
ROBOCACHE_HIDDEN status run(const voxelize_call<Reducer, Real, In, Out>& call,
                            cpu_execution where) noexcept {
  if constexpr (detail::reduces_features<Reducer>) {
    detail::reduce_voxels(call, where);
  } else {
    detail::mark_voxels(call, where);
  }
  return {};
}

/// Runs a call of features on the CPU and hands its results to a sink (`rules/sink.hpp`), in the
/// place of `call.output`. Marks are added to a grid directly here, so they take no sink.
///
/// \param call   the call, which has passed `check_for_sink(where)`
/// \param where  `robocache::cpu`
/// \param sink   called by several threads at the same time, for different voxels; by each for its
///               voxels in the order of their numbers, and for a voxel's channels in order. It does
///               not throw
template <class Reducer, class Real, class In, class Out, class Sink>
ROBOCACHE_HIDDEN status run(const voxelize_call<Reducer, Real, In, Out>& call, cpu_execution where,
                            const Sink& sink) noexcept {
  static_assert(detail::reduces_features<Reducer>,
                "on the CPU count and occupancy are added to a grid, and not handed to a sink");
  detail::reduce_voxels(call, where, sink);
  return {};
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache
