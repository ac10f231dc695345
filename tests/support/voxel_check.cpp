// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "voxel_problem.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

namespace robocache_test {
namespace {

using robocache::reduction;

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

bool in_range(scalar_kind kind, std::uint64_t bits, const value_range& range) {
  if (bits == range.low || bits == range.high) return true;
  const double x = decode(kind, bits);
  return decode(kind, range.low) < x && x < decode(kind, range.high);
}

/// Points of each voxel that has some, by its number (z ny + y) nx + x.
using voxel_lists = std::map<std::int64_t, std::vector<std::int64_t>>;

voxel_lists sort_points(const voxel_problem& work, std::int64_t count, point_fates& fates) {
  const std::int64_t n = count < 0 ? work.size() : std::min(count, work.size());
  fates.beyond = static_cast<std::uint64_t>(count > work.size() ? count - work.size() : 0);
  voxel_lists lists;
  for (std::int64_t i = 0; i < n; ++i) {
    const reference_cell cell = cell_reference(work.types.point, &work.points[index(3 * i)],
                                               work.grid, work.options.transform);
    fates.used += cell.is == reference_cell::fate::inside;
    fates.outside += cell.is == reference_cell::fate::outside;
    fates.not_finite += cell.is == reference_cell::fate::not_finite;
    if (cell.is != reference_cell::fate::inside) continue;
    const any_grid& grid = work.grid;
    lists[(cell.z * grid.extents[1] + cell.y) * grid.extents[0] + cell.x].push_back(i);
  }
  return lists;
}

/// count, occupancy and occupancy_bits.
void mark(const voxel_problem& work, std::int64_t voxel, std::size_t points,
          std::vector<value_range>& output) {
  std::uint64_t bits = 0;
  std::int64_t element = voxel;
  if (work.types.reduce == reduction::occupancy_bits) {
    const std::int64_t x = voxel % work.grid.extents[0];
    element = voxel / work.grid.extents[0] * work.row() + x / 32;
    bits = output[index(element)].low | (std::uint64_t{1} << (x % 32));
  } else if (work.types.reduce == reduction::occupancy) {
    bits = 1;
  } else {
    bits = (output[index(element)].low + points) & 0xffffffff;
  }
  output[index(element)] = {bits, bits};
}

}  // namespace

voxel_expectation expect(const voxel_problem& work, std::int64_t count) {
  voxel_expectation expected;
  const voxel_lists lists = sort_points(work, count, expected.fates);
  const bool accumulate = work.options.update == robocache::grid_update::accumulate;
  const std::int64_t depth = work.depth();
  const std::int64_t elements = work.grid.extents[2] * work.grid.extents[1] * work.row() * depth;
  const std::uint64_t empty =
      work.featured() ? encode(work.types.out, work.options.empty_value) : 0;
  expected.output.assign(index(elements), {empty, empty});
  if (accumulate) {
    for (std::size_t i = 0; i < expected.output.size(); ++i) {
      expected.output[i] = {work.prior[i], work.prior[i]};
    }
  }
  if (work.featured()) {
    expected.counts.assign(index(work.grid.cells()), 0);
    if (accumulate) expected.counts = work.prior_counts;
  }
  for (const auto& [voxel, points] : lists) {
    if (!work.featured()) {
      mark(work, voxel, points.size(), expected.output);
      continue;
    }
    std::uint32_t& held = expected.counts[index(voxel)];
    for (std::int64_t c = 0; c < depth; ++c) {
      std::vector<std::uint64_t> values;
      for (const std::int64_t i : points) values.push_back(work.features[index(i * depth + c)]);
      value_range& element = expected.output[index(voxel * depth + c)];
      const prior_value prior{element.low, accumulate ? held : 0};
      element = reduce_reference(work.types, values, work.options.nans, prior);
    }
    held += static_cast<std::uint32_t>(points.size());
  }
  return expected;
}

std::string difference(const voxel_problem& work, const voxel_expectation& expected,
                       const voxel_outcome& got) {
  std::ostringstream text;
  text << title(work.types) << ": ";
  if (!got.status.ok()) {
    text << got.status.message();
    return text.str();
  }
  if (!got.padding_intact) return text.str() + "bytes beside the outputs were written";
  if (got.output.size() != expected.output.size()) return text.str() + "another number of elements";
  for (std::size_t i = 0; i < got.output.size(); ++i) {
    const value_range& range = expected.output[i];
    const std::uint64_t bits = got.output[i];
    const bool right = work.featured() ? in_range(work.types.out, bits, range) : bits == range.low;
    if (right) continue;
    const std::int64_t depth = work.depth();
    const std::int64_t element = static_cast<std::int64_t>(i) / depth;
    text << "element x " << element % work.row() << " y "
         << element / work.row() % work.grid.extents[1] << " z "
         << element / work.row() / work.grid.extents[1] << " channel "
         << static_cast<std::int64_t>(i) % depth << " is 0x" << std::hex << bits << ", expected 0x"
         << range.low << " to 0x" << range.high;
    if (work.featured()) {
      text << " (" << decode(work.types.out, bits) << ", expected "
           << decode(work.types.out, range.low) << " to " << decode(work.types.out, range.high)
           << ")";
    }
    return text.str();
  }
  if (!got.counts.empty() && got.counts != expected.counts) return text.str() + "wrong counts";
  const point_fates& a = got.fates;
  const point_fates& b = expected.fates;
  if (!(a == b) && !(a == point_fates{})) {
    text << "counters " << a.used << ' ' << a.outside << ' ' << a.not_finite << ' ' << a.beyond
         << ", expected " << b.used << ' ' << b.outside << ' ' << b.not_finite << ' ' << b.beyond;
    return text.str();
  }
  return "";
}

std::string check(const voxel_problem& work, const voxel_setup& how) {
  const voxel_outcome got = run(work, how);
  voxel_expectation expected = expect(work, how.count);
  if (!how.with_counters) expected.fates = {};
  if (how.with_counters && got.fates == point_fates{} && !(expected.fates == point_fates{})) {
    return title(work.types) + ": all counters are zero";
  }
  return difference(work, expected, got);
}

std::string title(const voxel_types& types) {
  constexpr const char* names[] = {"count", "occupancy", "occupancy_bits", "sum",  "mean",
                                   "max",   "min",       "variance",       "first"};
  std::string text = names[static_cast<int>(types.reduce)];
  if (has_features(types.reduce)) {
    text += std::string(" of ") + name_of(types.in) + " to " + name_of(types.out);
  }
  return text + ", points of " + name_of(types.point);
}

}  // namespace robocache_test
