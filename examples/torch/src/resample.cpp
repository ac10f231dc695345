// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.hpp>

#include "operators.hpp"
#include "place.hpp"
#include "policy.hpp"
#if defined(ROBOCACHE_TORCH_CUDA)
#include <robocache/compiled.hpp>
#endif

#include <array>

// robocache::resample and robocache::resample_out.

namespace robocache_torch {
namespace {

constexpr const char* operation = "robocache::resample";

using value_types = types<float, robocache::bfloat16, robocache::float16, std::uint8_t, double>;
using output_types = types<float, robocache::bfloat16, double>;

/// What `robocache::compiled` has. The CPU takes the same, so that a program that runs on one runs
/// on the other.
template <class In, class Time, class Out>
constexpr bool is_supported() {
  constexpr bool is_double = std::is_same_v<In, double>;
  if (is_double != std::is_same_v<Out, double>) return false;
  if (std::is_same_v<In, float> || std::is_same_v<In, robocache::bfloat16>) return true;
  return std::is_same_v<Time, std::int64_t> || std::is_same_v<Time, double>;
}

struct source_arguments {
  const Tensor& values;
  const Tensor& times;
  const Tensor& targets;
  const std::optional<Tensor>& lengths;
  const std::optional<Tensor>& offsets;
  const std::optional<Tensor>& windows;
  const std::optional<Tensor>& scale;
  const std::optional<Tensor>& shift;
};

template <class In, class Time>
robocache::source_view<In, Time> source_of(const source_arguments& given) {
  const argument values{operation, "values"};
  const argument times{operation, "times"};
  if (given.offsets) {
    if (given.lengths) fail("%s: lengths and offsets are given, must be one of them", operation);
    return robocache::packed_source(
        view_of<const In, 2>(values, given.values), view_of<const Time, 1>(times, given.times),
        view_of<const std::int64_t, 1>({operation, "offsets"}, given.offsets));
  }
  return robocache::padded_source(
      view_of<const In, 3>(values, given.values), view_of<const Time, 2>(times, given.times),
      view_of<const std::int64_t, 1>({operation, "lengths"}, given.lengths));
}

void resample_into(const source_arguments& given, const policy_arguments& policy, const Tensor& out,
                   const std::optional<Tensor>& statuses) {
  const place where({operation, "values"}, given.values);
  where.must_have({operation, "times"}, given.times);
  where.must_have({operation, "targets"}, given.targets);
  where.must_have({operation, "lengths"}, given.lengths);
  where.must_have({operation, "offsets"}, given.offsets);
  where.must_have({operation, "windows"}, given.windows);
  where.must_have({operation, "scale"}, given.scale);
  where.must_have({operation, "shift"}, given.shift);
  where.must_have({operation, "out"}, out);
  where.must_have({operation, "statuses"}, statuses);

  bool ran = false;
  visit(value_types{}, given.values.scalar_type(), [&](auto value) {
    visit(time_types{}, given.times.scalar_type(), [&](auto time) {
      visit(output_types{}, out.scalar_type(), [&](auto output) {
        using in_type = typename decltype(value)::type;
        using time_type = typename decltype(time)::type;
        using out_type = typename decltype(output)::type;
        if constexpr (is_supported<in_type, time_type, out_type>()) {
          using real = robocache::compute_t<in_type, out_type>;
          auto options = options_of<time_type, real>(operation, policy);
          options.scale = view_of<const real, 1>({operation, "scale"}, given.scale);
          options.shift = view_of<const real, 1>({operation, "shift"}, given.shift);
          const auto source = source_of<in_type, time_type>(given);
          const auto targets = targets_of<time_type>(operation, given.targets, given.windows);
          const auto rows = view_of<out_type, 3>({operation, "out"}, out);
          const auto bytes = view_of<std::uint8_t, 2>({operation, "statuses"}, statuses);
          where.run([&](auto at) {
            return robocache::resample(source, targets, rows, bytes, options, at);
          });
          ran = true;
        }
      });
    });
  });
  if (!ran) {
    fail(
        "%s: values of %s at times of %s to %s are not supported: float32 or bfloat16 to either, "
        "at any times (float32, float64, int64, uint64); float16 or uint8 to either, and float64 "
        "to float64, at times of int64 or float64",
        operation, name_of(given.values.scalar_type()).c_str(),
        name_of(given.times.scalar_type()).c_str(), name_of(out.scalar_type()).c_str());
  }
}

}  // namespace

void resample_out(const Tensor& values, const Tensor& times, const Tensor& targets,
                  const std::optional<Tensor>& lengths, const std::optional<Tensor>& offsets,
                  const std::optional<Tensor>& windows, const std::optional<Tensor>& scale,
                  const std::optional<Tensor>& shift, const text& interpolation,
                  const text& extrapolation, const text& gap, std::optional<double> max_gap,
                  std::optional<double> tolerance, std::optional<double> horizon,
                  double time_offset, double fill_value, const Tensor& out,
                  const std::optional<Tensor>& statuses) {
  resample_into(
      {values, times, targets, lengths, offsets, windows, scale, shift},
      {interpolation, extrapolation, gap, max_gap, tolerance, horizon, time_offset, fill_value},
      out, statuses);
}

Tensor resample(const Tensor& values, const Tensor& times, const Tensor& targets,
                const std::optional<Tensor>& lengths, const std::optional<Tensor>& offsets,
                const std::optional<Tensor>& windows, const std::optional<Tensor>& scale,
                const std::optional<Tensor>& shift, const text& interpolation,
                const text& extrapolation, const text& gap, std::optional<double> max_gap,
                std::optional<double> tolerance, std::optional<double> horizon, double time_offset,
                double fill_value, std::optional<ScalarType> dtype) {
  check_rank({operation, "values"}, values, offsets ? 2 : 3);
  std::int64_t batch = values.size(0);
  if (offsets) {
    check_rank({operation, "offsets"}, *offsets, 1);
    batch = offsets->size(0) > 0 ? offsets->size(0) - 1 : 0;
  }
  const std::array<std::int64_t, 3> extents{batch, rows_of(operation, targets, windows),
                                            values.size(values.dim() - 1)};
  const Tensor out = empty_like_device(values, extents, dtype ? *dtype : output_type(values));
  resample_into(
      {values, times, targets, lengths, offsets, windows, scale, shift},
      {interpolation, extrapolation, gap, max_gap, tolerance, horizon, time_offset, fill_value},
      out, std::nullopt);
  return out;
}

ScalarType output_type(const Tensor& values) {
  const ScalarType type = values.scalar_type();
  return type == ScalarType::BFloat16 || type == ScalarType::Double ? type : ScalarType::Float;
}

}  // namespace robocache_torch
