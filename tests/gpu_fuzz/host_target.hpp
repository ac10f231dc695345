// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "target.hpp"

#include <chrono>
#include <cstring>
#include <new>

namespace robocache_test {

/// Memory of the host, calls that have ended when they return.
class host_target : public fuzz_target {
 public:
  explicit host_target(int threads) : threads_(threads) {}

  bool on_device() const override { return false; }
  void* allocate(std::size_t bytes) override { return ::operator new(bytes); }
  void release(void* p) override { ::operator delete(p); }
  void* allocate_host(std::size_t bytes) override { return ::operator new(bytes); }
  void release_host(void* p) override { ::operator delete(p); }
  void copy_in(void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }
  void copy_out(void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }
  any_where where(int) const override { return {threads_, nullptr}; }
  void fork() override {}
  void join() override {}
  bool captures() const override { return false; }
  void begin_capture() override {}
  void end_capture() override {}
  void replay() override {}
  void mark(std::size_t number, int) override {
    if (marks_.size() <= number) marks_.resize(number + 1);
    marks_[number] = std::chrono::steady_clock::now();
  }
  double microseconds(std::size_t from, std::size_t to) override {
    return std::chrono::duration<double, std::micro>(marks_[to] - marks_[from]).count();
  }
  void finish() override {}

 private:
  int threads_;
  std::vector<std::chrono::steady_clock::time_point> marks_;
};

}  // namespace robocache_test
