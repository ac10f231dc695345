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

/// Rows whose brackets are searched for: `resample`, `find_brackets`.
template <class TimeType, class RealType>
struct searched_rows {
  using time = TimeType;
  using real = RealType;
  const time* targets;
  std::int64_t targets_batch_stride;
  std::int64_t targets_stride;
  std::uint8_t* statuses;
  timeline<time> source;
  resample_policy<time, real> policy;
  std::int64_t statuses_batch_stride;
  std::int64_t statuses_stride;

  template <class TargetTime, int Rank>
  searched_rows(const source_times<time>& source_stamps,
                const tensor_view<TargetTime, Rank>& target_times,
                const tensor_view<std::uint8_t, 2>& status_bytes,
                const resample_policy<time, real>& rules) noexcept
      : targets(target_times.data()),
        targets_batch_stride(Rank == 2 ? target_times.stride(0) : 0),
        targets_stride(target_times.stride(Rank - 1)),
        statuses(status_bytes.data()),
        source(source_stamps, rules.offset),
        policy(rules),
        statuses_batch_stride(status_bytes.stride(0)),
        statuses_stride(status_bytes.stride(1)) {}

  ROBOCACHE_HD time target(std::int64_t b, std::int64_t t) const noexcept {
    return targets[b * targets_batch_stride + t * targets_stride];
  }
  ROBOCACHE_HD void report(std::int64_t b, std::int64_t t, std::uint8_t status) const noexcept {
    if (statuses != nullptr) statuses[b * statuses_batch_stride + t * statuses_stride] = status;
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
  channel_affine<real> affine;
  std::int64_t batch;
  std::int64_t values_channel_stride;
  std::int64_t output_channel_stride;
  const In* values;
  std::int64_t values_batch_stride;
  std::int64_t values_sample_stride;
  Out* output;
  std::int64_t output_batch_stride;
  std::int64_t output_row_stride;
  std::int64_t rows;  // per item
  std::int64_t channels;

  /// The same call with the types that name each format once.
  template <class CanonicalIn, class CanonicalOut>
  copy_arguments<CanonicalIn, CanonicalOut> retyped() const noexcept {
    return {affine,
            batch,
            values_channel_stride,
            output_channel_stride,
            reinterpret_cast<const CanonicalIn*>(values),
            values_batch_stride,
            values_sample_stride,
            reinterpret_cast<CanonicalOut*>(output),
            output_batch_stride,
            output_row_stride,
            rows,
            channels};
  }
};

template <class In, class Out>
copy_arguments<In, Out> make_copy_arguments(
    const tensor_view<const In, 3>& in, bool packed, const tensor_view<Out, 3>& out,
    const normalization<compute_t<In, Out>>& options) noexcept {
  return {{options.scale.data(), options.shift.data(), options.scale.stride(0),
           options.shift.stride(0)},
          out.extent(0),
          in.stride(2),
          out.stride(2),
          in.data(),
          packed ? 0 : in.stride(0),
          in.stride(1),
          out.data(),
          out.stride(0),
          out.stride(1),
          out.extent(1),
          out.extent(2)};
}

}  // namespace robocache::detail
