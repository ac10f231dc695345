# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DFOLDER=... -DGENERATOR=... [-DARGUMENTS=...] -P headers_only.cmake
#
# Configures RoboCache where nothing is installed that its tests, benchmarks and examples want, and
# installs it without building anything. Then asks the package for its components.

file(REMOVE_RECURSE "${FOLDER}")
string(REPLACE "|" ";" arguments "${ARGUMENTS}")
foreach(package IN ITEMS Catch2 benchmark CLI11 fmt)
  list(APPEND arguments "-DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON")
endforeach()

execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${FOLDER}/build" -G "${GENERATOR}" ${arguments}
  COMMAND_ERROR_IS_FATAL ANY
)
execute_process(
  COMMAND "${CMAKE_COMMAND}" --install "${FOLDER}/build" --prefix "${FOLDER}/prefix"
  COMMAND_ERROR_IS_FATAL ANY
)

file(
  WRITE "${FOLDER}/consumer/CMakeLists.txt"
  [[
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
find_package(robocache CONFIG REQUIRED)
file(WRITE main.cpp "#include <robocache/robocache.hpp>\nint main() {}\n")
add_executable(consumer main.cpp)
target_link_libraries(consumer PRIVATE robocache::robocache)
find_package(robocache CONFIG REQUIRED COMPONENTS compiled)
]]
)
execute_process(
  COMMAND
    "${CMAKE_COMMAND}" -S "${FOLDER}/consumer" -B "${FOLDER}/consumer/build" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${FOLDER}/prefix"
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output
)
string(REGEX REPLACE "[ \n]+" " " output "${output}")
# AUTO, where there is a CUDA compiler: configured, but not built. Else there is none.
set(reason "its headers alone were installed, or no CUDA compiler was found when RoboCache was con")
if(EXISTS "${FOLDER}/prefix/share/cmake/robocache/robocache-compiled-targets.cmake")
  set(reason "RoboCache was installed without having been built")
endif()
if(result EQUAL 0 OR NOT output MATCHES "has no component compiled: ${reason}")
  message(FATAL_ERROR "the package does not say why there is no component compiled:\n${output}")
endif()
