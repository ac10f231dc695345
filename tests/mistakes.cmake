# SPDX-License-Identifier: Apache-2.0
#
# As a script: cmake -DSENTENCE=... [-DFEWER=n] -P mistakes.cmake -- COMPILER ARGUMENT...
# The compiler must fail, say the sentence (a regular expression) and take fewer than n lines.
#
# Included by CMakeLists.txt: the tests that run it on mistakes.cpp.

if(CMAKE_SCRIPT_MODE_FILE)
  set(command "")
  set(after OFF)
  foreach(i RANGE ${CMAKE_ARGC})
    if(after)
      list(APPEND command "${CMAKE_ARGV${i}}")
    elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
      set(after ON)
    endif()
  endforeach()
  execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  string(REGEX MATCHALL "\n" lines "${output}")
  list(LENGTH lines lines)
  if(result EQUAL 0)
    message(FATAL_ERROR "it compiles")
  elseif(NOT output MATCHES "${SENTENCE}")
    message(FATAL_ERROR "nothing says '${SENTENCE}':\n${output}")
  elseif(FEWER AND lines GREATER_EQUAL FEWER)
    message(FATAL_ERROR "${lines} lines:\n${output}")
  endif()
  message(STATUS "${lines} lines")
  return()
endif()

# add_mistake_test(<name> <sentence> [standard])
function(add_mistake_test name sentence)
  set(standard 17)
  if(ARGC GREATER 2)
    set(standard ${ARGV2})
  endif()
  set(fewer 25)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(fewer 0)  # Clang goes on after an assertion
  endif()
  add_test(NAME robocache_mistake_${name}
    COMMAND "${CMAKE_COMMAND}" "-DSENTENCE=${sentence}" -DFEWER=${fewer} -P "${CMAKE_CURRENT_SOURCE_DIR}/mistakes.cmake"
            -- "${CMAKE_CXX_COMPILER}" -std=c++${standard} -fsyntax-only
            "-I${PROJECT_SOURCE_DIR}/include" "-DMISTAKE_${name}"
            "${CMAKE_CURRENT_SOURCE_DIR}/mistakes.cpp")
  set_tests_properties(robocache_mistake_${name} PROPERTIES TIMEOUT 60)
endfunction()

# The tests say something only if all else in the source is right.
add_test(NAME robocache_mistake_none
  COMMAND "${CMAKE_CXX_COMPILER}" -std=c++17 -fsyntax-only -Wall -Wextra -Werror
          "-I${PROJECT_SOURCE_DIR}/include" "${CMAKE_CURRENT_SOURCE_DIR}/mistakes.cpp")

add_mistake_test(old_standard "RoboCache needs C\\+\\+17: compile with -std=c\\+\\+17 or later" 14)
add_mistake_test(kernels_in_cpp "voxelize.cuh has kernels: compile this file with nvcc")
add_mistake_test(fuse_a_source "fuse takes \\(streams, target_times, output")
add_mistake_test(integer_values "values and features are u8, int16, half, bfloat16, float or double")
add_mistake_test(integer_stream "values and features are u8, int16, half, bfloat16, float or double")
add_mistake_test(double_values "Real being double if values or output are double")
add_mistake_test(options_time "target times and options of the type of its stamps")
add_mistake_test(target_time "type of its stamps|source and target times have the same type")
add_mistake_test(const_output "a tensor_view<Out, 3>, not const|the output is written, so not const")
add_mistake_test(nowhere "robocache::cpu or a cudaStream_t")
add_mistake_test(thread_index "the first argument is a group of threads, not a thread's index")
add_mistake_test(grid_type "points and grid of one type, float or double")
