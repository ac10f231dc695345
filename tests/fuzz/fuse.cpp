// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.hpp>

#include "../support/fuse_problem.hpp"
#include "../support/typed_fuse_call.hpp"
#include "source.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Calls of `fuse`, with `window_times` and channel groups, and of `resample` for the same.

namespace robocache_test {
namespace {

struct fuzz_fusion {
  const fuse_operations* ops = nullptr;
  any_fuse_call call;
  bool alone = false;          ///< one stream, by `resample`
  any_view<2> alone_statuses;  ///< its, [B, T]

  time_kind time() const { return ops->types.time; }
  scalar_kind out() const { return ops->types.out; }
  scalar_kind real_of(const any_stream& stream) const {
    return is_double({stream.in, out(), time()}) ? scalar_kind::f64 : scalar_kind::f32;
  }
};

/// Durations from targets to anchors: a few steps, or far.
void fill_windows(fuzz_input& in, const any_view<1>& windows, time_kind time) {
  for_each_element(windows, size_of(time), [&](char* at, const auto&) {
    const auto steps = static_cast<stamp>(in.between(-6, 6));
    const std::uint64_t bits =
        is_integer(time)
            ? static_cast<std::uint64_t>(in.once_in(6) ? in.far_integer() : in.between(-6, 6))
            : stamp_bits(time, to_stamp(time, steps / 4));
    store(at, bits, size_of(time));
  });
}

fuzz_fusion make_fusion(view_maker& make) {
  fuzz_input& in = make.in;
  fuzz_fusion made;
  made.ops = &in.element_of(cpu_fuse());
  const time_kind time = made.time();
  const std::size_t out = size_of(made.out());
  any_fuse_call& call = made.call;
  const std::int64_t batch = in.extent(2, 4);
  const std::int64_t anchors = in.extent(4, fuzz_many);
  call.targets.windowed = in.once_in(3);
  const std::int64_t window = call.targets.windowed ? in.between(0, 4) : 1;
  const std::int64_t rows = anchors * window;
  const stamp epoch = fuzz_epoch(in, time);
  made.alone = in.once_in(4);
  call.separate = !made.alone && in.once_in(3);
  const std::int64_t streams = made.alone ? 1 : in.between(0, 4);
  std::int64_t width = 0;
  for (std::int64_t n = 0; n < streams; ++n) {
    const scalar_kind from = in.element_of(made.alone ? made.ops->resampled : made.ops->types.in);
    const std::int64_t channels = in.extent(7, fuzz_many);
    any_stream stream = fuzz_stream(make, time, from, made.out(), batch, channels, epoch);
    if (in.once_in(2)) stream.groups = fuzz_groups(in, channels);
    if (!call.separate && !made.alone && in.once_in(3)) {
      width += in.between(0, 2);
      stream.column = width;
    }
    width += channels;
    call.streams.push_back(stream);
    if (call.separate) call.outputs.push_back(make.make<3>({batch, rows, channels}, out, true));
  }
  call.targets.rank = in.once_in(3) ? 1 : 2;
  call.targets.times =
      fuzz_targets(make, time, call.targets.rank == 1 ? 1 : batch, anchors,
                   call.streams.empty() ? any_stream{} : call.streams.front(), epoch);
  if (call.targets.windowed) {
    call.targets.windows = make.make<1>({window}, size_of(time), false);
    fill_windows(in, call.targets.windows, time);
  }
  if (!call.separate) {
    const std::int64_t more = made.alone ? 0 : in.between(0, 2);
    call.output = make.make<3>({batch, rows, width + more}, out, true);
  }
  if (made.alone) {
    if (in.once_in(2)) made.alone_statuses = make.make<2>({batch, rows}, 1, true);
    return made;
  }
  // Without streams the output says how many items there are; one per stream says nothing then.
  if (streams == 0 && call.separate && (batch > 0 || rows > 0)) make.sound = false;
  if (in.once_in(2)) call.statuses = make.make<3>({batch, rows, streams}, 1, true);
  if (in.once_in(2)) call.ages = make.make<3>({batch, rows, streams}, size_of(time), true);
  return made;
}

void spoil(view_maker& make, fuzz_fusion& made) {
  fuzz_input& in = make.in;
  any_fuse_call& call = made.call;
  const std::size_t stamp_size = size_of(made.time());
  switch (in.between(0, 9)) {
    case 0:
      return make.spoil(call.targets.times, stamp_size);
    case 1:
      return make.spoil(call.targets.windows, stamp_size);
    case 2:
      return made.alone ? make.spoil(made.alone_statuses, 1) : make.spoil(call.statuses, 1);
    case 3:
      return made.alone ? make.spoil(call.output, size_of(made.out()))
                        : make.spoil(call.ages, stamp_size);
    case 4:
      if (!call.separate || call.outputs.empty()) {
        return make.spoil(call.output, size_of(made.out()));
      }
      return make.spoil(call.outputs[static_cast<std::size_t>(
                            in.between(0, static_cast<std::int64_t>(call.outputs.size()) - 1))],
                        size_of(made.out()));
    case 5:
      make.sound = false;
      call.targets.windowed = !call.targets.windowed;
      return;
    case 6:
      make.sound = false;
      if (!call.streams.empty() && !made.alone) {
        call.streams.front().column = in.once_in(2) ? in.far_integer() : in.between(0, 9);
      }
      return;
    default:
      make.sound = false;
      if (call.streams.empty()) return;
      return spoil(make,
                   call.streams[static_cast<std::size_t>(
                       in.between(0, static_cast<std::int64_t>(call.streams.size()) - 1))],
                   made.time());
  }
}

any_view<2> used_targets(const any_targets& targets) {
  any_view<2> used = targets.times;
  if (targets.rank == 1) used.extents[0] = 1;
  return used;
}

call_memory memory_of(const fuzz_fusion& made) {
  const any_fuse_call& call = made.call;
  const std::size_t stamp_size = size_of(made.time());
  call_memory uses;
  if (call.separate) {
    for (const any_view<3>& each : call.outputs) uses.writes("outputs", each, size_of(made.out()));
  } else {
    // The channels that streams write, and the rest with them.
    uses.writes("output", call.output, size_of(made.out()));
  }
  uses.writes("statuses", call.statuses, 1);
  uses.writes("statuses", made.alone_statuses, 1);
  uses.writes("ages", call.ages, stamp_size);
  uses.reads("targets", used_targets(call.targets), stamp_size);
  if (call.targets.windowed) uses.reads("windows", call.targets.windows, stamp_size);
  for (const any_stream& stream : call.streams) {
    list_memory(uses, stream, made.time(), made.real_of(stream));
  }
  return uses;
}

/// What a stream of an accepted call writes.
any_view<3> part_of(const fuzz_fusion& made, std::size_t n, std::int64_t column) {
  const any_fuse_call& call = made.call;
  if (call.separate) return call.outputs[n];
  any_view<3> part = call.output;
  part.extents[2] = call.streams[n].values.extents[2];
  if (part.data != nullptr && part.extents[2] > 0) {
    part.data = address_of<3>(call.output, size_of(made.out()), {0, 0, column});
  }
  return part;
}

/// All that an accepted call writes.
call_memory parts_of(const fuzz_fusion& made, const std::vector<std::int64_t>& columns) {
  call_memory uses;
  for (std::size_t n = 0; n < columns.size(); ++n) {
    uses.writes("output", part_of(made, n, columns[n]), size_of(made.out()));
  }
  uses.writes("statuses", made.call.statuses, 1);
  uses.writes("statuses", made.alone_statuses, 1);
  uses.writes("ages", made.call.ages, size_of(made.time()));
  return uses;
}

/// What the reference takes.
fuse_problem read_back(const fuzz_fusion& made, std::int64_t batch, bool& usable) {
  const any_fuse_call& call = made.call;
  fuse_problem work;
  work.time = made.time();
  work.out = made.out();
  for (const any_stream& stream : call.streams) {
    work.streams.push_back(read_back(stream, made.time(), made.real_of(stream), batch, usable));
    if (call.separate) work.streams.back().column = next_column;  // which nobody looks at
  }
  work.targets = read_back(call.targets.times, call.targets.rank == 1, made.time(), batch);
  work.windowed = call.targets.windowed;
  if (!work.windowed) return work;
  for_each_element(call.targets.windows, size_of(made.time()), [&](const char* at, const auto&) {
    const std::uint64_t bits = load(at, size_of(made.time()));
    work.deltas.push_back(is_integer(made.time())
                              ? static_cast<stamp>(static_cast<std::int64_t>(bits))
                              : stamp_from_bits(made.time(), bits));
  });
  return work;
}

/// Checks a call whose memory is not there.
void only_check(const fuzz_fusion& made) {
  any_fuse_call call = made.call;
  for (any_stream& each : call.streams) each.policy = without_durations(each.policy);
  using some =
      typed_fuse<scalar_of, time_kind::i64, scalar_kind::f32, scalar_kind::u8, scalar_kind::i16,
                 scalar_kind::f16, scalar_kind::bf16, scalar_kind::f32, scalar_kind::f64>;
  const auto streams = some::streams_of(call);
  const auto targets = typed_targets<std::int64_t>(call.targets);
  if (made.alone) {
    const any_stream& stream = call.streams.front();
    (void)robocache::make_resample_call(
        robocache::with_groups(some::source_of<scalar_kind::f32>(stream), stream.groups), targets,
        typed<float>(call.output), typed<std::uint8_t>(made.alone_statuses),
        some::options_of<scalar_kind::f32>(stream))
        .check();
    return;
  }
  const robocache::fuse_reports<std::int64_t> reports{typed<std::uint8_t>(call.statuses),
                                                      typed<std::int64_t>(call.ages)};
  if (!call.separate) {
    (void)robocache::make_fuse_call(streams, targets, typed<float>(call.output), reports).check();
    return;
  }
  std::vector<robocache::tensor_view<float, 3>> outputs;
  for (const any_view<3>& output : call.outputs) outputs.push_back(typed<float>(output));
  (void)robocache::make_fuse_call(streams, targets, outputs, reports).check();
}

void try_fusion(fuzz_input& in) {
  fuzz_memory memory;
  view_maker make{in, memory};
  fuzz_fusion made = make_fusion(make);
  if (in.once_in(3)) {
    for (auto times = in.between(1, 3); times > 0; --times) spoil(make, made);
  }
  const any_fuse_call& call = made.call;
  const call_memory uses = memory_of(made);
  if (!uses.contained_in(memory)) {
    only_check(made);
    return;
  }
  bool usable = !uses.overlaps();
  memory.remember();
  any_where where;
  where.threads = static_cast<int>(in.between(0, 3));
  fuse_outcome got;
  got.status = made.alone ? made.ops->resample(call.streams.front(), call.targets, call.output,
                                               made.alone_statuses, where)
                          : made.ops->fuse(call, where);
  check_writes(got.status, make.sound, uses, memory);
  if (!got.status.ok() || !usable || call.streams.empty()) return;
  const any_view<3>& first = call.separate ? call.outputs.front() : call.output;
  const std::int64_t batch = first.extents[0];
  const fuse_problem work = read_back(made, batch, usable);
  if (!usable) return;
  const std::vector<std::int64_t> columns = work.columns();
  require(!memory.changed_others(parts_of(made, columns).written_bytes()),
          "wrote channels that no stream has");
  got.batch = batch;
  got.rows = first.extents[1];
  got.streams = static_cast<std::int64_t>(call.streams.size());
  for (std::size_t n = 0; n < call.streams.size(); ++n) {
    got.outputs.push_back(
        read_all<std::uint64_t>(part_of(made, n, columns[n]), size_of(made.out())));
  }
  if (call.statuses.data != nullptr) got.statuses = read_all<std::uint8_t>(call.statuses, 1);
  if (made.alone_statuses.data != nullptr) {
    got.statuses = read_all<std::uint8_t>(made.alone_statuses, 1);
  }
  if (call.ages.data != nullptr) {
    got.ages = read_all<std::uint64_t>(call.ages, size_of(made.time()));
  }
  require(difference(work, got));
  require(difference_from_resample(cpu(), work, got));
}

}  // namespace
}  // namespace robocache_test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  robocache_test::fuzz_input in(data, size);
  robocache_test::try_fusion(in);
  return 0;
}
