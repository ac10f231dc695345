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

/// What a caller does about an outcome. A larger one leaves less to do.
enum class status_severity : std::uint8_t {
  none = 0,  ///< Success: go on.
  /// The call, or the program on this machine, is wrong: again, it would fail again. Other calls
  /// are not concerned.
  argument,
  /// Something is used up or busy now: try again later, but not for ever.
  resource,
  /// CUDA is of no more use to this process, or never was; what is in device memory may be lost.
  /// End the process; another one may start anew.
  fatal,
};

/// The severity of a `cudaError_t`, as an int: also for what the caller's own calls return, since
/// what goes wrong in a kernel is the error of a later one (`cudaStreamSynchronize`, say).
///
/// `fatal` are the errors after which CUDA asks for another process, those of a context that is
/// gone or could not be made, `cudaErrorUnknown`, and every code that is not known here: to start
/// anew costs seconds, to go on may cost wrong data.
///
/// \param error  the `cudaError_t` as an int (this header must not need CUDA)
ROBOCACHE_DETAIL_COLD inline status_severity severity_of_cuda(int error) noexcept {
  // By number, since CUDA need not be installed; tests/support/cuda_errors.hpp has the names.
  constexpr short resource[] = {2, 46, 69, 216, 600, 711, 807, 808, 809, 909};
  constexpr short argument[] = {
      1,   5,   6,   7,   8,   9,   12,  13,  16,  17,  18,  19,  20,  21,  22,  23,  24,
      26,  27,  28,  31,  32,  36,  37,  43,  44,  45,  52,  65,  66,  67,  68,  98,  101,
      200, 205, 206, 207, 208, 209, 210, 211, 212, 213, 215, 217, 218, 219, 221, 222, 223,
      224, 225, 300, 301, 400, 401, 402, 500, 701, 703, 704, 705, 708, 712, 713, 720, 800,
      801, 811, 812, 900, 901, 902, 903, 904, 905, 906, 907, 908, 910, 912, 913, 914, 915};
  if (error == 0) return status_severity::none;
  for (const short code : resource) {
    if (code == error) return status_severity::resource;
  }
  for (const short code : argument) {
    if (code == error) return status_severity::argument;
  }
  return status_severity::fatal;
}

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
  /// What to do about it; `argument` if `code()` is `invalid_argument`.
  ///
  /// \code
  /// switch (s.severity()) {
  ///   case robocache::status_severity::none: break;
  ///   case robocache::status_severity::argument: throw std::invalid_argument(s.message());
  ///   case robocache::status_severity::resource: try_again_later(); break;
  ///   case robocache::status_severity::fatal: std::_Exit(75);  // no destructors: they call CUDA
  /// }
  /// \endcode
  status_severity severity() const noexcept {
    if (code_ == status_code::invalid_argument) return status_severity::argument;
    return severity_of_cuda(cuda_error_);
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
