// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.hpp>

#include "engines.hpp"
#include "fuse_call.hpp"
#include "fuse_sets.hpp"
#include "typed_fuse_call.hpp"
#include "typed_fuse_rows.hpp"

#include <vector>

// The CPU back end of `fuse`.

namespace robocache_test {

/// Adds what it is called with to a table.
struct add_cpu_fuse {
  std::vector<fuse_operations>& to;

  template <time_kind Time, scalar_kind Out, scalar_kind... In>
  void operator()(fuse_set<Time, Out, In...>) const {
    using typed_call = typed_fuse<scalar_of, Time, Out, In...>;
    fuse_operations result;
    result.types = typed_call::types();
    result.fuse = [](const any_fuse_call& call, const any_where& where) {
      return typed_call::fuse(call, robocache::cpu(where.threads));
    };
    result.resampled = typed_call::types().in;
    result.resample = [](const any_stream& stream, const any_targets& targets,
                         const any_view<3>& output, const any_view<2>& statuses,
                         const any_where& where) {
      return typed_call::template resample<In...>(stream, targets, output, statuses,
                                                  robocache::cpu(where.threads));
    };
    result.fuse_rows = [](const any_fuse_call& call, group_kind, const any_where&) {
      const typename typed_call::rows_job job(call);
      for (std::int64_t b = 0; b < job.items(); ++b) {
        for (std::int64_t t = 0; t < job.rows(); ++t) job(robocache::serial_group{}, b, t);
      }
      return robocache::status{};
    };
    if constexpr (Time == time_kind::i64 && Out == scalar_kind::bf16) {
      result.fuse_sensors = [](const any_fuse_call& call, const any_where& where) {
        return typed_fuse_sensors<typename typed_call::time, typename typed_call::out>(
            call, robocache::cpu(where.threads));
      };
    }
    to.push_back(result);
  }
};

/// What is compiled together. Templates, so that the other sets cost nothing.
namespace sets_on_cpu {

template <class To>
void narrow(To& to) {
  for_fuse_sets_narrow(add_cpu_fuse{to});
}
template <class To>
void half(To& to) {
  for_fuse_sets_half(add_cpu_fuse{to});
}
template <class To>
void with_double(To& to) {
  for_fuse_sets_with_double(add_cpu_fuse{to});
}
template <class To>
void mixed(To& to) {
  for_fuse_sets_mixed(add_cpu_fuse{to});
}
template <class To>
void times(To& to) {
  for_fuse_sets_times(add_cpu_fuse{to});
}

}  // namespace sets_on_cpu

ROBOCACHE_TEST_LINK_SET(fuse_operations, on_cpu)

}  // namespace robocache_test
