// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>

#include "fuse_call.hpp"
#include "stored_batch.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// A fusion as plain vectors, the ways to lay it out and to run it, and the check of the outcome.

namespace robocache_test {

/// Channel modes by number: those before are interpolations.
inline constexpr int first_special_mode = 4;
inline constexpr int last_mode = 9;
/// Channels of one value of a mode.
inline int components_of(robocache::channel_mode mode) {
  switch (mode) {
    case robocache::channel_mode::slerp_xyzw:
    case robocache::channel_mode::slerp_wxyz:
      return 4;
    case robocache::channel_mode::rotation_vector:
      return 3;
    case robocache::channel_mode::rot6d:
      return 6;
    default:
      return 1;
  }
}

struct fuse_stream {
  scalar_kind in = scalar_kind::f32;
  std::int64_t channels = 1;
  std::vector<recording> items;
  any_policy policy;
  std::vector<double> scale;  ///< [D] or none
  std::vector<double> shift;  ///< [D] or none
  std::vector<robocache::channel_group> groups;
  std::int64_t column = next_column;
  batch_layout layout;
};

struct fuse_problem {
  time_kind time = time_kind::i64;
  scalar_kind out = scalar_kind::f32;
  std::vector<fuse_stream> streams;
  std::vector<std::vector<stamp>> targets;  ///< [B][T], or the anchors [B][A] if `windowed`
  std::vector<stamp> deltas;                ///< [K]
  bool windowed = false;

  std::int64_t batch() const { return static_cast<std::int64_t>(targets.size()); }
  /// Targets per item.
  std::int64_t rows() const;
  /// The target of a row, windows resolved.
  stamp target(std::int64_t b, std::int64_t t) const;
  /// First channel of each stream in the output, and the first after the last in order of columns.
  std::vector<std::int64_t> columns() const;
  std::int64_t width() const;
};

/// The same targets written out.
fuse_problem without_windows(const fuse_problem& work);
/// The i-th stream alone, at column 0.
fuse_problem only_stream(const fuse_problem& work, std::size_t stream);
/// The i-th item alone.
fuse_problem only_item(const fuse_problem& work, std::int64_t b);

enum class fuse_path { launcher, rows };

/// How a problem is put into memory and run.
struct fuse_setup {
  fuse_path path = fuse_path::launcher;
  group_kind group = group_kind::serial;  ///< for `fuse_path::rows`
  bool separate = false;                  ///< one output per stream
  bool shared_grid = false;               ///< targets [T]: those of item 0
  bool with_statuses = true;
  bool with_ages = true;
  int threads = 0;
  std::int64_t extra_channels = 0;  ///< of the output, beyond the last stream
  placement targets, output, statuses, ages;
};

struct fuse_outcome {
  robocache::status status;
  std::int64_t batch = 0, rows = 0, streams = 0;
  std::vector<std::vector<std::uint64_t>> outputs;  ///< [N] of [B, T, D_n] bits
  std::vector<std::uint8_t> statuses;               ///< [B, T, N], if asked for
  std::vector<std::uint64_t> ages;                  ///< [B, T, N] bits, if asked for
  bool padding_intact = true;  ///< also the output's channels that no stream has
  bool outputs_untouched = true;

  /// Of one stream, [B, T].
  std::vector<std::uint8_t> statuses_of(std::size_t stream) const;
};

/// Same bits everywhere both outcomes have something.
bool same_results(const fuse_outcome& a, const fuse_outcome& b);

/// A stream's data in a back end's memory.
struct stored_stream {
  stored_stream(backend& where, const fuse_problem& work, const fuse_stream& stream);

  stored_batch batch;
  guarded<1> scale, shift;
  any_stream view;
};

/// A problem in a back end's memory, ready to be launched any number of times.
class prepared_fuse {
 public:
  prepared_fuse(backend& where, const fuse_problem& work, const fuse_setup& how = {});

  /// Launches without waiting.
  robocache::status launch(const any_where& at) const;
  /// Waits, and reads everything back.
  fuse_outcome collect(const robocache::status& launched);
  /// Canaries in all outputs again.
  void spoil_outputs();

  any_fuse_call call;  ///< may be changed before `launch`
  std::vector<stored_stream> streams;
  guarded<2> targets;
  guarded<1> windows;
  std::vector<guarded<3>> outputs;  ///< one, or one per stream
  guarded<3> statuses, ages;

 private:
  bool gaps_intact() const;

  backend* backend_;
  const fuse_operations* operations_;
  fuse_setup how_;
  std::int64_t batch_, rows_, width_;
  std::vector<std::int64_t> columns_, channels_;
};

/// The set of types a back end runs a problem with; null if none fits.
const fuse_operations* find_fuse(backend& where, const fuse_problem& work);

/// Prepares, launches and collects.
fuse_outcome run(backend& where, const fuse_problem& work, const fuse_setup& how = {});

/// The i-th stream by `resample`, as an outcome of one stream without ages: the plain overload if
/// the stream has no groups and the back end was compiled for its types, else the one for groups;
/// where that was not compiled either, by `fuse` of the stream alone.
fuse_outcome run_resample(backend& where, const fuse_problem& work, std::size_t stream);

/// "" if the outcome is what the reference says, else a description of the first difference.
///
/// Samples and constants, statuses and ages are compared bit for bit; values between samples within
/// the bounds that fuse_check.cpp states.
std::string difference(const fuse_problem& work, const fuse_outcome& got);

/// "" if each stream has the bits that `resample` gives it, else the first that differs.
std::string difference_from_resample(backend& where, const fuse_problem& work,
                                     const fuse_outcome& got);

/// Runs it on `where` and compares with the reference and with `resample`.
std::string check(backend& where, const fuse_problem& work, const fuse_setup& how = {});

/// For messages.
std::string title(const fuse_types& types);

}  // namespace robocache_test
