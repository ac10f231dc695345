// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

#include <cstdint>

/// \file
/// Whether two strided views share memory, from addresses and strides alone.

namespace robocache::detail {

/// Addresses `[begin, end)`. All arithmetic wraps around in 64 bits, so that it is defined for
/// every address and stride.
struct byte_range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;  ///< equal to `begin` if there are none

  byte_range() noexcept = default;
  /// `bytes` bytes, `offset` bytes behind `data`.
  byte_range(const void* data, std::int64_t offset, std::uint64_t bytes) noexcept
      : begin(reinterpret_cast<std::uintptr_t>(data) + static_cast<std::uintptr_t>(offset)),
        end(begin + static_cast<std::uintptr_t>(bytes)) {}

  /// Repeats the range `count` times (1 or more), `step` bytes apart.
  void repeat(std::int64_t count, std::uint64_t step) noexcept {
    const std::uint64_t reach = step * (static_cast<std::uint64_t>(count) - 1);
    const bool down = static_cast<std::int64_t>(step) < 0;
    begin += static_cast<std::uintptr_t>(down ? reach : 0);
    end += static_cast<std::uintptr_t>(down ? 0 : reach);
  }
};

inline bool ranges_meet(const byte_range& a, const byte_range& b) noexcept {
  return a.begin < b.end && b.begin < a.end && a.begin != a.end && b.begin != b.end;
}

/// The bytes that a view touches: items of `item` bytes, repeated along each dimension.
struct byte_span : byte_range {
  static constexpr int most_dimensions = 4;

  /// Items `step` bytes apart, `most + 1` of them.
  struct dimension {
    std::uint64_t step = 0;
    std::uint64_t most = 0;
  };

  const char* name = "";  ///< for messages
  std::uint64_t item = 0;
  dimension along[most_dimensions];

  byte_span() noexcept = default;
  explicit byte_span(const char* what) noexcept : name(what) {}

  /// One item.
  byte_span(const char* what, const void* data, std::int64_t offset, std::uint64_t bytes) noexcept
      : byte_range(data, offset, bytes), name(what), item(bytes) {}

  /// Repeats it along dimension `d`. To be called at most once for each `d`.
  void repeat(int d, std::int64_t count, std::uint64_t step) noexcept {
    byte_range::repeat(count, step);
    along[d].step = static_cast<std::int64_t>(step) < 0 ? 0 - step : step;
    along[d].most = static_cast<std::uint64_t>(count) - 1;
  }
};

/// The smallest `k` with `low <= k * step mod modulus <= high`, for `0 < low <= high < modulus` and
/// `step < modulus`; `none` if there is none, or if `k * modulus` exceeds 64 bits. As Euclid's
/// algorithm, in about log2(modulus) rounds.
inline constexpr std::uint64_t none = ~std::uint64_t{0};
ROBOCACHE_DETAIL_COLD inline std::uint64_t first_multiple_within(std::uint64_t step,
                                                                 std::uint64_t modulus,
                                                                 std::uint64_t low,
                                                                 std::uint64_t high) noexcept {
  if (step == 0) return none;
  if (step > modulus - step) {  // count down instead
    step = modulus - step;
    const std::uint64_t lowest = modulus - high;
    high = modulus - low;
    low = lowest;
  }
  const std::uint64_t before = (low - 1) / step;  // multiples of step in [1, low)
  if ((before + 1) <= high / step) return before + 1;
  // [low, high] lies between two multiples of step. After `turns` times round the modulus,
  // low + turns * modulus .. high + turns * modulus must have one.
  const std::uint64_t turns =
      first_multiple_within(modulus % step, step, step - high % step, step - low % step);
  if (turns == none || turns > (none - step - low) / modulus) return none;
  return (low + turns * modulus + step - 1) / step;
}

inline std::uint64_t greatest_common_divisor(std::uint64_t a, std::uint64_t b) noexcept {
  while (b != 0) {
    const std::uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/// Whether a sum of multiples comes within reach of a number, which is how overlap of two views is
/// decided. In general that is as hard as a knapsack, so the number of combinations is bounded.
class reachable_sums {
 public:
  /// \param slack  sums `0 .. slack` are there to begin with
  explicit reachable_sums(std::uint64_t slack) noexcept : slack_(slack) {}

  /// Adds `0 .. most` times `step`.
  void add(const byte_span::dimension& more) noexcept {
    if (more.most == 0 || more.step == 0) return;
    int at = terms_++;
    for (; at > 0 && term_[at - 1].step > more.step; --at) term_[at] = term_[at - 1];
    term_[at] = more;
  }

  /// Joins terms that leave no holes. For views of usual layouts one term remains, or none.
  void simplify() noexcept {
    int kept = 0;
    for (int i = 0; i < terms_; ++i) {
      const byte_span::dimension term = term_[i];
      if (kept == 0) {
        if (term.step <= slack_ + 1) {
          slack_ += term.step * term.most;
          continue;
        }
      } else {
        byte_span::dimension& last = term_[kept - 1];
        const std::uint64_t times = term.step / last.step;
        if (term.step % last.step == 0 && times <= last.most + 1) {
          last.most += times * term.most;
          continue;
        }
      }
      term_[kept++] = term;
    }
    terms_ = kept;
    std::uint64_t reach = slack_;
    std::uint64_t divisor = 0;
    for (int i = 0; i < terms_; ++i) {
      reach_[i] = reach;
      divisor_[i] = divisor;
      reach += term_[i].step * term_[i].most;
      divisor = greatest_common_divisor(term_[i].step, divisor);
    }
  }

  /// True if a sum is `target`; false if none is, or if the search was given up.
  bool contain(std::uint64_t target) noexcept { return contain(target, terms_); }

 private:
  /// The same with the first `n` terms alone.
  ROBOCACHE_DETAIL_COLD bool contain(std::uint64_t target, int n) noexcept {
    if (n == 0) return target <= slack_;
    const byte_span::dimension& term = term_[n - 1];
    const std::uint64_t reach = reach_[n - 1];
    const std::uint64_t divisor = divisor_[n - 1];
    std::uint64_t times = target > reach ? (target - reach - 1) / term.step + 1 : 0;
    const std::uint64_t most = target / term.step < term.most ? target / term.step : term.most;
    while (times <= most) {
      if (n == 1) return true;
      // What remains must be a multiple of the other terms' divisor, and slack. With one other term
      // that is all that is asked.
      const std::uint64_t rest = (target - times * term.step) % divisor;
      if (rest > slack_) {
        const std::uint64_t more =
            first_multiple_within(term.step % divisor, divisor, rest - slack_, rest);
        if (more > most - times) return false;
        times += more;
      }
      if (n == 2) return true;
      if (combinations_-- == 0) return false;
      if (contain(target - times * term.step, n - 1)) return true;
      if (combinations_ <= 0) return false;
      ++times;
    }
    return false;
  }

  std::uint64_t slack_;
  int terms_ = 0;
  int combinations_ = 64;
  byte_span::dimension term_[2 * byte_span::most_dimensions];
  std::uint64_t reach_[2 * byte_span::most_dimensions];    ///< the largest sum of the terms before
  std::uint64_t divisor_[2 * byte_span::most_dimensions];  ///< theirs, greatest and common
};

/// Whether two views share a byte, if their ranges of addresses overlap. See `certainly_overlap`.
ROBOCACHE_DETAIL_COLD inline bool share_a_byte(const byte_span& a, const byte_span& b) noexcept {
  // From the lowest byte of a up and from the highest of b down: all steps are then upwards, and
  // the two meet if steps and places within the items add up to the distance.
  reachable_sums sums(a.item - 1 + (b.item - 1));
  for (const byte_span::dimension& d : a.along) sums.add(d);
  for (const byte_span::dimension& d : b.along) sums.add(d);
  sums.simplify();
  return sums.contain(b.end - 1 - a.begin);
}

/// Whether two views certainly overlap, that is, a common byte is found. Exact, unless a search
/// over three or more different steps takes more than 64 combinations, as it does for no layout in
/// use; then false.
inline bool certainly_overlap(const byte_span& a, const byte_span& b) noexcept {
  return ranges_meet(a, b) && share_a_byte(a, b);
}

/// Where a view lies in a pitched buffer: `width` bytes, holes aside, of each period. Tells cheaply
/// that columns of one buffer are apart.
struct byte_column {
  std::uint64_t period = 0;  ///< 0: the view is not of that kind
  std::uint64_t first = 0;   ///< begin modulo period
  std::uint64_t width = 0;

  byte_column() noexcept = default;
  ROBOCACHE_DETAIL_COLD explicit byte_column(const byte_span& span) noexcept : width(span.item) {
    byte_span::dimension rest[byte_span::most_dimensions];
    int count = 0;
    for (const byte_span::dimension& d : span.along) {
      if (d.most == 0 || d.step == 0) continue;
      int at = count++;
      for (; at > 0 && rest[at - 1].step > d.step; --at) rest[at] = rest[at - 1];
      rest[at] = d;
    }
    for (int i = 0; i < count; ++i) {
      if (period == 0 && rest[i].step <= width) {
        width += rest[i].step * rest[i].most;
      } else if (period == 0) {
        period = rest[i].step;
      } else if (rest[i].step % period != 0) {
        period = 0;
        return;
      }
    }
    if (period != 0) first = span.begin % period;
  }
};

/// True if the columns share no byte. False says nothing.
inline bool certainly_apart(const byte_column& a, const byte_column& b) noexcept {
  if (a.period == 0 || a.period != b.period) return false;
  const std::uint64_t ahead = b.first >= a.first ? b.first - a.first : b.first + a.period - a.first;
  return ahead >= a.width && a.period - ahead >= b.width;
}

/// Ranges of addresses, sorted so that a binary search tells whether another one meets any of them.
template <int Most>
class sorted_ranges {
 public:
  ROBOCACHE_DETAIL_OUTLINE void add(const byte_range& range) noexcept {
    if (range.begin == range.end) return;
    int at = count_++;
    for (; at > 0 && range_[at - 1].begin > range.begin; --at) range_[at] = range_[at - 1];
    range_[at] = range;
  }

  /// To be called once, after the last `add`. True if any two of them meet.
  bool meet_each_other() noexcept {
    bool meet = false;
    for (int i = 1; i < count_; ++i) {
      meet = meet || range_[i].begin < range_[i - 1].end;
      // From here on the end of a range is the highest so far.
      if (range_[i].end < range_[i - 1].end) range_[i].end = range_[i - 1].end;
    }
    return meet;
  }

  /// True if `range` meets any of them.
  ROBOCACHE_DETAIL_OUTLINE bool meet(const byte_range& range) const noexcept {
    if (range.begin == range.end) return false;
    int first = 0;  // those from `last` on begin behind the range
    int last = count_;
    while (first < last) {
      const int middle = (first + last) / 2;
      if (range_[middle].begin < range.end) {
        first = middle + 1;
      } else {
        last = middle;
      }
    }
    return last > 0 && range_[last - 1].end > range.begin;
  }

 private:
  byte_range range_[Most];
  int count_ = 0;
};

}  // namespace robocache::detail
