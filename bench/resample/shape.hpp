// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/inputs.hpp"

#include <cstdint>
#include <string>

/// \file
/// What a row of the resample benchmarks is, and its name, which `report.py` and the peers parse.

namespace bench {

inline constexpr double sample_period = 0.002;  // s

struct resample_shape {
  int batch;     // B
  int samples;   // S
  int rows;      // T
  int channels;  // D

  std::int64_t outputs() const { return std::int64_t{batch} * rows * channels; }

  /// `32x500->256x256`: B x S samples to T rows of D channels.
  std::string name() const {
    return std::to_string(batch) + "x" + std::to_string(samples) + "->" + std::to_string(rows) +
           "x" + std::to_string(channels);
  }
};

/// `resample/32x500->256x256/bf16[/int64][/shuffled]`
inline std::string row_name(const char* prefix, const resample_shape& shape, const char* scalar,
                            const char* time, target_order order) {
  std::string name = std::string(prefix) + "/" + shape.name() + "/" + scalar;
  if (std::string(time) != "f32") name += std::string("/") + time;
  if (order == target_order::shuffled) name += "/shuffled";
  return name;
}

}  // namespace bench
