// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/resample/device.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/resample/targets.hpp>
#include <robocache/scalar.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// The trivially copyable form in which both back ends get a call: pointers and strides, and how to
/// come by the rows' brackets.

namespace robocache::detail {

/// Samples are counted in 32 bits within an item.
inline constexpr std::int64_t most_samples = std::numeric_limits<std::int32_t>::max();

/// `source_times` as kernels see it.
template <class Time>
class timeline {
 public:
  const Time* times;
  std::int64_t batch_stride;
  std::int32_t sample_stride;
  std::int32_t size_if_regular;  // S; unused if ragged
  duration_t<Time> offset;
  const std::int64_t* lengths;
  const std::int64_t* offsets;
  std::int64_t samples;  // S, or N if packed
  std::int64_t lengths_stride;
  std::int64_t offsets_stride;

  timeline() noexcept = default;
  explicit timeline(const source_times<Time>& source, duration_t<Time> time_offset) noexcept
      : times(source.times.data()),
        batch_stride(source.packed || source.times.empty() ? 0 : source.times.stride(0)),
        sample_stride(static_cast<std::int32_t>(source.times.stride(1))),
        size_if_regular(source.packed ? 0 : static_cast<std::int32_t>(source.times.extent(1))),
        offset(time_offset),
        lengths(source.lengths.data()),
        offsets(source.packed ? source.offsets.data() : nullptr),
        samples(source.times.extent(1)),
        lengths_stride(source.lengths.stride(0)),
        offsets_stride(source.offsets.stride(0)) {}

  /// One recording: its stamps, and where its samples begin in the values' dimension 1.
  struct item_type {
    time_axis<Time> axis;
    std::int64_t first_sample;
  };

  ROBOCACHE_HD item_type item(std::int64_t b) const noexcept {
    item_type result{{times + b * batch_stride, sample_stride, size_if_regular, offset}, 0};
    if (offsets != nullptr || lengths != nullptr) {
      const piece found = ragged_piece(*this, b);
      result.axis.times += found.first * sample_stride;
      result.axis.size = found.size;
      result.first_sample = found.first;
    }
    return result;
  }

 private:
  struct piece {
    std::int64_t first;
    std::int32_t size;
  };

  /// Lengths and offsets that do not fit make an item without samples.
  static ROBOCACHE_DETAIL_HD_COLD piece ragged_piece(const timeline& line,
                                                     std::int64_t b) noexcept {
    std::int64_t first = 0;
    std::int64_t end = 0;
    if (line.offsets != nullptr) {
      first = line.offsets[b * line.offsets_stride];
      end = line.offsets[(b + 1) * line.offsets_stride];
    } else {
      end = line.lengths[b * line.lengths_stride];
    }
    const bool valid = first >= 0 && first <= end && end <= line.samples;
    if (!valid || end - first > most_samples) return {0, 0};
    return {first, static_cast<std::int32_t>(end - first)};
  }
};

/// A bracket in terms of the values' dimension 1. `left < 0`: the row is the constant `weight`.
template <class Real>
struct row_source {
  std::int64_t left;
  std::int64_t right;
  Real weight;
};

template <class Real>
ROBOCACHE_HD inline row_source<Real> rows_of(const sample_bracket<Real>& found,
                                             std::int64_t first_sample) noexcept {
  if (found.left < 0) return {-1, -1, found.weight};
  return {first_sample + found.left, first_sample + found.right, found.weight};
}

/// `target_view` as kernels see it.
template <class Time>
struct target_arguments {
  const Time* anchors;
  std::int64_t batch_stride;
  std::int64_t stride;
  const duration_t<Time>* windows;  // null: the anchors are the targets
  std::int64_t windows_stride;
  fast_divide per_anchor;

  explicit target_arguments(const target_view<Time>& targets) noexcept
      : anchors(targets.anchors.data()),
        batch_stride(targets.shared ? 0 : targets.anchors.stride(0)),
        stride(targets.anchors.stride(1)),
        windows(targets.windowed ? targets.windows.data() : nullptr),
        windows_stride(targets.windows.stride(0)),
        per_anchor(windows == nullptr || targets.windows.extent(0) > most_samples
                       ? 1u  // no windows, or too many to have rows
                       : static_cast<std::uint32_t>(targets.windows.extent(0))) {}

  /// The anchor first, without a branch, so that other loads can be under way before it is used.
  ROBOCACHE_HD Time operator()(std::int64_t b, std::uint32_t row) const noexcept {
    const std::uint32_t a = per_anchor(row);
    const Time anchor = anchors[b * batch_stride + a * stride];
    if (windows == nullptr) return anchor;
    const std::uint32_t k = row - a * per_anchor.divisor;
    return time_shifted(anchor, windows[k * windows_stride]);
  }
};

/// Where the status bytes of one stream go, if anywhere.
struct status_report {
  std::uint8_t* statuses;
  std::int64_t batch_stride;
  std::int64_t stride;

  status_report(const tensor_view<std::uint8_t, 2>& view) noexcept
      : statuses(view.data()), batch_stride(view.stride(0)), stride(view.stride(1)) {}

  ROBOCACHE_HD bool wanted() const noexcept { return statuses != nullptr; }

  template <class Time>
  ROBOCACHE_HD void operator()(std::int64_t b, std::uint32_t row, std::uint8_t status,
                               const time_axis<Time>&, Time, std::int32_t) const noexcept {
    if (statuses != nullptr) statuses[b * batch_stride + row * stride] = status;
  }
};

/// Rows whose brackets are searched for: `resample`, `find_brackets`.
///
/// \tparam Report  called for each row with its item, status, target and newest sample
template <class TimeType, class RealType, class Report = status_report>
struct searched_rows {
  using time = TimeType;
  using real = RealType;
  // What a kernel needs first comes first: each line of the parameters is a miss of the constant
  // cache.
  target_arguments<time> targets;
  timeline<time> source;
  resample_policy<time, real> rules;
  Report reporter;

  searched_rows(const source_times<time>& source_stamps, const target_view<time>& target_times,
                const Report& report_to, const resample_policy<time, real>& policy) noexcept
      : targets(target_times),
        source(source_stamps, policy.offset),
        rules(policy),
        reporter(report_to) {}

  ROBOCACHE_HD typename timeline<time>::item_type item(std::int64_t b) const noexcept {
    return source.item(b);
  }
  ROBOCACHE_HD time target(std::int64_t b, std::uint32_t row) const noexcept {
    return targets(b, row);
  }
  ROBOCACHE_HD const resample_policy<time, real>& policy() const noexcept { return rules; }
  /// Whether there is something to write besides values.
  ROBOCACHE_HD bool reports() const noexcept { return reporter.wanted(); }
  /// \param newest  index of the newest sample the row is made from, -1 for none
  ROBOCACHE_HD void report(std::int64_t b, std::uint32_t row, std::uint8_t status,
                           const time_axis<time>& axis, time t,
                           std::int32_t newest) const noexcept {
    reporter(b, row, status, axis, t, newest);
  }
};

/// Rows whose brackets were stored by `find_brackets`: `apply_brackets`.
template <class RealType>
struct stored_rows {
  using real = RealType;
  const std::int64_t* left;
  const std::int64_t* right;
  const real* weight;
  std::int64_t left_strides[2];
  std::int64_t right_strides[2];
  std::int64_t weight_strides[2];
  std::int64_t samples;

  template <class In>
  stored_rows(const tensor_view<In, 3>& values, const brackets_view<real>& brackets) noexcept
      : left(brackets.left.data()),
        right(brackets.right.data()),
        weight(brackets.weight.data()),
        left_strides{brackets.left.stride(0), brackets.left.stride(1)},
        right_strides{brackets.right.stride(0), brackets.right.stride(1)},
        weight_strides{brackets.weight.stride(0), brackets.weight.stride(1)},
        samples(values.extent(1)) {}

  ROBOCACHE_HD bool reports() const noexcept { return false; }

  ROBOCACHE_HD row_source<real> find(std::int64_t b, std::int64_t t) const noexcept {
    const std::int64_t l = left[b * left_strides[0] + t * left_strides[1]];
    const std::int64_t r = right[b * right_strides[0] + t * right_strides[1]];
    const real w = weight[b * weight_strides[0] + t * weight_strides[1]];
    if (l < 0 || l >= samples || r < 0 || r >= samples) return {-1, -1, w};
    return {l, r, w};
  }
};

/// What the rows are copied from and to. Strides of batch, samples and rows are in bytes, so that
/// one structure serves all scalar types.
template <class Real>
struct copy_arguments {
  using real = Real;
  channel_affine<Real> affine;
  std::int64_t batch;
  std::int64_t rows;  // per item
  std::int64_t channels;
  std::int64_t values_channel_stride;  // in elements
  std::int64_t output_channel_stride;  // in elements
  const unsigned char* values;
  std::int64_t values_batch_bytes;
  std::int64_t values_sample_bytes;
  unsigned char* output;
  std::int64_t output_batch_bytes;
  std::int64_t output_row_bytes;
};

template <class In, class Out>
copy_arguments<compute_t<In, Out>> make_copy_arguments(
    const tensor_view<const In, 3>& values, bool packed, const tensor_view<Out, 3>& output,
    const normalization<compute_t<In, Out>>& options) noexcept {
  const tensor_view<const In, 3> in = without_unused_strides(values);
  const tensor_view<Out, 3> out = without_unused_strides(output);
  constexpr auto in_bytes = static_cast<std::int64_t>(sizeof(In));
  constexpr auto out_bytes = static_cast<std::int64_t>(sizeof(Out));
  return {{options.scale.data(), options.shift.data(), options.scale.stride(0),
           options.shift.stride(0)},
          out.extent(0),
          out.extent(1),
          out.extent(2),
          in.stride(2),
          out.stride(2),
          reinterpret_cast<const unsigned char*>(in.data()),
          packed ? 0 : in.stride(0) * in_bytes,
          in.stride(1) * in_bytes,
          reinterpret_cast<unsigned char*>(out.data()),
          out.stride(0) * out_bytes,
          out.stride(1) * out_bytes};
}

}  // namespace robocache::detail
