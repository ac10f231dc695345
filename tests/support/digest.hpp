// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ostream>

/// \file
/// Hashes of long random runs of the CPU back end, a line for each set of types that is linked.
/// Other flags, compilers and processors must write the same lines.

namespace robocache_test {

/// FNV-1a, over words.
class digest {
 public:
  void add(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3u; }
  template <class Words>
  void add_all(const Words& words) {
    for (const auto word : words) add(static_cast<std::uint64_t>(word));
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

/// \throws std::runtime_error if a call fails
void write_resample_digest(std::ostream& to);
void write_fuse_digest(std::ostream& to);
void write_voxelize_digest(std::ostream& to);

}  // namespace robocache_test
