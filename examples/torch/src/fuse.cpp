// SPDX-License-Identifier: Apache-2.0
#include <robocache/compiled.hpp>  // compiled_stream; needs no CUDA
#include <robocache/fuse.hpp>

#include "operators.hpp"
#include "place.hpp"
#include "policy.hpp"

#include <array>

// robocache::fuse and robocache::fuse_out.

namespace robocache_torch {
namespace {

constexpr const char* operation = "robocache::fuse";

using value_types = types<float, robocache::bfloat16>;

struct stream_arguments {
  const std::vector<Tensor>& values;
  const std::vector<Tensor>& times;
  const Tensor& targets;
  const std::optional<std::vector<Tensor>>& lengths;
  const std::optional<Tensor>& windows;
  const std::optional<std::vector<text>>& interpolation;
  const text& extrapolation;
  const text& gap;
  const std::optional<std::vector<double>>& max_gap;
  const std::optional<std::vector<double>>& tolerance;
  const std::optional<double>& horizon;
  const std::optional<std::vector<double>>& time_offset;
  double fill_value;
};

void check_lists(const stream_arguments& given) {
  if (given.values.empty()) fail("%s: values is empty, must have a tensor per stream", operation);
  if (given.times.size() != given.values.size()) {
    fail("%s: times has %zu tensors, values has %zu", operation, given.times.size(),
         given.values.size());
  }
}

template <class Time>
robocache::compiled_stream<Time> stream_of(const stream_arguments& given, std::size_t n) {
  const auto index = static_cast<int>(n);
  const std::size_t count = given.values.size();
  const auto name = [&](const char* text) { return argument{operation, text, index}; };
  const auto interpolation = element({operation, "interpolation"}, given.interpolation, n, count);
  const auto offset = element({operation, "time_offset"}, given.time_offset, n, count);
  const auto options =
      options_of<Time, float>(operation,
                              {interpolation ? *interpolation : text{"linear"}, given.extrapolation,
                               given.gap, element({operation, "max_gap"}, given.max_gap, n, count),
                               element({operation, "tolerance"}, given.tolerance, n, count),
                               given.horizon, offset ? *offset : 0, given.fill_value},
                              index);
  const auto times = view_of<const Time, 2>(name("times"), given.times[n]);
  const auto lengths = view_of<const std::int64_t, 1>(
      name("lengths"), element({operation, "lengths"}, given.lengths, n, count));
  std::optional<robocache::compiled_stream<Time>> stream;
  visit(value_types{}, given.values[n].scalar_type(), [&](auto value) {
    using in_type = typename decltype(value)::type;
    const auto values = view_of<const in_type, 3>(name("values"), given.values[n]);
    stream.emplace(robocache::padded_source(values, times, lengths), options);
  });
  if (!stream) {
    fail("%s is %s, must be float32 or bfloat16", name("values").string().c_str(),
         name_of(given.values[n].scalar_type()).c_str());
  }
  return *stream;
}

void fuse_into(const stream_arguments& given, const Tensor& out,
               const std::optional<Tensor>& statuses, const std::optional<Tensor>& ages) {
  check_lists(given);
  const place where({operation, "values[0]"}, given.values[0]);
  for (std::size_t n = 0; n < given.values.size(); ++n) {
    const auto index = static_cast<int>(n);
    where.must_have({operation, "values", index}, given.values[n]);
    where.must_have({operation, "times", index}, given.times[n]);
    if (given.lengths && n < given.lengths->size()) {
      where.must_have({operation, "lengths", index}, (*given.lengths)[n]);
    }
  }
  where.must_have({operation, "targets"}, given.targets);
  where.must_have({operation, "windows"}, given.windows);
  where.must_have({operation, "out"}, out);
  where.must_have({operation, "statuses"}, statuses);
  where.must_have({operation, "ages"}, ages);

  bool ran = false;
  visit(time_types{}, given.times[0].scalar_type(), [&](auto time) {
    visit(value_types{}, out.scalar_type(), [&](auto output) {
      using time_type = typename decltype(time)::type;
      using out_type = typename decltype(output)::type;
      std::vector<robocache::compiled_stream<time_type>> streams;
      streams.reserve(given.values.size());
      for (std::size_t n = 0; n < given.values.size(); ++n) {
        streams.push_back(stream_of<time_type>(given, n));
      }
      const auto targets = targets_of<time_type>(operation, given.targets, given.windows);
      const auto rows = view_of<out_type, 3>({operation, "out"}, out);
      std::int64_t channels = 0;
      for (const auto& stream : streams) channels += stream.channels();
      if (rows.extent(2) != channels) {
        fail("%s: out has extent %lld in dimension 2, values have %lld channels together",
             operation, static_cast<long long>(rows.extent(2)), static_cast<long long>(channels));
      }
      const robocache::fuse_reports<time_type> reports{
          view_of<std::uint8_t, 3>({operation, "statuses"}, statuses),
          view_of<robocache::duration_t<time_type>, 3>({operation, "ages"}, ages)};
      where.run([&](auto at) { return robocache::fuse(streams, targets, rows, reports, at); });
      ran = true;
    });
  });
  if (!ran) {
    fail(
        "%s: times[0] of %s to out of %s is not supported: times are float32, float64, int64 or "
        "uint64, out is float32 or bfloat16",
        operation, name_of(given.times[0].scalar_type()).c_str(),
        name_of(out.scalar_type()).c_str());
  }
}

}  // namespace

void fuse_out(const std::vector<Tensor>& values, const std::vector<Tensor>& times,
              const Tensor& targets, const std::optional<std::vector<Tensor>>& lengths,
              const std::optional<Tensor>& windows,
              const std::optional<std::vector<text>>& interpolation, const text& extrapolation,
              const text& gap, const std::optional<std::vector<double>>& max_gap,
              const std::optional<std::vector<double>>& tolerance, std::optional<double> horizon,
              const std::optional<std::vector<double>>& time_offset, double fill_value,
              const Tensor& out, const std::optional<Tensor>& statuses,
              const std::optional<Tensor>& ages) {
  fuse_into({values, times, targets, lengths, windows, interpolation, extrapolation, gap, max_gap,
             tolerance, horizon, time_offset, fill_value},
            out, statuses, ages);
}

Tensor fuse(const std::vector<Tensor>& values, const std::vector<Tensor>& times,
            const Tensor& targets, const std::optional<std::vector<Tensor>>& lengths,
            const std::optional<Tensor>& windows,
            const std::optional<std::vector<text>>& interpolation, const text& extrapolation,
            const text& gap, const std::optional<std::vector<double>>& max_gap,
            const std::optional<std::vector<double>>& tolerance, std::optional<double> horizon,
            const std::optional<std::vector<double>>& time_offset, double fill_value,
            std::optional<ScalarType> dtype) {
  const stream_arguments given{values,        times,         targets,   lengths, windows,
                               interpolation, extrapolation, gap,       max_gap, tolerance,
                               horizon,       time_offset,   fill_value};
  check_lists(given);
  std::int64_t channels = 0;
  for (std::size_t n = 0; n < values.size(); ++n) {
    check_rank({operation, "values", static_cast<int>(n)}, values[n], 3);
    channels += values[n].size(2);
  }
  const std::array<std::int64_t, 3> extents{values[0].size(0), rows_of(operation, targets, windows),
                                            channels};
  const Tensor out = empty_like_device(values[0], extents, dtype ? *dtype : output_type(values[0]));
  fuse_into(given, out, std::nullopt, std::nullopt);
  return out;
}

}  // namespace robocache_torch
