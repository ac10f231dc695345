// SPDX-License-Identifier: Apache-2.0
#include "backend.hpp"
#include "engines.hpp"

#include <cstring>
#include <new>

namespace robocache_test {
namespace {

class cpu_backend final : public backend {
 public:
  cpu_backend() { operations_ = all_linked<operations, on_cpu>(); }
  const char* name() const override { return "cpu"; }
  bool on_device() const override { return false; }
  void* allocate(std::size_t bytes) override { return ::operator new(bytes); }
  void release(void* p) override { ::operator delete(p); }
  void upload(void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }
  void download(void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }
  void finish() override {}
  any_where where() const override { return {}; }
  const std::vector<group_kind>& groups() const override {
    static const std::vector<group_kind> kinds{group_kind::serial};
    return kinds;
  }
};

}  // namespace

backend& cpu() {
  static cpu_backend instance;
  return instance;
}

}  // namespace robocache_test
