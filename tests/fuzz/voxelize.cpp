// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.hpp>

#include "../support/typed_voxel_call.hpp"
#include "../support/voxel_problem.hpp"
#include "../voxelize/coordinate_problem.hpp"
#include "source.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

// Calls of `voxelize`: marks, features, coordinates as features, to a grid or to a sink; and of
// `voxelize_points`.

namespace robocache_test {
namespace {

/// What a sink was told: the elements of the grid that it takes the place of, [voxels, F] bits, and
/// how many points it was told with each. 0: it was not called.
struct told_voxels {
  std::vector<std::uint64_t> output;
  std::vector<std::uint32_t> points;
};

/// A call whose results go to a sink.
struct sink_operations {
  voxel_operations ops;  ///< its launchers are not there
  bool coordinates;
  robocache::relative_to to;
  robocache::status (*run)(const any_voxel_call&, const any_where&, told_voxels&);
  robocache::status (*check)(const any_voxel_call&);
};

struct fuzz_cloud {
  voxel_operations ops;
  const sink_operations* sink = nullptr;  ///< where there is no grid
  bool coordinates = false;               ///< features are coordinates of the points
  robocache::relative_to to = robocache::relative_to::frame;
  any_voxel_call call;

  bool featured() const { return has_features(ops.types.reduce); }
  std::size_t real() const { return size_of(ops.types.point); }
  std::size_t in() const { return size_of(ops.types.in); }
};

/// The library's call, without an output.
template <robocache::reduction R, class Out, class Real, class In>
auto typed_call_of(const any_voxel_call& call, const robocache::point_view<Real>& points,
                   const robocache::feature_view<In>& features) {
  robocache::voxelize_call<robocache::reducer_t<R>, Real, In, Out> result{};
  result.points = points;
  result.features = features;
  result.grid = typed_grid<Real>(call.grid);
  result.reports = typed_reports(call);
  result.options = call.options;
  result.space = call.space;
  return result;
}
template <robocache::reduction R, class Real, class In, class Out>
auto with_features(const any_voxel_call& call) {
  return typed_call_of<R, Out>(call, typed_points<Real>(call.points),
                               typed_features<In>(call.features));
}
template <robocache::relative_to To, robocache::reduction R, class Real, class Out>
auto with_coordinates(const any_voxel_call& call) {
  const auto points = typed_points<Real>(call.points);
  const auto features = robocache::coordinates_of<To>(
      points, static_cast<robocache::coordinate>(call.features.first), call.features.channels);
  return typed_call_of<R, Out>(call, points, features);
}
template <robocache::reduction R, class Real>
auto with_marks(const any_voxel_call& call) {
  using scalar = robocache::voxel_scalar_t<R>;
  auto result = typed_call_of<R, scalar>(call, typed_points<Real>(call.points),
                                         robocache::feature_view<scalar>{});
  result.output = typed_voxels<scalar>(call.output);
  return result;
}

/// Runs a call of a small grid for its sink, which is checked as far as it can be where it is
/// called.
template <class Call>
robocache::status run_to_sink(const Call& call, const any_where& where, told_voxels& told) {
  const auto at = robocache::cpu(where.threads);
  const robocache::status checked = call.check_for_sink(at);
  if (!checked.ok()) return checked;
  const std::int64_t* const extents = call.grid.extents;
  const std::int64_t voxels = extents[0] * extents[1] * extents[2];
  const std::int64_t channels = call.features.channels;
  told.output.assign(static_cast<std::size_t>(voxels * channels), 0);
  told.points.assign(static_cast<std::size_t>(voxels * channels), 0);
  return robocache::run(
      call, at, [&](std::int64_t voxel, std::uint32_t channel, auto value, std::uint32_t points) {
        require(voxel >= 0 && voxel < voxels && channel < channels,
                "a sink is told of a voxel that is none");
        const auto i = static_cast<std::size_t>(voxel * channels + channel);
        require(points > 0 && told.points[i] == 0,
                "a sink is told of an empty voxel, or twice of one");
        require(channel == 0 || told.points[i - 1] != 0, "a sink is told of channels out of order");
        told.points[i] = points;
        std::memcpy(&told.output[i], &value, sizeof(value));
      });
}

/// \tparam Make  makes the library's call
template <robocache::reduction R, scalar_kind Point, scalar_kind In, scalar_kind Out, class Make>
sink_operations sink_of(Make) {
  using real = typename scalar_of<Point>::type;
  sink_operations result{};
  result.ops.types = {Point, R, In, Out};
  result.ops.workspace_bytes = [](std::int64_t points, const any_grid& grid, const any_where&) {
    return robocache::voxelize_workspace_bytes<R>(points, typed_grid<real>(grid), robocache::cpu);
  };
  result.run = [](const any_voxel_call& call, const any_where& where, told_voxels& told) {
    return run_to_sink(Make::of(call), where, told);
  };
  result.check = [](const any_voxel_call& call) {
    return Make::of(call).check_for_sink(robocache::cpu);
  };
  return result;
}
template <robocache::reduction R, scalar_kind Point, scalar_kind In, scalar_kind Out>
sink_operations sink_of_features() {
  struct make {
    static auto of(const any_voxel_call& call) {
      return with_features<R, typename scalar_of<Point>::type, typename scalar_of<In>::type,
                           typename scalar_of<Out>::type>(call);
    }
  };
  return sink_of<R, Point, In, Out>(make{});
}
template <robocache::relative_to To, robocache::reduction R, scalar_kind Point, scalar_kind Out>
sink_operations sink_of_coordinates() {
  struct make {
    static auto of(const any_voxel_call& call) {
      return with_coordinates<To, R, typename scalar_of<Point>::type,
                              typename scalar_of<Out>::type>(call);
    }
  };
  sink_operations result = sink_of<R, Point, scalar_kind::f32, Out>(make{});
  result.coordinates = true;
  result.to = To;
  return result;
}

/// Results of each type, each way of reducing.
const std::vector<sink_operations>& sinks() {
  using robocache::reduction;
  using robocache::relative_to;
  constexpr auto f16 = scalar_kind::f16;
  constexpr auto bf16 = scalar_kind::bf16;
  constexpr auto f32 = scalar_kind::f32;
  constexpr auto f64 = scalar_kind::f64;
  static const std::vector<sink_operations> all = {
      sink_of_features<reduction::mean, f32, f32, f32>(),
      sink_of_features<reduction::variance, f32, f16, f16>(),
      sink_of_features<reduction::max, f64, bf16, bf16>(),
      sink_of_coordinates<relative_to::voxel_centre, reduction::first, f64, f32>()};
  return all;
}

/// A coordinate on a face, beside it, in a voxel, or any bits.
std::uint64_t fuzz_coordinate(fuzz_input& in, scalar_kind kind, const any_grid& grid, int axis) {
  const double origin = grid.origin[axis];
  const double size = grid.voxel_size[axis];
  const auto place = in.between(0, 7);
  if (place == 7) return in.bits();
  const auto voxel = static_cast<double>(in.between(-1, grid.extents[axis] + 1));
  const double face = origin + voxel * size;
  if (place < 2) return encode(kind, face);
  if (place < 5) return encode(kind, face + size * 0.5);
  const std::uint64_t bits = encode(kind, face);
  return place == 5 ? bits + 1 : bits - 1;  // the next number, mostly
}

any_grid fuzz_grid(fuzz_input& in) {
  constexpr double sizes[] = {1, 0.1, 0.25, 3.3, 1e-30, 1e30, 0x1p-149};
  constexpr double origins[] = {0, -3.3, 0.1, 5e5, -1e30, 0x1p24};
  any_grid grid;
  for (int i = 0; i < 3; ++i) {
    grid.voxel_size[i] = sizes[in.once_in(4) ? in.between(0, 6) : in.between(0, 3)];
    if (in.once_in(3)) grid.voxel_size[i] = 0.01 + in.values().unit();
    grid.origin[i] = origins[in.once_in(4) ? in.between(0, 5) : in.between(0, 2)];
    grid.extents[i] = in.between(1, 5);
  }
  if (in.once_in(4)) grid.extents[0] = in.between(1, 70);
  return grid;
}

robocache::voxel_options fuzz_options(fuzz_input& in) {
  constexpr float empty[] = {0,
                             -1.5f,
                             3.14159f,
                             std::numeric_limits<float>::quiet_NaN(),
                             -std::numeric_limits<float>::infinity(),
                             1e38f};
  robocache::voxel_options options;
  options.empty_value = in.one_of(empty);
  if (in.once_in(2)) options.nans = robocache::nan_policy::ignore;
  switch (in.between(0, 5)) {
    case 5:
      options.transform = tilted(static_cast<double>(in.between(-3, 3)) * 0.3, 0.1, 0);
      break;
    case 4:  // a quarter turn
      options.transform = {{0, -1, 0, 1, 0, 0, 0, 0, 1},
                           {static_cast<double>(in.between(-3, 3)), 0.25, 0}};
      break;
    case 3:
      options.transform.translation[2] = in.once_in(3) ? 1e38 : 0.1;
      break;
    default:
      break;
  }
  return options;
}

/// Coordinates in records or arrays, with any steps, even if some fall upon others.
void make_points(view_maker& make, fuzz_cloud& made, std::int64_t size) {
  fuzz_input& in = make.in;
  any_points& points = made.call.points;
  const auto real = static_cast<std::int64_t>(made.real());
  points.size = size;
  const auto kind = in.between(0, 3);
  points.step = kind == 0   ? 3 * real
                : kind == 1 ? real
                : kind == 2 ? 3 * real + in.between(0, 9)
                            : in.between(-30, 30);
  for (int i = 0; i < 3; ++i) {
    points.offsets[i] = kind == 1 ? i * real * size : kind < 3 ? i * real : in.between(-20, 40);
  }
  if (size > 0) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    for (int i = 0; i < 3; ++i) {
      const std::int64_t ends[] = {points.offsets[i], points.offsets[i] + (size - 1) * points.step};
      for (const std::int64_t end : ends) {
        if (i == 0 && &end == &ends[0]) low = high = end;
        low = std::min(low, end);
        high = std::max(high, end + real - 1);
      }
    }
    points.data = make.memory.allocate(low, high, 1, in);
  }
  for (std::int64_t n = 0; n < size; ++n) {
    for (int i = 0; i < 3; ++i) {
      auto* const at = static_cast<char*>(const_cast<void*>(points.data));
      store(at + points.offsets[i] + n * points.step,
            fuzz_coordinate(in, made.ops.types.point, made.call.grid, i), made.real());
    }
  }
  if (in.once_in(3)) {
    char* const count = make.memory.allocate(0, 3, 4, in);
    store(count,
          static_cast<std::uint64_t>(in.once_in(6) ? in.far_integer() : in.between(0, size + 3)),
          4);
    points.count = reinterpret_cast<const std::uint32_t*>(count);
  }
}

void make_features(view_maker& make, fuzz_cloud& made) {
  fuzz_input& in = make.in;
  any_features& features = made.call.features;
  const auto scalar = static_cast<std::int64_t>(made.in());
  features.size = made.call.points.size;
  if (made.coordinates) {
    features.first = static_cast<int>(in.between(0, 2));
    features.channels = in.between(0, 3 - features.first);
    return;
  }
  features.channels = in.extent(4, 20);
  const auto kind = in.between(0, 3);
  features.channel_step = kind < 2 ? scalar : in.between(-9, 9);
  features.step = kind == 0   ? features.channels * scalar
                  : kind == 1 ? features.channels * scalar + in.between(0, 5)
                              : in.between(-20, 20);
  if (features.size == 0 || features.channels == 0) return;
  const std::int64_t reaches[] = {(features.size - 1) * features.step,
                                  (features.channels - 1) * features.channel_step};
  std::int64_t low = 0;
  std::int64_t high = scalar - 1;
  for (const std::int64_t reach : reaches) (reach < 0 ? low : high) += reach;
  char* const first = make.memory.allocate(low, high, 1, in);
  features.data = first;
  const bool special = in.once_in(2);
  for (std::int64_t n = 0; n < features.size; ++n) {
    for (std::int64_t c = 0; c < features.channels; ++c) {
      store(first + n * features.step + c * features.channel_step,
            random_value(in.values(), made.ops.types.in, special), made.in());
    }
  }
}

/// What the grid holds before the call.
void fill_outputs(fuzz_input& in, const fuzz_cloud& made) {
  const std::size_t element = output_bytes(made.ops.types);
  for_each_element(made.call.output, element, [&](char* at, const auto&) {
    store(at,
          made.featured() ? random_value(in.values(), made.ops.types.out, true)
                          : in.values().bits() & (in.values().chance(0.3) ? 3 : 1),
          element);
  });
  for_each_element(made.call.counts, 4, [&](char* at, const auto&) {
    store(at, in.values().chance(0.05) ? in.values().bits() : in.values().bits() & 3, 4);
  });
}

fuzz_cloud make_cloud(view_maker& make) {
  fuzz_input& in = make.in;
  fuzz_cloud made;
  made.coordinates = in.once_in(4);
  if (in.once_in(6)) {
    made.sink = &in.element_of(sinks());
    made.ops = made.sink->ops;
    made.coordinates = made.sink->coordinates;
    made.to = made.sink->to;
  } else if (made.coordinates) {
    const coordinate_operations& chosen = in.element_of(cpu_coordinates());
    made.ops = chosen.run;
    made.to = chosen.to;
  } else {
    made.ops = in.element_of(cpu_voxel());
  }
  const voxel_types& types = made.ops.types;
  any_voxel_call& call = made.call;
  call.grid = fuzz_grid(in);
  call.options = fuzz_options(in);
  make_points(make, made, in.extent(6, 40));
  if (made.featured()) make_features(make, made);
  const std::int64_t nx = types.reduce == robocache::reduction::occupancy_bits
                              ? (call.grid.extents[0] + 31) / 32
                              : call.grid.extents[0];
  const std::int64_t ny = call.grid.extents[1];
  const std::int64_t nz = call.grid.extents[2];
  if (made.sink == nullptr) {
    call.output = make.make<4>({nz, ny, nx, made.featured() ? call.features.channels : 1},
                               output_bytes(types), true);
  }
  const bool adds = in.once_in(3);
  if (made.featured() && (adds || in.once_in(2))) {
    call.counts = make.make<3>({nz, ny, call.grid.extents[0]}, 4, true);
  }
  if (adds) {
    call.options.update = robocache::grid_update::accumulate;
    const bool refused = made.sink != nullptr || !accumulates(types) ||
                         (types.reduce == robocache::reduction::mean &&
                          call.options.nans == robocache::nan_policy::ignore);
    if (refused) make.sound = false;
  }
  if (in.once_in(2)) {
    call.counters =
        reinterpret_cast<robocache::voxel_counters*>(make.memory.allocate(0, 31, 8, in));
  }
  const std::size_t needed = made.ops.workspace_bytes(call.points.size, call.grid, {});
  call.space.bytes = needed;
  if (needed > 0) {
    call.space.data = make.memory.allocate(0, static_cast<std::int64_t>(needed) - 1, 16, in);
  }
  // A transform may be too large for the points' type.
  if (std::isinf(static_cast<float>(call.options.transform.translation[2]))) make.sound = false;
  fill_outputs(in, made);
  return made;
}

template <class T>
void spoil_pointer(view_maker& make, T*& pointer, std::size_t align) {
  char* const there = reinterpret_cast<char*>(const_cast<std::remove_const_t<T>*>(pointer));
  switch (make.in.between(0, 2)) {
    case 0:
      pointer = nullptr;
      return;
    case 1:
      pointer = there == nullptr ? nullptr : reinterpret_cast<T*>(there + 1);
      return;
    default:
      pointer = reinterpret_cast<T*>(make.memory.somewhere(align, make.in));
  }
}
/// Of bytes.
void spoil_bytes(view_maker& make, const void*& data, std::size_t align) {
  const auto* bytes = static_cast<const char*>(data);
  spoil_pointer(make, bytes, align);
  data = bytes;
}

void spoil(view_maker& make, fuzz_cloud& made) {
  fuzz_input& in = make.in;
  make.sound = false;
  any_voxel_call& call = made.call;
  const auto spoil_output = [&] {
    make.spoil(call.output, output_bytes(made.ops.types));
    if (!made.featured()) call.output.extents[3] = 1;  // which is not the library's to see
  };
  const std::int64_t near = in.between(-20, 20);
  const std::int64_t integer = in.once_in(2) ? in.far_integer() : near;
  const int axis = static_cast<int>(in.between(0, 2));
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const double numbers[] = {nan, 0, -1, std::numeric_limits<double>::infinity(), 1e300, 1e-300};
  switch (in.between(0, 21)) {
    case 0:
      call.points.size = integer;
      return;
    case 1:
      call.points.step = integer;
      return;
    case 2:
      call.points.offsets[axis] = integer;
      return;
    case 3:
      call.points.coordinates = integer;
      return;
    case 4:
      return spoil_bytes(make, call.points.data, 1);
    case 5:
      return spoil_pointer(make, call.points.count, in.once_in(2) ? 4 : 1);
    case 6:
      call.features.size = integer;
      return;
    case 7:
      call.features.channels = integer;
      return;
    case 8:
      call.features.step = integer;
      return;
    case 9:
      call.features.channel_step = integer;
      return;
    case 10:
      return spoil_bytes(make, call.features.data, 1);
    case 11:
      call.features.first = static_cast<int>(in.between(0, 255));
      return;
    case 12:
      call.grid.origin[axis] = in.one_of(numbers);
      return;
    case 13:
      call.grid.voxel_size[axis] = in.one_of(numbers);
      return;
    case 14:
      call.grid.extents[axis] = integer;
      return;
    case 15:
      return spoil_output();
    case 16:
      return make.spoil(call.counts, 4);
    case 17:
      return spoil_pointer(make, call.counters, in.once_in(2) ? 8 : 1);
    case 18:
      call.options.update = static_cast<robocache::grid_update>(in.between(0, 255));
      return;
    case 19:
      call.options.nans = static_cast<robocache::nan_policy>(in.between(0, 255));
      return;
    case 20: {
      double* const all[] = {call.options.transform.rotation, call.options.transform.translation};
      const auto which = in.between(0, 1);
      all[which][in.between(0, which == 0 ? 8 : 2)] = in.one_of(numbers);
      return;
    }
    default: {
      call.space.bytes -= static_cast<std::size_t>(in.between(0, 1));
      auto* bytes = static_cast<char*>(call.space.data);
      spoil_pointer(make, bytes, in.once_in(2) ? 16 : 1);
      call.space.data = bytes;
    }
  }
}

call_memory memory_of(const fuzz_cloud& made) {
  const any_voxel_call& call = made.call;
  call_memory uses;
  const std::size_t element = output_bytes(made.ops.types);
  if (made.sink != nullptr) {
    // It has no output.
  } else if (made.featured()) {
    uses.writes("output", call.output, element);
  } else {
    any_view<3> voxels;
    voxels.data = call.output.data;
    std::copy_n(call.output.extents, 3, voxels.extents);
    std::copy_n(call.output.strides, 3, voxels.strides);
    uses.writes("output", voxels, element);
  }
  uses.writes("counts", call.counts, 4);
  uses.touches<1>("counters", call.counters, 0, 32, {call.counters == nullptr ? 0 : 1}, {0}, true);
  const std::size_t needed = made.ops.workspace_bytes(call.points.size, call.grid, {});
  uses.touches<1>("workspace", call.space.data, 0, 1, {static_cast<std::int64_t>(needed)}, {1},
                  true);
  for (int i = 0; i < 3; ++i) {
    uses.touches<1>("points", call.points.data, call.points.offsets[i], made.real(),
                    {call.points.size}, {call.points.step}, false);
  }
  uses.touches<1>("points.count", call.points.count, 0, 4, {call.points.count == nullptr ? 0 : 1},
                  {0}, false);
  if (made.featured() && !made.coordinates) {
    uses.touches<2>("features", call.features.data, 0, made.in(),
                    {call.features.size, call.features.channels},
                    {call.features.step, call.features.channel_step}, false);
  }
  return uses;
}

/// What the reference takes, before the call.
voxel_problem read_back(const fuzz_cloud& made) {
  const any_voxel_call& call = made.call;
  voxel_problem work;
  work.types = made.ops.types;
  work.grid = call.grid;
  work.options = call.options;
  for (std::int64_t n = 0; n < call.points.size; ++n) {
    for (const std::int64_t offset : call.points.offsets) {
      const auto* const at = static_cast<const char*>(call.points.data);
      work.points.push_back(load(at + offset + n * call.points.step, made.real()));
    }
  }
  if (made.featured()) work.channels = call.features.channels;
  if (made.coordinates) {
    expect_coordinates(work, made.to, call.features.first);
  } else if (made.featured()) {
    for (std::int64_t n = 0; n < call.points.size; ++n) {
      for (std::int64_t c = 0; c < work.channels; ++c) {
        const auto* const at = static_cast<const char*>(call.features.data);
        work.features.push_back(
            load(at + n * call.features.step + c * call.features.channel_step, made.in()));
      }
    }
  }
  if (made.sink == nullptr) {
    work.prior = read_all<std::uint64_t>(call.output, output_bytes(work.types));
  }
  if (call.counts.data != nullptr) work.prior_counts = read_all<std::uint32_t>(call.counts, 4);
  return work;
}

/// Whether the inputs can be read back, which is done before the call decides. What it accepts must
/// be such.
bool is_plausible(const fuzz_cloud& made) {
  const any_voxel_call& call = made.call;
  if (call.points.size < 0) return false;
  if (made.featured() && call.features.channels < 0) return false;
  if (made.coordinates) {
    const auto first = static_cast<std::int64_t>(call.features.first);
    if (first > 2 || call.features.channels > 3 - first) return false;
  } else if (made.featured() && call.features.size != call.points.size) {
    return false;
  }
  for (int i = 0; i < 3; ++i) {
    if (call.grid.extents[i] < 1 || call.grid.extents[i] > 4096) return false;
    const double size = call.grid.voxel_size[i];
    const double origin = call.grid.origin[i];
    const bool in_float = made.ops.types.point == scalar_kind::f32;
    if (!(size > 0) || (in_float && !(static_cast<float>(size) > 0))) return false;
    if (!std::isfinite(in_float ? static_cast<float>(size) : size)) return false;
    if (!std::isfinite(in_float ? static_cast<float>(origin) : origin)) return false;
  }
  return static_cast<unsigned>(call.options.update) < 2;
}

/// The reference has a list of all voxels, also where the call has nothing to write there.
bool is_small(const any_grid& grid) {
  constexpr std::int64_t most = 1 << 16;
  for (const std::int64_t extent : grid.extents) {
    if (extent < 0 || extent > most) return false;
  }
  return grid.extents[0] * grid.extents[1] <= most && grid.cells() <= most;
}

/// The grid that a sink takes the place of: empty voxels are those that it was not told of.
std::vector<std::uint64_t> output_of(const fuzz_cloud& made, const told_voxels& told,
                                     const std::vector<std::uint32_t>& points) {
  const auto channels = static_cast<std::size_t>(made.call.features.channels);
  const std::uint64_t empty = encode(made.ops.types.out, made.call.options.empty_value);
  std::vector<std::uint64_t> output = told.output;
  for (std::size_t i = 0; i < output.size(); ++i) {
    require(told.points[i] == points[i / channels], "a sink is told of another number of points");
    if (told.points[i] == 0) output[i] = empty;
  }
  return output;
}

/// \param told  what the sink was told, if there is one
void compare(const fuzz_cloud& made, const voxel_problem& work, const robocache::status& status,
             const told_voxels& told) {
  const any_voxel_call& call = made.call;
  const std::int64_t count =
      call.points.count == nullptr
          ? -1
          : static_cast<std::int64_t>(load(reinterpret_cast<const char*>(call.points.count), 4));
  const voxel_expectation expected = expect(work, count);
  voxel_outcome got;
  got.status = status;
  got.output = made.sink == nullptr ? read_all<std::uint64_t>(call.output, output_bytes(work.types))
                                    : output_of(made, told, expected.counts);
  if (call.counts.data != nullptr) got.counts = read_all<std::uint32_t>(call.counts, 4);
  require(difference(work, expected, got));
  if (call.counters == nullptr) return;
  const point_fates fates{call.counters->used, call.counters->outside, call.counters->not_finite,
                          call.counters->beyond};
  require(fates == expected.fates, "wrong counters");
}

/// Checks a call whose memory is not there, for grids and for sinks.
void only_check(const fuzz_cloud& made) {
  using robocache::bfloat16;
  using robocache::reduction;
  const any_voxel_call& from = made.call;
  if (made.sink != nullptr) {
    (void)made.sink->check(from);
    return;
  }
  const auto check = [](const auto& call) {
    (void)call.check();
    (void)call.check(robocache::cpu);
    (void)call.check_for_sink(robocache::cpu);
  };
  if (made.coordinates) {
    auto call = with_coordinates<robocache::relative_to::frame, reduction::max, float, float>(from);
    call.output = typed<float>(from.output);
    check(call);
  } else if (made.featured()) {
    auto call = with_features<reduction::mean, float, float, float>(from);
    call.output = typed<float>(from.output);
    check(call);
    auto wide = with_features<reduction::sum, double, bfloat16, bfloat16>(from);
    wide.output = typed<bfloat16>(from.output);
    check(wide);
  } else {
    check(with_marks<reduction::count, float>(from));
    check(with_marks<reduction::occupancy, double>(from));
    check(with_marks<reduction::occupancy_bits, double>(from));
  }
}

void try_cloud(fuzz_input& in) {
  fuzz_memory memory;
  view_maker make{in, memory};
  fuzz_cloud made = make_cloud(make);
  if (in.once_in(3)) {
    for (auto times = in.between(1, 3); times > 0; --times) spoil(make, made);
  }
  any_voxel_call& call = made.call;
  const call_memory uses = memory_of(made);
  // Of a call for a sink no view of a grid says that it is small.
  const bool too_large =
      made.sink != nullptr && (!is_small(call.grid) || call.features.channels > fuzz_many);
  if (!uses.contained_in(memory) || too_large) {
    only_check(made);
    return;
  }
  const bool by_points = make.sound && made.ops.add_points != nullptr && in.once_in(6);
  if (by_points) {  // level 1 knows no options and adds
    call.options = {};
    call.options.update = robocache::grid_update::accumulate;
    call.points.count = nullptr;
    if (call.counters != nullptr) *call.counters = {};
  }
  const bool usable = is_plausible(made) && is_small(call.grid) && !uses.overlaps();
  voxel_problem work;
  if (usable) work = read_back(made);
  memory.remember();
  any_where where;
  where.threads = static_cast<int>(in.between(0, 3));
  told_voxels told;
  const robocache::status got = made.sink != nullptr ? made.sink->run(call, where, told)
                                : by_points ? made.ops.add_points(call, voxel_group::serial, where)
                                            : made.ops.voxelize(call, where);
  check_writes(got, make.sound, uses, memory);
  if (!got.ok()) return;
  const std::size_t needed = made.ops.workspace_bytes(call.points.size, call.grid, {});
  require(is_plausible(made) && call.points.coordinates == 3, "accepted what makes no sense");
  require(by_points || call.space.bytes >= needed, "accepted a workspace that is too small");
  if (usable) compare(made, work, got, told);
}

}  // namespace
}  // namespace robocache_test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  robocache_test::fuzz_input in(data, size);
  robocache_test::try_cloud(in);
  return 0;
}
