// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/modes.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/resample/targets.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// Everything that can be wrong with a call of `resample` and can be seen without reading the data.

namespace robocache::detail {

template <class Duration>
ROBOCACHE_HIDDEN status check_duration(const char* operation, const char* name,
                                       Duration value) noexcept {
  if constexpr (std::is_floating_point_v<Duration>) {
    if (is_nan(value)) return status::invalid_argument("%s: %s is NaN", operation, name);
  }
  if (value < 0) {
    return status::invalid_argument("%s: %s is %g, must not be negative", operation, name,
                                    static_cast<double>(value));
  }
  return {};
}

template <class Time, class Real>
ROBOCACHE_HIDDEN status check_policy(const char* operation,
                                     const resample_policy<Time, Real>& policy) noexcept {
  if (policy.interpolation > last_interpolation) {
    return status::invalid_argument("%s: options.interpolation is %u, not one of 0..%u", operation,
                                    static_cast<unsigned>(policy.interpolation),
                                    static_cast<unsigned>(last_interpolation));
  }
  if (static_cast<unsigned>(policy.extrapolation) > 3u) {
    return status::invalid_argument("%s: options.extrapolation is %u, not one of 0..3", operation,
                                    static_cast<unsigned>(policy.extrapolation));
  }
  if (static_cast<unsigned>(policy.gap) > 3u) {
    return status::invalid_argument("%s: options.gap is %u, not one of 0..3", operation,
                                    static_cast<unsigned>(policy.gap));
  }
  if (!time_is_finite(policy.offset)) {
    return status::invalid_argument("%s: options.offset is %g, must be finite", operation,
                                    static_cast<double>(policy.offset));
  }
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_duration(operation, "options.max_gap", policy.max_gap));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_duration(operation, "options.tolerance", policy.tolerance));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_duration(operation, "options.horizon", policy.horizon));
  if (policy.extrapolation == extrapolation::linear && !(policy.horizon > 0)) {
    return status::invalid_argument(
        "%s: options.horizon is 0, extrapolation::linear needs a positive one", operation);
  }
  return {};
}

template <class Real>
ROBOCACHE_HIDDEN status check_normalization(const char* operation,
                                            const normalization<Real>& options,
                                            std::int64_t channels) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "options.scale", options.scale));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "options.shift", options.shift));
  if (options.scale.data() != nullptr) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        check_extent(operation, "options.scale", options.scale, 0, channels, "output"));
  }
  if (options.shift.data() != nullptr) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        check_extent(operation, "options.shift", options.shift, 0, channels, "output"));
  }
  return {};
}

template <class Time>
ROBOCACHE_HIDDEN status check_source_times(const char* operation,
                                           const source_times<Time>& source) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "source.times", source.times));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "source.lengths", source.lengths));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "source.offsets", source.offsets));
  const std::int64_t stride = source.times.stride(1);
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (!source.times.empty() && source.times.extent(1) > 1 && (stride > most || stride < -most)) {
    return status::invalid_argument(
        "%s: source.times has stride %lld in dimension 1, at most 2147483647 is supported",
        operation, static_cast<long long>(stride));
  }
  if (source.packed) {
    if (source.offsets.extent(0) < 1 && source.times.extent(1) > 0) {
      return status::invalid_argument(
          "%s: source.offsets has extent 0 in dimension 0, a packed batch of B items has B + 1",
          operation);
    }
    if (source.times.extent(0) != 1) {
      return status::invalid_argument(
          "%s: source.times has extent %lld in dimension 0, packed stamps have 1", operation,
          static_cast<long long>(source.times.extent(0)));
    }
    return {};
  }
  if (source.lengths.data() != nullptr) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_extent(operation, "source.lengths", source.lengths, 0,
                                                source.times.extent(0), "source.times"));
  }
  if (source.times.extent(1) > std::numeric_limits<std::int32_t>::max()) {
    return status::invalid_argument(
        "%s: source.times has extent %lld in dimension 1, an item has at most 2147483647 samples",
        operation, static_cast<long long>(source.times.extent(1)));
  }
  return {};
}

template <class Time>
ROBOCACHE_HIDDEN status check_targets(const char* operation, const target_view<Time>& target_times,
                                      std::int64_t batch, std::int64_t rows,
                                      const char* rows_of) noexcept {
  if (!target_times.windowed) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "target_times", target_times.anchors));
  } else {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        check_view(operation, "target_times.anchors", target_times.anchors));
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        check_view(operation, "target_times.windows", target_times.windows));
  }
  if (!target_times.shared) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_extent(operation, "target_times", target_times.anchors, 0,
                                                batch, "the batch of source"));
  }
  const std::int64_t anchors = target_times.anchors.extent(1);
  if (target_times.windowed) {
    const std::int64_t window = target_times.windows.extent(0);
    if (static_cast<double>(anchors) * static_cast<double>(window) == static_cast<double>(rows)) {
      return {};
    }
    return status::invalid_argument(
        "%s: target_times are %lld anchors x %lld windows, %s has extent %lld in dimension 1",
        operation, static_cast<long long>(anchors), static_cast<long long>(window), rows_of,
        static_cast<long long>(rows));
  }
  if (anchors == rows) return {};
  return status::invalid_argument("%s: target_times has extent %lld in dimension %d, %s has %lld",
                                  operation, static_cast<long long>(anchors),
                                  target_times.shared ? 0 : 1, rows_of,
                                  static_cast<long long>(rows));
}

/// What a call reads of stamps. `memory` is as in `check_overlap`.
template <class Memory, class Time>
void list_memory(Memory& memory, const source_times<Time>& source) noexcept {
  memory.reads("source.times", source.times);
  memory.reads("source.lengths", source.lengths);
  memory.reads("source.offsets", source.offsets);
}
template <class Memory, class Time>
void list_memory(Memory& memory, const target_view<Time>& target_times) noexcept {
  memory.reads("target_times", target_times.anchors);
  // Without windows they may be anything.
  if (target_times.windowed) memory.reads("target_times.windows", target_times.windows);
}
template <class Memory, class Real>
void list_memory(Memory& memory, const normalization<Real>& options) noexcept {
  memory.reads("options.scale", options.scale);
  memory.reads("options.shift", options.shift);
}

/// Batch, rows and channels are counted in 31 bits; their product, and all offsets, in 63. Rows
/// without channels count, too: they have statuses.
template <class T, int Rank>
ROBOCACHE_HIDDEN status check_counts(const char* operation, const char* name,
                                     const tensor_view<T, Rank>& view) noexcept {
  if (view.extent(0) == 0 || view.extent(1) == 0) return {};
  for (int d = 0; d < Rank; ++d) {
    if (view.extent(d) > std::numeric_limits<std::int32_t>::max()) {
      return status::invalid_argument(
          "%s: %s has extent %lld in dimension %d, at most 2147483647 is supported", operation,
          name, static_cast<long long>(view.extent(d)), d);
    }
  }
  return {};
}

template <class T>
ROBOCACHE_HIDDEN status check_rows(const char* operation, const char* name,
                                   const tensor_view<T, 2>& view, std::int64_t batch,
                                   std::int64_t rows, const char* expected_of) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_extent(operation, name, view, 0, batch, expected_of));
  return check_extent(operation, name, view, 1, rows, expected_of);
}

/// All but overlap of memory.
template <class In, class Time, class Out, class Real>
ROBOCACHE_HIDDEN status
check_resample_arguments(const char* operation, const source_view<In, Time>& source,
                         const target_view<Time>& target_times, const tensor_view<Out, 3>& output,
                         const tensor_view<std::uint8_t, 2>& statuses,
                         const resample_options<Time, Real>& options) noexcept {
  static_assert(is_input_scalar_v<In>, "values are u8, int16, half, bfloat16, float or double");
  static_assert(is_output_scalar_v<Out>, "the output is half, bfloat16, float or double");
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "source.values", source.values));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_source_times(operation, source));
  for (int d = 0; d < 2; ++d) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_extent(operation, "source.times", source.times, d,
                                                source.values.extent(d), "source.values"));
  }
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, "output", output));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_counts(operation, "output", output));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_extent(operation, "output", output, 0, source.batch(), "the batch of source"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_extent(operation, "output", output, 2, source.values.extent(2), "source.values"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_targets(operation, target_times, source.batch(), output.extent(1), "output"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, "statuses", statuses));
  if (statuses.data() != nullptr) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        check_rows(operation, "statuses", statuses, output.extent(0), output.extent(1), "output"));
  }
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_policy(operation, options));
  return check_normalization(operation, options, output.extent(2));
}

template <class In, class Time, class Out, class Real>
ROBOCACHE_HIDDEN status
check_resample_overlap(const char* operation, const source_view<In, Time>& source,
                       const target_view<Time>& target_times, const tensor_view<Out, 3>& output,
                       const tensor_view<std::uint8_t, 2>& statuses,
                       const resample_options<Time, Real>& options) noexcept {
  return check_overlap(operation, [&](auto& memory) {
    memory.writes("output", output);
    memory.writes("statuses", statuses);
    memory.reads("source.values", source.values);
    list_memory(memory, static_cast<const source_times<Time>&>(source));
    list_memory(memory, target_times);
    list_memory(memory, static_cast<const normalization<Real>&>(options));
  });
}

template <class In, class Time, class Out, class Real>
ROBOCACHE_HIDDEN status check_resample(const char* operation, const source_view<In, Time>& source,
                                       const target_view<Time>& target_times,
                                       const tensor_view<Out, 3>& output,
                                       const tensor_view<std::uint8_t, 2>& statuses,
                                       const resample_options<Time, Real>& options) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_resample_arguments(operation, source, target_times, output, statuses, options));
  return check_resample_overlap(operation, source, target_times, output, statuses, options);
}

template <class Time, class Real>
ROBOCACHE_HIDDEN status check_find_brackets(const char* operation, const source_times<Time>& source,
                                            const target_view<Time>& target_times,
                                            const brackets_view<Real>& brackets,
                                            const resample_policy<Time, Real>& policy) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_source_times(operation, source));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, "brackets.left", brackets.left));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_counts(operation, "brackets.left", brackets.left));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, "brackets.right", brackets.right));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, "brackets.weight", brackets.weight));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, "brackets.statuses", brackets.statuses));
  const std::int64_t batch = source.batch();
  const std::int64_t rows = brackets.left.extent(1);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_targets(operation, target_times, batch, rows, "brackets.left"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_extent(operation, "brackets.left", brackets.left, 0, batch, "the batch of source"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_rows(operation, "brackets.right", brackets.right, batch, rows, "brackets.left"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_rows(operation, "brackets.weight", brackets.weight, batch, rows, "brackets.left"));
  if (brackets.statuses.data() != nullptr) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_rows(operation, "brackets.statuses", brackets.statuses,
                                              batch, rows, "brackets.left"));
  }
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_policy(operation, policy));
  return check_overlap(operation, [&](auto& memory) {
    memory.writes("brackets.left", brackets.left);
    memory.writes("brackets.right", brackets.right);
    memory.writes("brackets.weight", brackets.weight);
    memory.writes("brackets.statuses", brackets.statuses);
    list_memory(memory, static_cast<const source_times<Time>&>(source));
    list_memory(memory, target_times);
  });
}

template <class In, class Real, class Out>
ROBOCACHE_HIDDEN status check_apply_brackets(const char* operation,
                                             const tensor_view<In, 3>& values,
                                             const brackets_view<Real>& brackets,
                                             const tensor_view<Out, 3>& output,
                                             const normalization<Real>& options) noexcept {
  static_assert(is_input_scalar_v<In>, "values are u8, int16, half, bfloat16, float or double");
  static_assert(is_output_scalar_v<Out>, "the output is half, bfloat16, float or double");
  static_assert(std::is_same_v<Real, compute_t<In, Out>>,
                "the weights are compute_t<In, Out>: float, or double for double values");
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "values", values));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "brackets.left", brackets.left));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "brackets.right", brackets.right));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_view(operation, "brackets.weight", brackets.weight));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, "output", output));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_counts(operation, "output", output));
  const std::int64_t batch = output.extent(0);
  const std::int64_t rows = output.extent(1);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_rows(operation, "brackets.left", brackets.left, batch, rows, "output"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_rows(operation, "brackets.right", brackets.right, batch, rows, "output"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_rows(operation, "brackets.weight", brackets.weight, batch, rows, "output"));
  if (values.extent(0) != 1) {  // 1 is a packed array, or a batch of one: either way shared
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_extent(operation, "values", values, 0, batch, "output"));
  }
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_extent(operation, "output", output, 2, values.extent(2), "values"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_normalization(operation, options, output.extent(2)));
  return check_overlap(operation, [&](auto& memory) {
    memory.writes("output", output);
    memory.reads("values", values);
    memory.reads("brackets.left", brackets.left);
    memory.reads("brackets.right", brackets.right);
    memory.reads("brackets.weight", brackets.weight);
    list_memory(memory, options);
  });
}

ROBOCACHE_HIDDEN inline status check_groups(const char* operation, const channel_groups& groups,
                                            std::int64_t channels) noexcept {
  if (groups.count > channel_groups::most) {
    return status::invalid_argument("%s: source.groups has %d groups, at most %d are supported",
                                    operation, static_cast<int>(groups.count),
                                    channel_groups::most);
  }
  if (groups.count < 0) {
    return status::invalid_argument("%s: source.groups has %d groups, must not be negative",
                                    operation, static_cast<int>(groups.count));
  }
  std::int64_t end = 0;
  for (int i = 0; i < groups.count; ++i) {
    const channel_group& g = groups.group[i];
    if (g.first < end || g.count < 0 || std::int64_t{g.first} + g.count > channels) {
      return status::invalid_argument(
          "%s: source.groups[%d] has %d channels from %d, must lie within %lld..%lld", operation, i,
          static_cast<int>(g.count), static_cast<int>(g.first), static_cast<long long>(end),
          static_cast<long long>(channels));
    }
    end = std::int64_t{g.first} + g.count;
    if (g.mode > last_channel_mode) {
      return status::invalid_argument("%s: source.groups[%d] has mode %u, not one of 0..%u",
                                      operation, i, static_cast<unsigned>(g.mode),
                                      static_cast<unsigned>(last_channel_mode));
    }
    if (g.count % channels_per_value(g.mode) != 0) {
      return status::invalid_argument(
          "%s: source.groups[%d] has %d channels, its rotations have %d each", operation, i,
          static_cast<int>(g.count), channels_per_value(g.mode));
    }
  }
  return {};
}

/// Lengths and offsets, where the host may read them.
template <class Time>
ROBOCACHE_HIDDEN status check_ragged(const char* operation,
                                     const source_times<Time>& source) noexcept {
  const std::int64_t samples = source.times.extent(1);
  if (!source.packed) {
    if (source.lengths.data() == nullptr) return {};
    for (std::int64_t b = 0; b < source.lengths.extent(0); ++b) {
      if (source.lengths(b) < 0 || source.lengths(b) > samples) {
        return status::invalid_argument(
            "%s: source.lengths[%lld] is %lld, source.times has extent %lld in dimension 1",
            operation, static_cast<long long>(b), static_cast<long long>(source.lengths(b)),
            static_cast<long long>(samples));
      }
    }
    return {};
  }
  for (std::int64_t b = 0; b < source.batch(); ++b) {
    const std::int64_t first = source.offsets(b);
    const std::int64_t end = source.offsets(b + 1);
    if (first < 0 || end < first || end > samples) {
      return status::invalid_argument(
          "%s: source.offsets[%lld] is %lld and the next %lld, must rise within 0..%lld", operation,
          static_cast<long long>(b), static_cast<long long>(first), static_cast<long long>(end),
          static_cast<long long>(samples));
    }
    if (end - first > std::numeric_limits<std::int32_t>::max()) {
      return status::invalid_argument(
          "%s: source.offsets[%lld] to the next are %lld samples, an item has at most 2147483647",
          operation, static_cast<long long>(b), static_cast<long long>(end - first));
    }
  }
  return {};
}

}  // namespace robocache::detail
