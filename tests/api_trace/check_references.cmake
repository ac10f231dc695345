# SPDX-License-Identifier: Apache-2.0
#
# cmake -DNM=... -DOBJECTS=... -P check_references.cmake
#
# OBJECTS hold launchers and nothing else. Fails if they refer to a function of CUDA that launchers
# have no need of or to one that gives memory of the host, or if they do not launch (then there was
# nothing to check). What is not referred to is not called, on any path, whether a test takes it or
# not.

cmake_minimum_required(VERSION 3.25)

set(
  needed
  cudaFuncGetAttributes
  cudaLaunchKernelExC
  cudaGetLastError
  cudaPeekAtLastError
  cudaGetErrorString
  # after a launch that failed, to name the devices
  cudaGetDevice
  cudaStreamGetDevice
)
# What nvcc generates: a function per kernel that <<<>>> would call, and what registers kernels.
set(
  generated
  "cudaLaunchKernel|__cuda(GetKernel|LaunchKernel|PopCallConfiguration|InitModule)"
  "__cuda(Unr|R)egister[A-Za-z]+"
)
list(JOIN generated "|" generated)

foreach(object IN LISTS OBJECTS)
  execute_process(
    COMMAND "${NM}" --undefined-only "${object}"
    OUTPUT_VARIABLE symbols
    COMMAND_ERROR_IS_FATAL ANY
  )
  string(REGEX MATCHALL "[^ \n]+(\n|$)" symbols "${symbols}")
  list(TRANSFORM symbols STRIP)
  # CUDA's runtime and driver, operator new and its like.
  list(FILTER symbols INCLUDE REGEX "^(_*cu[A-Za-z]|_Zn[wa]|(m|c|re|aligned_)alloc(@|$)|posix_memalign|mmap)")
  list(FILTER symbols EXCLUDE REGEX "^(${generated})$")
  if(NOT "cudaLaunchKernelExC" IN_LIST symbols)
    message(FATAL_ERROR "${object} launches nothing")
  endif()
  list(REMOVE_ITEM symbols ${needed})
  if(symbols)
    message(FATAL_ERROR "${object} refers to ${symbols}")
  endif()
endforeach()
