// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// `BENCH_HD`: what the CPU's and the GPU's benchmarks share compiles for both.

#if defined(__CUDACC__)
#define BENCH_HD __host__ __device__
#else
#define BENCH_HD
#endif
