// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/backend.hpp"
#include "target.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// The memory of a round: all buffers of all its calls, in the target's memory and in three images
/// of it on the host. `before` is what the calls find, `expected` is where the CPU runs the same
/// calls, `after` what the target left. In the end every byte of the last two is the same,
/// elements, padding, guards and the gaps between buffers alike.

namespace robocache_test {

enum class image { before, expected, after };

/// How memory is given out.
enum class arena_kind {
  one_block,  ///< all in one allocation, with canaries between buffers: fast
  exact,      ///< an allocation each, that ends where the buffer ends: for sanitizers
  unset       ///< likewise, and what no test has set is not initialized nor compared: for initcheck
};

/// A back end whose uploads go to `before` and whose memory comes back all at once.
class arena final : public backend {
 public:
  arena(fuzz_target& target, arena_kind kind, std::size_t bytes);
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;
  ~arena() override;

  /// Forgets all buffers.
  /// \param seed  of the gaps between the next ones
  void reset(std::uint64_t seed);

  const char* name() const override { return target_.on_device() ? "cuda" : "cpu"; }
  bool on_device() const override { return target_.on_device(); }
  void* allocate(std::size_t bytes) override;
  void release(void*) override {}
  void upload(void* to, const void* from, std::size_t bytes) override;
  void download(void* to, const void* from, std::size_t bytes) override;
  void finish() override {}
  any_where where() const override { return target_.where(0); }
  const std::vector<group_kind>& groups() const override;

  /// 64 bits that only the target finds instead of what is there, if it is a device: a length or an
  /// offset that fits nothing, which the CPU back end refuses. Until `forget_misfits`.
  /// \param at  in `before`
  void add_misfit(void* at, std::uint64_t bits);
  void forget_misfits() { misfits_.clear(); }

  /// What no test has set, and a call reads all the same: canaries that are added to.
  void is_read(const void* p);
  /// Contents that are not compared: temporary memory of a call.
  void ignore(const void* p, std::size_t bytes);
  /// What an image has where the target has `p`; null for null.
  void* in(image which, const void* p) const;
  template <class T>
  T* in(image which, T* p) const {
    return static_cast<T*>(in(which, static_cast<const void*>(p)));
  }

  void copy_in();
  void copy_out();
  /// `expected` becomes what `before` is.
  void expect_as_before();

  struct difference {
    bool found = false;
    std::size_t at = 0;      ///< byte of the images
    std::size_t buffer = 0;  ///< which of the buffers it is in, or behind
    std::size_t in_buffer = 0;
    bool in_gap = false;
  };
  difference compare();
  std::size_t buffer_of(const void* p) const;
  std::size_t buffers() const { return buffers_.size(); }
  std::string bytes_around(image which, std::size_t at) const;
  /// Of `after`, without what is ignored.
  std::uint64_t checksum() const;
  /// One bit of `after` that is compared, for a test of the comparison.
  void flip_a_bit(std::uint64_t which);

  std::size_t size() const { return capacity_; }
  std::size_t used() const { return used_; }
  std::size_t largest_use() const { return largest_use_; }

 private:
  struct buffer {
    std::size_t at;  ///< in the images
    std::size_t bytes;
    char* device;  ///< in the target's memory
    bool set;      ///< anything but canaries
  };
  struct range {
    std::size_t first, last;
  };
  struct misfit {
    std::size_t at;
    std::uint64_t fitting, bits;
  };

  const buffer* holding(const void* p) const;
  char* base(image which) const { return images_[static_cast<int>(which)]; }
  /// What is compared, in order.
  std::vector<range> compared() const;

  fuzz_target& target_;
  arena_kind kind_;
  std::size_t capacity_;
  char* images_[3] = {};
  char* block_ = nullptr;
  std::size_t used_ = 0;
  std::size_t largest_use_ = 0;
  std::uint64_t gaps_ = 0;
  std::vector<buffer> buffers_;
  std::vector<range> ignored_;
  std::vector<misfit> misfits_;
};

}  // namespace robocache_test
