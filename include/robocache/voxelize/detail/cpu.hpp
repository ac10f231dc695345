// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/parallel.hpp>
#include <robocache/execution.hpp>
#include <robocache/voxelize/detail/arguments.hpp>
#include <robocache/voxelize/reduce.hpp>

#include <algorithm>
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
    const std::int64_t words = features ? 2 * points + std::min(cells, cells_per_slab) + 1 : points;
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
    body(voxel_slab{begin, std::min(cells_per_slab, cells - begin)});
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
                       const std::int64_t local = locator.number_of(cell) - slab.begin;
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
template <reduction R, class T>
inline void fill_voxels(const voxel_output<T>& output, const voxel_slab& slab, bool accumulate,
                        const std::uint32_t* cells, std::int64_t points, std::int64_t first,
                        std::int64_t last) noexcept {
  // A word of bits is 32 voxels; ranges are cut at words.
  constexpr int per_element = R == reduction::occupancy_bits ? 32 : 1;
  if (!accumulate) {
    for (std::int64_t c = first; c < last; c += per_element) {
      output.data[output.layout((slab.begin + c) / per_element)] = 0;
    }
  }
  const auto low = static_cast<std::uint32_t>(first);
  const auto high = static_cast<std::uint32_t>(last);
  for (std::int64_t i = 0; i < points; ++i) {
    const std::uint32_t c = cells[i];
    if (c < low || c >= high) continue;
    T& element = output.data[output.layout((slab.begin + c) / per_element)];
    if constexpr (R == reduction::count) {
      ++element;
    } else if constexpr (R == reduction::occupancy) {
      element = 1;
    } else {
      element |= 1u << (c % 32u);
    }
  }
}

/// count, occupancy and occupancy_bits.
template <reduction R, class Real, class T>
ROBOCACHE_HIDDEN void voxelize_on_cpu(const point_locator<Real>& locator,
                                      const voxel_numbering& numbering,
                                      const voxel_output<T>& output, voxel_counters* counters,
                                      bool accumulate, void* memory, cpu_execution where) noexcept {
  const std::int64_t points = locator.points.number();
  const cpu_tables tables(memory, locator.points.size);
  for_each_slab(numbering.cells(), [&](const voxel_slab& slab) {
    locate_points(locator, points, slab, tables.cells, where);
    if (counters != nullptr && slab.begin == 0) {
      *counters = count_fates(tables.cells, points, locator.points.beyond());
    }
    constexpr std::int64_t piece = 32;
    for_each_piece((slab.cells + piece - 1) / piece, slab.cells + points, where,
                   [&](std::int64_t first, std::int64_t last) {
                     fill_voxels<R>(output, slab, accumulate, tables.cells, points, first * piece,
                                    std::min(last * piece, slab.cells));
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
                   std::fill(starts + first, starts + last, 0u);
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

/// One channel of a voxel without a past, from its `n` values, 1 or more. Most voxels have one or
/// two, which need no integers.
template <reduction R, class In, class Out>
inline typename scalar_traits<Out>::bits reduce_few(const feature_arguments& features,
                                                    const std::uint32_t* points, std::uint32_t n,
                                                    std::int64_t channel,
                                                    nan_policy nans) noexcept {
  if (n == 1) {
    const float x = features.load<In>(points[0], channel);
    if (is_nan(x)) return bits_from_real<Out>(canonical_nan<float>());
    if (R == reduction::max || R == reduction::min) return bits_from_real<Out>(x);
    return bits_from_real<Out>(exact_add(x, 0.0f));  // -0 becomes +0
  }
  if (n == 2) {
    float result;
    if (reduce_pair<R, pair_range<In, Out>>(features.load<In>(points[0], channel),
                                            features.load<In>(points[1], channel), nans, result)) {
      return bits_from_real<Out>(result);
    }
  }
  const auto value_at = [&](std::uint32_t i) { return features.load<In>(points[i], channel); };
  return bits_from_real<Out>(reduce_values<R>(n, value_at, nans));
}

/// The features of one voxel.
template <reduction R, class In, class Out>
inline void reduce_voxel(const feature_arguments& features, const std::uint32_t* points,
                         std::uint32_t n, std::uint32_t prior, const reduce_rules& rules, Out* out,
                         std::int64_t stride) noexcept {
  using bits = typename scalar_traits<Out>::bits;
  if (n == 0) {
    const Out empty = bit_copy<Out>(bits_from_real<Out>(rules.empty_value));
    for (std::int64_t c = 0; c < features.channels; ++c, out += stride) *out = empty;
    return;
  }
  for (std::int64_t c = 0; c < features.channels; ++c, out += stride) {
    bits result;
    if (prior != 0) {
      const auto value_at = [&](std::uint32_t i) { return features.load<In>(points[i], c); };
      const auto fresh = reduce_values<carried<R>>(n, value_at, rules.nans);
      const float before = real_from_bits<float, Out>(bit_copy<bits>(*out));
      result = bits_from_real<Out>(accumulate_value<R>(before, prior, fresh, n, rules.nans));
    } else {
      result = reduce_few<R, In, Out>(features, points, n, c, rules.nans);
    }
    *out = bit_copy<Out>(result);
  }
}

/// sum, mean, max and min.
template <reduction R, class Real, class In, class Out>
ROBOCACHE_HIDDEN void voxelize_on_cpu(const point_locator<Real>& locator,
                                      const feature_arguments& features,
                                      const voxel_numbering& numbering,
                                      const feature_output& output,
                                      const voxel_output<std::uint32_t>& counts,
                                      voxel_counters* counters, const reduce_rules& rules,
                                      void* memory, cpu_execution where) noexcept {
  const std::int64_t points = locator.points.number();
  const cpu_tables tables(memory, locator.points.size);
  for_each_slab(numbering.cells(), [&](const voxel_slab& slab) {
    locate_points(locator, points, slab, tables.cells, where);
    if (counters != nullptr && slab.begin == 0) {
      *counters = count_fates(tables.cells, points, locator.points.beyond());
    }
    sort_points(tables, slab, points, where);
    const std::int64_t work = (slab.cells + points) * (features.channels + 1);
    for_each_piece(slab.cells, work, where, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t c = first; c < last; ++c) {
        const std::uint32_t start = tables.starts[c];
        const std::uint32_t n = tables.starts[c + 1] - start;
        std::uint32_t prior = 0;
        if (counts.data != nullptr) {
          std::uint32_t& count = counts.data[counts.layout(slab.begin + c)];
          if (rules.accumulate) prior = count;
          count = prior + n;
        }
        if (rules.accumulate && n == 0) continue;  // stays as it is
        Out* const out = reinterpret_cast<Out*>(output.data) + output.layout(slab.begin + c);
        reduce_voxel<R, In>(features, tables.sorted + start, n, prior, rules, out,
                            output.channel_stride);
      }
    });
  });
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache::detail
