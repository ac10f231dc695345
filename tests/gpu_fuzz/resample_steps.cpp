// SPDX-License-Identifier: Apache-2.0
#include "resample_steps.hpp"

#include "../support/random_fuse_problem.hpp"
#include "pointers.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>

namespace robocache_test {
namespace {

/// Both back ends' functions for some types.
struct both {
  const operations* target;
  const operations* cpu;
};

both functions_for(const workshop& at, const combination& types) {
  return {at.memory.find(types), robocache_test::cpu().find(types)};
}

/// Widths that vectors fit and others.
std::int64_t random_channels(random_source& random, bool small) {
  if (random.chance(small ? 0.75 : 0.4)) return std::int64_t{1} << random.between(1, small ? 4 : 6);
  if (!small && random.chance(0.03)) return random.between(100, 600);
  return random.between(1, 24);
}

setup random_setup(random_source& random, step_kind kind, bool small) {
  setup how;
  if (kind == step_kind::brackets) how.path = call_path::brackets;
  if (kind == step_kind::rows) {
    how.path = call_path::rows;
    how.form = batch_form::padded;
    how.group = static_cast<group_kind>(random.between(0, 3));
  } else if (random.chance(0.3)) {
    how.form = batch_form::packed;
  } else if (random.chance(0.3)) {
    how.extra_samples = random.between(1, 7);
  }
  const double odd = small ? 0.15 : 0.4;  // the more, the fewer vectors
  if (random.chance(odd)) how.values = random_placement(random, 3);
  if (random.chance(odd)) how.output = random_placement(random, 3);
  if (random.chance(0.3)) how.times = random_placement(random, 2);
  if (random.chance(0.3)) how.targets = random_placement(random, 2);
  if (random.chance(0.3)) how.statuses = random_placement(random, 2);
  how.shared_grid = random.chance(0.2);
  how.with_statuses = kind == step_kind::brackets || random.chance(0.8);
  return how;
}

random_shape random_resample_shape(random_source& random, step_kind kind, bool small) {
  random_shape shape;
  const bool large = !small && random.chance(0.01);
  shape.batch = random.between(1, 4);
  shape.samples = random.between(1, large ? 3000 : 60);
  shape.rows = random.between(1, large ? 500 : 60);
  shape.channels = random_channels(random, small);
  shape.ragged = kind != step_kind::rows && random.chance(0.3);
  shape.affine = random.chance(0.4);
  return shape;
}

std::string describe(const problem& work, const setup& how) {
  std::ostringstream text;
  text << name_of(work.types.in) << " to " << name_of(work.types.out) << ", "
       << name_of(work.types.time) << ", B " << work.batch() << " T " << work.rows() << " D "
       << work.channels << " form " << static_cast<int>(how.form) << " group "
       << static_cast<int>(how.group) << " interpolation "
       << static_cast<int>(work.policy.interpolation) << " extrapolation "
       << static_cast<int>(work.policy.extrapolation) << " gap "
       << static_cast<int>(work.policy.gap);
  return text.str();
}

/// The calls that a step of this kind makes.
robocache::status make_calls(const operations& by, step_kind kind, const any_call& call,
                             group_kind group, const any_where& where) {
  if (kind == step_kind::rows) return by.resample_rows(call, group, where);
  if (kind != step_kind::brackets) return by.resample(call, where);
  const robocache::status found = by.find_brackets(call, where);
  return found.ok() ? by.apply_brackets(call, where) : found;
}

}  // namespace

time_span span_of(const std::vector<recording>& items,
                  const std::vector<std::vector<stamp>>& targets) {
  time_span span{0, 0};
  bool any = false;
  const auto include = [&](stamp t) {
    if (!std::isfinite(t)) return;
    span.first = any ? std::min(span.first, t) : t;
    span.last = any ? std::max(span.last, t) : t;
    any = true;
  };
  for (const recording& item : items) {
    for (const stamp t : item.times) include(t);
  }
  if (!any) {
    for (const auto& each : targets) {
      for (const stamp t : each) include(t);
    }
  }
  return span;
}

resample_step::resample_step(step_kind kind, const workshop& at, const problem& work,
                             const setup& how)
    : kind_(kind), types_(work.types), group_(how.group), span_(span_of(work.items, work.targets)) {
  const prepared ready(at.memory, work, how);
  call = own = ready.call;
  made.kind = kind;
  made.title = describe(work, how);
}

step resample_step::finish(const workshop& at) {
  const both by = functions_for(at, types_);
  arena& memory = at.memory;
  made.on_target = [by, kind = kind_, call = call, group = group_](const any_where& where) {
    return make_calls(*by.target, kind, call, group, where);
  };
  const any_call expected = in_image(memory, image::expected, call);
  // One way to make a row, whoever makes it.
  const step_kind plain = kind_ == step_kind::rows ? step_kind::resample : kind_;
  made.on_cpu = [by, plain, expected, group = group_] {
    return make_calls(*by.cpu, plain, expected, group, {1, nullptr});
  };
  const any_call before = in_image(memory, image::before, own);
  made.redraw = [&memory, before, types = types_, span = span_](random_source& random) {
    any_stream batch;
    batch.in = types.in;
    batch.values = before.values;
    batch.times = before.times;
    batch.lengths = before.lengths;
    batch.offsets = before.offsets;
    batch.packed = before.packed;
    batch.policy = before.policy;
    redraw_batch(random, memory, batch, types.time, span);
    redraw_targets(random, before.targets, types.time, span, batch);
    redraw_normalization(random, types, before.scale, before.shift);
  };
  any_call named = call;
  for_each_pointer(named, [&](const char* name, void* p) { made.addresses.emplace_back(name, p); });
  return made;
}

namespace {

/// A call; one that reads what it left; and one that overwrites that.
void add_pipeline(std::vector<step>& to, const workshop& at) {
  random_source& random = at.random;
  std::vector<combination> closed;  // output and input of one type
  for (const operations& each : at.memory.all()) {
    if (each.types.in == each.types.out) closed.push_back(each.types);
  }
  const combination types = closed[at.turn % closed.size()];
  random_shape shape = random_resample_shape(random, step_kind::resample, at.small);
  shape.ragged = false;
  shape.epoch = 1;
  const auto random_step = [&](step_kind kind) {
    setup how = random_setup(random, kind, at.small);
    how.form = batch_form::padded;
    how.extra_samples = 0;
    return resample_step(kind, at, random_problem(random, types, shape), how);
  };
  resample_step first = random_step(random.chance(0.3) ? step_kind::brackets : step_kind::resample);
  const std::int64_t rows = shape.rows;
  shape.samples = rows;
  shape.rows = random.between(1, 60);
  resample_step second =
      random_step(random.chance(0.3) ? step_kind::brackets : step_kind::resample);
  second.call.values = first.call.output;
  shape.samples = random.between(1, 60);
  shape.rows = rows;
  resample_step third = random_step(random.chance(0.3) ? step_kind::brackets : step_kind::resample);
  third.call.output = first.call.output;
  for (resample_step* each : {&first, &second, &third}) {
    each->made.after_previous = each != &first;
    each->made.kind = step_kind::pipeline;
    to.push_back(each->finish(at));
  }
}

}  // namespace

void add_resample_steps(std::vector<step>& to, step_kind kind, const workshop& at) {
  if (kind == step_kind::pipeline) return add_pipeline(to, at);
  random_source& random = at.random;
  const std::vector<operations>& all = at.memory.all();
  const combination types = all[at.turn % all.size()].types;
  const random_shape shape = random_resample_shape(random, kind, at.small);
  const setup how = random_setup(random, kind, at.small);
  to.push_back(resample_step(kind, at, random_problem(random, types, shape), how).finish(at));
}

}  // namespace robocache_test
