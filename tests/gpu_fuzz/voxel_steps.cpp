// SPDX-License-Identifier: Apache-2.0
#include "../support/random_fuse_problem.hpp"
#include "../voxelize/coordinate_problem.hpp"
#include "pointers.hpp"
#include "resample_steps.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace robocache_test {
namespace {

using robocache::reduction;

const std::vector<voxel_operations>& compiled(const arena& memory) {
  return memory.on_device() ? all_linked<voxel_operations, on_cuda>() : cpu_voxel();
}
const std::vector<coordinate_operations>& compiled_coordinates(const arena& memory) {
  return memory.on_device() ? all_linked<coordinate_operations, coordinates_on_cuda>()
                            : cpu_coordinates();
}

template <class Wanted>
const voxel_operations& choose(const workshop& at, const Wanted& wanted) {
  std::vector<const voxel_operations*> able;
  for (const voxel_operations& each : compiled(at.memory)) {
    if (wanted(each)) able.push_back(&each);
  }
  if (able.empty()) throw std::logic_error("no reduction was compiled for this");
  return *able[at.turn % able.size()];
}

const voxel_operations& of_cpu(const voxel_types& types) {
  const voxel_operations* const found = find(cpu_voxel(), types);
  if (found == nullptr) throw std::logic_error("the CPU back end lacks a reduction");
  return *found;
}

random_voxel_shape random_shape_of(random_source& random, step_kind kind, bool small) {
  random_voxel_shape shape;
  shape.points = random.between(0, random.chance(0.1) ? 3000 : 300);
  shape.where = static_cast<cloud>(random.between(0, 3));
  shape.channels = random.chance(0.3) ? 4 * random.between(1, 5) : random.between(1, 12);
  shape.decades = random.chance(0.3) ? 40 : 0;
  shape.random_options = true;
  if (random.chance(0.1)) shape.extents[0] = random.between(1, 200);
  if (kind == step_kind::crowds) {
    // One block's worth, and more than it can sort; a warp's, a block's and many blocks' voxels.
    shape.points = small ? random.between(5105, 5400) : random.between(3000, 12000);
    shape.where = random.chance(0.5) ? cloud::crowded : cloud::one_voxel;
    shape.channels = random.between(1, small ? 3 : 20);
    if (random.chance(0.5)) shape.channels = 4;  // a vector
    for (std::int64_t& extent : shape.extents) extent = random.between(1, 4);
  }
  if (kind == step_kind::scans) {
    shape.points = random.between(200001, 201000);
    const bool listed = random.chance(0.5);
    shape.extents[0] = listed ? random.between(160, 170) : random.between(10, 40);
    shape.extents[1] = listed ? 128 : 20;
    shape.extents[2] = listed ? 81 : 10;
  }
  return shape;
}

/// Anywhere in memory, features between coordinates.
voxel_setup random_setup(random_source& random, const voxel_problem& work) {
  voxel_setup how;
  const auto real = static_cast<std::int64_t>(size_of(work.types.point));
  const auto scalar = static_cast<std::int64_t>(size_of(work.types.in));
  if (random.chance(0.6)) {
    const std::int64_t gap = random.between(0, 5);
    how.points = {3 * real + gap, {0, real, 2 * real}, random.between(0, 9), random.chance(0.3)};
    if (random.chance(0.3)) std::swap(how.points.offsets[0], how.points.offsets[2]);
    how.features.shift = random.between(0, 9);
    how.features.backwards = random.chance(0.2);
    if (random.chance(0.2)) how.features.channel_step = -scalar;
    if (work.featured() && random.chance(0.3)) {
      how.features.in_records = true;
      how.features.offset = 3 * real + random.between(0, 3);
      how.points.step = how.features.offset + work.channels * scalar + gap;
    }
    how.output.shift = random.between(0, 8);
    how.output.padding = {random.between(0, 1), random.between(0, 3), random.between(0, 2), 0};
  }
  if (random.chance(0.2)) how.output.order = {3, 0, 1, 2};
  if (random.chance(0.2)) how.output.reversed = {1, 2};
  if (random.chance(0.3)) how.counts.padding = {0, 1, 1};
  if (random.chance(0.3)) how.count = random.between(0, work.size() + 5);
  how.with_counts = random.chance(0.7);
  how.with_counters = random.chance(0.8);
  return how;
}

std::string describe(const voxel_problem& work, const voxel_setup& how) {
  std::ostringstream text;
  text << title(work.types) << ", " << work.size() << " points, " << work.channels << " channels, "
       << work.grid.extents[0] << " x " << work.grid.extents[1] << " x " << work.grid.extents[2];
  if (how.count >= 0) text << " count " << how.count;
  return text.str();
}

/// A step that is being made: the next one may share its arrays.
struct voxel_step {
  voxel_step(step_kind kind, const workshop& at, const voxel_operations& by, const voxel_problem& w,
             const voxel_setup& how)
      : work(w) {
    const prepared_voxels ready(at.memory, {by}, work, how);
    call = own = ready.call;
    made.kind = kind;
    made.title = describe(work, how);
    at.memory.ignore(call.space.data, call.space.bytes);
    if (at.space != nullptr && call.space.bytes <= at.space_bytes) {
      call.space.data = const_cast<void*>(at.space);
    }
  }

  step finish(const workshop& at, const voxel_operations& target, const voxel_operations& cpu) {
    const arena& memory = at.memory;
    const bool adds_points = made.kind == step_kind::points;
    made.on_target = [&target, adds_points, group = group, call = call](const any_where& where) {
      return adds_points ? target.add_points(call, group, where) : target.voxelize(call, where);
    };
    made.on_cpu = [&cpu, adds_points, group = group,
                   expected = in_image(memory, image::expected, call)] {
      if (adds_points) return cpu.add_points(expected, group, {1, nullptr});
      const any_where where{1, nullptr};
      static thread_local std::vector<std::max_align_t> space;
      any_voxel_call call_on_cpu = expected;
      const std::size_t bytes = cpu.workspace_bytes(expected.points.size, expected.grid, where);
      space.resize(bytes / sizeof(std::max_align_t) + 1);
      call_on_cpu.space = {space.data(), bytes};
      return cpu.voxelize(call_on_cpu, where);
    };
    const bool featured = has_features(work.types.reduce) && !coordinates;
    made.redraw = [before = in_image(memory, image::before, own), types = work.types,
                   featured](random_source& random) {
      redraw_points(random, before, types.point);
      if (featured) redraw_features(random, before, types.in);
    };
    any_voxel_call named = call;
    for_each_pointer(
        named, [&](const char* name, const void* p) { made.addresses.emplace_back(name, p); });
    return made;
  }

  voxel_problem work;
  any_voxel_call call;  ///< may be changed before `finish`
  any_voxel_call own;   ///< with the arrays made for it
  voxel_group group = voxel_group::serial;
  bool coordinates = false;  ///< instead of features in memory
  step made;
};

void add_coordinates(std::vector<step>& to, step_kind kind, const workshop& at) {
  const std::vector<coordinate_operations>& all = compiled_coordinates(at.memory);
  const coordinate_operations& entry = all[at.turn % all.size()];
  const auto same = [&](const coordinate_operations& each) {
    return each.to == entry.to && each.run.types == entry.run.types;
  };
  const auto reference = std::find_if(cpu_coordinates().begin(), cpu_coordinates().end(), same);
  if (reference == cpu_coordinates().end()) {
    throw std::logic_error("the CPU back end lacks coordinates of some types");
  }
  const coordinate_problem made =
      random_coordinates(at.random, entry, random_shape_of(at.random, kind, at.small));
  voxel_step one(kind, at, entry.run, made.work, made.how);
  one.coordinates = true;
  to.push_back(one.finish(at, entry.run, reference->run));
}

/// A cloud, and more of them onto the same grid.
void add_accumulating(std::vector<step>& to, const workshop& at) {
  random_source& random = at.random;
  const auto fits = [](const voxel_operations& each) { return accumulates(each.types); };
  const voxel_operations& entry = choose(at, fits);  // in one line GCC 13 sees a temporary returned
  const random_voxel_shape shape = random_shape_of(random, step_kind::accumulate, at.small);
  voxel_problem work = random_voxel_problem(random, entry.types, shape);
  if (entry.types.reduce == reduction::mean) work.options.nans = robocache::nan_policy::propagate;
  voxel_setup how = random_setup(random, work);
  how.with_counts = true;
  voxel_step first(step_kind::accumulate, at, entry, work, how);
  to.push_back(first.finish(at, entry, of_cpu(entry.types)));
  for (std::int64_t more = random.between(1, 3); more > 0; --more) {
    random_voxel_shape other = random_shape_of(random, step_kind::accumulate, at.small);
    std::copy_n(work.grid.extents, 3, other.extents);
    other.channels = shape.channels;
    voxel_problem next_work = random_voxel_problem(random, entry.types, other);
    next_work.grid = work.grid;
    next_work.options.nans = work.options.nans;
    voxel_setup next_how = random_setup(random, next_work);
    next_how.with_counts = true;
    next_how.output = how.output;
    next_how.counts = how.counts;
    voxel_step next(step_kind::accumulate, at, entry, next_work, next_how);
    next.call.options.update = robocache::grid_update::accumulate;
    next.call.output = first.call.output;
    next.call.counts = first.call.counts;
    next.made.after_previous = true;
    next.made.title = "onto the grid before: " + next.made.title;
    to.push_back(next.finish(at, entry, of_cpu(entry.types)));
  }
}

/// Features that the call before makes.
void add_pipeline(std::vector<step>& to, const workshop& at) {
  random_source& random = at.random;
  const voxel_operations& entry = choose(at, [&](const voxel_operations& each) {
    return has_features(each.types.reduce) &&
           at.memory.find({each.types.in, each.types.in, time_kind::i64}) != nullptr;
  });
  random_shape rows;
  rows.samples = random.between(1, 60);
  rows.rows = random.between(1, 200);
  rows.channels = random.between(1, 12);
  const combination types{entry.types.in, entry.types.in, time_kind::i64};
  setup placed;
  if (random.chance(0.5)) placed.output = random_placement(random, 3);
  resample_step source(step_kind::resample, at, random_problem(random, types, rows), placed);
  source.made.kind = step_kind::pipeline;
  to.push_back(source.finish(at));

  random_voxel_shape shape = random_shape_of(random, step_kind::pipeline, at.small);
  shape.points = rows.rows;
  shape.channels = rows.channels;
  const voxel_problem work = random_voxel_problem(random, entry.types, shape);
  voxel_step last(step_kind::pipeline, at, entry, work, random_setup(random, work));
  const any_view<3>& made = source.call.output;  // [1, points, channels]
  const auto scalar = static_cast<std::int64_t>(size_of(entry.types.in));
  last.call.features.data = made.data;
  last.call.features.step = made.strides[1] * scalar;
  last.call.features.channel_step = made.strides[2] * scalar;
  last.made.after_previous = true;
  to.push_back(last.finish(at, entry, of_cpu(entry.types)));
}

}  // namespace

void add_voxel_steps(std::vector<step>& to, step_kind kind, const workshop& at) {
  random_source& random = at.random;
  if (kind == step_kind::coordinates || (kind == step_kind::crowds && random.chance(0.25))) {
    return add_coordinates(to, kind, at);
  }
  if (kind == step_kind::accumulate) return add_accumulating(to, at);
  if (kind == step_kind::pipeline) return add_pipeline(to, at);
  const voxel_operations& entry = choose(at, [&](const voxel_operations& each) {
    if (kind == step_kind::points) return each.add_points != nullptr;
    if (kind == step_kind::scans) return !has_features(each.types.reduce);
    return kind != step_kind::crowds || has_features(each.types.reduce);
  });
  voxel_problem work =
      random_voxel_problem(random, entry.types, random_shape_of(random, kind, at.small));
  if (kind != step_kind::points && random.chance(0.2)) {
    work.options.transform = tilted(random.unit(), -random.unit(), random.unit());
  }
  voxel_setup how = random_setup(random, work);
  if (kind == step_kind::points) {  // each group has a part of the points: a count is for all
    how.with_counts = false;
    how.count = -1;
  }
  voxel_step one(kind, at, entry, work, how);
  if (kind == step_kind::points) {  // they add to what is there
    one.group = static_cast<voxel_group>(random.between(0, 3));
    at.memory.is_read(one.call.output.data);
    at.memory.is_read(one.call.counters);
  }
  to.push_back(one.finish(at, entry, of_cpu(entry.types)));
}

}  // namespace robocache_test
