// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

#include <cstdarg>
#include <cstdint>
#include <cstdio>

/// \file
/// What every launcher returns: success, or what is wrong in words and numbers.

namespace robocache {

/// The kinds of outcome of a launcher.
enum class status_code : std::uint8_t {
  ok = 0,
  /// An argument is wrong; the message names it and the numbers. Nothing was launched or written.
  invalid_argument,
  /// The CUDA runtime refused the launch; `status::cuda_error()` has its code.
  cuda_error,
};

/// The outcome of a launcher: a code, the CUDA error if there is one, and a message.
///
/// Trivially copyable, allocates nothing, throws nothing. `message()` is "" on success.
///
/// \code
/// if (auto s = robocache::resample(source, targets, output, options, stream); !s.ok()) {
///   log(s.message());  // "resample: source.times has extent 499 in dimension 1, ..."
/// }
/// \endcode
class [[nodiscard]] status {
 public:
  /// Success. Leaves the message's tail unset: checks return dozens of these per call.
  status() noexcept { message_[0] = '\0'; }

  /// An `invalid_argument` status with a printf-style message, cut at 223 characters.
  /// \param format  as printf's, for the arguments that follow
#if defined(__GNUC__)
  __attribute__((format(printf, 1, 2)))
#endif
  ROBOCACHE_HIDDEN static status
  invalid_argument(const char* format, ...) noexcept {
    status result;
    result.code_ = status_code::invalid_argument;
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(result.message_, sizeof(result.message_), format, arguments);
    va_end(arguments);
    return result;
  }

  /// A `cuda_error` status.
  /// \param operation  what was tried, e.g. "resample"
  /// \param error      the `cudaError_t` as an int (this header must not need CUDA)
  /// \param text       `cudaGetErrorString(error)`
  ROBOCACHE_HIDDEN static status from_cuda(const char* operation, int error,
                                           const char* text) noexcept {
    status result;
    result.code_ = status_code::cuda_error;
    result.cuda_error_ = error;
    std::snprintf(result.message_, sizeof(result.message_), "%s: CUDA error %d (%s)", operation,
                  error, text);
    return result;
  }

  bool ok() const noexcept {
    return code_ == status_code::ok;
  }
  status_code code() const noexcept {
    return code_;
  }
  /// The `cudaError_t` as an int; 0 unless `code()` is `cuda_error`.
  int cuda_error() const noexcept {
    return cuda_error_;
  }
  /// Never null. "" on success.
  const char* message() const noexcept {
    return message_;
  }

 private:
  status_code code_ = status_code::ok;
  int cuda_error_ = 0;
  char message_[224];
};

}  // namespace robocache
