// SPDX-License-Identifier: Apache-2.0
#include "trace.hpp"

#include <cuda_runtime_api.h>

#include <cstddef>
#include <type_traits>

/// \file
/// What this program calls instead of the CUDA runtime. CMakeLists.txt reads the names of the
/// functions from here, each on the line of its TRACED, and tells the linker.
///
/// The list has what allocates, waits, copies or launches, and what a launcher may want to know.
/// `check_references.cmake` sees that launchers refer to nothing that is missing here.

// A name that is not wrapped does not link: __real_ is then nobody's.
#define TRACED_AS(name, note, parameters, arguments) \
  extern "C" cudaError_t __real_##name parameters;   \
  extern "C" cudaError_t __wrap_##name parameters {  \
    note;                                            \
    return __real_##name arguments;                  \
  }                                                  \
  static_assert(std::is_same_v<decltype(__real_##name), decltype(name)>, #name " differs")

#define TRACED(name, parameters, arguments) \
  TRACED_AS(name, robocache_test::note_call(#name), parameters, arguments)

#define TRACED_LAUNCH(name, kernel, parameters, arguments) \
  TRACED_AS(name, robocache_test::note_launch(#name, kernel), parameters, arguments)

#define TRACED_QUESTION(name, kernel, parameters, arguments) \
  TRACED_AS(name, robocache_test::note_question(#name, kernel), parameters, arguments)

using std::size_t;

// Memory.
TRACED(cudaMalloc, (void** p, size_t bytes), (p, bytes));
TRACED(cudaMallocPitch, (void** p, size_t* pitch, size_t w, size_t h), (p, pitch, w, h));
TRACED(cudaMallocManaged, (void** p, size_t bytes, unsigned flags), (p, bytes, flags));
TRACED(cudaMallocHost, (void** p, size_t bytes), (p, bytes));
TRACED(cudaMallocAsync, (void** p, size_t bytes, cudaStream_t s), (p, bytes, s));
TRACED(cudaMallocFromPoolAsync, (void** p, size_t bytes, cudaMemPool_t pool, cudaStream_t s),
       (p, bytes, pool, s));
TRACED(cudaHostAlloc, (void** p, size_t bytes, unsigned flags), (p, bytes, flags));
TRACED(cudaHostRegister, (void* p, size_t bytes, unsigned flags), (p, bytes, flags));
TRACED(cudaHostUnregister, (void* p), (p));
TRACED(cudaFree, (void* p), (p));
TRACED(cudaFreeHost, (void* p), (p));
TRACED(cudaFreeAsync, (void* p, cudaStream_t s), (p, s));
TRACED(cudaMemPoolCreate, (cudaMemPool_t * pool, const cudaMemPoolProps* how), (pool, how));
TRACED(cudaMemPoolTrimTo, (cudaMemPool_t pool, size_t bytes), (pool, bytes));
TRACED(cudaDeviceGetDefaultMemPool, (cudaMemPool_t * pool, int device), (pool, device));

// Waiting, and asking how far work is.
TRACED(cudaDeviceSynchronize, (), ());
TRACED(cudaStreamSynchronize, (cudaStream_t s), (s));
TRACED(cudaEventSynchronize, (cudaEvent_t e), (e));
TRACED(cudaStreamWaitEvent, (cudaStream_t s, cudaEvent_t e, unsigned flags), (s, e, flags));
TRACED(cudaStreamQuery, (cudaStream_t s), (s));
TRACED(cudaEventQuery, (cudaEvent_t e), (e));
TRACED(cudaStreamIsCapturing, (cudaStream_t s, cudaStreamCaptureStatus* what), (s, what));

// Streams and events of a launcher's own.
TRACED(cudaStreamCreate, (cudaStream_t * s), (s));
TRACED(cudaStreamCreateWithFlags, (cudaStream_t * s, unsigned flags), (s, flags));
TRACED(cudaStreamCreateWithPriority, (cudaStream_t * s, unsigned flags, int p), (s, flags, p));
TRACED(cudaStreamDestroy, (cudaStream_t s), (s));
TRACED(cudaEventCreate, (cudaEvent_t * e), (e));
TRACED(cudaEventCreateWithFlags, (cudaEvent_t * e, unsigned flags), (e, flags));
TRACED(cudaEventRecord, (cudaEvent_t e, cudaStream_t s), (e, s));
TRACED(cudaEventDestroy, (cudaEvent_t e), (e));

// Copies and fills.
TRACED(cudaMemcpy, (void* to, const void* from, size_t bytes, cudaMemcpyKind kind),
       (to, from, bytes, kind));
TRACED(cudaMemcpyAsync,
       (void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t s),
       (to, from, bytes, kind, s));
TRACED(cudaMemcpy2D,
       (void* to, size_t to_pitch, const void* from, size_t pitch, size_t w, size_t h,
        cudaMemcpyKind kind),
       (to, to_pitch, from, pitch, w, h, kind));
TRACED(cudaMemcpy2DAsync,
       (void* to, size_t to_pitch, const void* from, size_t pitch, size_t w, size_t h,
        cudaMemcpyKind kind, cudaStream_t s),
       (to, to_pitch, from, pitch, w, h, kind, s));
TRACED(cudaMemcpyToSymbol,
       (const void* to, const void* from, size_t bytes, size_t at, cudaMemcpyKind kind),
       (to, from, bytes, at, kind));
TRACED(cudaMemcpyToSymbolAsync,
       (const void* to, const void* from, size_t bytes, size_t at, cudaMemcpyKind kind,
        cudaStream_t s),
       (to, from, bytes, at, kind, s));
TRACED(cudaMemcpyFromSymbol,
       (void* to, const void* from, size_t bytes, size_t at, cudaMemcpyKind kind),
       (to, from, bytes, at, kind));
TRACED(cudaMemset, (void* p, int value, size_t bytes), (p, value, bytes));
TRACED(cudaMemsetAsync, (void* p, int value, size_t bytes, cudaStream_t s), (p, value, bytes, s));

// Launches.
TRACED_LAUNCH(cudaLaunchKernel, f,
              (const void* f, dim3 grid, dim3 block, void** arguments, size_t shared,
               cudaStream_t s),
              (f, grid, block, arguments, shared, s));
TRACED_LAUNCH(cudaLaunchKernelExC, f,
              (const cudaLaunchConfig_t* how, const void* f, void** arguments),
              (how, f, arguments));
TRACED_LAUNCH(cudaLaunchCooperativeKernel, f,
              (const void* f, dim3 grid, dim3 block, void** arguments, size_t shared,
               cudaStream_t s),
              (f, grid, block, arguments, shared, s));
TRACED(cudaLaunchHostFunc, (cudaStream_t s, cudaHostFn_t f, void* data), (s, f, data));
TRACED(cudaGraphLaunch, (cudaGraphExec_t graph, cudaStream_t s), (graph, s));

// Questions and settings.
TRACED_QUESTION(cudaFuncGetAttributes, f, (cudaFuncAttributes * what, const void* f), (what, f));
TRACED(cudaFuncSetAttribute, (const void* f, cudaFuncAttribute which, int value),
       (f, which, value));
TRACED(cudaOccupancyMaxActiveBlocksPerMultiprocessor,
       (int* blocks, const void* f, int threads, size_t shared), (blocks, f, threads, shared));
TRACED(cudaGetDevice, (int* device), (device));
TRACED(cudaSetDevice, (int device), (device));
#if CUDART_VERSION >= 12080
TRACED(cudaStreamGetDevice, (cudaStream_t s, int* device), (s, device));
#endif
TRACED(cudaGetDeviceCount, (int* count), (count));
TRACED(cudaDeviceGetAttribute, (int* value, cudaDeviceAttr which, int device),
       (value, which, device));
TRACED(cudaDeviceSetLimit, (cudaLimit which, size_t value), (which, value));
TRACED(cudaPointerGetAttributes, (cudaPointerAttributes * what, const void* p), (what, p));
TRACED(cudaGetSymbolAddress, (void** p, const void* symbol), (p, symbol));
TRACED(cudaMemGetInfo, (size_t * free, size_t* total), (free, total));
TRACED(cudaGetLastError, (), ());
TRACED(cudaPeekAtLastError, (), ());

#if CUDART_VERSION >= 13000
// What <<<>>> becomes, which before CUDA 13 was cudaLaunchKernel. Only nvcc sees its declaration.
extern "C" cudaError_t __cudaLaunchKernel(cudaKernel_t, dim3, dim3, void**, size_t, cudaStream_t);
TRACED_LAUNCH(__cudaLaunchKernel, f,
              (cudaKernel_t f, dim3 grid, dim3 block, void** arguments, size_t shared,
               cudaStream_t s),
              (f, grid, block, arguments, shared, s));
#endif
