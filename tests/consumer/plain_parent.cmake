# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DFOLDER=... -DGENERATOR=... -DCUDA=ON|OFF -P plain_parent.cmake
#
# A parent of C++ alone that links robocache::compiled. With ROBOCACHE_CUDA=ON, one line of its own,
# it gets architectures that we support, and pays for the library only if it builds what links it.
# Without, CMake's message says that the line is missing.

file(REMOVE_RECURSE "${FOLDER}")
file(WRITE "${FOLDER}/CMakeLists.txt" "
cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES CXX)
set(ROBOCACHE_CUDA ${CUDA})
add_subdirectory(\"${SOURCE}\" robocache)
file(WRITE main.cpp \"int main() {}\n\")
add_executable(headers main.cpp)
target_link_libraries(headers PRIVATE robocache::robocache)
add_executable(launches EXCLUDE_FROM_ALL main.cpp)
target_link_libraries(launches PRIVATE robocache::compiled)
if(CMAKE_CUDA_ARCHITECTURES OR DEFINED CACHE{CMAKE_CUDA_ARCHITECTURES})
  message(FATAL_ERROR \"the parent has got architectures\")
endif()
if(TARGET robocache_compiled)
  get_target_property(architectures robocache_compiled CUDA_ARCHITECTURES)
  message(STATUS \"for <\${architectures}>\")
endif()
")
execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${FOLDER}" -B "${FOLDER}/build" -G "${GENERATOR}"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REGEX REPLACE "[ \n]+" " " output "${output}")
if(NOT CUDA)
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
