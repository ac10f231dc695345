// SPDX-License-Identifier: Apache-2.0
#include "unpack_call.hpp"

// The CPU back end of `unpack_point_cloud2`.

namespace robocache_test {
namespace {

struct cpu_engine {
  static robocache::cpu_execution where(const any_where& at) { return robocache::cpu(at.threads); }
};

const linked_set<unpack_operations, on_cpu> this_set("all", append_unpacking<cpu_engine>);

}  // namespace
}  // namespace robocache_test
