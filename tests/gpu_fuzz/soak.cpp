// SPDX-License-Identifier: Apache-2.0
#include "soak.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace robocache_test {
namespace {

std::size_t entries_of(const char* folder) {
  std::error_code failed;
  const std::filesystem::directory_iterator begin(folder, failed);
  if (failed) return 0;
  return static_cast<std::size_t>(std::distance(begin, std::filesystem::directory_iterator{}));
}

/// A line of /proc/self/status, in kB.
std::size_t kilobytes_of(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, key.size(), key) == 0) {
      return std::strtoull(line.c_str() + key.size(), nullptr, 10);
    }
  }
  return 0;
}

}  // namespace

void latency_histogram::add(double microseconds) {
  const double place =
      (std::log2(std::max(microseconds, 1e-9)) - static_cast<double>(first_)) * steps_;
  const double last = steps_ * octaves_ - 1;
  ++bins_[static_cast<std::size_t>(std::clamp(place, 0.0, last))];
  ++count_;
  most_ = std::max(most_, microseconds);
}

void latency_histogram::add(const latency_histogram& other) {
  for (std::size_t i = 0; i < bins_.size(); ++i) bins_[i] += other.bins_[i];
  count_ += other.count_;
  most_ = std::max(most_, other.most_);
}

double latency_histogram::quantile(double part) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    below += bins_[i];
    if (below < wanted) continue;
    const double end = std::exp2(static_cast<double>(i + 1) / steps_ + first_);
    return std::min(end, most_);
  }
  return most_;
}

bool known_checksums::knows(std::uint64_t round) {
  const std::lock_guard<std::mutex> locked(lock_);
  return known_[round] != 0;
}

bool known_checksums::same(std::uint64_t round, std::uint64_t sum) {
  const std::lock_guard<std::mutex> locked(lock_);
  if (known_[round] != 0) return sums_[round] == sum;
  known_[round] = 1;
  sums_[round] = sum;
  return true;
}

std::size_t known_checksums::known() {
  const std::lock_guard<std::mutex> locked(lock_);
  return static_cast<std::size_t>(std::count(known_.begin(), known_.end(), 1));
}

resources resources_now(bool gpu) {
  resources now;
  now.resident = kilobytes_of("VmRSS:") << 10;
  now.device = gpu ? gpu_memory_in_use() : 0;
  now.descriptors = entries_of("/proc/self/fd");
  now.threads = entries_of("/proc/self/task");
  return now;
}

resources least_of(const resources& a, const resources& b) {
  return {std::min(a.resident, b.resident), std::min(a.device, b.device),
          std::min(a.descriptors, b.descriptors), std::min(a.threads, b.threads)};
}

std::string broken(const growth_rule& rule, const resources& begin, const resources& now) {
  std::ostringstream text;
  const auto compare = [&](const char* what, std::size_t from, std::size_t to, std::size_t most) {
    if (to > from + most) {
      text << what << " grew from " << from << " to " << to << ", by more than " << most << "; ";
    }
  };
  compare("resident memory", begin.resident, now.resident, rule.resident);
  compare("device memory", begin.device, now.device, rule.device);
  compare("open descriptors", begin.descriptors, now.descriptors, rule.descriptors);
  compare("threads", begin.threads, now.threads, rule.threads);
  return text.str();
}

soak_table::soak_table(const std::string& path) : file_(path) {
  if (!file_) throw std::runtime_error("cannot write " + path);
  file_ << "seconds,calls,mismatches,resident_mib,device_mib,descriptors,threads";
  for (int i = 0; i < step_kinds; ++i) {
    const char* const name = name_of(static_cast<step_kind>(i));
    for (const char* of : {"calls", "p50_us", "p99_us", "p999_us", "max_us"}) {
      file_ << ',' << name << '_' << of;
    }
  }
  file_ << std::endl;
}

void soak_table::add(double seconds, std::uint64_t calls, std::uint64_t mismatches,
                     const resources& now, const latencies& since_last) {
  const auto mib = [](std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  file_ << seconds << ',' << calls << ',' << mismatches << ',' << mib(now.resident) << ','
        << mib(now.device) << ',' << now.descriptors << ',' << now.threads;
  for (const latency_histogram& each : since_last) {
    file_ << ',' << each.count() << ',' << each.quantile(0.5) << ',' << each.quantile(0.99) << ','
          << each.quantile(0.999) << ',' << each.most();
  }
  file_ << std::endl;  // at once, for whoever looks
}

}  // namespace robocache_test
