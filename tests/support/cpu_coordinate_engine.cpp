// SPDX-License-Identifier: Apache-2.0
#include "coordinate_call.hpp"

// The CPU back end of `voxelize` with coordinates as features.

namespace robocache_test {
namespace {

struct cpu_engine {
  static robocache::cpu_execution where(const any_where& at) { return robocache::cpu(at.threads); }
};

const linked_set<coordinate_operations, coordinates_on_cpu> this_set(
    "all", [](std::vector<coordinate_operations>& to) {
      append_coordinates<cpu_engine>(to);
      using robocache::relative_to;
      to.push_back(coordinate_operations_of<cpu_engine, relative_to::frame,
                                            robocache::reduction::min, scalar_kind::f64>());
    });

}  // namespace
}  // namespace robocache_test
