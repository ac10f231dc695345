# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DFOLDER=... -DGENERATOR=... -DCUDA=ON|OFF|PARENT|TOO_OLD|UNSET
#       -P plain_parent.cmake
#
# A parent that links robocache::compiled. ON: of C++ alone; with ROBOCACHE_CUDA=ON, one line of its
# own, it gets architectures that we support, and pays for the library only if it builds what links
# it. OFF: without that line CMake's message says that it is missing. PARENT: it has CUDA itself, and
# pays no more. TOO_OLD: it has CUDA for an architecture that has no kernels, and is told so. UNSET: it
# has CUDA, sets no architecture and compiles a .cuh itself, and is told so.

file(REMOVE_RECURSE "${FOLDER}")
set(languages CXX)
set(lines "set(ROBOCACHE_CUDA ${CUDA})")
set(has_cuda OFF)
if(CUDA STREQUAL "PARENT")
  set(languages "CXX CUDA")
  set(lines "set(CMAKE_CUDA_ARCHITECTURES 80-real)")
  set(has_cuda ON)
elseif(CUDA STREQUAL "TOO_OLD")
  set(languages "CXX CUDA")
  set(lines "set(CMAKE_CUDA_ARCHITECTURES 75)")
  set(has_cuda ON)
endif()

if(CUDA STREQUAL "UNSET")
  unset(ENV{CUDAARCHS})
  file(
    WRITE "${FOLDER}/CMakeLists.txt"
    "
cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES CXX CUDA)
add_subdirectory(\"${SOURCE}\" robocache)
file(WRITE main.cu \"#include <robocache/cuda/arch_namespace.cuh>\\nint main() {}\\n\")
add_executable(kernels main.cu)
target_link_libraries(kernels PRIVATE robocache::robocache)
"
  )
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${FOLDER}" -B "${FOLDER}/build" -G "${GENERATOR}" ${COMPILER}
    COMMAND_ERROR_IS_FATAL ANY
  )
  file(STRINGS "${FOLDER}/build/CMakeCache.txt" default REGEX "^CMAKE_CUDA_ARCHITECTURES:")
  string(REGEX REPLACE "^.*=" "" default "${default}")
  if(default GREATER_EQUAL 80)
    message("skipped: this compiler's own default is ${default}")
    return()
  endif()
  execute_process(
    COMMAND "${CMAKE_COMMAND}" --build "${FOLDER}/build"
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output
  )
  if(result EQUAL 0 OR NOT output MATCHES "capability 8.0 or later: set CMAKE_CUDA_ARCHITECTURES or -arch")
    message(FATAL_ERROR "the parent is not told to set an architecture:\n${output}")
  endif()
  return()
endif()
file(
  WRITE "${FOLDER}/CMakeLists.txt"
  "
cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES ${languages})
${lines}
add_subdirectory(\"${SOURCE}\" robocache)
file(WRITE main.cpp \"int main() {}\n\")
add_executable(headers main.cpp)
target_link_libraries(headers PRIVATE robocache::robocache)
add_executable(launches EXCLUDE_FROM_ALL main.cpp)
target_link_libraries(launches PRIVATE robocache::compiled)
if(NOT ${has_cuda} AND
   (CMAKE_CUDA_ARCHITECTURES OR DEFINED CACHE{CMAKE_CUDA_ARCHITECTURES}))
  message(FATAL_ERROR \"the parent has got architectures\")
endif()
if(TARGET robocache_compiled)
  get_target_property(architectures robocache_compiled CUDA_ARCHITECTURES)
  message(STATUS \"for <\${architectures}>\")
endif()
"
)
execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${FOLDER}" -B "${FOLDER}/build" -G "${GENERATOR}" ${COMPILER}
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output
)
string(REGEX REPLACE "[ \n]+" " " output "${output}")
if(CUDA STREQUAL "TOO_OLD")
  if(result EQUAL 0 OR NOT output MATCHES "CMAKE_CUDA_ARCHITECTURES is 75, and kernels need 80 or")
    message(FATAL_ERROR "the parent is not told that its architecture has no kernels:\n${output}")
  endif()
  return()
endif()
if(CUDA STREQUAL "OFF")
  if(result EQUAL 0 OR NOT output MATCHES "set ROBOCACHE_CUDA to ON before RoboCache is added")
    message(FATAL_ERROR "the parent is not told what it lacks:\n${output}")
  endif()
  return()
endif()
set(expected "80;90-real;100") # with PTX for Jetson Orin, and for what comes
if(CUDA STREQUAL "PARENT")
  set(expected "80-real")
elseif(DEFINED ENV{CUDAARCHS})
  set(expected "$ENV{CUDAARCHS}")
endif()
if(NOT result EQUAL 0 OR NOT output MATCHES "for <${expected}>")
  message(FATAL_ERROR "not for ${expected}:\n${output}")
endif()
execute_process(
  COMMAND "${CMAKE_COMMAND}" --build "${FOLDER}/build"
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output
  COMMAND_ERROR_IS_FATAL ANY
)
if(output MATCHES "robocache_compiled")
  message(FATAL_ERROR "robocache::compiled was built, and nobody links it:\n${output}")
endif()
