// SPDX-License-Identifier: Apache-2.0
#include "voxel_problem.hpp"

#include "../reference/numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace robocache_test {
namespace {

/// Where a scalar's bytes begin, for each point and channel; all offsets from the lowest byte.
struct byte_map {
  std::int64_t first = 0;  ///< of point 0
  std::int64_t step = 0;
  std::int64_t bytes = 0;  ///< in all
};

/// \param reach  bytes of one record that are used
byte_map map_records(std::int64_t size, std::int64_t step, std::int64_t reach, std::int64_t shift,
                     bool backwards) {
  byte_map map;
  const std::int64_t span = size > 0 ? (size - 1) * step : 0;
  map.first = shift + (backwards ? span : 0);
  map.step = backwards ? -step : step;
  map.bytes = size > 0 ? shift + span + reach : 0;
  return map;
}

void put(guarded<1>& to, std::int64_t at, std::uint64_t bits, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    to.set({at + static_cast<std::int64_t>(i)}, (bits >> (8 * i)) & 0xff);
  }
}

/// Inputs end where their last byte is, so that sanitizers see a byte too many.
guarded<1> exact_bytes(backend& where, std::int64_t bytes) {
  placement tight;
  tight.guard = 0;
  return guarded<1>(where, 1, {bytes}, tight);
}

}  // namespace

bool operator==(const point_fates& a, const point_fates& b) {
  return a.used == b.used && a.outside == b.outside && a.not_finite == b.not_finite &&
         a.beyond == b.beyond;
}

void voxel_problem::add(double x, double y, double z) {
  for (const double c : {x, y, z}) points.push_back(encode(types.point, c));
}

bool same_results(const voxel_outcome& a, const voxel_outcome& b) {
  return a.output == b.output && (a.counts.empty() || b.counts.empty() || a.counts == b.counts) &&
         a.fates == b.fates;
}

prepared_voxels::prepared_voxels(backend& where, const std::vector<voxel_operations>& in,
                                 const voxel_problem& work, const voxel_setup& how)
    : entry(find(in, work.types)), backend_(&where), work_(work) {
  if (entry == nullptr) throw std::runtime_error("not compiled: " + title(work.types));
  store_inputs(work, how);
  const any_grid& grid = work.grid;
  output = guarded<4>(where, output_bytes(work.types),
                      {grid.extents[2], grid.extents[1], work.row(), work.depth()}, how.output);
  call.output = output.view();
  if (work.featured() && how.with_counts) {
    counts = guarded<3>(where, 4, {grid.extents[2], grid.extents[1], grid.extents[0]}, how.counts);
    call.counts = counts.view();
  }
  if (how.with_counters) {
    counters = guarded<1>(where, 8, {4});
    counters.upload();
    call.counters = static_cast<robocache::voxel_counters*>(counters.view().data);
  }
  call.grid = grid;
  call.options = work.options;
  any_where at = where.where();
  at.threads = how.threads;
  const std::size_t needed = entry->workspace_bytes(work.size(), grid, at);
  placement guards;
  guards.guard = 64;
  space = guarded<1>(where, 1, {static_cast<std::int64_t>(needed)}, guards);
  space.upload();
  call.space = {space.view().data, needed};
  reset();
}

void prepared_voxels::store_inputs(const voxel_problem& work, const voxel_setup& how) {
  const auto real = static_cast<std::int64_t>(size_of(work.types.point));
  const auto scalar = static_cast<std::int64_t>(size_of(work.types.in));
  point_layout at = how.points;
  if (at.step == 0) {
    at.step = 3 * real;
    for (int i = 0; i < 3; ++i) at.offsets[i] = i * real;
  }
  feature_layout with = how.features;
  if (with.channel_step == 0) with.channel_step = scalar;
  if (with.step == 0) with.step = std::max<std::int64_t>(work.channels, 1) * scalar;
  const std::int64_t features_reach =
      work.channels > 0 ? (work.channels - 1) * std::abs(with.channel_step) + scalar : 0;
  // With negative channel steps the first channel is the highest.
  const std::int64_t first_channel =
      with.channel_step < 0 ? std::max<std::int64_t>(work.channels - 1, 0) * -with.channel_step : 0;

  std::int64_t reach = *std::max_element(at.offsets, at.offsets + 3) + real;
  if (with.in_records) reach = std::max(reach, with.offset + features_reach);
  const byte_map points = map_records(work.size(), at.step, reach, at.shift, at.backwards);
  point_bytes = exact_bytes(*backend_, points.bytes);
  byte_map features = points;
  std::int64_t feature_base = with.offset + first_channel;
  if (!with.in_records) {
    features = map_records(work.size(), with.step, features_reach, with.shift, with.backwards);
    feature_base = first_channel;
    feature_bytes = exact_bytes(*backend_, work.channels > 0 ? features.bytes : 0);
  }
  guarded<1>& feature_store = with.in_records ? point_bytes : feature_bytes;
  for (std::int64_t i = 0; i < work.size(); ++i) {
    for (std::int64_t k = 0; k < 3; ++k) {
      put(point_bytes, points.first + i * points.step + at.offsets[k],
          work.points[static_cast<std::size_t>(3 * i + k)], static_cast<std::size_t>(real));
    }
    for (std::int64_t c = 0; c < work.channels; ++c) {
      put(feature_store, features.first + i * features.step + feature_base + c * with.channel_step,
          work.features[static_cast<std::size_t>(i * work.channels + c)],
          static_cast<std::size_t>(scalar));
    }
  }
  point_bytes.upload();
  feature_bytes.upload();

  const auto* const first_point = static_cast<const char*>(point_bytes.view().data);
  call.points.data = work.size() > 0 ? first_point + points.first : nullptr;
  call.points.size = work.size();
  call.points.step = points.step;
  std::copy(at.offsets, at.offsets + 3, call.points.offsets);
  if (how.count >= 0) {
    count = guarded<1>(*backend_, 4, {1});
    call.points.count = static_cast<const std::uint32_t*>(count.view().data);
    set_count(static_cast<std::uint32_t>(how.count));
  }
  if (work.featured()) {
    const auto* const first = static_cast<const char*>(feature_store.view().data);
    call.features.data =
        first != nullptr && work.channels > 0 ? first + features.first + feature_base : nullptr;
    call.features.size = work.size();
    call.features.channels = work.channels;
    call.features.step = features.step;
    call.features.channel_step = with.channel_step;
    call.features.first = with.first;
  }
}

void prepared_voxels::set_count(std::uint32_t value) {
  count.set({0}, value);
  count.upload();
}

void prepared_voxels::reset() {
  output.spoil();
  counts.spoil();
  if (work_.options.update != robocache::grid_update::accumulate) return;
  const any_view<4>& view = output.view();
  std::size_t at = 0;
  for (std::int64_t z = 0; z < view.extents[0]; ++z) {
    for (std::int64_t y = 0; y < view.extents[1]; ++y) {
      for (std::int64_t x = 0; x < view.extents[2]; ++x) {
        for (std::int64_t c = 0; c < view.extents[3]; ++c) {
          output.set({z, y, x, c}, work_.prior[at++]);
        }
        if (call.counts.data != nullptr) {
          counts.set({z, y, x}, work_.prior_counts[static_cast<std::size_t>(
                                    (z * view.extents[1] + y) * view.extents[2] + x)]);
        }
      }
    }
  }
  output.upload();
  counts.upload();
}

robocache::status prepared_voxels::launch(const any_where& at) const {
  return entry->voxelize(call, at);
}

voxel_outcome prepared_voxels::collect(const robocache::status& launched) {
  backend_->finish();
  voxel_outcome got;
  got.status = launched;
  for (guarded<1>* each : {&counters, &space, &point_bytes, &feature_bytes}) each->download();
  output.download();
  counts.download();
  const any_view<4>& view = output.view();
  for (std::int64_t z = 0; z < view.extents[0]; ++z) {
    for (std::int64_t y = 0; y < view.extents[1]; ++y) {
      for (std::int64_t x = 0; x < view.extents[2]; ++x) {
        for (std::int64_t c = 0; c < view.extents[3]; ++c) {
          got.output.push_back(output.get({z, y, x, c}));
        }
      }
    }
  }
  if (counts.view().data != nullptr) {
    const any_view<3>& grid = counts.view();
    for (std::int64_t z = 0; z < grid.extents[0]; ++z) {
      for (std::int64_t y = 0; y < grid.extents[1]; ++y) {
        for (std::int64_t x = 0; x < grid.extents[2]; ++x) {
          got.counts.push_back(static_cast<std::uint32_t>(counts.get({z, y, x})));
        }
      }
    }
  }
  if (counters.view().data != nullptr) {
    got.fates = {counters.get({0}), counters.get({1}), counters.get({2}), counters.get({3})};
  }
  got.padding_intact = output.padding_intact() && counts.padding_intact() &&
                       counters.padding_intact() && space.padding_intact();
  got.untouched = output.untouched() && counts.untouched() && counters.untouched();
  return got;
}

voxel_outcome run(backend& where, const std::vector<voxel_operations>& in,
                  const voxel_problem& work, const voxel_setup& how) {
  prepared_voxels ready(where, in, work, how);
  any_where at = where.where();
  at.threads = how.threads;
  return ready.collect(ready.launch(at));
}

voxel_outcome run(const voxel_problem& work, const voxel_setup& how) {
  return run(tested(), tested_voxel(), work, how);
}

void carry_on(voxel_problem& next, const voxel_outcome& from) {
  next.options.update = robocache::grid_update::accumulate;
  next.prior = from.output;
  next.prior_counts = from.counts;
}

}  // namespace robocache_test
