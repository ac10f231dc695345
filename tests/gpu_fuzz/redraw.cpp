// SPDX-License-Identifier: Apache-2.0
#include "redraw.hpp"

#include "../reference/numbers.hpp"
#include "../reference/stamps.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace robocache_test {
namespace {

template <int Rank>
char* address(const any_view<Rank>& view, std::size_t element, const std::int64_t (&index)[Rank]) {
  std::int64_t offset = 0;
  for (int d = 0; d < Rank; ++d) offset += index[d] * view.strides[d];
  return static_cast<char*>(view.data) + offset * static_cast<std::int64_t>(element);
}

template <int Rank>
void put(const any_view<Rank>& view, std::size_t element, const std::int64_t (&index)[Rank],
         std::uint64_t bits) {
  std::memcpy(address(view, element, index), &bits, element);
}

template <int Rank>
std::uint64_t get(const any_view<Rank>& view, std::size_t element,
                  const std::int64_t (&index)[Rank]) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, address(view, element, index), element);
  return bits;
}

/// What a length or an offset is that fits nothing.
std::int64_t misfit(random_source& random, std::int64_t most) {
  constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();
  const std::int64_t odd[] = {-1, most + 1, most + random.between(1, 100), -end, end};
  return odd[random.between(0, 4)];
}

stamp between(random_source& random, time_kind time, const time_span& span) {
  const stamp t = span.first + (span.last - span.first) * static_cast<stamp>(random.unit());
  return to_stamp(time, t);
}

/// Sorted, with some equal ones.
void redraw_item(random_source& random, const any_view<2>& times, time_kind time,
                 const time_span& span, std::int64_t item, std::int64_t first, std::int64_t last) {
  std::vector<stamp> stamps;
  for (std::int64_t s = first; s < last; ++s) {
    stamps.push_back(!stamps.empty() && random.chance(0.15) ? stamps.back()
                                                            : between(random, time, span));
  }
  std::sort(stamps.begin(), stamps.end());
  for (std::int64_t s = first; s < last; ++s) {
    put(times, size_of(time), {item, s},
        stamp_bits(time, stamps[static_cast<std::size_t>(s - first)]));
  }
}

std::uint64_t coordinate_bits(random_source& random, scalar_kind kind, double p) {
  if (!random.chance(0.01)) return encode(kind, p);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double odd[] = {infinity, -infinity, -0.0, std::numeric_limits<double>::quiet_NaN(),
                        1e38,     -1e38};
  return encode(kind, odd[random.between(0, 5)]);
}

}  // namespace

void redraw_batch(random_source& random, arena& memory, const any_stream& batch, time_kind time,
                  const time_span& span) {
  const any_view<3>& values = batch.values;
  if (values.data != nullptr) {
    for (std::int64_t b = 0; b < values.extents[0]; ++b) {
      for (std::int64_t s = 0; s < values.extents[1]; ++s) {
        for (std::int64_t d = 0; d < values.extents[2]; ++d) {
          put(values, size_of(batch.in), {b, s, d}, random_value(random, batch.in, true));
        }
      }
    }
  }
  const any_view<2>& times = batch.times;
  if (times.data == nullptr) return;
  const std::int64_t samples = times.extents[1];
  // Between items and behind them: not to be looked at.
  const std::uint64_t garbage = stamp_bits(time, is_integer(time) ? 3 : -7.5L);
  if (!batch.packed) {
    for (std::int64_t b = 0; b < times.extents[0]; ++b) {
      std::int64_t length = samples;
      if (batch.lengths.data != nullptr) {
        const bool fits = !random.chance(0.05);
        length = fits ? random.between(0, samples) : 0;  // one that does not fit is none
        put(batch.lengths, 8, {b}, static_cast<std::uint64_t>(length));
        if (!fits) {
          memory.add_misfit(address(batch.lengths, 8, {b}),
                            static_cast<std::uint64_t>(misfit(random, samples)));
        }
      }
      redraw_item(random, times, time, span, b, 0, length);
      for (std::int64_t s = length; s < samples; ++s) put(times, size_of(time), {b, s}, garbage);
    }
    return;
  }
  if (batch.offsets.data == nullptr) return;
  const std::int64_t items = batch.offsets.extents[0] - 1;
  std::vector<std::int64_t> borders;
  for (std::int64_t b = 0; b <= items; ++b) borders.push_back(random.between(0, samples));
  std::sort(borders.begin(), borders.end());
  // The items on both sides of a border that does not fit have no samples.
  const std::int64_t bad = random.chance(0.1) ? random.between(0, items) : -1;
  if (bad >= 0) {
    const std::size_t first = static_cast<std::size_t>(std::max<std::int64_t>(bad - 1, 0));
    const std::size_t last = static_cast<std::size_t>(std::min(bad + 1, items));
    for (std::size_t b = first; b <= last; ++b) borders[b] = borders[first];
  }
  for (std::int64_t s = 0; s < samples; ++s) put(times, size_of(time), {0, s}, garbage);
  for (std::size_t b = 0; b + 1 < borders.size(); ++b) {
    redraw_item(random, times, time, span, 0, borders[b], borders[b + 1]);
  }
  for (std::int64_t b = 0; b <= items; ++b) {
    put(batch.offsets, 8, {b}, static_cast<std::uint64_t>(borders[static_cast<std::size_t>(b)]));
  }
  if (bad >= 0) {
    memory.add_misfit(address(batch.offsets, 8, {bad}),
                      static_cast<std::uint64_t>(misfit(random, samples)));
  }
}

void redraw_targets(random_source& random, const any_view<2>& targets, time_kind time,
                    const time_span& span, const any_stream& near) {
  if (targets.data == nullptr) return;
  const any_view<2>& times = near.times;
  const stamp length = span.last - span.first;
  for (std::int64_t b = 0; b < targets.extents[0]; ++b) {
    for (std::int64_t t = 0; t < targets.extents[1]; ++t) {
      const double kind = random.unit();
      stamp target;
      if (kind < 0.35 && times.data != nullptr) {
        const std::int64_t item = random.between(0, times.extents[0] - 1);
        const std::int64_t at = random.between(0, times.extents[1] - 1);
        target = shifted(time, stamp_from_bits(time, get(times, size_of(time), {item, at})),
                         near.policy.offset);
      } else if (kind < 0.4 && !is_integer(time)) {
        constexpr stamp infinity = std::numeric_limits<stamp>::infinity();
        const stamp odd[] = {infinity, -infinity, std::numeric_limits<stamp>::quiet_NaN()};
        target = odd[random.between(0, 2)];
      } else {
        const bool far = kind > 0.97;
        const stamp beyond = far ? 5 * length : length / 10;
        target = between(random, time, {span.first - beyond, span.last + beyond});
      }
      put(targets, size_of(time), {b, t}, stamp_bits(time, target));
    }
  }
}

stamp random_delta(random_source& random, time_kind time) {
  if (random.chance(0.03)) {
    using limits = std::numeric_limits<std::int64_t>;
    constexpr stamp infinity = std::numeric_limits<stamp>::infinity();
    if (is_integer(time)) {
      return static_cast<stamp>(random.chance(0.5) ? limits::min() : limits::max());
    }
    const stamp odd[] = {infinity, -infinity, std::numeric_limits<stamp>::quiet_NaN()};
    return odd[random.between(0, 2)];
  }
  const auto steps = static_cast<stamp>(random.between(-9, 9));
  return steps * (is_integer(time) ? 1.0e6L : 0.0078125L);
}

void redraw_windows(random_source& random, const any_view<1>& windows, time_kind time) {
  if (windows.data == nullptr) return;
  const time_kind duration = time == time_kind::u64 ? time_kind::i64 : time;
  for (std::int64_t k = 0; k < windows.extents[0]; ++k) {
    put(windows, size_of(duration), {k}, stamp_bits(duration, random_delta(random, time)));
  }
}

void redraw_normalization(random_source& random, const combination& types, const any_view<1>& scale,
                          const any_view<1>& shift) {
  const scalar_kind real = is_double(types) ? scalar_kind::f64 : scalar_kind::f32;
  for (const any_view<1>* const each : {&scale, &shift}) {
    if (each->data == nullptr) continue;
    for (std::int64_t d = 0; d < each->extents[0]; ++d) {
      put(*each, size_of(real), {d}, random_value(random, real, random.chance(0.3)));
    }
  }
}

void redraw_points(random_source& random, const any_voxel_call& call, scalar_kind kind) {
  if (call.points.data == nullptr) return;
  auto* const base = const_cast<char*>(static_cast<const char*>(call.points.data));
  const double together = random.chance(0.3) ? random.unit() : 0;  // share of points in one voxel
  for (std::int64_t i = 0; i < call.points.size; ++i) {
    const bool stay = random.unit() < together;
    for (int k = 0; k < 3; ++k) {
      const auto extent = static_cast<double>(call.grid.extents[k]);
      const double place = stay ? 0.5 / extent : random.unit() * 1.2 - 0.1;
      const double p = call.grid.origin[k] + place * extent * call.grid.voxel_size[k];
      const std::uint64_t bits = coordinate_bits(random, kind, p);
      std::memcpy(base + i * call.points.step + call.points.offsets[k], &bits, size_of(kind));
    }
  }
  if (call.points.count != nullptr) {
    *const_cast<std::uint32_t*>(call.points.count) =
        static_cast<std::uint32_t>(random.between(0, call.points.size + 5));
  }
}

void redraw_features(random_source& random, const any_voxel_call& call, scalar_kind kind) {
  if (call.features.data == nullptr) return;
  auto* const base = const_cast<char*>(static_cast<const char*>(call.features.data));
  for (std::int64_t i = 0; i < call.features.size; ++i) {
    for (std::int64_t c = 0; c < call.features.channels; ++c) {
      const std::uint64_t bits = random_value(random, kind, random.chance(0.1));
      std::memcpy(base + i * call.features.step + c * call.features.channel_step, &bits,
                  size_of(kind));
    }
  }
}

}  // namespace robocache_test
