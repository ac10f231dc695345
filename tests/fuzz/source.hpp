// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../reference/stamps.hpp"
#include "../support/fuse_problem.hpp"
#include "memory.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

/// \file
/// Streams and targets as `resample` and `fuse` take them, made of a fuzzer's bytes; and the same
/// as plain vectors, read back through the views, for the reference.

namespace robocache_test {

/// Most samples of a recording, channels of a stream and rows.
inline constexpr std::int64_t fuzz_many = 18;

inline void store_integers(const any_view<1>& view, const std::vector<std::int64_t>& values) {
  for_each_element(view, 8, [&](char* at, const std::array<std::int64_t, 1>& i) {
    store(at, static_cast<std::uint64_t>(values[static_cast<std::size_t>(i[0])]), 8);
  });
}

inline robocache::channel_groups fuzz_groups(fuzz_input& in, std::int64_t channels) {
  robocache::channel_groups groups;
  std::int64_t first = 0;
  while (groups.count < robocache::channel_groups::most && in.once_in(2)) {
    robocache::channel_group group;
    group.mode = static_cast<robocache::channel_mode>(in.between(0, last_mode));
    first += in.between(0, 2);
    const std::int64_t step = components_of(group.mode);
    const std::int64_t most = (channels - first) / step;
    if (channels < first || most == 0) break;
    group.first = static_cast<decltype(group.first)>(first);
    group.count =
        static_cast<decltype(group.count)>(step * in.between(1, std::min<std::int64_t>(most, 3)));
    groups.add(group);
    first += group.count;
  }
  return groups;
}

/// Groups of which one thing may be wrong.
inline void spoil(fuzz_input& in, robocache::channel_groups& groups) {
  const auto far = static_cast<std::int32_t>(in.far_integer());
  robocache::channel_group& group =
      groups.group[in.between(0, robocache::channel_groups::most - 1)];
  switch (in.between(0, 3)) {
    case 0:
      groups.count = static_cast<decltype(groups.count)>(in.between(-2, 12));
      break;
    case 1:
      group.first = static_cast<decltype(group.first)>(in.once_in(2) ? far : in.between(-1, 9));
      break;
    case 2:
      group.count = static_cast<decltype(group.count)>(in.once_in(2) ? far : in.between(-1, 9));
      break;
    default:
      group.mode = static_cast<robocache::channel_mode>(in.between(0, 255));
  }
}

/// A stream of `batch` recordings, padded or packed.
///
/// \param out  the output's type, on which the arithmetic depends
inline any_stream fuzz_stream(view_maker& make, time_kind time, scalar_kind from, scalar_kind out,
                              std::int64_t batch, std::int64_t channels, stamp epoch) {
  fuzz_input& in = make.in;
  any_stream stream;
  stream.in = from;
  stream.policy = fuzz_policy(in, time);
  stream.packed = in.once_in(3);
  std::vector<std::int64_t> first(static_cast<std::size_t>(batch) + 1, 0);  // of each item
  std::vector<std::int64_t> sizes;
  std::int64_t samples = in.extent(5, fuzz_many);
  if (stream.packed) {
    std::int64_t end = in.between(0, 2);
    for (std::size_t b = 0; b < static_cast<std::size_t>(batch); ++b) {
      first[b] = end;
      sizes.push_back(in.between(0, samples));
      end += sizes.back();
    }
    first.back() = end;
    samples = end + in.between(0, 2);
    stream.offsets = make.make<1>({batch + 1}, 8, false);
    store_integers(stream.offsets, first);
  } else if (in.once_in(3)) {
    for (std::int64_t b = 0; b < batch; ++b) sizes.push_back(in.between(0, samples));
    if (batch > 0) {
      stream.lengths = make.make<1>({batch}, 8, false);
      store_integers(stream.lengths, sizes);
    }
  } else {
    sizes.assign(static_cast<std::size_t>(batch), samples);
  }
  const std::int64_t stored = stream.packed ? 1 : batch;
  stream.times = make.make<2>({stored, samples}, size_of(time), false);
  stream.values = make.make<3>({stored, samples, channels}, size_of(from), false);
  const bool unsorted = in.once_in(12);
  for (std::size_t b = 0; b < sizes.size(); ++b) {
    stamp now = epoch;
    for (std::int64_t s = 0; s < sizes[b]; ++s) {
      now = fuzz_next(in, time, now);
      const std::uint64_t bits = unsorted && in.once_in(3) ? in.bits() : stamp_bits(time, now);
      const auto item = stream.packed ? 0 : static_cast<std::int64_t>(b);
      store(address_of<2>(stream.times, size_of(time), {item, (stream.packed ? first[b] : 0) + s}),
            bits, size_of(time));
    }
  }
  const bool special = in.once_in(2);
  for_each_element(stream.values, size_of(from), [&](char* at, const auto&) {
    store(at, random_value(in.values(), from, special), size_of(from));
  });
  const scalar_kind real = is_double({from, out, time}) ? scalar_kind::f64 : scalar_kind::f32;
  for (any_view<1>* const each : {&stream.scale, &stream.shift}) {
    if (channels == 0 || !in.once_in(4)) continue;
    *each = make.make<1>({channels}, size_of(real), false);
    for_each_element(*each, size_of(real), [&](char* at, const auto&) {
      store(at, encode(real, static_cast<float>(in.values().unit() * 4 - 2)), size_of(real));
    });
  }
  return stream;
}

/// Targets of all items: at stamps, between them, anywhere.
inline any_view<2> fuzz_targets(view_maker& make, time_kind time, std::int64_t grids,
                                std::int64_t rows, const any_stream& like, stamp epoch) {
  fuzz_input& in = make.in;
  const any_view<2> targets = make.make<2>({grids, rows}, size_of(time), false);
  for_each_element(targets, size_of(time), [&](char* at, const auto&) {
    stamp t = fuzz_next(in, time, epoch);
    const auto kind = in.between(0, 7);
    if (kind == 7) {
      store(at, in.bits(), size_of(time));
      return;
    }
    if (kind < 5 && like.times.extents[0] > 0 && like.times.extents[1] > 0) {
      const std::int64_t item = in.between(0, like.times.extents[0] - 1);
      const std::int64_t sample = in.between(0, like.times.extents[1] - 1);
      t = stamp_from_bits(
          time, load(address_of<2>(like.times, size_of(time), {item, sample}), size_of(time)));
      if (t - t == 0) t = shifted(time, t, like.policy.offset);
      if (kind > 2 && t - t == 0) t = to_stamp(time, t + static_cast<stamp>(in.between(-3, 3)) / 4);
    }
    store(at, stamp_bits(time, t), size_of(time));
  });
  return targets;
}

/// Something about a stream that is wrong, or may be.
inline void spoil_part(view_maker& make, any_stream& stream, time_kind time) {
  make.sound = false;
  fuzz_input& in = make.in;
  switch (in.between(0, 9)) {
    case 0:
      return make.spoil(stream.values, size_of(stream.in));
    case 1:
      return make.spoil(stream.times, size_of(time));
    case 2:
      return make.spoil(stream.lengths, 8);
    case 3:
      return make.spoil(stream.offsets, 8);
    case 4:
      return make.spoil(stream.scale, 4);
    case 5:
      return make.spoil(stream.shift, 4);
    case 6:
      return spoil(in, stream.policy, time);
    case 7:
      return spoil(in, stream.groups);
    case 8:
      stream.packed = !stream.packed;
      return;
    default:
      break;
  }
  // What only the data tell.
  char* const data = static_cast<char*>((stream.packed ? stream.offsets : stream.lengths).data);
  const auto address = static_cast<int128>(reinterpret_cast<std::uintptr_t>(data));
  if (make.memory.contains(address, address + 7)) {
    store(data, static_cast<std::uint64_t>(in.once_in(2) ? in.far_integer() : in.between(-2, 30)),
          8);
  }
}

inline void spoil(view_maker& make, any_stream& stream, time_kind time) {
  spoil_part(make, stream, time);
  // Packed streams are made from views without a batch.
  if (stream.packed) stream.values.extents[0] = stream.times.extents[0] = 1;
}

/// Rules for any type of stamps, where only a call's shapes are to be checked.
inline any_policy without_durations(any_policy policy) {
  policy.offset = 0;
  policy.max_gap = policy.tolerance = policy.horizon = 1;
  return policy;
}

/// What a call reads of a stream.
inline void list_memory(call_memory& memory, const any_stream& stream, time_kind time,
                        scalar_kind real) {
  memory.reads("values", stream.values, size_of(stream.in));
  memory.reads("times", stream.times, size_of(time));
  if (!stream.packed) memory.reads("lengths", stream.lengths, 8);
  if (stream.packed) memory.reads("offsets", stream.offsets, 8);
  memory.reads("scale", stream.scale, size_of(real));
  memory.reads("shift", stream.shift, size_of(real));
}

/// A stream of an accepted call as the reference takes it. Sets `usable` to false if lengths,
/// offsets or stamps are such that it has nothing to say.
inline fuse_stream read_back(const any_stream& stream, time_kind time, scalar_kind real,
                             std::int64_t batch, bool& usable) {
  fuse_stream plain;
  plain.in = stream.in;
  plain.channels = stream.values.extents[2];
  plain.policy = stream.policy;
  plain.column = stream.column;
  // `resample` of a stream without groups has not looked at them.
  const int groups = std::clamp<int>(stream.groups.count, 0, robocache::channel_groups::most);
  plain.groups.assign(stream.groups.group, stream.groups.group + groups);
  const auto integer = [](const any_view<1>& view, std::int64_t i) {
    return static_cast<std::int64_t>(load(address_of<1>(view, 8, {i}), 8));
  };
  const std::int64_t samples = stream.times.extents[1];
  const std::int64_t stored = stream.packed ? 1 : batch;
  require(stream.times.extents[0] == stored && stream.values.extents[0] == stored &&
              stream.values.extents[1] == samples,
          "accepted values and stamps of other extents");
  require(!stream.packed || samples == 0 || stream.offsets.extents[0] == batch + 1,
          "accepted offsets of another extent");
  for (std::int64_t b = 0; b < batch; ++b) {
    std::int64_t first = 0;
    std::int64_t size = samples;
    if (stream.packed) {
      first = integer(stream.offsets, b);
      size = integer(stream.offsets, b + 1) - first;
      require(first >= 0 && size >= 0 && size <= samples && first <= samples - size,
              "offsets out of range were accepted");
    } else if (stream.lengths.data != nullptr) {
      size = integer(stream.lengths, b);
      require(size >= 0 && size <= samples, "a length out of range was accepted");
    }
    const std::int64_t item = stream.packed ? 0 : b;
    recording from;
    stamp before = -std::numeric_limits<stamp>::infinity();
    for (std::int64_t s = first; s < first + size; ++s) {
      const stamp t = stamp_from_bits(
          time, load(address_of<2>(stream.times, size_of(time), {item, s}), size_of(time)));
      const stamp moved = t - t == 0 ? shifted(time, t, stream.policy.offset) : t;
      if (!(moved >= before) || moved - moved != 0) usable = false;
      before = moved;
      from.times.push_back(t);
      for (std::int64_t d = 0; d < plain.channels; ++d) {
        from.values.push_back(load(address_of<3>(stream.values, size_of(stream.in), {item, s, d}),
                                   size_of(stream.in)));
      }
    }
    plain.items.push_back(from);
  }
  const auto reals = [&](const any_view<1>& view, std::vector<double>& to) {
    if (view.data == nullptr) return;
    require(view.extents[0] == plain.channels, "accepted a scale or shift of another extent");
    for_each_element(view, size_of(real), [&](const char* at, const auto&) {
      to.push_back(decode(real, load(at, size_of(real))));
    });
  };
  reals(stream.scale, plain.scale);
  reals(stream.shift, plain.shift);
  return plain;
}

/// The targets, [B][T].
inline std::vector<std::vector<stamp>> read_back(const any_view<2>& targets, bool shared,
                                                 time_kind time, std::int64_t batch) {
  std::vector<std::vector<stamp>> plain(static_cast<std::size_t>(batch));
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t t = 0; t < targets.extents[1]; ++t) {
      plain[static_cast<std::size_t>(b)].push_back(stamp_from_bits(
          time, load(address_of<2>(targets, size_of(time), {shared ? 0 : b, t}), size_of(time))));
    }
  }
  return plain;
}

template <class T, int Rank>
std::vector<T> read_all(const any_view<Rank>& view, std::size_t element) {
  std::vector<T> all;
  for_each_element(view, element, [&](const char* at, const auto&) {
    all.push_back(static_cast<T>(load(at, element)));
  });
  return all;
}

/// What must hold of any call: refused it changes nothing, accepted only its outputs, and those
/// share no byte with anything.
inline void check_writes(const robocache::status& got, bool sound, const call_memory& uses,
                         const fuzz_memory& memory) {
  if (got.ok()) {
    require(uses.conflict());
    require(!memory.changed_others(uses.written_bytes()), "wrote outside its outputs");
    return;
  }
  const std::string message = got.message();
  require(!sound, ("refused a right call: " + message).c_str());
  require(got.code() == robocache::status_code::invalid_argument,
          "refused with another code than invalid_argument");
  require(!memory.changed_others({}), ("refused and written all the same: " + message).c_str());
  const bool by_overlap = message.find(" overlaps ") != std::string::npos &&
                          message.find(" overlaps itself") == std::string::npos;
  require(!by_overlap || uses.overlaps(),
          ("refused for an overlap that is none: " + message).c_str());
}

}  // namespace robocache_test
