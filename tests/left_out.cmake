# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DFOLDER=... -DGENERATOR=... -DARGUMENTS=... -P left_out.cmake
#
# Configures RoboCache where its tests lack whatever they can do without. All of it must be in
# ROBOCACHE_MISSING, for the last line of tests/run.sh, and of it only what CMake can download in
# ROBOCACHE_FETCHABLE: for the rest there is no point in asking a network.

file(REMOVE_RECURSE "${FOLDER}")
string(REPLACE "|" ";" arguments "${ARGUMENTS}")
foreach(package IN ITEMS benchmark Doxygen Eigen3 fmt)
  list(APPEND arguments "-DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON")
endforeach()
# Found, says the cache, and empty.
foreach(
  name
  IN
  ITEMS AARCH64_CXX CCCL_INCLUDE CLANGXX CONAN DLPACK_INCLUDE MAKE PKG_CONFIG QEMU_AARCH64
)
  list(APPEND arguments "-DROBOCACHE_${name}=")
endforeach()
execute_process(
  COMMAND
    "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${FOLDER}" -G "${GENERATOR}" -DROBOCACHE_CUDA=OFF
    -DROBOCACHE_FETCH_DEPENDENCIES=OFF -DROBOCACHE_TORCH_PYTHON=no_python ${arguments}
  OUTPUT_VARIABLE output
  COMMAND_ERROR_IS_FATAL ANY
)
file(READ "${FOLDER}/CMakeCache.txt" cache)
foreach(entry IN ITEMS MISSING FETCHABLE)
  string(REGEX MATCH "\nROBOCACHE_${entry}:INTERNAL=([^\n]*)" ignored "${cache}")
  set(told_${entry} "${CMAKE_MATCH_1}")
endforeach()
foreach(
  text
  IN
  ITEMS
    "clang"
    "64-bit Arm"
    "docs"
    "examples/torch"
    "eigen.hpp"
    "dlpack.hpp"
    "mdspan.hpp"
    "Conan"
    "pkg-config"
    "make"
    "benchmark"
    "fmt"
)
  if(NOT told_MISSING MATCHES "${text}")
    message(FATAL_ERROR "not told of ${text}, which is left out: ${told_MISSING}")
  endif()
endforeach()
list(REMOVE_ITEM told_FETCHABLE CLI11) # where it is not installed
if(NOT told_FETCHABLE STREQUAL "benchmark;fmt")
  message(FATAL_ERROR "benchmark and fmt can be downloaded, not ${told_FETCHABLE}")
endif()
if(NOT output MATCHES "FETCH_DEPENDENCIES=ON downloads [^\n]*fmt")
  message(FATAL_ERROR "not told what can be downloaded:\n${output}")
endif()
