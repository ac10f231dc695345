// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/scalar.hpp>
#include <robocache/status.hpp>

#include "errors.hpp"

#include <optional>
#include <string>

/// \file
/// Where the programs compute, and in which scalar type.

namespace recordings {

enum class backend_choice { automatic, cpu, cuda };

/// A choice made.
struct backend {
  bool on_cuda = false;
  int threads = 0;   ///< of the CPU, at most; 0: all
  std::string name;  ///< for people: "CUDA, NVIDIA H100", "the CPU, up to 2 threads"
};

/// \throws computation_error if CUDA is demanded and cannot be had
backend choose_backend(backend_choice choice, int threads);

/// The GPU's name. Nothing, and the reason, if there is none or this program knows no CUDA.
std::optional<std::string> cuda_device(std::string& why_not);

/// The type of the results; bf16 is computed in float.
enum class scalar_kind { f32, f64, bf16 };

/// Calls `body(In{}, Out{})` with the types a scalar is computed from and written in.
template <class Body>
void with_scalars(scalar_kind scalar, const Body& body) {
  switch (scalar) {
    case scalar_kind::f32:
      return body(float{}, float{});
    case scalar_kind::f64:
      return body(double{}, double{});
    case scalar_kind::bf16:
      return body(float{}, robocache::bfloat16{});
  }
}

template <class Out>
double as_double(Out x) {
  return robocache::scalar_cast<double>(x);
}

inline void throw_if_bad(const robocache::status& status) {
  if (!status.ok()) throw computation_error(status.message());
}

}  // namespace recordings
