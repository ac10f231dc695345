// SPDX-License-Identifier: Apache-2.0
#include "trace.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

/// \file
/// `operator new` and `delete` that a trace sees. All forms: a sanitizer's own would not come back
/// to these.

namespace {

void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) noexcept {
  robocache_test::note_allocation();
  // The size must be a multiple of the alignment, and 0 bytes must have an address.
  const std::size_t whole = (bytes + alignment) / alignment * alignment;
  return whole < bytes ? nullptr : std::aligned_alloc(alignment, whole);
}

void* allocate_or_throw(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
  void* p = allocate(bytes, alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

void release(void* p) noexcept {
  if (p != nullptr) robocache_test::note_release();
  std::free(p);
}

std::size_t number(std::align_val_t alignment) noexcept {
  return static_cast<std::size_t>(alignment);
}

}  // namespace

using std::align_val_t;
using std::nothrow_t;
using std::size_t;

void* operator new(size_t n) {
  return allocate_or_throw(n);
}
void* operator new[](size_t n) {
  return allocate_or_throw(n);
}
void* operator new(size_t n, align_val_t a) {
  return allocate_or_throw(n, number(a));
}
void* operator new[](size_t n, align_val_t a) {
  return allocate_or_throw(n, number(a));
}
void* operator new(size_t n, const nothrow_t&) noexcept {
  return allocate(n);
}
void* operator new[](size_t n, const nothrow_t&) noexcept {
  return allocate(n);
}
void* operator new(size_t n, align_val_t a, const nothrow_t&) noexcept {
  return allocate(n, number(a));
}
void* operator new[](size_t n, align_val_t a, const nothrow_t&) noexcept {
  return allocate(n, number(a));
}

void operator delete(void* p) noexcept {
  release(p);
}
void operator delete[](void* p) noexcept {
  release(p);
}
void operator delete(void* p, size_t) noexcept {
  release(p);
}
void operator delete[](void* p, size_t) noexcept {
  release(p);
}
void operator delete(void* p, align_val_t) noexcept {
  release(p);
}
void operator delete[](void* p, align_val_t) noexcept {
  release(p);
}
void operator delete(void* p, size_t, align_val_t) noexcept {
  release(p);
}
void operator delete[](void* p, size_t, align_val_t) noexcept {
  release(p);
}
void operator delete(void* p, const nothrow_t&) noexcept {
  release(p);
}
void operator delete[](void* p, const nothrow_t&) noexcept {
  release(p);
}
void operator delete(void* p, align_val_t, const nothrow_t&) noexcept {
  release(p);
}
void operator delete[](void* p, align_val_t, const nothrow_t&) noexcept {
  release(p);
}
