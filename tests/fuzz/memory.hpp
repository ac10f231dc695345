// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/call.hpp"
#include "input.hpp"

#include <sanitizer/asan_interface.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <list>
#include <memory>
#include <string>
#include <vector>

/// \file
/// The memory of one call: views of any extents and strides in blocks of exactly the bytes that
/// they touch, so that a sanitizer sees a byte more; and what a call did with it.

namespace robocache_test {

__extension__ typedef __int128 int128;

inline std::uint64_t load(const char* at, std::size_t bytes) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, at, bytes);
  return bits;
}
inline void store(char* at, std::uint64_t bits, std::size_t bytes) {
  std::memcpy(at, &bits, bytes);
}

/// Where an element lies. Strides that no address uses may be anything.
template <int Rank>
char* address_of(const any_view<Rank>& view, std::size_t element,
                 const std::array<std::int64_t, Rank>& index) {
  std::int64_t offset = 0;
  for (std::size_t d = 0; d < Rank; ++d) {
    if (index[d] != 0) offset += index[d] * view.strides[d];
  }
  return static_cast<char*>(view.data) + offset * static_cast<std::int64_t>(element);
}

/// Blocks of bytes, filled with a pattern.
class fuzz_memory {
 public:
  /// Memory for a view whose lowest byte is `low` and whose last is `high` bytes from its first
  /// element, which is then returned. It begins at any multiple of `align`.
  char* allocate(std::int64_t low, std::int64_t high, std::size_t align, fuzz_input& in) {
    const auto lead = static_cast<std::size_t>(in.between(0, 15)) * align;
    blocks_.emplace_back(lead, static_cast<std::size_t>(high - low) + 1);
    return blocks_.back().begin() - low;
  }

  /// An address in a block, or right behind it: for views that share memory.
  char* somewhere(std::size_t align, fuzz_input& in) {
    if (blocks_.empty()) return nullptr;
    auto block = blocks_.begin();
    std::advance(block, in.between(0, static_cast<std::int64_t>(blocks_.size()) - 1));
    const auto most = static_cast<std::int64_t>(block->size() / align);
    return block->begin() + in.between(0, most) * static_cast<std::int64_t>(align);
  }

  /// Whether all addresses `[low, high]` are of one block.
  bool contains(int128 low, int128 high) const {
    return std::any_of(blocks_.begin(), blocks_.end(), [&](const block& each) {
      const auto begin = static_cast<int128>(reinterpret_cast<std::uintptr_t>(each.begin()));
      return low >= begin && high < begin + static_cast<int128>(each.size());
    });
  }

  void remember() {
    for (block& each : blocks_) each.before.assign(each.begin(), each.begin() + each.size());
  }
  /// Whether a byte changed since that is not among those `written` (rising addresses).
  bool changed_others(const std::vector<const char*>& written) const {
    for (const block& each : blocks_) {
      for (std::size_t i = 0; i < each.size(); ++i) {
        const char* const at = each.begin() + i;
        if (*at != each.before[i] && !std::binary_search(written.begin(), written.end(), at)) {
          return true;
        }
      }
    }
    return false;
  }

 private:
  class block {
   public:
    block(std::size_t lead, std::size_t bytes)
        : lead_(lead), size_(bytes), memory_(new char[lead + bytes]) {
      for (std::size_t i = 0; i < lead + bytes; ++i) {
        memory_[i] = static_cast<char>(0xa5u ^ (i * 29u));
      }
      ASAN_POISON_MEMORY_REGION(memory_.get(), lead / 8 * 8);
    }
    ~block() { ASAN_UNPOISON_MEMORY_REGION(memory_.get(), lead_ + size_); }
    block(const block&) = delete;
    block& operator=(const block&) = delete;

    char* begin() { return memory_.get() + lead_; }
    const char* begin() const { return memory_.get() + lead_; }
    std::size_t size() const { return size_; }

    std::vector<char> before;

   private:
    std::size_t lead_, size_;
    std::unique_ptr<char[]> memory_;
  };

  std::list<block> blocks_;
};

/// All that a call may read and write.
class call_memory {
 public:
  template <int Rank>
  void writes(const char* name, const any_view<Rank>& view, std::size_t element) {
    add(name, view.data, Rank, view.extents, view.strides, element, true);
  }
  template <int Rank>
  void reads(const char* name, const any_view<Rank>& view, std::size_t element) {
    add(name, view.data, Rank, view.extents, view.strides, element, false);
  }

  /// Items of `bytes` bytes, `offset` bytes from `data` on, along dimensions with steps in bytes.
  template <int Rank>
  void touches(const char* name, const void* data, std::int64_t offset, std::size_t bytes,
               const std::array<std::int64_t, Rank>& extents,
               const std::array<std::int64_t, Rank>& steps, bool written) {
    add(name, data, Rank, extents.data(), steps.data(), 1, written);
    views_.back().first = offset;
    views_.back().item = bytes;
  }

  /// Whether the call may be run if it is accepted: whatever it touches is there, and little.
  bool contained_in(const fuzz_memory& memory) const {
    return std::all_of(views_.begin(), views_.end(),
                       [&](const view& each) { return is_contained(memory, each); });
  }

  /// Of an accepted call: "", or the bytes that are written twice, or written and read. Pairs that
  /// the library may let through, of three or more unrelated steps, are passed over.
  std::string conflict() const {
    for (std::size_t i = 0; i < views_.size(); ++i) {
      if (!views_[i].written) continue;
      std::vector<const char*> mine = bytes_of(views_[i]);
      std::sort(mine.begin(), mine.end());
      if (std::adjacent_find(mine.begin(), mine.end()) != mine.end()) {
        return std::string("an accepted output writes a byte twice: ") + views_[i].name;
      }
      for (std::size_t j = 0; j < views_.size(); ++j) {
        if (j == i || (views_[j].written && j > i) || unrelated_steps(views_[i], views_[j]) > 2) {
          continue;
        }
        if (meet(views_[i], views_[j])) {
          return std::string("accepted although ") + views_[i].name + " overlaps " + views_[j].name;
        }
      }
    }
    return "";
  }

  /// Whether any byte that is written is written twice or read: exactly.
  bool overlaps() const {
    for (std::size_t i = 0; i < views_.size(); ++i) {
      for (std::size_t j = 0; j < views_.size(); ++j) {
        if (j != i && views_[i].written && meet(views_[i], views_[j])) return true;
      }
    }
    return false;
  }

  /// Rising addresses.
  std::vector<const char*> written_bytes() const {
    std::vector<const char*> all;
    for (const view& each : views_) {
      if (!each.written) continue;
      const std::vector<const char*> bytes = bytes_of(each);
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  static constexpr std::int64_t most_elements = 1 << 14;

  struct view {
    const char* name;
    const char* data;
    int128 first;  ///< bytes from there to the first item
    std::vector<std::int64_t> extents;
    std::vector<int128> steps;  ///< in bytes
    std::size_t item;
    bool written;

    bool empty() const { return std::count(extents.begin(), extents.end(), 0) > 0; }
  };

  void add(const char* name, const void* data, int rank, const std::int64_t* extents,
           const std::int64_t* strides, std::size_t element, bool written) {
    view one{name,   static_cast<const char*>(data), 0, {extents, extents + rank}, {}, element,
             written};
    for (int d = 0; d < rank; ++d) {
      one.steps.push_back(static_cast<int128>(strides[d]) * static_cast<int128>(element));
    }
    views_.push_back(one);
  }

  static bool is_contained(const fuzz_memory& memory, const view& v) {
    int128 count = 1;
    int128 lines = 1;  // elements, were there one along each empty dimension
    for (std::size_t d = 0; d < v.extents.size(); ++d) {
      if (v.extents[d] < 0 || v.extents[d] > most_elements) return false;
      count *= v.extents[d];
      lines *= std::max<std::int64_t>(v.extents[d], 1);
    }
    if (lines > most_elements) return false;
    int128 low = 0;
    int128 high = 0;
    range_of(v, low, high);
    return count == 0 || memory.contains(low, high);
  }

  static std::vector<const char*> bytes_of(const view& v) {
    std::vector<const char*> bytes;
    if (v.empty()) return bytes;
    std::vector<std::int64_t> index(v.extents.size(), 0);
    for (;;) {
      int128 offset = v.first;
      for (std::size_t d = 0; d < index.size(); ++d) offset += index[d] * v.steps[d];
      const char* const at = v.data + static_cast<std::int64_t>(offset);
      for (std::size_t i = 0; i < v.item; ++i) bytes.push_back(at + i);
      std::size_t d = index.size();
      while (d > 0 && ++index[d - 1] == v.extents[d - 1]) index[--d] = 0;
      if (d == 0) return bytes;
    }
  }

  /// Of views that are contained.
  static bool meet(const view& a, const view& b) {
    int128 low[2];
    int128 high[2];
    range_of(a, low[0], high[0]);
    range_of(b, low[1], high[1]);
    if (a.empty() || b.empty() || low[0] > high[1] || low[1] > high[0]) return false;
    std::vector<const char*> sorted = bytes_of(a);
    std::sort(sorted.begin(), sorted.end());
    const std::vector<const char*> bytes = bytes_of(b);
    return std::any_of(bytes.begin(), bytes.end(), [&](const char* at) {
      return std::binary_search(sorted.begin(), sorted.end(), at);
    });
  }

  /// The lowest and the highest address.
  static void range_of(const view& v, int128& low, int128& high) {
    low = static_cast<int128>(reinterpret_cast<std::uintptr_t>(v.data)) + v.first;
    high = low + static_cast<int128>(v.item) - 1;
    for (std::size_t d = 0; d < v.extents.size(); ++d) {
      const int128 reach = (v.extents[d] - 1) * v.steps[d];
      (reach < 0 ? low : high) += reach;
    }
  }

  static std::size_t unrelated_steps(const view& a, const view& b) {
    std::vector<int128> steps;
    for (const view* const each : {&a, &b}) {
      for (std::size_t d = 0; d < each->extents.size(); ++d) {
        const int128 step = each->steps[d] < 0 ? -each->steps[d] : each->steps[d];
        if (each->extents[d] > 1 && step > 0) steps.push_back(step);
      }
    }
    std::sort(steps.begin(), steps.end());
    return static_cast<std::size_t>(
        std::distance(steps.begin(), std::unique(steps.begin(), steps.end())));
  }

  std::vector<view> views_;
};

/// How views come about, and whether all of them are right so far.
struct view_maker {
  fuzz_input& in;
  fuzz_memory& memory;
  bool sound = true;  ///< nothing was made that a launcher may refuse

  /// A view of these extents with any strides.
  ///
  /// \param is_output  elements do not repeat, unless the call is to be wrong
  template <int Rank>
  any_view<Rank> make(const std::array<std::int64_t, Rank>& extents, std::size_t element,
                      bool is_output) {
    any_view<Rank> view;
    std::copy(extents.begin(), extents.end(), view.extents);
    const auto kind = in.between(0, 15);
    if (kind == 15 || (!is_output && kind > 11)) {  // anything, zero and negative included
      for (std::int64_t& stride : view.strides) stride = in.between(-9, 9);
      if (is_output) sound = false;
    } else {
      set_apart(view, kind > 4);
    }
    place(view, element);
    return view;
  }

  /// One thing about a view that is wrong, or may be.
  template <int Rank>
  void spoil(any_view<Rank>& view, std::size_t element) {
    sound = false;
    const auto d = in.between(0, Rank - 1);
    switch (in.between(0, 7)) {
      case 0:
        view.extents[d] = static_cast<std::int64_t>(static_cast<std::uint64_t>(view.extents[d]) +
                                                    static_cast<std::uint64_t>(in.between(-2, 2)));
        break;
      case 1:
        view.extents[d] = in.far_integer();
        break;
      case 2:
        view.strides[d] = in.far_integer();
        break;
      case 3:
        view.strides[d] = in.between(-40, 40);
        break;
      case 4:
        view.data = nullptr;
        break;
      case 5:
        if (view.data != nullptr) view.data = static_cast<char*>(view.data) + 1;
        break;
      default:  // in the memory of another, or partly
        view.data = memory.somewhere(in.once_in(4) ? 1 : element, in);
    }
  }

 private:
  /// Dimensions in any order and direction, with room between elements.
  template <int Rank>
  void set_apart(any_view<Rank>& view, bool strided) {
    int order[Rank];
    for (int d = 0; d < Rank; ++d) order[d] = d;
    if (strided && Rank > 1) {
      std::rotate(order, order + in.between(0, Rank - 1), order + Rank);
      if constexpr (Rank > 2) {
        if (in.once_in(2)) std::swap(order[0], order[1]);
      }
    }
    std::int64_t span = 1;
    for (int i = Rank - 1; i >= 0; --i) {
      const int d = order[i];
      view.strides[d] = span + (strided ? in.between(0, 2) : 0);
      span = view.strides[d] * std::max<std::int64_t>(view.extents[d], 1);
      if (strided && in.once_in(4)) view.strides[d] = -view.strides[d];
      if (view.extents[d] <= 1 && in.once_in(8)) view.strides[d] = in.far_integer();
    }
  }

  template <int Rank>
  void place(any_view<Rank>& view, std::size_t element) {
    if (std::count(view.extents, view.extents + Rank, 0) > 0) {
      if (in.once_in(2)) view.data = memory.allocate(0, 0, element, in);
      return;
    }
    std::int64_t low = 0;
    std::int64_t high = static_cast<std::int64_t>(element) - 1;
    for (int d = 0; d < Rank; ++d) {
      if (view.extents[d] <= 1) continue;
      const std::int64_t step =
          (view.extents[d] - 1) * view.strides[d] * static_cast<std::int64_t>(element);
      (step < 0 ? low : high) += step;
    }
    view.data = memory.allocate(low, high, element, in);
  }
};

/// Calls `body(address, index)` for each element of a view that is contained.
template <int Rank, class Body>
void for_each_element(const any_view<Rank>& view, std::size_t element, const Body& body) {
  if (std::count(view.extents, view.extents + Rank, 0) > 0) return;
  std::array<std::int64_t, Rank> index{};
  for (;;) {
    body(address_of<Rank>(view, element, index), index);
    std::size_t d = Rank;
    while (d > 0 && ++index[d - 1] == view.extents[d - 1]) index[--d] = 0;
    if (d == 0) return;
  }
}

}  // namespace robocache_test
