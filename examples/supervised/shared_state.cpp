// SPDX-License-Identifier: Apache-2.0
#include "shared_state.hpp"

#include "errors.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

namespace supervised {
namespace {

constexpr std::uint64_t layout_1 = 0x726f626f'73760001U;

/// Whether this program can have left that. Whatever it reads of a file later may go on to an index
/// or a stamp, so a file that is another's, or damaged, must not get that far.
bool is_possible(const shared_state& state) {
  if (state.capacity < 1 || state.capacity > max_capacity || state.valid > 1) return false;
  const counters count = counters_of(state);
  if (count.produced > max_sequence || count.next > count.produced || count.done > count.next ||
      count.dropped > count.next || count.in_work > 1 || !count.balanced() ||
      count.queued() > state.capacity) {
    return false;
  }
  for (std::uint64_t n = count.next; n < count.produced; ++n) {
    if (state.queue[n % state.capacity].sequence != n) return false;
  }
  return count.in_work == 0 || state.work.sequence < count.next;
}

void make_mutex(pthread_mutex_t& mutex) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
}

}  // namespace

state_file::state_file(const std::string& path, bool resume, std::uint64_t capacity)
    : descriptor_(open(path.c_str(), O_RDWR | O_CREAT, 0644)) {
  const auto wrong = [&](const std::string& what) {
    if (state_ != nullptr) munmap(state_, sizeof(shared_state));
    if (descriptor_ >= 0) close(descriptor_);
    throw recordings::input_error(fmt::format("{}: {}", path, what));
  };
  if (descriptor_ < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
    throw busy(fmt::format("{}: {}", path, std::strerror(errno)));  // that passes
  }
  if (descriptor_ < 0) wrong(std::strerror(errno));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor_);
    throw busy(path + ": in use by another process");
  }
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) wrong(std::strerror(errno));
  if (status.st_size != 0 && status.st_size != sizeof(shared_state)) {
    wrong("not a state of this program");  // nor without --resume: it may be of use to somebody
  }
  is_new_ = !resume || status.st_size == 0;
  if (is_new_ && ftruncate(descriptor_, 0) != 0) wrong(std::strerror(errno));
  // Reserved now: later a full disk would be a SIGBUS.
  if (const int error = posix_fallocate(descriptor_, 0, sizeof(shared_state)); error != 0) {
    if (is_new_ && ftruncate(descriptor_, 0) != 0)
      wrong(std::strerror(errno));  // not a part of one
    wrong(std::strerror(error));
  }
  map();
  if (state_->layout == 0) state_->capacity = capacity;
  if ((state_->layout != 0 && state_->layout != layout_1) || !is_possible(*state_)) {
    wrong("not a state of this program");
  }
  if (state_->capacity != capacity) {
    wrong(fmt::format("has a queue of {}, --queue is {}", state_->capacity, capacity));
  }
  make_mutex(state_->mutex);
  state_->layout = layout_1;
  state_->supervisor = getpid();
  state_->closed = false;
  state_->locks_of_dead = 0;
}

state_file::state_file(int descriptor) : descriptor_(descriptor) {
  map();
}

state_file::~state_file() {
  munmap(state_, sizeof(shared_state));
  close(descriptor_);
}

void state_file::map() {
  void* const memory =
      mmap(nullptr, sizeof(shared_state), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED && errno == ENOMEM) throw std::bad_alloc();
  if (memory == MAP_FAILED) {
    throw recordings::input_error(fmt::format("the state file: {}", std::strerror(errno)));
  }
  state_ = static_cast<shared_state*>(memory);
}

transaction::transaction(shared_state& state, if_locked wanted) : state_(state) {
  const int error = wanted == if_locked::wait ? pthread_mutex_lock(&state.mutex)
                                              : pthread_mutex_trylock(&state.mutex);
  locked_ = error == 0 || error == EOWNERDEAD;
  if (error == EOWNERDEAD) {  // the counters are right, see publish()
    pthread_mutex_consistent(&state.mutex);
    ++state.locks_of_dead;
  }
  if (locked_) changed_ = counters_of(state);
}

transaction::~transaction() {
  if (locked_) pthread_mutex_unlock(&state_.mutex);
}

void transaction::publish() {
  const std::uint32_t other = 1 - state_.valid.load(std::memory_order_relaxed);
  state_.copies[other] = changed_;
  state_.valid.store(other, std::memory_order_release);
}

// [snippet:push]
bool push(shared_state& state, const item& next, bool never_drop) {
  transaction change(state, transaction::if_locked::give_up);
  if (!change) return false;
  if (change->queued() == state.capacity) {
    if (never_drop) return false;
    ++change->next;  // the oldest; what is in work is not in the queue
    ++change->dropped;
    change.publish();  // before its place is written to
  }
  state.queue[next.sequence % state.capacity] = next;
  ++change->produced;
  change.publish();
  return true;
}
// [/snippet:push]

std::optional<std::uint64_t> take(shared_state& state) {
  transaction change(state, transaction::if_locked::wait);
  if (change->in_work == 0) {
    if (change->queued() == 0) return std::nullopt;
    state.work = state.queue[change->next % state.capacity];
    ++change->next;
    change->in_work = 1;
    change.publish();
  }
  return change->done;
}

counters counters_of(const shared_state& state) {
  return state.copies[state.valid.load(std::memory_order_acquire) & 1U];
}

void beat(shared_state& state) {
  state.last_beat = monotonic_ns();
  ++state.beats;
}

}  // namespace supervised
