// SPDX-License-Identifier: Apache-2.0

#include "checks.hpp"
#include "exit_codes.hpp"
#include "faults.hpp"
#include "records.hpp"
#include "shared_state.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

/// \file
/// The parts of supervised: the queue and its rule, processes that die within a change of it, the
/// state file, the output, exit codes.

namespace {

using namespace checks;
using namespace supervised;

/// A state in a file of its own.
struct test_state {
  explicit test_state(std::uint64_t capacity)
      : name("", ".state"), file(name.path(), false, capacity), state(*file) {}
  temporary_file name;
  state_file file;
  shared_state& state;
};

bool push_next(shared_state& state, bool never_drop = false) {
  static const auto next = std::make_unique<item>();
  next->sequence = counters_of(state).produced;
  return push(state, *next, never_drop);
}

void commit(shared_state& state) {
  transaction change(state, transaction::if_locked::wait);
  ++change->done;
  change->in_work = 0;
  change.publish();
}

/// Random calls, and what a deque would say.
void test_queue(bool never_drop) {
  constexpr std::size_t capacity = 5;
  const test_state test(capacity);
  shared_state& state = test.state;
  std::deque<std::uint64_t> queue;
  bool in_work = false;
  std::uint64_t produced = 0, done = 0, dropped = 0, work = 0, full = 0;
  std::mt19937 random(7);
  for (int step = 0; step < 20000; ++step) {
    const auto choice = random() % (step % 1000 < 500 ? 12U : 3U);  // at times ten times faster
    if (choice == 0) {
      const auto place = take(state);
      if (!in_work && !queue.empty()) {
        work = queue.front();
        queue.pop_front();
        in_work = true;
      }
      CHECK(place.has_value() == in_work);
      CHECK(!in_work || (*place == done && state.work.sequence == work));
    } else if (choice == 1 && in_work) {
      commit(state);
      in_work = false;
      ++done;
    } else {
      const bool is_full = queue.size() == capacity;
      full += is_full ? 1 : 0;
      CHECK(push_next(state, never_drop) == !(is_full && never_drop));
      if (is_full && never_drop) continue;
      if (is_full) {
        queue.pop_front();
        ++dropped;
      }
      queue.push_back(produced++);
    }
    const counters count = counters_of(state);
    CHECK(count.balanced() && count.produced == produced && count.done == done);
    CHECK(count.dropped == dropped && count.queued() == queue.size());
    CHECK((count.in_work == 1) == in_work);
  }
  CHECK(full > 1000 && done > 1000 && (dropped > 1000) == !never_drop);
}

/// Who dies with the lock before publish() has changed nothing, after it everything.
void test_death_with_lock() {
  const test_state test(3);
  shared_state& state = test.state;
  CHECK(push_next(state));
  for (const bool published : {false, true}) {
    const std::uint64_t done = counters_of(state).done;
    const pid_t child = fork();
    if (child == 0) {
      transaction change(state, transaction::if_locked::wait);
      ++change->done;
      ++change->next;
      ++change->produced;
      if (published) change.publish();
      raise(SIGKILL);
    }
    CHECK(waitpid(child, nullptr, 0) == child);
    CHECK(take(state).has_value());
    CHECK(counters_of(state).done == done + (published ? 1 : 0));
    CHECK(counters_of(state).balanced());
  }
  CHECK(state.locks_of_dead == 2);
}

/// Who holds the lock and does not go on must not stop the supervisor.
void test_hang_with_lock() {
  const test_state test(3);
  int ready[2];
  CHECK(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const transaction change(test.state, transaction::if_locked::wait);
    const ssize_t told = write(ready[1], "x", 1);
    for (;;) pause();
    (void)told;
  }
  char byte = 0;
  CHECK(read(ready[0], &byte, 1) == 1);
  CHECK(!push_next(test.state));
  kill(child, SIGKILL);
  CHECK(waitpid(child, nullptr, 0) == child);
  CHECK(push_next(test.state));
  close(ready[0]);
  close(ready[1]);
}

/// Workers that are killed at any moment: what they were at is what the next one gets, and each
/// number is committed once, or dropped.
void test_random_deaths() {
  const test_state test(4);
  shared_state& state = test.state;
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      for (;;) {
        if (take(state)) commit(state);
      }
    }
    const auto done = [&] { return transaction(state, transaction::if_locked::wait)->done; };
    for (const std::uint64_t before = done(); done() == before; usleep(20)) push_next(state);
    const std::int64_t end = monotonic_ns() + random() % 500'000;
    while (monotonic_ns() < end) push_next(state);
    kill(child, SIGKILL);
    CHECK(waitpid(child, nullptr, 0) == child);
    CHECK(counters_of(state).balanced());
    if (const auto place = take(state)) {
      const counters count = counters_of(state);
      CHECK(*place == count.done && count.in_work == 1);
      CHECK(state.work.sequence < count.next && state.work.sequence >= count.done);
    }
  }
  CHECK(counters_of(state).done >= 200);
}

void test_state_file() {
  const temporary_file name("", ".state");
  const auto message = [&](bool resume, std::uint64_t capacity) {
    return error_of([&] { const state_file file(name.path(), resume, capacity); });
  };
  {
    const state_file file(name.path(), true, 4);  // from nothing
    CHECK(push_next(*file));
    bool is_busy = false;
    try {
      const state_file other(name.path(), true, 4);
    } catch (const state_file::busy& error) {
      is_busy = std::string(error.what()) == name.path() + ": in use by another process";
    }
    CHECK(is_busy);
  }
  CHECK(counters_of(*state_file(name.path(), true, 4)).produced == 1);
  CHECK(message(true, 5) == name.path() + ": has a queue of 4, --queue is 5");
  CHECK(counters_of(*state_file(name.path(), false, 5)).produced == 0);

  const temporary_file other("time,x\n0,1\n");
  CHECK(error_of([&] { const state_file file(other.path(), true, 4); }) ==
        other.path() + ": not a state of this program");
  CHECK(std::filesystem::file_size(other.path()) == 11);  // as it was
}

/// A state that was right but for one thing is refused, before anything goes by it.
void test_foreign_state() {
  using change = void (*)(shared_state&);
  const auto after = [](change what) {
    const temporary_file name("", ".state");
    {
      const state_file file(name.path(), false, 4);
      for (int i = 0; i < 6; ++i) CHECK(push_next(*file));
      CHECK(take(*file).has_value());
      what(*file);
    }
    const std::string error = error_of([&] { const state_file file(name.path(), true, 4); });
    CHECK(error.empty() || error == name.path() + ": not a state of this program");
    return error.empty();
  };
  // Of both copies, so that it does not matter which is valid.
  CHECK(after([](shared_state&) {}));
  CHECK(!after([](shared_state& s) { s.layout ^= 1; }));
  CHECK(!after([](shared_state& s) { s.valid = 2; }));  // an index
  CHECK(!after([](shared_state& s) { s.capacity = 0; }));
  CHECK(!after([](shared_state& s) { s.capacity = max_capacity + 1; }));
  CHECK(!after([](shared_state& s) { s.work.sequence = 99; }));
  CHECK(!after([](shared_state& s) { s.queue[3].sequence += 4; }));
  CHECK(!after([](shared_state& s) {
    for (counters& c : s.copies) ++c.done;
  }));
  CHECK(!after([](shared_state& s) {  // stamps that do not fit
    for (counters& c : s.copies)
      c.produced += 1ULL << 60U, c.next += 1ULL << 60U, c.done += 1ULL << 60U;
    for (item& i : s.queue) i.sequence += 1ULL << 60U;
  }));
  CHECK(!after([](shared_state& s) {  // more than there is room for
    for (counters& c : s.copies) c.produced += 4;
  }));
  CHECK(!after([](shared_state& s) {  // balanced all the same
    for (counters& c : s.copies) c.done -= 5, c.in_work += 5;
  }));
}

/// Ten items, a queue of 2: item 3 is lost in it. The output is right, and then wrong in each way.
void test_output() {
  const test_state test(2);
  shared_state& state = test.state;
  const temporary_file name("", ".txt");
  record_file output(name.path(), record_file::use::supervise);
  const auto input = std::make_unique<item>();
  const auto values = std::make_unique<result>();
  const auto work = [&] {
    const auto place = take(state);
    simulate(state.work.sequence, *input);
    CHECK(resample_item(input.get(), values.get(), robocache::cpu(1)).ok());
    output.write(*place, {state.work.sequence, checksum(*values)});
    commit(state);
  };
  for (int i = 0; i < 10; ++i) {
    CHECK(push_next(state));
    if (i == 3 || i == 4) continue;  // 3 and 4 wait, so that 5 takes the place of 3
    work();
    if (i == 6) work();
  }
  while (counters_of(state).queued() > 0) work();
  const auto problem = [&](const std::vector<record>& records) {
    return problem_of(records, state);
  };
  const std::vector<record> right = read_records(name.path());
  CHECK(counters_of(state).dropped == 1 && right.size() == 9);
  CHECK(problem(right).empty());

  auto wrong = right;
  wrong[5].checksum ^= 1;
  CHECK(problem(wrong) == "item " + std::to_string(right[5].sequence) + " is not right");
  wrong = right;
  wrong[5] = wrong[4];
  CHECK(problem(wrong).find("is in the file twice, or too early") != std::string::npos);
  wrong = right;
  wrong.pop_back();
  CHECK(problem(wrong) == "8 records, 9 items done");

  const auto with_counters = [&](auto change) {
    transaction t(state, transaction::if_locked::wait);
    change(t);
    t.publish();
  };
  with_counters([](transaction& t) { --t->dropped; });
  CHECK(problem(right) == "the counters do not add up");
  with_counters([](transaction& t) { ++t->dropped; });
  // As if the last one had been dropped, which is the newest.
  wrong = right;
  wrong.pop_back();
  with_counters([](transaction& t) { --t->done, ++t->dropped; });
  CHECK(problem(wrong) == "item 9 was dropped, but is not among the oldest");

  const auto refused = [&](const std::string& text, const std::string& line) {
    const temporary_file file(text);
    CHECK(error_of([&] { read_records(file.path()); }) == file.path() + line + ": not a record");
  };
  const std::string good = "                   7 00000000000000ff\n";
  const temporary_file two(good + good);
  CHECK(read_records(two.path()).size() == 2 && read_records(two.path())[1].checksum == 255);
  refused(good + good.substr(0, 37), ":2");
  refused(good + "7 ff\n" + good, ":2");
  refused("                  -1 00000000000000ff\n", ":1");
  refused("99999999999999999999 00000000000000ff\n", ":1");

  output.cut(4);
  CHECK(read_records(name.path()).size() == 4);
  CHECK(error_of([&] { output.cut(5); }) ==
        name.path() + ": 5 records were committed, and 4 are there");
}

void test_words() {
  const fault f = parse_fault("17=hang@locked*3");
  CHECK(f.sequence == 17 && f.kind == fault_kind::hang && f.place == fault_place::locked);
  CHECK(f.times == 3 && parse_fault("0=fatal").place == fault_place::computed);
  for (const char* bad : {"17", "=kill", "x=kill", "17=", "17=die", "17=kill@noon", "17=kill*",
                          "17=kill*-1", "17=fatal@locked"}) {
    CHECK(error_of([&] { parse_fault(bad); }).find("it is NUMBER=KIND") != std::string::npos);
  }
  using robocache::status_severity;
  CHECK(exit_code_for(status_severity::none) == 0);
  CHECK(exit_code_for(status_severity::argument) == 70);
  CHECK(exit_code_for(status_severity::resource) == 75);
  CHECK(exit_code_for(status_severity::fatal) == 75);
}

}  // namespace

int main() {
  test_queue(false);
  test_queue(true);
  test_death_with_lock();
  test_hang_with_lock();
  test_random_deaths();
  test_state_file();
  test_foreign_state();
  test_output();
  test_words();
  return outcome();
}
