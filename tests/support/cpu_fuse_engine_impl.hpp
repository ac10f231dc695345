// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu_fuse_engine.hpp"
#include "fuse_sets.hpp"
#include "typed_fuse_call.hpp"
#include "typed_fuse_rows.hpp"

#include <vector>

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

}  // namespace robocache_test
