// SPDX-License-Identifier: Apache-2.0
#include "records.hpp"

#include "errors.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

namespace supervised {
namespace {

std::string line_of(const record& r) {
  return fmt::format("{:20} {:016x}\n", r.sequence, r.checksum);
}

constexpr off_t line_size = 20 + 1 + 16 + 1;

[[noreturn]] void failed(const std::string& path) {
  throw recordings::input_error(fmt::format("{}: {}", path, std::strerror(errno)));
}

}  // namespace

record_file::record_file(const std::string& path, use how)
    : path_(path),
      descriptor_(
          open(path.c_str(), O_RDWR | O_CLOEXEC | (how == use::supervise ? O_CREAT : 0), 0644)) {
  if (descriptor_ < 0) failed(path);
  if (how == use::add) return;
  const auto give_up = [&] {
    const int error = errno;
    close(descriptor_);
    errno = error;
  };
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    give_up();
    throw state_file::busy(path + ": in use by another process");
  }
  char begin[line_size];
  const ssize_t n = pread(descriptor_, begin, sizeof(begin), 0);
  if (n < 0) {
    give_up();
    failed(path);
  }
  // Of one that was being written there may be a part.
  const auto is_of_record = [](char c) {
    return c != '\0' && std::strchr("0123456789abcdef \n", c) != nullptr;
  };
  if (!std::all_of(begin, begin + n, is_of_record)) {
    give_up();
    throw recordings::input_error(path + ": not an output of this program");
  }
}

record_file::~record_file() {
  close(descriptor_);
}

void record_file::write(std::uint64_t place, const record& line) {
  const std::string text = line_of(line);
  auto position = static_cast<off_t>(place) * line_size;
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t n = pwrite(descriptor_, text.data() + written, text.size() - written, position);
    if (n < 0 && errno != EINTR) failed(path_);
    if (n <= 0) continue;
    written += static_cast<std::size_t>(n);
    position += n;
  }
}

void record_file::cut(std::uint64_t count) {
  const off_t size = static_cast<off_t>(count) * line_size;
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) failed(path_);
  if (status.st_size < size) {
    throw recordings::input_error(fmt::format("{}: {} records were committed, and {} are there",
                                              path_, count, status.st_size / line_size));
  }
  if (ftruncate(descriptor_, size) != 0) failed(path_);
}

std::uint64_t record_file::size() const {
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) failed(path_);
  return static_cast<std::uint64_t>(status.st_size);
}

bool record_file::is_at_its_place() const {
  struct stat mine {};
  struct stat named {};
  return fstat(descriptor_, &mine) == 0 && stat(path_.c_str(), &named) == 0 &&
         mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

bool is_same_file(const std::string& a, const std::string& b) {
  struct stat first {};
  struct stat second {};
  if (stat(a.c_str(), &first) != 0 || stat(b.c_str(), &second) != 0) return a == b;
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

std::vector<record> read_records(const std::string& path) {
  std::ifstream file(path);
  if (!file) failed(path);
  std::vector<record> records;
  for (std::string line; std::getline(file, line);) {
    record r{};
    std::istringstream(line) >> std::dec >> r.sequence >> std::hex >> r.checksum;
    if (!file.eof()) line += '\n';
    if (line != line_of(r)) {  // nothing but what this program writes
      throw recordings::input_error(fmt::format("{}:{}: not a record", path, records.size() + 1));
    }
    records.push_back(r);
  }
  return records;
}

std::string problem_of(const std::vector<record>& records, const shared_state& state) {
  const counters count = counters_of(state);
  if (!count.balanced()) return "the counters do not add up";
  if (records.size() != count.done) {
    return fmt::format("{} records, {} items done", records.size(), count.done);
  }
  // Each number below `limit` is in the file once, or was dropped.
  const std::uint64_t limit = count.in_work != 0 ? state.work.sequence : count.next;
  std::uint64_t expected = 0;
  std::uint64_t missing = 0;
  std::uint64_t newest_missing = 0;
  const auto skip_to = [&](std::uint64_t sequence) {
    if (sequence > expected) newest_missing = sequence - 1;
    missing += sequence - expected;
    expected = sequence + 1;
  };
  const auto input = std::make_unique<item>();
  const auto output = std::make_unique<result>();
  for (const record& r : records) {
    if (r.sequence < expected || r.sequence >= limit) {
      return fmt::format("item {} is in the file twice, or too early", r.sequence);
    }
    skip_to(r.sequence);
    simulate(r.sequence, *input);
    const robocache::status done = resample_item(input.get(), output.get(), robocache::cpu(1));
    if (!done.ok()) return done.message();
    if (checksum(*output) != r.checksum) return fmt::format("item {} is not right", r.sequence);
  }
  skip_to(limit);
  // What was dropped while an item was in work is between that and the queue.
  if (count.in_work != 0) skip_to(count.next);
  if (missing != count.dropped) {
    return fmt::format("{} items are missing, {} were dropped", missing, count.dropped);
  }
  if (missing > 0 && newest_missing + state.capacity > count.produced) {
    return fmt::format("item {} was dropped, but is not among the oldest", newest_missing);
  }
  return "";
}

}  // namespace supervised
