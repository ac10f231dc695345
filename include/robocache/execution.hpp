// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

/// \file
/// Where a launcher runs: its last argument. A `cudaStream_t` means the GPU (the `.cuh` headers),
/// `robocache::cpu` the calling machine's processor, and `robocache::preload` nowhere yet: the call
/// is checked, and its kernels are loaded.

/// `ROBOCACHE_CPU_NAMESPACE`: the inline namespace of all that is compiled differently with OpenMP
/// or for a processor with FMA. Two translation units of one program may differ in these flags, and
/// the linker must not give one the other's code.
#if defined(_OPENMP) && defined(__FMA__) && defined(__AVX2__)
#define ROBOCACHE_CPU_NAMESPACE cpu_openmp_fma
#elif defined(_OPENMP)
#define ROBOCACHE_CPU_NAMESPACE cpu_openmp
#elif defined(__FMA__) && defined(__AVX2__)
#define ROBOCACHE_CPU_NAMESPACE cpu_serial_fma
#else
#define ROBOCACHE_CPU_NAMESPACE cpu_serial
#endif

namespace robocache {

#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH)
namespace detail {
inline bool cpu_has_fma() noexcept {
  return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
}
}  // namespace detail
#endif

/// The CPU back end. Runs in the calling thread, and in OpenMP's threads where the program is
/// compiled with OpenMP. The launcher returns when the work is done. Results are the same for any
/// number of threads.
struct cpu_execution {
  /// Threads to use at most; 0 means what OpenMP would use.
  int threads = 0;

  /// `cpu(4)`: with at most four threads.
  ///
  /// \param at_most  threads; 0, or less, means what OpenMP would use
  constexpr cpu_execution operator()(int at_most) const noexcept { return cpu_execution{at_most}; }
};

/// Pass as last argument to run on the CPU: `resample(source, targets, output, options, cpu)`.
inline constexpr cpu_execution cpu{};

/// The type of `preload`.
struct preload_kernels {};

/// Pass as last argument to load a call's kernels without running them: the same checks, the same
/// status, nothing is launched, read or written. CUDA loads a kernel when it is first used, which
/// takes milliseconds and may wait for the device; with real-time deadlines, make each call once
/// with `preload` beforehand. Which kernels a call needs depends on its types, sizes, alignments
/// and options, so preload with arguments like the real ones.
///
/// Loads for the current device, into the context that the process has for it.
inline constexpr preload_kernels preload{};

}  // namespace robocache
