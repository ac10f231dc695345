// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recording.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// What is wrong with a recording, counted, and put right where the library needs it: it takes
/// stamps in non-decreasing order.

namespace recordings {

/// What to do with stamps that go backwards.
enum class unsorted_policy {
  error,  ///< refuse the file
  sort,   ///< stable sort by time
  drop,   ///< drop samples that are older than one before them
};

struct condition_report {
  std::int64_t samples = 0;           ///< as read
  std::int64_t backward = 0;          ///< stamps smaller than the one before them in the file
  std::int64_t largest_backward = 0;  ///< ns
  std::int64_t dropped = 0;
  std::int64_t duplicates = 0;  ///< equal neighbours once in order; the last one wins
  std::int64_t non_finite = 0;  ///< values that are NaN or infinite (or missing)
  std::int64_t non_finite_rows = 0;
  std::int64_t flips = 0;          ///< quaternion signs that changed from one sample to the next
  std::vector<std::string> notes;  ///< sentences for the user
};

/// Orders the stamps.
/// \throws input_error with policy `error` at the first stamp that goes backwards
condition_report condition(recording& recorded, unsorted_policy policy);

/// Finds quaternions by their names and their length, and counts sign flips. The values stay.
void find_orientations(recording& recorded, condition_report& report);

}  // namespace recordings
