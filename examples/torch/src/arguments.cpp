// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"

#include <cstdarg>
#include <cstdio>
#include <stdexcept>

namespace robocache_torch {

void fail(const char* format, ...) {
  char message[512];
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(message, sizeof(message), format, arguments);
  va_end(arguments);
  throw std::runtime_error(message);
}

std::string name_of(ScalarType type) {
  switch (type) {
    case ScalarType::Byte:
      return "uint8";
    case ScalarType::Char:
      return "int8";
    case ScalarType::Short:
      return "int16";
    case ScalarType::Int:
      return "int32";
    case ScalarType::Long:
      return "int64";
    case ScalarType::UInt16:
      return "uint16";
    case ScalarType::UInt32:
      return "uint32";
    case ScalarType::UInt64:
      return "uint64";
    case ScalarType::Half:
      return "float16";
    case ScalarType::BFloat16:
      return "bfloat16";
    case ScalarType::Float:
      return "float32";
    case ScalarType::Double:
      return "float64";
    case ScalarType::Bool:
      return "bool";
    default:
      return torch::headeronly::toString(type);
  }
}

std::string argument::string() const {
  std::string result = std::string(operation) + ": " + name;
  if (index >= 0) result += "[" + std::to_string(index) + "]";
  return result;
}

void check_rank(const argument& name, const Tensor& tensor, int rank) {
  if (tensor.dim() == rank) return;
  fail("%s has %lld dimensions, must have %d", name.string().c_str(),
       static_cast<long long>(tensor.dim()), rank);
}

void check_type(const argument& name, const Tensor& tensor, ScalarType type) {
  if (tensor.scalar_type() == type) return;
  fail("%s is %s, must be %s", name.string().c_str(), name_of(tensor.scalar_type()).c_str(),
       name_of(type).c_str());
}

int place_of(const argument& name, const text& given, const char* const* names, std::size_t count) {
  std::string known;
  for (std::size_t i = 0; i < count; ++i) {
    if (given.value == names[i]) return static_cast<int>(i);
    known += (i == 0 ? "" : i + 1 == count ? " or " : ", ") + std::string(names[i]);
  }
  fail("%s is '%s', must be %s", name.string().c_str(), given.value.c_str(), known.c_str());
}

}  // namespace robocache_torch
