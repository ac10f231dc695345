// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/guarded.hpp"
#include "../support/random_fuse_problem.hpp"
#include "pointers.hpp"
#include "steps.hpp"
#include "unpack_call.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace robocache_test {
namespace {

using robocache::point_cloud2;
using robocache::point_cloud2_field;

constexpr const char* stamp_names[] = {"t", "time", "timestamp"};
constexpr const char* other_names[] = {"x", "y", "z", "intensity", "ring", "rgb", "tag", "line"};

const unpack_operations& on_target(const workshop& at) {
  const std::vector<unpack_operations>& all = at.memory.on_device()
                                                  ? all_linked<unpack_operations, on_cuda>()
                                                  : all_linked<unpack_operations, on_cpu>();
  return all[at.turn % all.size()];
}

const unpack_operations& of_cpu(const unpack_operations& like) {
  for (const unpack_operations& each : all_linked<unpack_operations, on_cpu>()) {
    if (each.stamps == like.stamps && each.scalar == like.scalar && each.time == like.time) {
      return each;
    }
  }
  throw std::logic_error("the CPU back end lacks a type to unpack to");
}

std::int64_t size_of_field(int datatype) {
  constexpr std::int64_t sizes[] = {0, 1, 1, 2, 2, 4, 4, 4, 8};
  return sizes[datatype];
}

/// Any, or one whose numbers the stamps' type has all of.
std::uint8_t random_datatype(random_source& random, const unpack_operations* stamps) {
  using field = point_cloud2_field;
  std::vector<std::uint8_t> able = {field::uint8, field::uint16};
  const auto add = [&](std::initializer_list<std::uint8_t> more) { able.insert(able.end(), more); };
  const bool any = stamps == nullptr || stamps->time == time_kind::f64;
  if (any || stamps->time != time_kind::f32) add({field::uint32});
  if (any || stamps->time != time_kind::u64) add({field::int8, field::int16});
  if (any || stamps->time == time_kind::i64) add({field::int32});
  if (any || stamps->time == time_kind::f32) add({field::float32});
  if (any) add({field::float64});
  return able[static_cast<std::size_t>(
      random.between(0, static_cast<std::int64_t>(able.size()) - 1))];
}

/// Fields one after another with gaps, a few over others; what lies aligned is read by the word.
void add_fields(random_source& random, const unpack_operations& by, bool aligned,
                any_unpack_call& call) {
  const std::size_t fields = static_cast<std::size_t>(random.between(1, 8));
  std::int64_t end = 0;
  const auto up_to = [](std::int64_t n, std::int64_t size) { return (n + size - 1) / size * size; };
  for (std::size_t i = 0; i < fields; ++i) {
    point_cloud2_field field;
    const bool stamp = by.stamps && i == 0;
    field.name = stamp ? stamp_names[random.between(0, 2)] : other_names[i];
    field.datatype = random_datatype(random, stamp ? &by : nullptr);
    field.count = random.chance(0.8) ? 1 : 0;
    const std::int64_t size = size_of_field(field.datatype);
    std::int64_t offset = random.chance(0.1) ? random.between(0, end) : end + random.between(0, 3);
    if (aligned) offset = up_to(offset, size);
    field.offset = static_cast<std::uint32_t>(offset);
    end = std::max(end, offset + size);
    call.fields.push_back(field);
  }
  end += random.chance(0.5) ? random.between(0, 9) : 0;
  call.message.point_step = static_cast<std::uint32_t>(aligned ? up_to(end, 8) : end);
  std::int64_t names = by.stamps ? 1 : random.between(0, 9);
  if (!by.stamps && random.chance(0.03)) names = 32;
  for (; names > 0; --names) {
    const auto last = static_cast<std::int64_t>(fields) - 1;
    const auto which = static_cast<std::size_t>(by.stamps ? 0 : random.between(0, last));
    call.names.push_back(call.fields[which].name);
  }
  std::rotate(call.fields.begin(), call.fields.begin() + random.between(0, 1) % fields,
              call.fields.end());
}

/// One row, several, or one point in each; rows with padding.
void add_points(random_source& random, bool small, bool aligned, point_cloud2& message) {
  const std::int64_t points =
      random.between(0, random.chance(0.1) ? (small ? 600 : 4000) : (small ? 100 : 300));
  std::int64_t height = 1;
  if (random.chance(0.4)) height = random.between(0, 20);
  if (random.chance(0.1)) height = points;
  message.height = static_cast<std::uint32_t>(height);
  message.width = static_cast<std::uint32_t>(points / std::max<std::int64_t>(height, 1));
  std::int64_t padding = random.chance(0.5) ? random.between(1, 9) : 0;
  if (aligned) padding *= 8;
  message.row_step = message.width * message.point_step + static_cast<std::uint32_t>(padding);
  message.is_bigendian = random.chance(0.4);
}

/// Often one that half has, too, and else any.
std::uint64_t random_number(random_source& random, int datatype) {
  const bool near = random.chance(0.5);
  if (!near) return random.bits();
  switch (datatype) {
    case point_cloud2_field::float32:
      return random_value(random, scalar_kind::f32, true);
    case point_cloud2_field::float64:
      return random_value(random, scalar_kind::f64, true);
    default:
      return static_cast<std::uint64_t>(random.between(-3000, 3000));
  }
}

/// All of a message's bytes, what is between fields and behind rows too.
void draw_bytes(random_source& random, const any_unpack_call& call, std::uint8_t* data) {
  std::uint64_t some = 0;
  for (std::size_t i = 0; i < call.bytes; ++i, some >>= 8) {
    if (i % 8 == 0) some = random.bits();
    data[i] = static_cast<std::uint8_t>(some);
  }
  const point_cloud2& message = call.message;
  for (std::size_t row = 0; row < message.height; ++row) {
    for (std::size_t column = 0; column < message.width; ++column) {
      std::uint8_t* const point = data + row * message.row_step + column * message.point_step;
      for (const point_cloud2_field& field : call.fields) {
        const std::int64_t size = size_of_field(field.datatype);
        const std::uint64_t bits = random_number(random, field.datatype);
        for (std::int64_t i = 0; i < size; ++i) {
          const std::int64_t at = message.is_bigendian ? size - 1 - i : i;
          point[field.offset + at] = static_cast<std::uint8_t>(bits >> (8 * i));
        }
      }
    }
  }
}

std::string describe(const any_unpack_call& call, const unpack_operations& by) {
  std::ostringstream text;
  text << (by.stamps ? "stamps " : "") << by.name() << ", " << call.message.height << " x "
       << call.message.width << " points of " << call.message.point_step << " bytes, rows of "
       << call.message.row_step << (call.message.is_bigendian ? ", big-endian" : "") << ", fields";
  for (const char* const name : call.names) {
    for (const point_cloud2_field& field : call.fields) {
      if (field.name != name) continue;  // the same literal
      text << ' ' << name << '@' << field.offset << " type " << static_cast<int>(field.datatype);
    }
  }
  return text.str();
}

any_view<2> make_output(arena& memory, const unpack_operations& by, const any_unpack_call& call,
                        const placement& place) {
  const std::int64_t points = std::int64_t{call.message.height} * call.message.width;
  guarded<2> output(memory, by.element(), {points, static_cast<std::int64_t>(call.names.size())},
                    place);
  output.upload();
  return output.view();
}

step make_step(const arena& memory, const unpack_operations& by, any_unpack_call call) {
  step made;
  made.kind = step_kind::unpack;
  made.title = describe(call, by);
  made.on_target = [&by, call](const any_where& where) { return by.unpack(call, where); };
  made.on_cpu = [&reference = of_cpu(by), expected = in_image(memory, image::expected, call)] {
    return reference.unpack(expected, {1, nullptr});
  };
  made.redraw = [](random_source&) {};
  for_each_pointer(call,
                   [&](const char* name, const void* p) { made.addresses.emplace_back(name, p); });
  return made;
}

/// The dense output of a call as a message.
any_unpack_call message_of(random_source& random, const unpack_operations& by,
                           const any_unpack_call& made) {
  any_unpack_call call;
  point_cloud2& message = call.message;
  message.width = static_cast<std::uint32_t>(made.output.extents[0]);
  message.point_step = static_cast<std::uint32_t>(made.names.size() * by.element());
  message.row_step = message.width * message.point_step;
  message.is_bigendian = random.chance(0.5);
  call.data = static_cast<const std::uint8_t*>(made.output.data);
  call.bytes = message.row_step;
  point_cloud2_field field;
  field.name = by.stamps ? stamp_names[0] : other_names[0];
  do {
    field.datatype = random_datatype(random, by.stamps ? &by : nullptr);
  } while (size_of_field(field.datatype) > message.point_step);
  field.offset = static_cast<std::uint32_t>(
      random.between(0, message.point_step - size_of_field(field.datatype)));
  call.fields = {field};
  call.names = {field.name};
  return call;
}

}  // namespace

/// A message, and now and then one more, whose bytes are what the call makes.
void add_unpack_steps(std::vector<step>& to, const workshop& at) {
  random_source& random = at.random;
  arena& memory = at.memory;
  const unpack_operations& entry = on_target(at);
  any_unpack_call call;
  const bool aligned = random.chance(0.5);
  add_fields(random, entry, aligned, call);
  add_points(random, at.small, aligned, call.message);
  call.bytes = std::size_t{call.message.height} * call.message.row_step;
  if (call.bytes > 0) {
    // It ends where the message ends, and begins with the guard that moves it.
    const std::int64_t shift = aligned ? 8 * random.between(0, 1) : random.between(0, 9);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(shift) + call.bytes, 0x5a);
    draw_bytes(random, call, bytes.data() + shift);
    auto* const begin = static_cast<std::uint8_t*>(memory.allocate(bytes.size()));
    memory.upload(begin, bytes.data(), bytes.size());
    memory.is_read(begin);
    call.data = begin + shift;
  }
  const bool dense = random.chance(0.5);
  call.output = make_output(memory, entry, call, dense ? placement{} : random_placement(random, 2));
  step first = make_step(memory, entry, call);
  first.redraw = [before = in_image(memory, image::before, call)](random_source& source) {
    draw_bytes(source, before, const_cast<std::uint8_t*>(before.data));
  };
  to.push_back(first);
  if (!dense || call.output.data == nullptr || !random.chance(0.4)) return;
  any_unpack_call next = message_of(random, entry, call);
  next.output = make_output(memory, entry, next, random_placement(random, 2));
  step second = make_step(memory, entry, next);
  second.after_previous = true;
  second.title = "what the call before left: " + second.title;
  to.push_back(second);
}

}  // namespace robocache_test
