// SPDX-License-Identifier: Apache-2.0
#include "arena.hpp"

#include "../support/engines.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace robocache_test {
namespace {

constexpr std::size_t grain = 16;  // what a workspace needs; less than cudaMalloc gives
constexpr unsigned char gap_byte = 0xc9;

std::size_t rounded_up(std::size_t bytes) {
  return (bytes + grain - 1) / grain * grain;
}

/// Only what `guarded` fills its arrays with.
bool all_canaries(const void* from, std::size_t bytes) {
  const auto* const p = static_cast<const unsigned char*>(from);
  for (std::size_t i = 0; i < bytes; ++i) {
    if (p[i] != static_cast<unsigned char>(0xa5u ^ (i * 29u))) return false;
  }
  return true;
}

}  // namespace

arena::arena(fuzz_target& target, arena_kind kind, std::size_t bytes)
    : target_(target), kind_(kind), capacity_(bytes) {
  operations_ = target.on_device() ? all_linked<operations, on_cuda>() : cpu().all();
  for (char*& each : images_) {
    each = static_cast<char*>(target_.allocate_host(capacity_));
    std::memset(each, gap_byte, capacity_);  // all pages are there from now on
  }
  if (kind_ == arena_kind::one_block) block_ = static_cast<char*>(target_.allocate(capacity_));
}

arena::~arena() {
  reset(0);
  for (char* const each : images_) target_.release_host(each);
  if (block_ != nullptr) target_.release(block_);
}

void arena::reset(std::uint64_t seed) {
  if (kind_ != arena_kind::one_block) {
    for (const buffer& each : buffers_) target_.release(each.device);
  }
  std::memset(base(image::before), gap_byte, used_);
  buffers_.clear();
  ignored_.clear();
  misfits_.clear();
  used_ = 0;
  gaps_ = seed;
}

void* arena::allocate(std::size_t bytes) {
  gaps_ = gaps_ * 6364136223846793005u + 1442695040888963407u;
  const std::size_t at = used_ + grain * (1 + (gaps_ >> 60));
  const std::size_t end = rounded_up(at + bytes) + grain;
  if (end > capacity_) throw std::runtime_error("a round needs more memory than its arena has");
  char* const device =
      kind_ == arena_kind::one_block ? block_ + at : static_cast<char*>(target_.allocate(bytes));
  buffers_.push_back({at, bytes, device, false});
  used_ = end;
  largest_use_ = std::max(largest_use_, used_);
  return device;
}

const arena::buffer* arena::holding(const void* p) const {
  const auto* const byte = static_cast<const char*>(p);
  for (auto each = buffers_.rbegin(); each != buffers_.rend(); ++each) {  // mostly of the newest
    if (byte >= each->device && byte < each->device + each->bytes) return &*each;
  }
  return nullptr;
}

void* arena::in(image which, const void* p) const {
  if (p == nullptr) return nullptr;
  const buffer* const of = holding(p);
  if (of == nullptr) throw std::logic_error("a call has an address that is in none of its buffers");
  return base(which) + of->at + (static_cast<const char*>(p) - of->device);
}

void arena::upload(void* to, const void* from, std::size_t bytes) {
  std::memcpy(in(image::before, to), from, bytes);
  buffer& of = buffers_[buffer_of(to)];
  of.set = !all_canaries(from, bytes);
}

void arena::download(void* to, const void* from, std::size_t bytes) {
  std::memcpy(to, in(image::before, from), bytes);
}

const std::vector<group_kind>& arena::groups() const {
  static const std::vector<group_kind> all{group_kind::serial, group_kind::tile8,
                                           group_kind::tile32, group_kind::block};
  return all;
}

void arena::is_read(const void* p) {
  if (p != nullptr) buffers_[buffer_of(p)].set = true;
}

void arena::ignore(const void* p, std::size_t bytes) {
  if (bytes == 0) return;
  const auto at =
      static_cast<std::size_t>(static_cast<char*>(in(image::before, p)) - base(image::before));
  ignored_.push_back({at, at + bytes});
}

void arena::copy_in() {
  if (kind_ == arena_kind::one_block) {
    target_.copy_in(block_, base(image::before), used_);
    return;
  }
  for (const buffer& each : buffers_) {
    if (kind_ == arena_kind::unset && !each.set) continue;
    target_.copy_in(each.device, base(image::before) + each.at, each.bytes);
  }
}

void arena::copy_out() {
  switch (kind_) {
    case arena_kind::one_block:
      target_.copy_out(base(image::after), block_, used_);
      break;
    case arena_kind::exact:
      std::memcpy(base(image::after), base(image::before), used_);  // the gaps
      for (const buffer& each : buffers_) {
        target_.copy_out(base(image::after) + each.at, each.device, each.bytes);
      }
      break;
    case arena_kind::unset:
      break;
  }
}

void arena::add_misfit(void* at, std::uint64_t bits) {
  misfit one{static_cast<std::size_t>(static_cast<char*>(at) - base(image::before)), 0, bits};
  std::memcpy(&one.fitting, at, sizeof(one.fitting));
  if (!on_device()) one.bits = one.fitting;
  std::memcpy(at, &one.bits, sizeof(one.bits));
  misfits_.push_back(one);
}

void arena::expect_as_before() {
  std::memcpy(base(image::expected), base(image::before), used_);
  for (const misfit& each : misfits_) {
    std::memcpy(base(image::expected) + each.at, &each.fitting, sizeof(each.fitting));
  }
}

std::vector<arena::range> arena::compared() const {
  std::vector<range> skipped = ignored_;
  std::sort(skipped.begin(), skipped.end(),
            [](const range& a, const range& b) { return a.first < b.first; });
  std::vector<range> kept;
  std::size_t from = 0;
  for (const range& each : skipped) {
    if (each.first > from) kept.push_back({from, each.first});
    from = std::max(from, each.last);
  }
  if (used_ > from) kept.push_back({from, used_});
  return kept;
}

arena::difference arena::compare() {
  difference result;
  if (kind_ == arena_kind::unset) return result;
  for (const misfit& each : misfits_) {  // an input stays as it is
    std::memcpy(base(image::expected) + each.at, &each.bits, sizeof(each.bits));
  }
  const char* const expected = base(image::expected);
  const char* const after = base(image::after);
  for (const range& each : compared()) {
    if (std::memcmp(expected + each.first, after + each.first, each.last - each.first) == 0) {
      continue;
    }
    result.found = true;
    result.at = static_cast<std::size_t>(
        std::mismatch(expected + each.first, expected + each.last, after + each.first).first -
        expected);
    for (std::size_t i = 0; i < buffers_.size() && buffers_[i].at <= result.at; ++i) {
      result.buffer = i;
      result.in_buffer = result.at - buffers_[i].at;
      result.in_gap = result.in_buffer >= buffers_[i].bytes;
    }
    return result;
  }
  return result;
}

std::size_t arena::buffer_of(const void* p) const {
  const buffer* const of = holding(p);
  return of == nullptr ? buffers_.size() : static_cast<std::size_t>(of - buffers_.data());
}

std::string arena::bytes_around(image which, std::size_t at) const {
  std::string text;
  char one[8];
  const std::size_t first = at & ~std::size_t{7};
  for (std::size_t i = first; i < std::min(first + 8, used_); ++i) {
    std::snprintf(one, sizeof(one), "%02x", static_cast<unsigned char>(base(which)[i]));
    text += one;
  }
  return text;
}

std::uint64_t arena::checksum() const {
  std::uint64_t sum = 0xcbf29ce484222325u;
  if (kind_ == arena_kind::unset) return sum;
  for (const range& each : compared()) {
    const char* const p = base(image::after);
    std::size_t i = each.first;
    for (; i + 8 <= each.last; i += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, p + i, 8);
      sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
      sum ^= sum >> 29;
    }
    for (; i < each.last; ++i) {
      sum = (sum ^ static_cast<unsigned char>(p[i])) * 0x100000001b3u;
    }
  }
  return sum;
}

void arena::flip_a_bit(std::uint64_t which) {
  const std::vector<range> kept = compared();
  if (kept.empty()) return;
  const range& of = kept[which % kept.size()];
  base(image::after)[of.first + which % (of.last - of.first)] ^= static_cast<char>(1 << which % 8);
}

}  // namespace robocache_test
