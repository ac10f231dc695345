// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/problem.hpp"
#include "redraw.hpp"
#include "steps.hpp"

#include <vector>

namespace robocache_test {

/// From the first stamp to the last, of targets where there are no samples.
time_span span_of(const std::vector<recording>& items,
                  const std::vector<std::vector<stamp>>& targets);

/// A step that is being made: a later one may be given its output.
class resample_step {
 public:
  resample_step(step_kind kind, const workshop& at, const problem& work, const setup& how);
  step finish(const workshop& at);

  any_call call;  ///< may be changed before `finish`
  any_call own;   ///< with the arrays made for it
  step made;

 private:
  step_kind kind_;
  combination types_;
  group_kind group_;
  time_span span_;
};

}  // namespace robocache_test
