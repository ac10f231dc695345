// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"

#include <cstddef>
#include <vector>

/// \file
/// The back end under test, behind one interface: its memory, and what it can run.

namespace robocache_test {

class backend {
 public:
  virtual ~backend() = default;

  virtual const char* name() const = 0;
  virtual bool on_device() const = 0;
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* p) = 0;
  virtual void upload(void* to, const void* from, std::size_t bytes) = 0;
  virtual void download(void* to, const void* from, std::size_t bytes) = 0;
  /// Waits for what was launched; throws if it failed.
  virtual void finish() = 0;
  /// Where calls run if the test does not care.
  virtual any_where where() const = 0;
  /// The groups level 1 can be tried with.
  virtual const std::vector<group_kind>& groups() const = 0;

  const std::vector<operations>& all() const { return operations_; }

  /// Null if the back end was not compiled for these types.
  const operations* find(const combination& types) const {
    for (const operations& candidate : operations_) {
      if (candidate.types == types) return &candidate;
    }
    return nullptr;
  }

 protected:
  std::vector<operations> operations_;
};

/// The CPU back end; in every executable, since it is what others are compared with.
backend& cpu();

/// The back end this executable tests.
backend& tested();

}  // namespace robocache_test
