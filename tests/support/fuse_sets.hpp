// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds.hpp"

/// \file
/// The sets of types that `fuse` is tested with, the same for both back ends: every scalar type,
/// every output and every time type at least once, and no more, for each set is compiled twice.

namespace robocache_test {

/// Calls `add` with `set<Time, Out, In...>`s.
template <time_kind Time, scalar_kind Out, scalar_kind... In>
struct fuse_set {};

template <class Add>
void for_fuse_sets_narrow(const Add& add) {
  add(fuse_set<time_kind::i64, scalar_kind::bf16, scalar_kind::u8, scalar_kind::f16,
               scalar_kind::bf16, scalar_kind::f32>{});
}

template <class Add>
void for_fuse_sets_half(const Add& add) {
  add(fuse_set<time_kind::i64, scalar_kind::f16, scalar_kind::f32, scalar_kind::f16>{});
}

template <class Add>
void for_fuse_sets_with_double(const Add& add) {
  add(fuse_set<time_kind::i64, scalar_kind::f64, scalar_kind::u8, scalar_kind::i16,
               scalar_kind::f16, scalar_kind::bf16, scalar_kind::f32, scalar_kind::f64>{});
}

/// Float and double arithmetic in one call.
template <class Add>
void for_fuse_sets_mixed(const Add& add) {
  add(fuse_set<time_kind::f64, scalar_kind::f32, scalar_kind::f32, scalar_kind::f64>{});
}

template <class Add>
void for_fuse_sets_times(const Add& add) {
  add(fuse_set<time_kind::f32, scalar_kind::bf16, scalar_kind::bf16>{});
  add(fuse_set<time_kind::u64, scalar_kind::f32, scalar_kind::f32>{});
}

}  // namespace robocache_test
