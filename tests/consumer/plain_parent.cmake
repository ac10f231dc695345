# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DFOLDER=... -DGENERATOR=... -DCUDA=ON|OFF|PARENT|TOO_OLD -P plain_parent.cmake
#
# A parent that links robocache::compiled. ON: of C++ alone; with ROBOCACHE_CUDA=ON, one line of its
# own, it gets architectures that we support, and pays for the library only if it builds what links
# it. OFF: without that line CMake's message says that it is missing. PARENT: it has CUDA itself, and
# pays no more. TOO_OLD: it has CUDA for an architecture that has no kernels, and is told so.

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
file(WRITE "${FOLDER}/CMakeLists.txt" "
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
")
execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${FOLDER}" -B "${FOLDER}/build" -G "${GENERATOR}" ${COMPILER}
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
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
if(NOT result EQUAL 0 OR NOT output MATCHES "for <(80|90|native|100)[-;0-9a-z]*>")
  message(FATAL_ERROR "no architectures that RoboCache supports:\n${output}")
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${FOLDER}/build"
                OUTPUT_VARIABLE output ERROR_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(output MATCHES "robocache_compiled")
  message(FATAL_ERROR "robocache::compiled was built, and nobody links it:\n${output}")
endif()
