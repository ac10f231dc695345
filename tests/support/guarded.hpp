// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

/// \file
/// A strided array in a back end's memory, with canaries in every byte that is not an element.

namespace robocache_test {

/// How an array lies in memory.
struct placement {
  std::vector<int> order;             ///< dimensions from slowest to fastest; empty: row-major
  std::vector<std::int64_t> padding;  ///< elements added to the stride of each dimension
  std::vector<int> reversed;          ///< dimensions with a negative stride
  std::int64_t shift = 0;             ///< elements that the first one is moved off the allocation
  std::int64_t guard = 8;             ///< elements before and after; 0 lets sanitizers see overruns
};

template <int Rank>
class guarded {
 public:
  guarded() = default;

  guarded(backend& where, std::size_t element_bytes, const std::array<std::int64_t, Rank>& extents,
          const placement& place = {})
      : backend_(&where), element_(element_bytes) {
    std::int64_t span = 1;
    for (int i = Rank - 1; i >= 0; --i) {
      const int d = place.order.empty() ? i : place.order[static_cast<std::size_t>(i)];
      const std::size_t at = static_cast<std::size_t>(d);
      view_.extents[d] = extents[at];
      view_.strides[d] = span + (at < place.padding.size() ? place.padding[at] : 0);
      span = view_.strides[d] * std::max<std::int64_t>(extents[at], 1);
      count_ *= extents[at];
    }
    first_ = place.guard + place.shift;
    std::int64_t last = 0;  // farthest element from the lowest
    for (int d = 0; d < Rank; ++d) {
      if (count_ > 0) last += (view_.extents[d] - 1) * view_.strides[d];
    }
    for (const int d : place.reversed) {
      if (count_ > 0) first_ += (view_.extents[d] - 1) * view_.strides[d];
      view_.strides[d] = -view_.strides[d];
    }
    const std::int64_t total = count_ > 0 ? 2 * place.guard + place.shift + last + 1 : 0;
    bytes_.resize(static_cast<std::size_t>(total) * element_);
    fill_with_canaries();
    if (count_ > 0) {
      memory_ = backend_->allocate(bytes_.size());
      view_.data = static_cast<char*>(memory_) + first_ * static_cast<std::int64_t>(element_);
    }
  }

  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;
  guarded(guarded&& other) noexcept { *this = std::move(other); }
  guarded& operator=(guarded&& other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(element_, other.element_);
    std::swap(memory_, other.memory_);
    std::swap(bytes_, other.bytes_);
    std::swap(view_, other.view_);
    std::swap(first_, other.first_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~guarded() {
    if (memory_ != nullptr) backend_->release(memory_);
  }

  const any_view<Rank>& view() const { return view_; }

  void set(const std::int64_t (&index)[Rank], std::uint64_t bits) {
    std::memcpy(&bytes_[at(index)], &bits, element_);
  }
  std::uint64_t get(const std::int64_t (&index)[Rank]) const {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &bytes_[at(index)], element_);
    return bits;
  }

  void upload() {
    if (memory_ != nullptr) backend_->upload(memory_, bytes_.data(), bytes_.size());
  }
  void download() {
    if (memory_ != nullptr) backend_->download(bytes_.data(), memory_, bytes_.size());
  }

  /// Canaries everywhere, as at first, in the back end's memory too.
  void spoil() {
    fill_with_canaries();
    upload();
  }

  /// An element that nobody has set or written. After `download`.
  bool is_canary(const std::int64_t (&index)[Rank]) const {
    const std::size_t first = at(index);
    for (std::size_t i = first; i < first + element_; ++i) {
      if (bytes_[i] != canary(i)) return false;
    }
    return true;
  }

  /// Every byte outside the elements as it was. After `download`.
  bool padding_intact() const { return intact(true); }
  /// The elements too.
  bool untouched() const { return intact(false); }

 private:
  static unsigned char canary(std::size_t i) {
    return static_cast<unsigned char>(0xa5u ^ (i * 29u));
  }

  void fill_with_canaries() {
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = canary(i);
  }

  std::size_t at(const std::int64_t (&index)[Rank]) const {
    std::int64_t offset = first_;
    for (int d = 0; d < Rank; ++d) offset += index[d] * view_.strides[d];
    return static_cast<std::size_t>(offset) * element_;
  }

  bool intact(bool except_elements) const {
    std::vector<char> skip(bytes_.size(), 0);
    if (except_elements && count_ > 0) {
      std::int64_t index[Rank] = {};
      for (std::int64_t n = 0; n < count_; ++n) {
        std::fill_n(skip.begin() + static_cast<std::ptrdiff_t>(at(index)), element_, char{1});
        for (int d = Rank - 1; d >= 0 && ++index[d] == view_.extents[d]; --d) index[d] = 0;
      }
    }
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      if (!skip[i] && bytes_[i] != canary(i)) return false;
    }
    return true;
  }

  backend* backend_ = nullptr;
  std::size_t element_ = 0;
  void* memory_ = nullptr;
  std::vector<unsigned char> bytes_;
  any_view<Rank> view_;
  std::int64_t first_ = 0;
  std::int64_t count_ = 1;
};

}  // namespace robocache_test
