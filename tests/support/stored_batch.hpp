// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "guarded.hpp"

#include <cstdint>
#include <vector>

/// \file
/// Recordings as plain vectors, and as the batch that a call reads: padded or packed.

namespace robocache_test {

/// One recording: stamps [S], and the bits of the values [S, D].
struct recording {
  std::vector<stamp> times;
  std::vector<std::uint64_t> values;
};

/// `automatic` is padded, with lengths where the items need them.
enum class batch_form { automatic, padded, padded_lengths, packed };

/// How recordings lie in memory.
struct batch_layout {
  batch_form form = batch_form::automatic;
  std::int64_t extra_samples = 0;  ///< padding of padded batches, filled with garbage
  placement values, times;
};

/// Recordings in a back end's memory.
class stored_batch {
 public:
  stored_batch() = default;
  stored_batch(backend& where, scalar_kind value, time_kind time, std::int64_t channels,
               const std::vector<recording>& items, const batch_layout& layout);

  void download();
  /// Nothing but elements was written. After `download`.
  bool padding_intact() const;

  guarded<3> values;
  guarded<2> times;
  guarded<1> lengths, offsets;
  batch_form form = batch_form::automatic;  ///< never `automatic` once constructed
  std::vector<std::int64_t> borders{0};     ///< [B + 1]: items in a packed batch
};

/// The elements in a back end's memory: reals of a normalization, lengths, offsets.
guarded<1> stored_reals(backend& where, scalar_kind real, const std::vector<double>& from);
guarded<1> stored_integers(backend& where, const std::vector<std::int64_t>& from);

}  // namespace robocache_test
