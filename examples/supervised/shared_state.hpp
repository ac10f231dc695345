// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "item.hpp"

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

/// \file
/// What the supervisor and its worker share: a file mapped by both, so that the queue outlives
/// them.

namespace supervised {

constexpr std::uint64_t max_capacity = 256;
constexpr std::size_t max_faults = 16;

/// produced = done + dropped + queued() + in_work, always.
struct counters {
  std::uint64_t produced;  ///< the next item's sequence number
  std::uint64_t next;      ///< the oldest one in the queue; queued are [next, produced)
  std::uint64_t done;      ///< committed: so many records of the output count
  std::uint64_t dropped;
  std::uint64_t in_work;  ///< 1 while `shared_state::work` is taken and not committed

  std::uint64_t queued() const { return produced - next; }
  bool balanced() const { return produced == done + dropped + queued() + in_work; }
};

/// Zeros are an empty one.
struct shared_state {
  std::uint64_t layout;  ///< of which version of this struct the file is; 0: not yet made
  std::uint64_t capacity;

  pthread_mutex_t mutex;  ///< robust, and made anew by each supervisor
  std::atomic<std::uint32_t> valid;
  counters copies[2];  ///< `copies[valid]` is so, the other one may be anything
  std::atomic<std::uint32_t> locks_of_dead;  ///< taken over from a process that died with it

  pid_t supervisor;
  std::atomic<bool> closed;             ///< no item comes any more
  std::atomic<std::uint64_t> beats;     ///< of the worker that runs
  std::atomic<std::int64_t> last_beat;  ///< ns of CLOCK_MONOTONIC
  std::atomic<std::uint32_t> faults_left[max_faults];

  item work;  ///< outside the queue, so that it cannot be dropped
  item queue[max_capacity];
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

/// The file, mapped. A lock on it tells other supervisors that this one, or its worker, is alive.
class state_file {
 public:
  /// \param resume  go on with what is in the file, if it is there
  /// \throws busy, recordings::input_error, recordings::usage_error
  state_file(const std::string& path, bool resume, std::uint64_t capacity);
  /// The worker's, which inherits the open file, and with it the lock.
  explicit state_file(int descriptor);
  ~state_file();
  state_file(const state_file&) = delete;
  state_file& operator=(const state_file&) = delete;

  shared_state& operator*() const { return *state_; }
  int descriptor() const { return descriptor_; }
  bool is_new() const { return is_new_; }  ///< nothing was in it, or it was not to be gone on with

  /// Later it may not be so.
  struct busy : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

 private:
  void map();

  int descriptor_;
  bool is_new_ = false;
  shared_state* state_ = nullptr;
};

/// A change of the counters, under the lock. All of it happens at `publish()`, by one store: a
/// process may die anywhere, with the lock, too, and leaves the counters as they were or will be.
class transaction {
 public:
  /// The worker waits for the lock. The supervisor must not: a worker may hang with it.
  enum class if_locked { wait, give_up };

  transaction(shared_state& state, if_locked wanted);
  ~transaction();
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  explicit operator bool() const { return locked_; }
  counters* operator->() { return &changed_; }
  void publish();

 private:
  shared_state& state_;
  bool locked_;
  counters changed_{};
};

/// Supervisor: appends an item, whose number must be `produced`. A full queue loses its oldest
/// item, or with `never_drop` takes no other one.
/// \return false if not now
bool push(shared_state& state, const item& next, bool never_drop);

/// Worker: `state.work` becomes the oldest item, or still is what the worker before was at.
/// \return how many are done, which is the place of this one's record; nothing if there is no item
std::optional<std::uint64_t> take(shared_state& state);

/// Without the lock: for when no worker runs.
counters counters_of(const shared_state& state);

/// Worker: a sign of life.
void beat(shared_state& state);

inline std::int64_t monotonic_ns() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace supervised
