// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/point_cloud2.hpp>

#include "source.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

// Messages as sensor_msgs/PointCloud2 has them, with any sizes and fields: views of them, and what
// is unpacked against a reader written down once more.

namespace robocache_test {
namespace {

using robocache::point_cloud2_field;

constexpr const char* known_names[] = {"x", "y", "z", "t"};

struct fuzz_message {
  robocache::point_cloud2 cloud;
  std::vector<std::string> names;
  std::vector<point_cloud2_field> fields;
  std::vector<std::uint8_t> data;
  bool sound = true;
};

constexpr std::int64_t bytes_of(int datatype) {
  constexpr std::int64_t bytes[] = {0, 1, 1, 2, 2, 4, 4, 4, 8};
  return bytes[datatype];
}

fuzz_message make_message(fuzz_input& in) {
  fuzz_message made;
  robocache::point_cloud2& cloud = made.cloud;
  cloud.height = static_cast<std::uint32_t>(in.between(0, 3));
  cloud.width = static_cast<std::uint32_t>(in.between(0, 5));
  cloud.point_step = static_cast<std::uint32_t>(in.between(8, 40));
  cloud.row_step = cloud.width * cloud.point_step +
                   static_cast<std::uint32_t>(in.once_in(2) ? in.between(0, 9) : 0);
  cloud.is_bigendian = in.once_in(3);
  for (const char* const name : known_names) {
    point_cloud2_field field;
    made.names.emplace_back(name);
    field.datatype = static_cast<std::uint8_t>(in.once_in(2) ? 7 : in.between(1, 8));
    field.offset =
        static_cast<std::uint32_t>(in.between(0, cloud.point_step - bytes_of(field.datatype)));
    field.count = static_cast<std::uint32_t>(in.between(0, 1));
    made.fields.push_back(field);
  }
  std::size_t bytes = std::size_t{cloud.height} * cloud.row_step;
  if (in.once_in(3)) {  // something that is wrong
    made.sound = false;
    const auto far = static_cast<std::uint32_t>(in.far_integer());
    point_cloud2_field& field = made.fields[static_cast<std::size_t>(in.between(0, 3))];
    std::uint32_t* const numbers[] = {&cloud.height,   &cloud.width,  &cloud.point_step,
                                      &cloud.row_step, &field.offset, &field.count};
    const auto which = in.between(0, 8);
    if (which < 6) {
      *numbers[which] = in.once_in(2) ? far : static_cast<std::uint32_t>(in.between(0, 50));
    } else if (which == 6) {
      field.datatype = static_cast<std::uint8_t>(in.bits());
    } else if (which == 7) {
      made.names[static_cast<std::size_t>(in.between(0, 3))] = "x";
    } else {
      bytes -= static_cast<std::size_t>(in.between(0, static_cast<std::int64_t>(bytes)));
    }
  }
  for (std::size_t i = 0; i < made.fields.size(); ++i) made.fields[i].name = made.names[i].c_str();
  made.data.resize(bytes);
  for (std::uint8_t& byte : made.data) byte = static_cast<std::uint8_t>(in.values().bits());
  made.data.shrink_to_fit();
  cloud.fields = made.fields;
  cloud.data = made.data;
  return made;
}

/// A number of a message that was accepted. Exact in double, as all types of messages are.
double number_of(const fuzz_message& from, const point_cloud2_field& field, std::int64_t point) {
  const robocache::point_cloud2& cloud = from.cloud;
  const auto row = static_cast<std::size_t>(point / cloud.width);
  const auto column = static_cast<std::size_t>(point % cloud.width);
  const auto bytes = static_cast<std::size_t>(bytes_of(field.datatype));
  const std::size_t at = row * cloud.row_step + column * cloud.point_step + field.offset;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    const std::size_t place = cloud.is_bigendian ? bytes - 1 - i : i;
    bits |= static_cast<std::uint64_t>(from.data.at(at + i)) << (8 * place);
  }
  switch (field.datatype) {
    case 1:
      return static_cast<std::int8_t>(bits);
    case 3:
      return static_cast<std::int16_t>(bits);
    case 5:
      return static_cast<std::int32_t>(bits);
    case 7:
      return decode(scalar_kind::f32, bits);
    case 8:
      return decode(scalar_kind::f64, bits);
    default:
      return static_cast<double>(bits);
  }
}

/// The message with its bytes in the memory of a call.
robocache::point_cloud2 placed(view_maker& make, call_memory& uses, const fuzz_message& message) {
  robocache::point_cloud2 cloud = message.cloud;
  const auto bytes = static_cast<std::int64_t>(message.data.size());
  if (bytes == 0) return cloud;
  char* const at = make.memory.allocate(0, bytes - 1, 1, make.in);
  std::copy(message.data.begin(), message.data.end(), at);
  cloud.data = {reinterpret_cast<std::uint8_t*>(at), message.data.size()};
  // What rows have, and not what comes after the last one.
  if (robocache::point_cloud2_size(cloud) > 0) {
    uses.touches<1>("message.data", at, 0, 1,
                    {static_cast<std::int64_t>(cloud.height) * cloud.row_step}, {1}, false);
  }
  return cloud;
}

/// A view, mostly right: null, misaligned, of other extents, in the memory of the message.
template <int Rank>
any_view<Rank> fuzz_output(view_maker& make, const std::array<std::int64_t, Rank>& extents,
                           std::size_t element) {
  any_view<Rank> output = make.make<Rank>(extents, element, true);
  if (make.in.once_in(3)) make.spoil(output, element);
  return output;
}

template <class Out>
void try_unpack(fuzz_input& in, const fuzz_message& message, scalar_kind kind) {
  const std::int64_t points = robocache::point_cloud2_size(message.cloud);
  if (points > 64) return;
  fuzz_memory memory;
  view_maker make{in, memory, message.sound};
  call_memory uses;
  const robocache::point_cloud2 cloud = placed(make, uses, message);
  const std::vector<const char*> names(known_names, known_names + in.between(0, 4));
  const any_view<2> output =
      fuzz_output<2>(make, {points, static_cast<std::int64_t>(names.size())}, sizeof(Out));
  uses.writes("output", output, sizeof(Out));
  const robocache::tensor_view<Out, 2> view(static_cast<Out*>(output.data), output.extents,
                                            output.strides);
  if (!uses.contained_in(memory)) {
    robocache::unpack_point_cloud2_call<Out> call;
    if (robocache::detail::make_unpack_call("", cloud, names, view, false, call).ok()) {
      (void)call.check();
    }
    return;
  }
  memory.remember();
  const robocache::status got = robocache::unpack_point_cloud2(cloud, names, view, robocache::cpu);
  check_writes(got, make.sound, uses, memory);
  if (!got.ok()) return;
  for_each_element(output, sizeof(Out), [&](const char* at, const std::array<std::int64_t, 2>& i) {
    const point_cloud2_field* found = nullptr;
    for (const point_cloud2_field& field : message.fields) {
      if (std::string(field.name) == known_names[i[1]]) found = &field;
    }
    require(found != nullptr, "accepted a field that is not there");
    const double exact = number_of(message, *found, i[0]);
    const std::uint64_t bits = load(at, sizeof(Out));
    const bool right = std::isnan(exact) ? is_nan_bits(kind, bits) : bits == encode(kind, exact);
    require(right, "unpacked another number");
  });
}

void try_views(const fuzz_message& message) {
  const auto& cloud = message.cloud;
  const char* const first = reinterpret_cast<const char*>(message.data.data());
  const char* const end = first + message.data.size();
  robocache::point_view<float> points;
  if (robocache::point_cloud2_points(cloud, points).ok()) {
    for (std::int64_t n = 0; n < points.size && n < 64; ++n) {
      for (const std::int64_t offset : points.offsets) {
        const auto* const at = static_cast<const char*>(points.data) + offset + n * points.step;
        require(at >= first && at + 4 <= end, "a point beyond the message");
      }
    }
  }
  robocache::feature_view<float> features;
  if (robocache::point_cloud2_features(cloud, {"x", "y"}, features).ok()) {
    for (std::int64_t n = 0; n < features.size && n < 64; ++n) {
      for (std::int64_t c = 0; c < features.channels; ++c) {
        const auto* const at =
            static_cast<const char*>(features.data) + n * features.step + c * features.channel_step;
        require(at >= first && at + 4 <= end, "a feature beyond the message");
      }
    }
  }
  robocache::tensor_view<const double, 1> times;
  if (robocache::point_cloud2_times(cloud, "t", times).ok()) {
    for (std::int64_t n = 0; n < times.extent(0) && n < 64; ++n) {
      const auto* const at = reinterpret_cast<const char*>(&times(n));
      require(at >= first && at + 8 <= end, "a stamp beyond the message");
    }
  }
}

template <class Time>
void try_times(fuzz_input& in, const fuzz_message& message) {
  const std::int64_t points = robocache::point_cloud2_size(message.cloud);
  if (points > 64) return;
  fuzz_memory memory;
  view_maker make{in, memory, false};  // not every type has the field's numbers
  call_memory uses;
  const robocache::point_cloud2 cloud = placed(make, uses, message);
  const any_view<1> output = fuzz_output<1>(make, {points}, sizeof(Time));
  uses.writes("output", output, sizeof(Time));
  const robocache::tensor_view<Time, 1> view(static_cast<Time*>(output.data), output.extents,
                                             output.strides);
  if (!uses.contained_in(memory)) {
    const robocache::tensor_view<Time, 2> column(view.data(), {view.extent(0), 1},
                                                 {view.stride(0), 1});
    robocache::unpack_point_cloud2_call<Time> call;
    const std::vector<const char*> names = {"t"};
    if (robocache::detail::make_unpack_call("", cloud, names, column, true, call).ok()) {
      (void)call.check();
    }
    return;
  }
  memory.remember();
  const robocache::status got =
      robocache::unpack_point_cloud2_times(cloud, "t", view, robocache::cpu);
  check_writes(got, make.sound, uses, memory);
  if (!got.ok()) return;
  for_each_element(output, sizeof(Time), [&](const char* at, const auto& i) {
    for (const point_cloud2_field& field : message.fields) {
      if (std::string(field.name) != "t") continue;
      const double exact = number_of(message, field, i[0]);
      Time read;
      std::memcpy(&read, at, sizeof(read));
      require(std::isnan(exact) ? read != read : static_cast<double>(read) == exact,
              "unpacked another stamp");
    }
  });
}

}  // namespace
}  // namespace robocache_test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace robocache_test;
  fuzz_input in(data, size);
  const fuzz_message message = make_message(in);
  try_views(message);
  try_unpack<float>(in, message, scalar_kind::f32);
  try_unpack<double>(in, message, scalar_kind::f64);
  try_unpack<robocache::float16>(in, message, scalar_kind::f16);
  try_unpack<robocache::bfloat16>(in, message, scalar_kind::bf16);
  try_times<float>(in, message);
  try_times<double>(in, message);
  try_times<std::int64_t>(in, message);
  try_times<std::uint64_t>(in, message);
  return 0;
}
