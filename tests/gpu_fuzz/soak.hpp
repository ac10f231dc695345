// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "round.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

/// \file
/// What a soak watches: how long calls take, what the same round leaves each time, and whether the
/// process grows.

namespace robocache_test {

/// Times in steps of 1/16 of an octave, from 2^-4 to 2^28 microseconds.
class latency_histogram {
 public:
  void add(double microseconds);
  void add(const latency_histogram& other);
  std::uint64_t count() const { return count_; }
  double most() const { return most_; }
  /// The upper end of the step that a part of all times is below; 0 without times.
  double quantile(double part) const;

 private:
  static constexpr int steps_ = 16;
  static constexpr int octaves_ = 32;
  static constexpr int first_ = -4;
  std::array<std::uint64_t, steps_ * octaves_> bins_{};
  std::uint64_t count_ = 0;
  double most_ = 0;
};

using latencies = std::array<latency_histogram, step_kinds>;

/// The checksums of some rounds that come again and again.
class known_checksums {
 public:
  explicit known_checksums(std::size_t rounds) : sums_(rounds), known_(rounds, 0) {}
  std::size_t size() const { return sums_.size(); }
  bool knows(std::uint64_t round);
  /// Whether it is what it was before; the first time it is taken down.
  bool same(std::uint64_t round, std::uint64_t sum);
  std::size_t known();

 private:
  std::mutex lock_;
  std::vector<std::uint64_t> sums_;
  std::vector<char> known_;
};

/// Of this process, and of the device.
struct resources {
  std::size_t resident = 0;  ///< bytes
  std::size_t device = 0;    ///< bytes in use, by whomever
  std::size_t descriptors = 0;
  std::size_t threads = 0;
};
resources resources_now(bool gpu);
resources least_of(const resources& a, const resources& b);

/// By how much a process may grow between the begin of the watch and any later moment.
struct growth_rule {
  std::size_t resident = std::size_t{64} << 20;
  std::size_t device = std::size_t{32} << 20;
  std::size_t descriptors = 2;
  std::size_t threads = 4;
};
/// "" if the rule holds.
std::string broken(const growth_rule& rule, const resources& begin, const resources& now);

/// A line for each heartbeat.
class soak_table {
 public:
  explicit soak_table(const std::string& path);
  void add(double seconds, std::uint64_t calls, std::uint64_t mismatches, const resources& now,
           const latencies& since_last);

 private:
  std::ofstream file_;
};

}  // namespace robocache_test
