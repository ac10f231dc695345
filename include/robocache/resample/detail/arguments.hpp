// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample/device.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/scalar.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// The trivially copyable form in which both back ends get a call: pointers and strides, and how to
/// come by the rows' brackets.

namespace robocache::detail {

/// `source_times` as kernels see it.
template <class Time>
struct timeline {
  const Time* times;
  std::int64_t batch_stride;
  std::int64_t sample_stride;
  std::int64_t samples;  // S, or N if packed
  const std::int64_t* lengths;
  std::int64_t lengths_stride;
  const std::int64_t* offsets;
  std::int64_t offsets_stride;
  duration_t<Time> offset;

  explicit timeline(const source_times<Time>& source, duration_t<Time> time_offset) noexcept
      : times(source.times.data()),
        batch_stride(source.packed ? 0 : source.times.stride(0)),
        sample_stride(source.times.stride(1)),
        samples(source.times.extent(1)),
        lengths(source.lengths.data()),
        lengths_stride(source.lengths.stride(0)),
        offsets(source.packed ? source.offsets.data() : nullptr),
        offsets_stride(source.offsets.stride(0)),
        offset(time_offset) {}

  /// One recording: its stamps, and where its samples begin in the values' dimension 1.
  struct item_type {
    time_axis<Time> axis;
    std::int64_t first_sample;
  };

  /// Lengths and offsets that do not fit make an item without samples.
  ROBOCACHE_HD item_type item(std::int64_t b) const noexcept {
    std::int64_t first = 0;
    std::int64_t size = samples;
    if (offsets != nullptr) {
      first = offsets[b * offsets_stride];
      const std::int64_t end = offsets[(b + 1) * offsets_stride];
      const bool valid = first >= 0 && first <= end && end <= samples;
      size = valid ? end - first : 0;
      first = valid ? first : 0;
    } else if (lengths != nullptr) {
      const std::int64_t length = lengths[b * lengths_stride];
      size = length >= 0 && length <= samples ? length : 0;
    }
    if (size > std::numeric_limits<std::int32_t>::max()) size = 0;
    return {{times + b * batch_stride + first * sample_stride, sample_stride,
             static_cast<std::int32_t>(size), offset},
            first};
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

/// Rows whose brackets are searched for: `resample`, `find_brackets`.
template <class TimeType, class RealType>
struct searched_rows {
  using time = TimeType;
  using real = RealType;
  timeline<time> source;
  const time* targets;
  std::int64_t targets_batch_stride;
  std::int64_t targets_stride;
  std::uint8_t* statuses;
  std::int64_t statuses_batch_stride;
  std::int64_t statuses_stride;
  resample_policy<time, real> policy;

  template <class TargetTime, int Rank>
  searched_rows(const source_times<time>& source_stamps,
                const tensor_view<TargetTime, Rank>& target_times,
                const tensor_view<std::uint8_t, 2>& status_bytes,
                const resample_policy<time, real>& rules) noexcept
      : source(source_stamps, rules.offset),
        targets(target_times.data()),
        targets_batch_stride(Rank == 2 ? target_times.stride(0) : 0),
        targets_stride(target_times.stride(Rank - 1)),
        statuses(status_bytes.data()),
        statuses_batch_stride(status_bytes.stride(0)),
        statuses_stride(status_bytes.stride(1)),
        policy(rules) {}

  ROBOCACHE_HD time target(std::int64_t b, std::int64_t t) const noexcept {
    return targets[b * targets_batch_stride + t * targets_stride];
  }
  ROBOCACHE_HD void report(std::int64_t b, std::int64_t t, std::uint8_t status) const noexcept {
    if (statuses != nullptr) statuses[b * statuses_batch_stride + t * statuses_stride] = status;
  }
  ROBOCACHE_HD row_source<real> find(std::int64_t b, std::int64_t t) const noexcept {
    const auto item = source.item(b);
    const sample_bracket<real> found = bracket(item.axis, target(b, t), policy);
    report(b, t, found.status);
    return rows_of(found, item.first_sample);
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

  ROBOCACHE_HD row_source<real> find(std::int64_t b, std::int64_t t) const noexcept {
    const std::int64_t l = left[b * left_strides[0] + t * left_strides[1]];
    const std::int64_t r = right[b * right_strides[0] + t * right_strides[1]];
    const real w = weight[b * weight_strides[0] + t * weight_strides[1]];
    if (l < 0 || l >= samples || r < 0 || r >= samples) return {-1, -1, w};
    return {l, r, w};
  }
};

/// What the rows are copied from and to.
template <class In, class Out>
struct copy_arguments {
  using real = compute_t<In, Out>;
  const In* values;
  std::int64_t values_batch_stride;
  std::int64_t values_sample_stride;
  std::int64_t values_channel_stride;
  Out* output;
  std::int64_t output_batch_stride;
  std::int64_t output_row_stride;
  std::int64_t output_channel_stride;
  std::int64_t batch;
  std::int64_t rows;  // per item
  std::int64_t channels;
  channel_affine<real> affine;

  copy_arguments(const tensor_view<const In, 3>& in, bool packed, const tensor_view<Out, 3>& out,
                 const normalization<real>& options) noexcept
      : values(in.data()),
        values_batch_stride(packed ? 0 : in.stride(0)),
        values_sample_stride(in.stride(1)),
        values_channel_stride(in.stride(2)),
        output(out.data()),
        output_batch_stride(out.stride(0)),
        output_row_stride(out.stride(1)),
        output_channel_stride(out.stride(2)),
        batch(out.extent(0)),
        rows(out.extent(1)),
        channels(out.extent(2)),
        affine{options.scale.data(), options.shift.data(), options.scale.stride(0),
               options.shift.stride(0)} {}

  template <class Time>
  copy_arguments(const source_view<In, Time>& source, const tensor_view<Out, 3>& out,
                 const normalization<real>& options) noexcept
      : copy_arguments(source.values, source.packed, out, options) {}
};

}  // namespace robocache::detail
