// SPDX-License-Identifier: Apache-2.0
#include "random_fuse_problem.hpp"

#include "../reference/numbers.hpp"

#include <algorithm>
#include <numeric>

namespace robocache_test {
namespace {

using robocache::channel_group;
using robocache::channel_mode;

/// About how far apart angles are, in the mode's unit. Rotations are of numbers up to 1.
double spread_of(channel_mode mode) {
  if (mode == channel_mode::degrees) return 1000;
  return mode == channel_mode::angle ? 4 : 1;
}

/// Angles of up to a few turns, and rotations not far from one another: as recordings have them.
void make_plausible(random_source& random, fuse_stream& stream) {
  if (is_integer(stream.in)) return;
  for (const channel_group& group : stream.groups) {
    if (group.mode < channel_mode::angle || random.chance(0.3)) continue;
    for (recording& item : stream.items) {
      for (std::size_t s = 0; s < item.times.size(); ++s) {
        const std::size_t row = s * static_cast<std::size_t>(stream.channels);
        for (std::int64_t d = group.first; d < group.first + group.count; ++d) {
          const double at = 0.1 * static_cast<double>(s) + static_cast<double>(d);
          const double value = spread_of(group.mode) * (random.unit() - 0.5 + 0.5 * at / (1 + at));
          item.values[row + static_cast<std::size_t>(d)] = encode(stream.in, value);
        }
      }
    }
  }
}

/// Columns in any order, with unused ones between them.
void scatter(random_source& random, fuse_problem& work) {
  std::vector<std::size_t> order(work.streams.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1],
              order[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i) - 1))]);
  }
  std::int64_t column = 0;
  for (const std::size_t n : order) {
    column += random.between(0, 3);
    work.streams[n].column = column;
    column += work.streams[n].channels;
  }
}

}  // namespace

std::vector<channel_group> random_groups(random_source& random, std::int64_t channels) {
  std::vector<channel_group> groups;
  std::int64_t first = random.chance(0.3) ? random.between(0, channels / 2) : 0;
  while (groups.size() < robocache::channel_groups::most) {
    channel_group group;
    group.mode = static_cast<channel_mode>(random.between(0, last_mode));
    const std::int64_t step = components_of(group.mode);
    const std::int64_t most = (channels - first) / step;
    if (most == 0) break;
    group.first = static_cast<decltype(group.first)>(first);
    group.count = static_cast<decltype(group.count)>(
        step * random.between(1, std::min<std::int64_t>(most, 3)));
    groups.push_back(group);
    first += group.count + (random.chance(0.3) ? random.between(0, 2) : 0);
    if (first >= channels || random.chance(0.15)) break;
  }
  return groups;
}

placement random_placement(random_source& random, int rank) {
  placement place;
  place.shift = random.between(0, 9);
  place.guard = random.chance(0.5) ? 0 : 8;
  for (int d = 0; d < rank; ++d) {
    if (!place.order.empty() || random.chance(0.7)) continue;
    place.order.resize(static_cast<std::size_t>(rank));
    std::iota(place.order.begin(), place.order.end(), 0);
    std::rotate(place.order.begin(), place.order.begin() + random.between(0, rank - 1),
                place.order.end());
  }
  for (int d = 0; d < rank; ++d) place.padding.push_back(random.between(0, 3));
  for (int d = 0; d < rank; ++d) {
    if (random.chance(0.2)) place.reversed.push_back(d);
  }
  return place;
}

fuse_problem random_fuse_problem(random_source& random, const fuse_types& types,
                                 const random_fuse_shape& shape) {
  fuse_problem work;
  work.time = types.time;
  work.out = types.out;
  work.targets.resize(static_cast<std::size_t>(shape.batch));
  random_shape one;
  one.epoch = static_cast<int>(random.between(0, 1));  // one for all streams
  std::vector<std::vector<std::vector<stamp>>> proposed;
  for (std::int64_t n = 0; n < shape.streams; ++n) {
    fuse_stream stream;
    const auto kinds = static_cast<std::int64_t>(types.in.size());
    stream.in = types.in[static_cast<std::size_t>(n < kinds ? n : random.between(0, kinds - 1))];
    one.batch = shape.batch;
    one.samples = random.between(1, shape.samples);
    one.rows = shape.rows;
    one.channels = random.between(1, shape.channels);
    one.ragged = shape.ragged && random.chance(0.5);
    one.affine = shape.affine && random.chance(0.3);
    one.special_values = shape.special_values;
    one.special_targets = shape.special_targets;
    const problem alone = random_problem(random, {stream.in, types.out, types.time}, one);
    stream.channels = alone.channels;
    stream.items = alone.items;
    stream.policy = alone.policy;
    stream.scale = alone.scale;
    stream.shift = alone.shift;
    if (shape.groups && random.chance(0.6)) stream.groups = random_groups(random, stream.channels);
    make_plausible(random, stream);
    if (shape.ragged && random.chance(0.3)) stream.layout.form = batch_form::packed;
    if (shape.ragged && stream.layout.form != batch_form::packed && random.chance(0.3)) {
      stream.layout.extra_samples = random.between(1, 5);
    }
    work.streams.push_back(stream);
    proposed.push_back(alone.targets);
  }
  // Targets that are special to some stream.
  for (std::size_t b = 0; b < work.targets.size(); ++b) {
    for (std::int64_t t = 0; t < shape.rows; ++t) {
      const auto n = static_cast<std::size_t>(random.between(0, shape.streams - 1));
      work.targets[b].push_back(proposed[n][b][static_cast<std::size_t>(t)]);
    }
  }
  if (shape.columns && random.chance(0.5)) scatter(random, work);
  return work;
}

}  // namespace robocache_test
