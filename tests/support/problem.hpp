// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>

#include "../reference/resample_reference.hpp"
#include "backend.hpp"
#include "guarded.hpp"
#include "stored_batch.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// A resampling problem as plain vectors, the ways to lay it out and to run it, and the check of
/// the outcome against the reference.

namespace robocache_test {

struct problem {
  combination types;
  std::int64_t channels = 1;
  std::vector<recording> items;
  std::vector<std::vector<stamp>> targets;  ///< [B][T], all of one length
  any_policy policy;
  std::vector<double> scale;  ///< [D] or none
  std::vector<double> shift;  ///< [D] or none

  std::int64_t batch() const { return static_cast<std::int64_t>(items.size()); }
  std::int64_t rows() const {
    return targets.empty() ? 0 : static_cast<std::int64_t>(targets.front().size());
  }
  std::int64_t samples(std::int64_t b) const {
    return static_cast<std::int64_t>(items[static_cast<std::size_t>(b)].times.size());
  }
};

enum class call_path { resample, brackets, rows };

/// How a problem is put into memory and run.
struct setup : batch_layout {
  call_path path = call_path::resample;
  group_kind group = group_kind::serial;  ///< for `call_path::rows`
  bool shared_grid = false;               ///< targets [T]: those of item 0
  bool with_statuses = true;
  int threads = 0;
  placement targets, output, statuses;
};

/// What came out.
struct outcome {
  robocache::status status;
  std::int64_t channels = 0;
  std::int64_t rows = 0;
  std::vector<std::uint64_t> output;      ///< [B, T, D] bits
  std::vector<std::uint8_t> statuses;     ///< [B, T], if asked for
  std::vector<std::int64_t> left, right;  ///< [B, T], on the bracket path
  std::vector<std::uint64_t> weight;      ///< bits
  bool padding_intact = true;
  bool outputs_untouched = true;
};

/// Same bits everywhere both outcomes have something.
bool same_results(const outcome& a, const outcome& b);

/// A problem in a back end's memory, ready to be launched any number of times.
class prepared : public stored_batch {
 public:
  prepared(backend& where, const problem& work, const setup& how = {});

  /// Launches what `setup::path` says, without waiting.
  robocache::status launch(const any_where& at) const;
  /// Waits, and reads everything back.
  outcome collect(const robocache::status& launched);

  any_call call;  ///< may be changed before `launch`
  guarded<3> output;
  guarded<2> targets, statuses, left, right, weight;
  guarded<1> scale, shift;

 private:
  backend* backend_;
  const operations* operations_;
  setup how_;
  std::int64_t batch_, rows_, channels_;
};

/// Prepares, launches and collects.
outcome run(backend& where, const problem& work, const setup& how = {});

/// "" if the outcome is what the reference says, else a description of the first difference.
///
/// Samples and constants are compared bit for bit (NaN must be the canonical one unless a sample is
/// copied between equal formats). A blend must be `fma(w, b - a, a)`, computed here by the C
/// library and rounded by `encode`, for the weight `w` that the library's `find_brackets` returned;
/// that weight must be within `weight_tolerance` of the exact one.
std::string difference(backend& where, const problem& work, const outcome& got);

/// Runs it on `where` and says what is wrong, "" for nothing.
std::string check(backend& where, const problem& work, const setup& how = {});

/// The i-th item alone.
problem item_of(const problem& work, std::int64_t b);

}  // namespace robocache_test
