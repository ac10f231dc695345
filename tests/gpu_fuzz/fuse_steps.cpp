// SPDX-License-Identifier: Apache-2.0
#include "../support/random_fuse_problem.hpp"
#include "pointers.hpp"
#include "resample_steps.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace robocache_test {
namespace {

const std::vector<fuse_operations>& compiled(const arena& memory) {
  return memory.on_device() ? all_linked<fuse_operations, on_cuda>() : cpu_fuse();
}

const fuse_operations& of_cpu(const fuse_types& types) {
  for (const fuse_operations& each : cpu_fuse()) {
    if (each.types.time == types.time && each.types.out == types.out && each.types.in == types.in) {
      return each;
    }
  }
  throw std::logic_error("the CPU back end lacks a set of types");
}

/// The next set, in turn, of those that can do this.
template <class Can>
const fuse_operations& choose(const workshop& at, const Can& can) {
  std::vector<const fuse_operations*> able;
  for (const fuse_operations& each : compiled(at.memory)) {
    if (can(each)) able.push_back(&each);
  }
  if (able.empty()) throw std::logic_error("no set of types was compiled for this");
  return *able[at.turn % able.size()];
}

void add_windows(random_source& random, fuse_problem& work) {
  work.windowed = true;
  for (std::int64_t k = random.between(1, 9); k > 0; --k) {
    work.deltas.push_back(random_delta(random, work.time));
  }
}

fuse_setup random_setup(random_source& random, fuse_problem& work) {
  fuse_setup how;
  how.separate = random.chance(0.3);
  how.shared_grid = random.chance(0.2);
  if (random.chance(0.5)) how.output = random_placement(random, 3);
  if (random.chance(0.3)) how.statuses = random_placement(random, 3);
  if (random.chance(0.3)) how.ages = random_placement(random, 3);
  if (random.chance(0.3)) how.targets = random_placement(random, 2);
  for (fuse_stream& stream : work.streams) {
    if (random.chance(0.3)) stream.layout.values = random_placement(random, 3);
    if (random.chance(0.2)) stream.layout.times = random_placement(random, 2);
  }
  how.with_statuses = random.chance(0.8);
  how.with_ages = random.chance(0.8);
  how.extra_channels = random.chance(0.2) ? random.between(1, 5) : 0;
  return how;
}

std::string describe(const fuse_types& types, const fuse_problem& work, const fuse_setup& how) {
  std::ostringstream text;
  text << title(types) << ", B " << work.batch() << " T " << work.rows() << " streams";
  for (const fuse_stream& stream : work.streams) {
    text << ' ' << name_of(stream.in) << 'x' << stream.channels;
    for (const robocache::channel_group& group : stream.groups) {
      text << (&group == &stream.groups.front() ? '(' : ',') << static_cast<int>(group.mode);
    }
    if (!stream.groups.empty()) text << ')';
  }
  if (work.windowed) text << " windows";
  if (how.separate) text << " separate";
  return text.str();
}

/// Statuses [B, T] of the report [B, T, 1].
any_view<2> of_one_stream(const any_view<3>& statuses) {
  any_view<2> view;
  view.data = statuses.data;
  std::copy_n(statuses.extents, 2, view.extents);
  std::copy_n(statuses.strides, 2, view.strides);
  return view;
}

robocache::status make_call(const fuse_operations& by, step_kind kind, const any_fuse_call& call,
                            group_kind group, const any_where& where) {
  switch (kind) {
    case step_kind::grouped:
      return by.resample(call.streams.front(), call.targets, call.output,
                         of_one_stream(call.statuses), where);
    case step_kind::sensors:
      return by.fuse_sensors(call, where);
    case step_kind::fused_rows:
      return by.fuse_rows(call, group, where);
    default:
      return by.fuse(call, where);
  }
}

}  // namespace

void add_fuse_steps(std::vector<step>& to, step_kind kind, const workshop& at) {
  random_source& random = at.random;
  const fuse_operations& entry = choose(at, [&](const fuse_operations& each) {
    switch (kind) {
      case step_kind::grouped:
        return each.resample != nullptr && !each.resampled.empty();
      case step_kind::sensors:
        return each.fuse_sensors != nullptr;
      case step_kind::fused_rows:
        return each.fuse_rows != nullptr;
      default:
        return true;
    }
  });
  random_fuse_shape shape;
  const bool many = !at.small && random.chance(0.01);
  shape.streams = random.between(1, many ? 64 : 6);
  shape.batch = random.between(1, 3);
  shape.samples = random.between(1, many ? 200 : 40);
  shape.rows = random.between(1, many ? 200 : 40);
  shape.channels = random.between(1, random.chance(0.2) ? 40 : 14);
  shape.groups = random.chance(0.7);
  fuse_types types = entry.types;
  if (kind == step_kind::grouped) {
    shape.streams = 1;
    shape.columns = false;
    types.in = {entry.resampled[at.turn / 7 % entry.resampled.size()]};
  }
  if (kind == step_kind::sensors) {
    shape.streams = 3;
    shape.columns = shape.groups = shape.affine = false;
    types.in = {scalar_kind::bf16, scalar_kind::f32, scalar_kind::f32};
  }
  if (kind == step_kind::fused_rows) {
    shape.streams = static_cast<std::int64_t>(types.in.size());
    shape.columns = shape.ragged = false;
  }
  fuse_problem work = random_fuse_problem(random, types, shape);
  if (kind != step_kind::fused_rows && random.chance(0.3)) add_windows(random, work);
  fuse_setup how = random_setup(random, work);
  if (kind != step_kind::fuse) {
    how.separate = how.with_ages = false;
    how.with_statuses = kind != step_kind::sensors;
    how.extra_channels = 0;
  }
  if (kind == step_kind::fused_rows) {
    how.shared_grid = false;
    how.group = static_cast<group_kind>(random.between(0, 3));
  }
  const prepared_fuse ready(at.memory, work, how);

  step made;
  made.kind = kind;
  made.title = describe(types, work, how);
  const any_fuse_call call = ready.call;
  made.on_target = [&entry, kind, call, group = how.group](const any_where& where) {
    return make_call(entry, kind, call, group, where);
  };
  const fuse_operations& reference = of_cpu(entry.types);
  const step_kind plain = kind == step_kind::fused_rows ? step_kind::fuse : kind;
  made.on_cpu = [&reference, plain, group = how.group,
                 expected = in_image(at.memory, image::expected, call)] {
    return make_call(reference, plain, expected, group, {1, nullptr});
  };
  std::vector<time_span> spans;
  for (const fuse_stream& stream : work.streams) {
    spans.push_back(span_of(stream.items, work.targets));
  }
  made.redraw = [&memory = at.memory, before = in_image(at.memory, image::before, call),
                 time = work.time, out = work.out, spans](random_source& source) {
    for (std::size_t n = 0; n < spans.size(); ++n) {
      const any_stream& stream = before.streams[n];
      redraw_batch(source, memory, stream, time, spans[n]);
      redraw_normalization(source, {stream.in, out, time}, stream.scale, stream.shift);
    }
    redraw_windows(source, before.targets.windows, time);
    const auto near =
        static_cast<std::size_t>(source.between(0, static_cast<std::int64_t>(spans.size()) - 1));
    redraw_targets(source, before.targets.times, time, spans[near], before.streams[near]);
  };
  any_fuse_call named = call;
  for_each_pointer(named, [&](const char* name, void* p) { made.addresses.emplace_back(name, p); });
  to.push_back(made);
}

}  // namespace robocache_test
