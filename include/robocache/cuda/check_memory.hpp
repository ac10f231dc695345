// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__has_include)
#if __has_include(<cuda_runtime_api.h>)
#define ROBOCACHE_DETAIL_HAS_CUDA_RUNTIME 1
#endif
#endif

#if defined(ROBOCACHE_DETAIL_HAS_CUDA_RUNTIME)

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/overlap.hpp>
#include <robocache/fuse/call.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/status.hpp>
#include <robocache/voxelize/call.hpp>
#include <robocache/voxelize/options.hpp>

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>

/// \file
/// `check_memory`: says which argument of a call lies where its CUDA stream's device cannot reach
/// it. For debugging: it asks the CUDA runtime about each pointer, which launchers do not. Included
/// by no other header. For any compiler; without the CUDA toolkit's headers it declares nothing.
/// The program links the CUDA runtime.

namespace robocache {
namespace detail {

/// Asks for one device, whatever the current one is, and leaves the current device as it was.
/// Errors of the questions are forgotten, unless one of the caller's was pending: as in
/// `launch_failure`.
class device_memory {
 public:
  ROBOCACHE_DETAIL_COLD device_memory(const char* operation, cudaStream_t stream) noexcept
      : operation_(operation), pending_(cudaPeekAtLastError()) {
    // Without this the questions would end a capture of another CUDA stream by this thread.
    cudaError_t error = cudaThreadExchangeStreamCaptureMode(&mode_);
    exchanged_ = error == cudaSuccess;
    // In a capture of this one they are not allowed, and would end it.
    cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
    if (error == cudaSuccess) error = cudaStreamIsCapturing(stream, &capture);
    if (error == cudaSuccess && capture != cudaStreamCaptureStatusNone) {
      result_ = status::invalid_argument(
          "%s: the CUDA stream is being captured, where memory cannot be asked about: call "
          "check_memory before the capture",
          operation);
      return;
    }
    if (error == cudaSuccess) error = cudaGetDevice(&current_);
    device_ = current_;
#if CUDART_VERSION >= 12080
    // The default streams are the current device's, whichever that is.
    const bool is_default =
        stream == nullptr || stream == cudaStreamLegacy || stream == cudaStreamPerThread;
    if (error == cudaSuccess && !is_default) error = cudaStreamGetDevice(stream, &device_);
#else
    (void)stream;
#endif
    if (error != cudaSuccess) {
      result_ = status::from_cuda(operation, error, cudaGetErrorString(error));
    } else if (device_ != current_) {
      result_ = status::invalid_argument(
          "%s: the CUDA stream is of device %d, the current device is %d: call cudaSetDevice(%d) "
          "before",
          operation, device_, current_, device_);
    }
  }
  device_memory(const device_memory&) = delete;
  device_memory& operator=(const device_memory&) = delete;
  ROBOCACHE_DETAIL_COLD ~device_memory() {
    if (exchanged_) (void)cudaThreadExchangeStreamCaptureMode(&mode_);
    if (pending_ == cudaSuccess) (void)cudaGetLastError();
  }

  /// What is appended to names: " of streams[3]".
  void set_suffix(const char* text) noexcept {
    suffix_ = text;
  }

  ROBOCACHE_DETAIL_COLD void look_at(const char* name, const byte_range& range) noexcept {
    if (!result_.ok() || range.begin == range.end) return;
    look_at(name, range.begin);
    if (result_.ok()) look_at(name, range.end - 1);
  }
  // As the lists of `check_overlap` call it.
  void reads(const char* name, const any_shape& view) noexcept {
    look_at(name, range_of(view));
  }
  void writes(const char* name, const any_shape& view) noexcept {
    look_at(name, range_of(view));
  }

  const status& result() const noexcept {
    return result_;
  }

 private:
  /// Whether there was an answer. That there was none may be the address's fault, unless the device
  /// is lost: then that is what is wrong.
  ROBOCACHE_DETAIL_COLD bool answers(cudaError_t error) noexcept {
    if (result_.ok() && severity_of_cuda(error) == status_severity::fatal) {
      result_ = status::from_cuda(operation_, error, cudaGetErrorString(error));
    }
    return error == cudaSuccess;
  }

  /// Whether kernels of the CUDA stream's device reach the address.
  ROBOCACHE_DETAIL_COLD bool reaches(const void* address, cudaPointerAttributes& found) noexcept {
    found = {};
    if (!answers(cudaPointerGetAttributes(&found, address))) {
      found = {};
      return false;
    }
    if (found.type != cudaMemoryTypeUnregistered) return found.devicePointer == address;
    int pageable = 0;  // as where the GPU shares the host's page tables
    return answers(cudaDeviceGetAttribute(&pageable, cudaDevAttrPageableMemoryAccess, device_)) &&
           pageable != 0;
  }

  /// The device that the address is of, or -1. Some versions of CUDA refuse to answer from another.
  ROBOCACHE_DETAIL_COLD int owner_of(const void* address) noexcept {
    int devices = 0;
    int owner = -1;
    if (cudaGetDeviceCount(&devices) != cudaSuccess) return owner;
    for (int d = 0; d < devices && owner < 0; ++d) {
      cudaPointerAttributes found{};
      if (cudaSetDevice(d) == cudaSuccess &&
          cudaPointerGetAttributes(&found, address) == cudaSuccess &&
          found.type == cudaMemoryTypeDevice) {
        owner = found.device;
      }
    }
    (void)answers(cudaSetDevice(current_));
    return owner;
  }

  ROBOCACHE_DETAIL_COLD void look_at(const char* name, std::uintptr_t at) noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): only asked about, never read
    const auto* const address = reinterpret_cast<const void*>(at);
    cudaPointerAttributes found;
    if (reaches(address, found)) return;
    const int owner = found.type == cudaMemoryTypeDevice ? found.device : owner_of(address);
    if (owner >= 0 && reaches(address, found)) return;  // now it answers
    if (!result_.ok()) return;
    if (owner >= 0 && owner != device_) {
      result_ = status::invalid_argument(
          "%s: %s%s is at %#llx, memory of device %d, the CUDA stream is of device %d", operation_,
          name, suffix_, static_cast<unsigned long long>(at), owner, device_);
    } else {
      result_ = status::invalid_argument(
          "%s: %s%s is at %#llx, memory of the host or freed, the CUDA stream is of device %d",
          operation_, name, suffix_, static_cast<unsigned long long>(at), device_);
    }
  }

  const char* operation_;
  const char* suffix_ = "";
  cudaError_t pending_;
  cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
  bool exchanged_ = false;
  int current_ = 0;
  int device_ = 0;
  status result_;
};

template <class Source, class Out>
void list_call(device_memory& memory, const resample_call<Source, Out>& call) noexcept {
  using time = typename Source::time_type;
  using real = typename resample_call<Source, Out>::real;
  if (call.output.data() != nullptr) memory.writes("output", call.output);
  memory.writes("statuses", call.statuses);
  memory.reads("source.values", call.source.values);
  list_memory(memory, static_cast<const source_times<time>&>(call.source));
  list_memory(memory, call.targets);
  list_memory(memory, static_cast<const normalization<real>&>(call.options));
}

template <class Real>
void list_brackets(device_memory& memory, const brackets_view<Real>& brackets) noexcept {
  memory.reads("brackets.left", brackets.left);
  memory.reads("brackets.right", brackets.right);
  memory.reads("brackets.weight", brackets.weight);
}

template <class Time, class Real>
void list_call(device_memory& memory, const find_brackets_call<Time, Real>& call) noexcept {
  list_brackets(memory, call.brackets);
  memory.writes("brackets.statuses", call.brackets.statuses);
  list_memory(memory, call.source);
  list_memory(memory, call.targets);
}

template <class In, class Out>
void list_call(device_memory& memory, const apply_brackets_call<In, Out>& call) noexcept {
  memory.writes("output", call.rows);
  memory.reads("values", call.samples);
  list_brackets(memory, call.brackets);
  list_memory(memory, call.options);
}

template <class Stream, class Outputs>
void list_call(device_memory& memory, const fuse_call<Stream, Outputs>& call) noexcept {
  memory.writes("reports.statuses", call.reports.statuses);
  memory.writes("reports.ages", call.reports.ages);
  list_memory(memory, call.targets);
  if constexpr (Outputs::one_tensor) memory.writes("output", call.outputs.whole());
  for (std::int64_t n = 0; n < call.streams.count; ++n) {
    char text[32];
    if constexpr (!Outputs::one_tensor) {
      std::snprintf(text, sizeof(text), "outputs[%d]", static_cast<int>(n));
      memory.writes(text, call.outputs[n]);
    }
    std::snprintf(text, sizeof(text), " of streams[%d]", static_cast<int>(n));
    memory.set_suffix(text);
    call.streams.first[n].template visit<typename Outputs::element>(
        [&](const auto& source, const auto& options) {
          list_stream_memory(memory, source, options);
        });
    memory.set_suffix("");
  }
}

template <class Reducer, class Real, class In, class Out>
void list_call(device_memory& memory, const voxelize_call<Reducer, Real, In, Out>& call) noexcept {
  const auto one = [](const void* data, std::size_t bytes) {
    return data == nullptr ? byte_range() : byte_range(data, 0, bytes);
  };
  if (call.output.data() != nullptr) memory.writes("output", call.output);
  memory.writes("reports.counts", call.reports.counts);
  memory.look_at("reports.counters", one(call.reports.counters, sizeof(voxel_counters)));
  memory.look_at("workspace", one(call.space.data, call.space.bytes));
  memory.look_at("points.count", one(call.points.count, sizeof(std::uint32_t)));
  if (call.points.data != nullptr) {  // else a kernel makes them
    for (int axis = 0; axis < 3; ++axis) {
      memory.look_at("points", bytes_of("points", call.points, axis));
    }
  }
  if constexpr (voxelize_call<Reducer, Real, In, Out>::has_features) {
    memory.look_at("features", bytes_of("features", call.features));
  }
}

template <class Source, class Out>
constexpr const char* name_of(const resample_call<Source, Out>&) noexcept {
  return "resample";
}
template <class Time, class Real>
constexpr const char* name_of(const find_brackets_call<Time, Real>&) noexcept {
  return "find_brackets";
}
template <class In, class Out>
constexpr const char* name_of(const apply_brackets_call<In, Out>&) noexcept {
  return "apply_brackets";
}
template <class Stream, class Outputs>
constexpr const char* name_of(const fuse_call<Stream, Outputs>&) noexcept {
  return "fuse";
}
template <class Reducer, class Real, class In, class Out>
constexpr const char* name_of(const voxelize_call<Reducer, Real, In, Out>&) noexcept {
  return "voxelize";
}

}  // namespace detail

/// Says which argument of a call the kernels of a CUDA stream cannot reach: memory of another
/// device without peer access, of the host (unless it is pinned, managed, or the device reads the
/// host's pages), or freed. Also if the current device is not that of the CUDA stream: for that
/// one `preload` has loaded, and not every runtime launches elsewhere. A launcher does not look:
/// such a call fails later, in a kernel, with an error that names nothing and ends the use of the
/// device.
///
/// Does not wait, reads and writes no data. Takes some microseconds per pointer. With one that is
/// wrong it may make other devices current for a moment, of which the first use of each makes a
/// context there, in milliseconds and hundreds of megabytes. With a toolkit before
/// 12.8 the CUDA stream is taken to be the current device's.
///
/// \code
/// const auto call = robocache::make_resample_call(source, targets, output, {}, options);
/// robocache::status s = call.check();
/// if (s.ok()) s = robocache::check_memory(call, stream);
/// // "resample: source.times is at 0x7ffc8a30, memory of the host or freed, the CUDA stream is
/// ..." \endcode
///
/// \param call    of `make_resample_call`, `make_find_brackets_call`, `make_apply_brackets_call` or
///                `make_fuse_call`, or a `voxelize_call`. It has passed its own check
/// \param stream  where it would run
/// \return `invalid_argument` with the argument's name, its address and the devices, or if the
///         CUDA stream is being captured, which is left as it was; `cuda_error` if the runtime does
///         not know it, or the device is lost
template <class Call>
ROBOCACHE_HIDDEN status check_memory(const Call& call, cudaStream_t stream) noexcept {
  detail::device_memory memory(detail::name_of(call), stream);
  detail::list_call(memory, call);
  return memory.result();
}

}  // namespace robocache

#endif
