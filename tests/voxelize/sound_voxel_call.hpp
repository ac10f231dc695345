// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/voxel_problem.hpp"

#include <cstdint>
#include <functional>
#include <string>

/// \file
/// A sound call to be spoilt in one way, and the check that it is refused.

namespace robocache_test {

inline constexpr voxel_types count_of_float{scalar_kind::f32, robocache::reduction::count};
inline constexpr voxel_types bits_of_float{scalar_kind::f32, robocache::reduction::occupancy_bits};
inline constexpr voxel_types mean_of_float{scalar_kind::f32, robocache::reduction::mean};

/// 5 points, 3 channels, 40 x 3 x 2 voxels.
inline voxel_problem sound_problem(const voxel_types& types) {
  voxel_problem work;
  work.types = types;
  work.grid = {{0, 0, 0}, {0.5, 0.5, 0.5}, {40, 3, 2}};
  work.channels = work.featured() ? 3 : 0;
  for (int i = 0; i < 5; ++i) {
    work.add(0.4 * i, 0.3, 0.2);
    for (std::int64_t c = 0; c < work.channels; ++c) {
      work.features.push_back(encode(types.in, 1 + i));
    }
  }
  return work;
}

using voxel_change = std::function<void(any_voxel_call&)>;

/// The call with `what` wrong is refused with `message` (all of it, or its beginning if it ends in
/// "..."), and writes nothing.
inline void refused(const voxel_types& types, const std::string& message,
                    const voxel_change& what) {
  if (find(tested_voxel(), types) == nullptr) return;
  voxel_setup how;
  how.count = 5;
  prepared_voxels sound(tested(), tested_voxel(), sound_problem(types), how);
  what(sound.call);
  INFO(title(types) << ", expected: " << message);
  const robocache::status got = sound.launch(tested().where());
  CHECK(got.code() == robocache::status_code::invalid_argument);
  CHECK(got.cuda_error() == 0);
  const std::string text = got.message();
  if (message.size() > 3 && message.substr(message.size() - 3) == "...") {
    const std::string start = message.substr(0, message.size() - 3);
    CHECK(text.substr(0, start.size()) == start);
  } else {
    CHECK(text == message);
  }
  CHECK(sound.collect({}).untouched);
}

/// Of both kinds of calls.
inline void both_refused(const std::string& message, const voxel_change& what) {
  refused(count_of_float, message, what);
  refused(mean_of_float, message, what);
}

}  // namespace robocache_test
