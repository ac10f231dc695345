// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.cuh>

#include "cuda_scalars.cuh"
#include "engines.hpp"
#include "fuse_call.hpp"
#include "fuse_sets.hpp"
#include "own_group_rows.cuh"
#include "typed_fuse_call.hpp"
#include "typed_fuse_rows.hpp"

#include <cuda_runtime_api.h>

#include <vector>

// The CUDA back end of `fuse`.

namespace robocache_test {

/// Adds what it is called with to a table, with CUDA's own 16-bit types as users have them.
struct add_cuda_fuse {
  std::vector<fuse_operations>& to;

  template <time_kind Time, scalar_kind Out, scalar_kind... In>
  void operator()(fuse_set<Time, Out, In...>) const {
    using typed_call = typed_fuse<cuda_scalar_of, Time, Out, In...>;
    fuse_operations result;
    result.types = typed_call::types();
    result.fuse = [](const any_fuse_call& call, const any_where& where) {
      return typed_call::fuse(call, static_cast<cudaStream_t>(where.stream));
    };
    // One type per set: each costs as much to compile as `fuse` itself.
    static constexpr scalar_kind kinds[] = {In...};
    constexpr scalar_kind last = kinds[sizeof...(In) - 1];
    result.resampled = {last};
    result.resample = [](const any_stream& stream, const any_targets& targets,
                         const any_view<3>& output, const any_view<2>& statuses,
                         const any_where& where) {
      return typed_call::template resample<last>(stream, targets, output, statuses,
                                                 static_cast<cudaStream_t>(where.stream));
    };
    if constexpr (sizeof...(In) <= 2) {  // four kinds of groups, each for all types
      result.fuse_rows = [](const any_fuse_call& call, group_kind group, const any_where& where) {
        return launch_rows<typename typed_call::rows_job>(call, group, where);
      };
    }
    if constexpr (Time == time_kind::i64 && Out == scalar_kind::bf16) {
      result.fuse_sensors = [](const any_fuse_call& call, const any_where& where) {
        return typed_fuse_sensors<typename typed_call::time, typename typed_call::out>(
            call, static_cast<cudaStream_t>(where.stream));
      };
    }
    to.push_back(result);
  }
};

/// What is compiled together. Templates, so that the other sets cost nothing.
namespace sets_on_cuda {

template <class To>
void narrow(To& to) {
  for_fuse_sets_narrow(add_cuda_fuse{to});
}
template <class To>
void half(To& to) {
  for_fuse_sets_half(add_cuda_fuse{to});
}
template <class To>
void with_double(To& to) {
  for_fuse_sets_with_double(add_cuda_fuse{to});
}
template <class To>
void mixed(To& to) {
  for_fuse_sets_mixed(add_cuda_fuse{to});
}
template <class To>
void times(To& to) {
  for_fuse_sets_times(add_cuda_fuse{to});
}

}  // namespace sets_on_cuda

ROBOCACHE_TEST_LINK_SET(fuse_operations, on_cuda)

}  // namespace robocache_test
