// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.hpp>

#include "../support/problem.hpp"
#include "../support/typed_call.hpp"
#include "source.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Calls of `resample`, and of `find_brackets` and then `apply_brackets`.

namespace robocache_test {
namespace {

struct fuzz_call {
  combination types;
  scalar_kind real = scalar_kind::f32;
  any_stream source;
  any_view<2> targets;
  bool shared = false;  ///< targets [T]
  any_view<3> output;
  any_view<2> statuses, left, right, weight;

  any_call erased() const {
    any_call call;
    call.values = source.values;
    call.times = source.times;
    call.lengths = source.lengths;
    call.offsets = source.offsets;
    call.packed = source.packed;
    call.policy = source.policy;
    call.scale = source.scale;
    call.shift = source.shift;
    call.targets = targets;
    call.target_rank = shared ? 1 : 2;
    call.output = output;
    call.statuses = statuses;
    call.left = left;
    call.right = right;
    call.weight = weight;
    return call;
  }
};

fuzz_call make_call(view_maker& make, const combination& types) {
  fuzz_input& in = make.in;
  fuzz_call call;
  call.types = types;
  call.real = is_double(types) ? scalar_kind::f64 : scalar_kind::f32;
  const std::int64_t batch = in.extent(2, 5);
  const std::int64_t rows = in.extent(5, fuzz_many);
  const std::int64_t channels = in.extent(4, fuzz_many);
  const stamp epoch = fuzz_epoch(in, types.time);
  call.source = fuzz_stream(make, types.time, types.in, types.out, batch, channels, epoch);
  call.shared = in.once_in(3);
  call.targets = fuzz_targets(make, types.time, call.shared ? 1 : batch, rows, call.source, epoch);
  call.output = make.make<3>({batch, rows, channels}, size_of(types.out), true);
  if (in.once_in(2)) call.statuses = make.make<2>({batch, rows}, 1, true);
  call.left = make.make<2>({batch, rows}, 8, true);
  call.right = make.make<2>({batch, rows}, 8, true);
  call.weight = make.make<2>({batch, rows}, size_of(call.real), true);
  return call;
}

void spoil(view_maker& make, fuzz_call& call) {
  fuzz_input& in = make.in;
  switch (in.between(0, 7)) {
    case 0:
      return make.spoil(call.targets, size_of(call.types.time));
    case 1:
      return make.spoil(call.output, size_of(call.types.out));
    case 2:
      return make.spoil(call.statuses, 1);
    case 3:
      return make.spoil(call.left, 8);
    case 4:
      return in.once_in(2) ? make.spoil(call.right, 8)
                           : make.spoil(call.weight, size_of(call.real));
    default:
      return spoil(make, call.source, call.types.time);
  }
}

/// A shared grid is a view of rank 1.
any_view<2> used_targets(const fuzz_call& call) {
  any_view<2> targets = call.targets;
  if (call.shared) targets.extents[0] = 1;
  return targets;
}

call_memory memory_of_stamps(const fuzz_call& call) {
  call_memory uses;
  any_stream stamps = call.source;
  stamps.values = {};
  stamps.scale = stamps.shift = {};
  list_memory(uses, stamps, call.types.time, call.real);
  uses.reads("targets", used_targets(call), size_of(call.types.time));
  return uses;
}

/// Whether there is a value for each stamp, which `find_brackets` and `apply_brackets` do not know,
/// and a scale and shift for each channel.
bool values_fit(const fuzz_call& call) {
  const any_view<3>& values = call.source.values;
  for (const any_view<1>* const each : {&call.source.scale, &call.source.shift}) {
    if (each->data != nullptr && each->extents[0] != values.extents[2]) return false;
  }
  return call.output.extents[0] == call.left.extents[0] &&
         call.output.extents[1] == call.left.extents[1] &&
         values.extents[0] == call.source.times.extents[0] &&
         values.extents[1] == call.source.times.extents[1] &&
         values.extents[2] == call.output.extents[2];
}

/// What the reference takes. Null targets and the like have been refused.
problem read_back(const fuzz_call& call, bool& usable) {
  problem work;
  work.types = call.types;
  const std::int64_t batch = call.output.extents[0];
  const fuse_stream plain = read_back(call.source, call.types.time, call.real, batch, usable);
  work.channels = plain.channels;
  work.items = plain.items;
  work.policy = plain.policy;
  work.scale = plain.scale;
  work.shift = plain.shift;
  work.targets = read_back(call.targets, call.shared, call.types.time, batch);
  return work;
}

/// Checks a call whose memory is not there.
template <class In, class Out, class Time>
void only_check(any_call call) {
  call.policy = without_durations(call.policy);
  using real = robocache::compute_t<In, Out>;
  const auto options = typed_options<Time, real>(call);
  (void)with_targets<Time>(call, [&](const robocache::target_view<Time>& targets) {
    (void)robocache::make_resample_call(typed_source<In, Time>(call), targets,
                                        typed<Out>(call.output), typed<std::uint8_t>(call.statuses),
                                        options)
        .check();
    const robocache::resample_policy<Time, real> policy = options;
    (void)robocache::make_find_brackets_call(typed_times<Time>(call), targets,
                                             typed_brackets<real>(call), policy)
        .check();
    return robocache::status{};
  });
  robocache::normalization<real> scaling;
  scaling.scale = options.scale;
  scaling.shift = options.shift;
  (void)robocache::make_apply_brackets_call(
      typed<const In>(call.values), typed_brackets<real>(call), typed<Out>(call.output), scaling)
      .check();
}

void try_resample(const fuzz_call& call, const operations& ops, fuzz_memory& memory, bool sound,
                  int threads) {
  call_memory uses = memory_of_stamps(call);
  uses.reads("values", call.source.values, size_of(call.types.in));
  uses.reads("scale", call.source.scale, size_of(call.real));
  uses.reads("shift", call.source.shift, size_of(call.real));
  uses.writes("output", call.output, size_of(call.types.out));
  uses.writes("statuses", call.statuses, 1);
  if (!uses.contained_in(memory)) {
    only_check<float, float, std::int64_t>(call.erased());
    only_check<robocache::bfloat16, double, double>(call.erased());
    return;
  }
  memory.remember();
  any_where where;
  where.threads = threads;
  outcome got;
  bool usable = !uses.overlaps();  // which is let through in rare cases: inputs may be gone then
  got.status = ops.resample(call.erased(), where);
  check_writes(got.status, sound, uses, memory);
  if (!got.status.ok() || !usable) return;
  const problem work = read_back(call, usable);
  if (!usable) return;
  got.channels = work.channels;
  got.rows = work.rows();
  got.output = read_all<std::uint64_t>(call.output, size_of(call.types.out));
  if (call.statuses.data != nullptr) got.statuses = read_all<std::uint8_t>(call.statuses, 1);
  require(difference(cpu(), work, got));
}

void try_brackets(const fuzz_call& call, const operations& ops, fuzz_memory& memory, bool sound,
                  fuzz_input& in) {
  call_memory uses = memory_of_stamps(call);
  uses.writes("left", call.left, 8);
  uses.writes("right", call.right, 8);
  uses.writes("weight", call.weight, size_of(call.real));
  uses.writes("statuses", call.statuses, 1);
  call_memory applied;
  applied.reads("values", call.source.values, size_of(call.types.in));
  applied.reads("scale", call.source.scale, size_of(call.real));
  applied.reads("shift", call.source.shift, size_of(call.real));
  applied.reads("left", call.left, 8);
  applied.reads("right", call.right, 8);
  applied.reads("weight", call.weight, size_of(call.real));
  applied.writes("output", call.output, size_of(call.types.out));
  if (!uses.contained_in(memory) || !applied.contained_in(memory)) {
    only_check<float, float, std::int64_t>(call.erased());
    only_check<robocache::bfloat16, double, double>(call.erased());
    return;
  }
  const any_call erased = call.erased();
  bool usable = !uses.overlaps() && !applied.overlaps();
  memory.remember();
  outcome got;
  got.status = ops.find_brackets(erased, {});
  check_writes(got.status, sound, uses, memory);
  // Indices that no `find_brackets` makes must do no harm.
  const bool any_indices = in.once_in(4);
  if (any_indices && usable) {
    for (const any_view<2>* const each : {&call.left, &call.right}) {
      for_each_element(*each, 8, [&](char* at, const auto&) {
        if (in.once_in(2)) store(at, static_cast<std::uint64_t>(in.far_integer()), 8);
      });
    }
  } else if (!got.status.ok()) {
    return;  // indices are whatever was there
  }
  memory.remember();
  // Read before, for `apply_brackets` sees neither stamps nor statuses and may write upon them.
  problem work;
  usable = usable && got.status.ok() && values_fit(call);
  if (usable) work = read_back(call, usable);
  if (usable && call.statuses.data != nullptr) {
    got.statuses = read_all<std::uint8_t>(call.statuses, 1);
  }
  const robocache::status also = ops.apply_brackets(erased, {});
  check_writes(also, sound, applied, memory);
  if (!also.ok() || !usable || any_indices) return;
  got.channels = work.channels;
  got.rows = work.rows();
  got.output = read_all<std::uint64_t>(call.output, size_of(call.types.out));
  require(difference(cpu(), work, got));
}

void try_call(fuzz_input& in) {
  const operations& ops = in.element_of(cpu().all());
  fuzz_memory memory;
  view_maker make{in, memory};
  fuzz_call call = make_call(make, ops.types);
  if (in.once_in(3)) {
    for (auto times = in.between(1, 3); times > 0; --times) spoil(make, call);
  }
  if (in.once_in(3)) {
    try_brackets(call, ops, memory, make.sound, in);
  } else {
    try_resample(call, ops, memory, make.sound, static_cast<int>(in.between(0, 3)));
  }
}

}  // namespace
}  // namespace robocache_test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  robocache_test::fuzz_input in(data, size);
  robocache_test::try_call(in);
  return 0;
}
