// SPDX-License-Identifier: Apache-2.0
#include "tensor_writer.hpp"

#include "csv_text.hpp"
#include "files.hpp"
#include "npy.hpp"
#include "report.hpp"
#include "time_stamp.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <iterator>

namespace recordings {
namespace {

template <class Bits, class Real>
Bits bits_of(Real value) {
  static_assert(sizeof(Bits) == sizeof(Real));
  Bits bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

struct element_type {
  const char* descr;
  std::string data;
};

element_type elements(const std::vector<double>& values, scalar_kind scalar) {
  element_type result{};
  for (const double value : values) {
    // Nothing is rounded: the values are what the scalar type holds.
    const auto in_float = bits_of<std::uint32_t>(static_cast<float>(value));
    switch (scalar) {
      case scalar_kind::f32:
        append_little_endian(result.data, in_float, 4);
        break;
      case scalar_kind::f64:
        append_little_endian(result.data, bits_of<std::uint64_t>(value), 8);
        break;
      case scalar_kind::bf16:
        append_little_endian(result.data, in_float >> 16, 2);
        break;
    }
  }
  result.descr = scalar == scalar_kind::f32 ? "<f4" : scalar == scalar_kind::f64 ? "<f8" : "<V2";
  return result;
}

std::string stamps(const std::vector<std::int64_t>& values) {
  std::string data;
  for (const std::int64_t value : values) {
    append_little_endian(data, static_cast<std::uint64_t>(value), 8);
  }
  return data;
}

std::vector<std::string> write_npy(const std::string& path, const named_tensor& tensor,
                                   bool with_ages) {
  const std::string stem = path.substr(0, path.size() - 4);
  const fuse_outcome& outcome = tensor.outcome;
  const std::size_t rows = tensor.targets.size();
  const std::size_t streams = tensor.streams.size();
  const element_type values = elements(outcome.values, tensor.scalar);
  std::vector<std::string> written;
  const auto write = [&](const std::string& name, const std::string& bytes) {
    write_bytes(name, bytes);
    written.push_back(name);
  };
  write(path, npy_file(values.descr, {rows, tensor.columns.size()}, values.data));
  write(stem + "_status.npy",
        npy_file("|u1", {rows, streams},
                 std::string(outcome.statuses.begin(), outcome.statuses.end())));
  write(stem + "_times.npy", npy_file("<i8", {rows}, stamps(tensor.targets)));
  if (with_ages) {
    write(stem + "_ages.npy", npy_file("<i8", {rows, streams}, stamps(outcome.ages)));
  }
  std::string names;
  for (const std::string& column : tensor.columns) names += column + "\n";
  write(stem + "_columns.txt", names);
  return written;
}

std::vector<std::string> write_csv(const std::string& path, const named_tensor& tensor,
                                   bool with_ages) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "time");
  for (const std::string& column : tensor.columns) fmt::format_to(out, ",{}", csv_name(column));
  for (const std::string& name : tensor.streams)
    fmt::format_to(out, ",{}", csv_name(name + ".status"));
  for (std::size_t n = 0; with_ages && n < tensor.streams.size(); ++n) {
    fmt::format_to(out, ",{}", csv_name(tensor.streams[n] + ".age"));
  }
  text.push_back('\n');

  const std::size_t channels = tensor.columns.size();
  const std::size_t streams = tensor.streams.size();
  const fuse_outcome& outcome = tensor.outcome;
  for (std::size_t row = 0; row < tensor.targets.size(); ++row) {
    fmt::format_to(out, "{}", format_stamp(tensor.targets[row], time_unit::seconds));
    for (std::size_t c = 0; c < channels; ++c) {
      fmt::format_to(out, ",{}", shortest_text(outcome.values[row * channels + c], tensor.scalar));
    }
    for (std::size_t n = 0; n < streams; ++n) {
      fmt::format_to(out, ",{}", status_text(outcome.statuses[row * streams + n]));
    }
    for (std::size_t n = 0; with_ages && n < streams; ++n) {
      const std::int64_t age = outcome.ages[row * streams + n];
      fmt::format_to(out, ",{}", age == no_age ? "" : format_stamp(age, time_unit::seconds));
    }
    text.push_back('\n');
  }
  write_bytes(path, std::string_view(text.data(), text.size()));
  return {path};
}

}  // namespace

void check_tensor_name(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".csv" || extension == ".npy") return;
  throw usage_error(fmt::format("--output {}: the name must end in .csv or .npy", path));
}

std::vector<std::string> write_tensor(const std::string& path, const named_tensor& tensor,
                                      bool with_ages) {
  const bool is_npy = std::filesystem::path(path).extension() == ".npy";
  return is_npy ? write_npy(path, tensor, with_ages) : write_csv(path, tensor, with_ages);
}

}  // namespace recordings
