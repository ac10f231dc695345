// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.hpp>

#include "engines.hpp"
#include "typed_call.hpp"

#include <vector>

// The CPU back end of `resample`.

namespace robocache_test {

template <scalar_kind InKind, scalar_kind OutKind, time_kind TimeKind>
operations cpu_operations() {
  using in = typename scalar_of<InKind>::type;
  using out = typename scalar_of<OutKind>::type;
  using time = typename time_of<TimeKind>::type;
  using real = robocache::compute_t<in, out>;
  operations result;
  result.types = {InKind, OutKind, TimeKind};
  result.resample = [](const any_call& call, const any_where& where) {
    return typed_resample<in, out, time>(call, robocache::cpu(where.threads));
  };
  result.find_brackets = [](const any_call& call, const any_where& where) {
    return typed_find_brackets<real, time>(call, robocache::cpu(where.threads));
  };
  result.apply_brackets = [](const any_call& call, const any_where& where) {
    return typed_apply_brackets<in, out>(call, robocache::cpu(where.threads));
  };
  result.resample_rows = [](const any_call& call, group_kind, const any_where&) {
    const row_job<in, out, time> job(call);
    for (std::int64_t b = 0; b < job.output.extent(0); ++b) {
      for (std::int64_t t = 0; t < job.output.extent(1); ++t) job(robocache::serial_group{}, b, t);
    }
    return robocache::status{};
  };
  return result;
}

/// All four output types.
template <scalar_kind InKind, time_kind TimeKind>
void append_cpu_outputs(std::vector<operations>& to) {
  to.push_back(cpu_operations<InKind, scalar_kind::f16, TimeKind>());
  to.push_back(cpu_operations<InKind, scalar_kind::bf16, TimeKind>());
  to.push_back(cpu_operations<InKind, scalar_kind::f32, TimeKind>());
  to.push_back(cpu_operations<InKind, scalar_kind::f64, TimeKind>());
}

/// The three types that make time types differ: with float, double and 16-bit values.
template <time_kind TimeKind>
void append_cpu_common(std::vector<operations>& to) {
  to.push_back(cpu_operations<scalar_kind::f32, scalar_kind::f32, TimeKind>());
  to.push_back(cpu_operations<scalar_kind::bf16, scalar_kind::bf16, TimeKind>());
  to.push_back(cpu_operations<scalar_kind::f64, scalar_kind::f64, TimeKind>());
}

/// What is compiled together. Templates, so that the other sets cost nothing.
namespace sets_on_cpu {

template <class To>
void f32(To& to) {
  append_cpu_common<time_kind::f32>(to);
}
template <class To>
void f64(To& to) {
  append_cpu_common<time_kind::f64>(to);
}
template <class To>
void u64(To& to) {
  append_cpu_common<time_kind::u64>(to);
}
template <class To>
void i64(To& to) {
  append_cpu_outputs<scalar_kind::f32, time_kind::i64>(to);
  append_cpu_outputs<scalar_kind::bf16, time_kind::i64>(to);
  append_cpu_outputs<scalar_kind::f16, time_kind::i64>(to);
}
template <class To>
void i64_double(To& to) {
  append_cpu_outputs<scalar_kind::f64, time_kind::i64>(to);
  append_cpu_outputs<scalar_kind::u8, time_kind::i64>(to);
  to.push_back(cpu_operations<scalar_kind::i16, scalar_kind::f32, time_kind::i64>());
  to.push_back(cpu_operations<scalar_kind::i16, scalar_kind::bf16, time_kind::i64>());
}

}  // namespace sets_on_cpu

ROBOCACHE_TEST_LINK_SET(operations, on_cpu)

}  // namespace robocache_test
