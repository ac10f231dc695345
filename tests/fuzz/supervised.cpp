// SPDX-License-Identifier: Apache-2.0
#include "errors.hpp"
#include "input.hpp"
#include "memory_file.hpp"
#include "records.hpp"
#include "shared_state.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// What the example `supervised` goes on with: a state that is anybody's, and its output. An input
// is a byte for the capacity, one for what is asked, the length of the state's head, that head,
// records.

namespace {

using namespace supervised;
using robocache_test::memory_file;
using robocache_test::require;

enum asked : unsigned {
  whole_size = 1,   ///< the state is as long as it should be, zeros behind the head
  right_queue = 2,  ///< what is queued has the right numbers
  never_drop = 4,
};

/// The bytes of a state that the queue begins at, as far as its numbers go.
void number_queue(const memory_file& file, const std::uint8_t* head, std::size_t size) {
  if (size < offsetof(shared_state, locks_of_dead)) return;
  const auto integer = [&](std::size_t at) {
    std::uint64_t value = 0;
    std::memcpy(&value, head + at, sizeof(value));
    return value;
  };
  const std::uint64_t capacity = integer(offsetof(shared_state, capacity));
  const std::size_t copy = offsetof(shared_state, copies) +
                           (head[offsetof(shared_state, valid)] & 1U) * sizeof(counters);
  const std::uint64_t next = integer(copy + offsetof(counters, next));
  if (capacity < 1 || capacity > max_capacity) return;
  const std::uint64_t queued = integer(copy + offsetof(counters, produced)) - next;
  for (std::uint64_t n = next; n < next + std::min(queued, capacity); ++n) {
    const auto at = static_cast<off_t>(offsetof(shared_state, queue) + n % capacity * sizeof(item));
    require(pwrite(file.descriptor(), &n, sizeof(n), at) == sizeof(n), "no room for a number");
  }
}

void check_counters(const shared_state& state) {
  const counters count = counters_of(state);
  require(count.balanced() && count.in_work <= 1, "counters do not add up");
  require(count.next <= count.produced && count.queued() <= state.capacity,
          "more is queued than there is room");
}

/// Pushes, takes and commits; what is taken is the oldest.
void go_on(shared_state& state, bool drop) {
  static const auto next = std::make_unique<item>();
  for (int step = 0; step < 9; ++step) {
    const counters before = counters_of(state);
    if (step % 3 != 2) {
      next->sequence = before.produced;
      const bool full = before.queued() == state.capacity;
      require(push(state, *next, !drop) == (drop || !full), "an item was taken, or was not");
    } else if (const auto place = take(state)) {
      require(*place == before.done, "a record has another place");
      require(before.in_work == 1 || state.work.sequence == before.next, "not the oldest item");
      transaction change(state, transaction::if_locked::wait);
      ++change->done;
      change->in_work = 0;
      change.publish();
    }
    check_counters(state);
  }
}

/// What is read is what is there.
void check_records(const std::vector<record>& records, std::string_view text) {
  std::string again;
  for (const record& r : records) again += fmt::format("{:20} {:016x}\n", r.sequence, r.checksum);
  require(again == text, "records are read that are none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t start = 4;
  if (size < start) return 0;
  const std::uint64_t capacity = 1U + data[0];
  const unsigned asked_for = data[1];
  const std::size_t length = std::min<std::size_t>(data[2] + 256U * data[3], size - start);
  const std::uint8_t* const head = data + start;
  const std::string_view text(reinterpret_cast<const char*>(head) + length, size - start - length);

  const memory_file state_bytes(head, length);
  const memory_file output_bytes(head + length, text.size());
  if ((asked_for & whole_size) != 0) {
    require(ftruncate(state_bytes.descriptor(), sizeof(shared_state)) == 0, "no room for a state");
    if ((asked_for & right_queue) != 0) number_queue(state_bytes, head, length);
  }
  try {
    check_records(read_records(output_bytes.path()), text);
  } catch (const recordings::input_error&) {
  }
  try {
    const state_file file(state_bytes.path(), true, capacity);
    require(length == 0 || (asked_for & whole_size) != 0 || length == sizeof(shared_state),
            "a state of another size was accepted");
    check_counters(*file);
    record_file output(output_bytes.path(), record_file::use::supervise);
    output.cut(counters_of(*file).done);
    (void)problem_of(read_records(output_bytes.path()), *file);
    go_on(*file, (asked_for & never_drop) == 0);
  } catch (const recordings::input_error&) {
  }
  return 0;
}
