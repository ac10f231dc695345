// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/scalar.hpp>
#include <robocache/tensor_view.hpp>

#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/tensor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

// From PyTorch's arguments to RoboCache's: tensors become views of the same memory, names become
// enumerators, and what does not fit becomes an exception (RuntimeError in Python) that names the
// argument.

namespace robocache_torch {

using torch::headeronly::ScalarType;
using torch::stable::Tensor;

/// Throws a `std::runtime_error` with a printf-style message.
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
[[noreturn]] void
fail(const char* format, ...);

/// A name that a user passes, as "linear".
struct text {
  std::string value;
};

/// PyTorch's name of a type, as "float32".
std::string name_of(ScalarType type);

/// One argument, for messages: "robocache::fuse: values[1]".
struct argument {
  const char* operation;
  const char* name;
  int index = -1;  ///< in a list

  std::string string() const;
};

// ------------------------------------------------------------------------------------------ types

template <class T>
constexpr ScalarType type_of() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return ScalarType::Byte;
  if constexpr (std::is_same_v<T, std::int32_t>) return ScalarType::Int;
  if constexpr (std::is_same_v<T, std::uint32_t>) return ScalarType::UInt32;
  if constexpr (std::is_same_v<T, std::int64_t>) return ScalarType::Long;
  if constexpr (std::is_same_v<T, std::uint64_t>) return ScalarType::UInt64;
  if constexpr (std::is_same_v<T, robocache::float16>) return ScalarType::Half;
  if constexpr (std::is_same_v<T, robocache::bfloat16>) return ScalarType::BFloat16;
  if constexpr (std::is_same_v<T, float>) return ScalarType::Float;
  if constexpr (std::is_same_v<T, double>) return ScalarType::Double;
}

template <class T>
struct type_tag {
  using type = T;
};
template <class... T>
struct types {};

using time_types = types<float, double, std::int64_t, std::uint64_t>;

/// Calls `visitor(type_tag<T>{})` with the one of the types that `type` is; false if it is none.
template <class... T, class Visitor>
bool visit(types<T...>, ScalarType type, const Visitor& visitor) {
  return ((type == type_of<T>() && (visitor(type_tag<T>{}), true)) || ...);
}

// ---------------------------------------------------------------------------------------- tensors

void check_rank(const argument& name, const Tensor& tensor, int rank);
void check_type(const argument& name, const Tensor& tensor, ScalarType type);

/// The tensor as it lies, without regard to its type. Const `T` for what is only read.
template <class T, int Rank>
robocache::tensor_view<T, Rank> view_of_bits(const argument& name, const Tensor& tensor) {
  check_rank(name, tensor, Rank);
  std::int64_t extents[Rank];
  std::int64_t strides[Rank];
  for (int d = 0; d < Rank; ++d) {
    extents[d] = tensor.size(d);
    strides[d] = tensor.stride(d);
  }
  if constexpr (std::is_const_v<T>) {
    return {static_cast<T*>(tensor.const_data_ptr()), extents, strides};
  } else {
    return {static_cast<T*>(tensor.mutable_data_ptr()), extents, strides};
  }
}

template <class T, int Rank>
robocache::tensor_view<T, Rank> view_of(const argument& name, const Tensor& tensor) {
  check_type(name, tensor, type_of<std::remove_const_t<T>>());
  return view_of_bits<T, Rank>(name, tensor);
}

template <class T, int Rank>
robocache::tensor_view<T, Rank> view_of(const argument& name, const std::optional<Tensor>& tensor) {
  if (!tensor) return {};
  return view_of<T, Rank>(name, *tensor);
}

// ------------------------------------------------------------------------------------------ names

/// The place of `given` in `names`.
int place_of(const argument& name, const text& given, const char* const* names, std::size_t count);

/// The enumerator at the place of the name, for enumerations that count from 0.
template <class Enum, std::size_t Count>
Enum named(const argument& name, const text& given, const char* const (&names)[Count]) {
  return static_cast<Enum>(place_of(name, given, names, Count));
}

/// Element `n` of a list with one per stream, or nothing if the list was not given.
template <class T>
std::optional<T> element(const argument& name, const std::optional<std::vector<T>>& list,
                         std::size_t n, std::size_t streams) {
  if (!list) return std::nullopt;
  if (list->size() != streams) {
    fail("%s has %zu elements for %zu streams", name.string().c_str(), list->size(), streams);
  }
  return (*list)[n];
}

}  // namespace robocache_torch

// A conversion of its own for the stable ABI: that of PyTorch 2.11 to `std::string` loses the
// memory of a string in each call.
template <>
struct torch::stable::detail::ToImpl<robocache_torch::text> {
  static robocache_torch::text call(StableIValue value, std::uint64_t, bool) {
    const auto handle = to<StringHandle>(value);
    std::size_t length = 0;
    const char* data = nullptr;
    TORCH_ERROR_CODE_CHECK(torch_string_length(handle, &length));
    TORCH_ERROR_CODE_CHECK(torch_string_c_str(handle, &data));
    robocache_torch::text result{std::string(data, length)};
    TORCH_ERROR_CODE_CHECK(torch_delete_string(handle));
    return result;
  }
};
