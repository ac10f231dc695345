# SPDX-License-Identifier: Apache-2.0
#
# What tests, benchmarks and examples need; the library itself needs nothing. Each is looked for on
# the system first, and downloaded otherwise if that is wanted (ROBOCACHE_FETCH_DEPENDENCIES). What
# lacks something is left out, so that the headers can be installed anywhere. The global property
# ROBOCACHE_MISSING lists what is left out, and why; ROBOCACHE_FETCHABLE what a download would bring.
#
# Macros, because packages set variables that their users read (Catch2's test discovery does).

include(FetchContent)

# Sets <result> to whether `name` may be and was made available from git. Otherwise notes that the
# part of the build called `purpose` lacks it.
macro(
  robocache_fetch
  result
  purpose
  name
  repository
  tag
)
  set(${result} OFF)
  if(ROBOCACHE_FETCH_DEPENDENCIES)
    message(STATUS "${name} is not installed: downloading ${tag}")
    FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${tag} GIT_SHALLOW ON SYSTEM)
    FetchContent_MakeAvailable(${name})
    set(${result} ON)
  else()
    set_property(GLOBAL APPEND PROPERTY ROBOCACHE_MISSING "${purpose} (no ${name})")
    set_property(GLOBAL APPEND PROPERTY ROBOCACHE_FETCHABLE ${name})
  endif()
endmacro()

# robocache_catch2: Catch2 3, or 2.13 as Debian 12 ships it, without a main function. The macro
# ROBOCACHE_CATCH2_VERSION is 2 or 3; tests/support has what differs. Also catch_discover_tests().
# Sets <result>.
macro(robocache_find_catch2 result)
  find_package(Catch2 3 QUIET GLOBAL)
  if(NOT Catch2_FOUND)
    find_package(Catch2 2.13 QUIET GLOBAL)
  endif()
  set(${result} ${Catch2_FOUND})
  if(${result})
    list(APPEND CMAKE_MODULE_PATH "${Catch2_DIR}")
    string(REGEX MATCH "^[0-9]+" robocache_catch2_version "${Catch2_VERSION}")
  else()
    robocache_fetch(${result} tests Catch2 https://github.com/catchorg/Catch2.git v3.7.1)
    list(APPEND CMAKE_MODULE_PATH "${catch2_SOURCE_DIR}/extras")
    set(robocache_catch2_version 3)
  endif()
  if(${result})
    add_library(robocache_catch2 INTERFACE)
    target_link_libraries(robocache_catch2 INTERFACE Catch2::Catch2)
    target_compile_definitions(
      robocache_catch2
      INTERFACE ROBOCACHE_CATCH2_VERSION=${robocache_catch2_version}
    )
    include(Catch)
  endif()
endmacro()

# benchmark::benchmark, Google Benchmark 1.7 or newer. Sets <result>.
macro(robocache_find_benchmark result)
  find_package(benchmark 1.7 QUIET GLOBAL)
  set(${result} ${benchmark_FOUND})
  if(NOT ${result})
    set(BENCHMARK_ENABLE_TESTING OFF)
    set(BENCHMARK_ENABLE_INSTALL OFF)
    robocache_fetch(${result} benchmarks benchmark https://github.com/google/benchmark.git v1.9.1)
  endif()
endmacro()

# CLI11::CLI11, the examples' command lines. Sets <result>.
macro(robocache_find_cli11 result)
  find_package(CLI11 2.1 QUIET GLOBAL)
  set(${result} ${CLI11_FOUND})
  if(NOT ${result})
    robocache_fetch(${result} examples CLI11 https://github.com/CLIUtils/CLI11.git v2.4.2)
  endif()
endmacro()

# fmt::fmt, the examples' tables. Sets <result>.
macro(robocache_find_fmt result)
  find_package(fmt 8 QUIET GLOBAL)
  set(${result} ${fmt_FOUND})
  if(NOT ${result})
    robocache_fetch(${result} examples fmt https://github.com/fmtlib/fmt.git 11.0.2)
  endif()
endmacro()
