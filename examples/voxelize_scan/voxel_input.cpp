// SPDX-License-Identifier: Apache-2.0
#include "voxel_input.hpp"

#include "errors.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace recordings {
namespace {

/// [points, fields] of T, packed.
template <class T>
std::vector<char> converted(const scan& source, const std::vector<const scan_field*>& fields) {
  std::vector<char> bytes(static_cast<std::size_t>(source.points) * fields.size() * sizeof(T));
  char* to = bytes.data();
  for (std::int64_t i = 0; i < source.points; ++i) {
    for (const scan_field* field : fields) {
      const auto value = static_cast<T>(source.value(*field, i));
      std::memcpy(to, &value, sizeof(value));
      to += sizeof(value);
    }
  }
  return bytes;
}

/// Whether the fields all have one type and go from point to point by the same step.
bool are_alike(const std::vector<const scan_field*>& fields, number_type type) {
  for (const scan_field* field : fields) {
    if (field->type != type || field->step != fields[0]->step) return false;
  }
  return true;
}

/// Whether a step leads from each field to the next.
bool are_evenly_spaced(const std::vector<const scan_field*>& fields) {
  for (std::size_t i = 2; i < fields.size(); ++i) {
    if (fields[i]->offset - fields[i - 1]->offset != fields[1]->offset - fields[0]->offset) {
      return false;
    }
  }
  return true;
}

void take_points(const scan& source, voxel_input& input) {
  const std::vector<const scan_field*> axes{source.find("x"), source.find("y"), source.find("z")};
  const bool is_float = input.type == coordinate_type::f32;
  if (are_alike(axes, is_float ? number_type::f32 : number_type::f64)) {
    input.bytes = {source.bytes.data(), source.bytes.size()};
    input.step = axes[0]->step;
    for (std::size_t i = 0; i < 3; ++i) input.offsets[i] = axes[i]->offset;
    return;
  }
  input.converted = true;
  input.owned_points = is_float ? converted<float>(source, axes) : converted<double>(source, axes);
  input.bytes = {input.owned_points.data(), input.owned_points.size()};
  const std::int64_t size = is_float ? 4 : 8;
  input.step = 3 * size;
  for (int i = 0; i < 3; ++i) input.offsets[i] = i * size;
}

void take_features(const scan& source, const std::vector<const scan_field*>& fields,
                   voxel_input& input) {
  input.channels = static_cast<std::int64_t>(fields.size());
  if (are_alike(fields, number_type::f32) && are_evenly_spaced(fields)) {
    input.feature_bytes = {source.bytes.data(), source.bytes.size()};
    input.feature_step = fields[0]->step;
    input.feature_offset = fields[0]->offset;
    input.channel_step = fields.size() > 1 ? fields[1]->offset - fields[0]->offset : 4;
    return;
  }
  input.features_converted = true;
  input.owned_features = converted<float>(source, fields);
  input.feature_bytes = {input.owned_features.data(), input.owned_features.size()};
  input.feature_step = 4 * input.channels;
  input.channel_step = 4;
}

}  // namespace

void voxel_input::load_raw(std::int64_t i, float (&p)[3]) const {
  for (int k = 0; k < 3; ++k) {
    const char* const at = bytes.data + offsets[k] + i * step;
    p[k] = static_cast<float>(
        number_at(at, type == coordinate_type::f32 ? number_type::f32 : number_type::f64));
  }
}

void voxel_input::load_raw(std::int64_t i, double (&p)[3]) const {
  for (int k = 0; k < 3; ++k) {
    const char* const at = bytes.data + offsets[k] + i * step;
    p[k] = number_at(at, type == coordinate_type::f32 ? number_type::f32 : number_type::f64);
  }
}

voxel_input make_input(const scan& source, coordinate_type type,
                       const std::vector<std::string>& features) {
  std::vector<const scan_field*> fields;
  for (const std::string& name : features) {
    fields.push_back(source.find(name));
    if (fields.back() != nullptr) continue;
    throw usage_error(fmt::format("--feature {}: {} has no such field, it has: {}", name,
                                  source.path, names_of(source.fields)));
  }
  voxel_input input;
  input.points = source.points;
  input.type = type;
  take_points(source, input);
  if (!fields.empty()) take_features(source, fields, input);
  return input;
}

}  // namespace recordings
