// SPDX-License-Identifier: Apache-2.0
#include "own_rows_typed.hpp"

namespace robocache_test {
namespace {

struct run_on_cpu {
  rows_group group;
  const std::vector<row_tile>& tiles;
  const any_where& where;

  template <class Work>
  robocache::status operator()(const Work& work) const {
    robocache::resample_storage<1> storage;
    for (const row_tile& tile : tiles) {
      if (group == rows_group::serial_to) {
        write_tile_to(robocache::serial_group{}, storage, work, tile);
      } else {
        robocache::resample_rows(robocache::serial_group{}, storage, work, tile);
      }
    }
    return {};
  }
  template <class Work>
  robocache::status find(const Work& work) const {
    for (const row_tile& tile : tiles) {
      robocache::store_brackets(robocache::serial_group{}, work, tile);
    }
    return {};
  }
};

template <scalar_kind In, scalar_kind Out, time_kind Time>
own_row_operations typed_on_cpu() {
  return typed_own_rows<run_on_cpu, In, Out, Time, true>::rows_and_brackets();
}

}  // namespace

const std::vector<own_row_operations>& own_rows() {
  static const std::vector<own_row_operations> all = {
      typed_on_cpu<scalar_kind::f32, scalar_kind::f32, time_kind::u64>(),
      typed_on_cpu<scalar_kind::f16, scalar_kind::f16, time_kind::i64>()};
  return all;
}

const std::vector<rows_group>& rows_groups() {
  static const std::vector<rows_group> kinds{rows_group::serial, rows_group::serial_to};
  return kinds;
}

}  // namespace robocache_test
