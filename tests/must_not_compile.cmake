# SPDX-License-Identifier: Apache-2.0
#
# Calls that must not compile, and the sentence the compiler must say. One source per operation and
# test, compiled when the test runs; WRONG_<name> selects the mistake, without it the same source
# must compile. mistakes.cpp has those that newcomers make: their answers must be short, too.
#
# As a script, of which the tests consist:
#   cmake -DSENTENCE=... [-DFEWER=n] -P must_not_compile.cmake -- COMPILER ARGUMENT...
# The compiler must fail, say the sentence (a regular expression) and take fewer than n lines.

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
  execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
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

# -Werror: a status that is ignored is only a warning otherwise.
set(robocache_syntax_only -fsyntax-only -Werror=unused-result "-I${PROJECT_SOURCE_DIR}/include")

# add_must_not_compile_test(<operation> <name> <sentence> [FEWER lines] [STANDARD 17])
function(add_must_not_compile_test operation name sentence)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "FEWER;STANDARD" "")
  set(source "${operation}/must_not_compile.cpp")
  if(operation STREQUAL "mistakes")
    set(source mistakes.cpp)
  endif()
  if(NOT arg_STANDARD)
    set(arg_STANDARD 17)
  endif()
  if(NOT arg_FEWER OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(arg_FEWER 0) # Clang goes on after an assertion
  endif()
  set(test robocache_must_not_compile_${operation}_${name})
  add_test(
    NAME ${test}
    COMMAND
      "${CMAKE_COMMAND}" "-DSENTENCE=${sentence}" -DFEWER=${arg_FEWER} -P
      "${CMAKE_CURRENT_SOURCE_DIR}/must_not_compile.cmake" -- "${CMAKE_CXX_COMPILER}" -std=c++${arg_STANDARD}
      ${robocache_syntax_only} "-DWRONG_${name}" "${CMAKE_CURRENT_SOURCE_DIR}/${source}"
  )
  set_tests_properties(${test} PROPERTIES TIMEOUT 120)
endfunction()

# A stream where only the .hpp was included: the compiler says what to include.
function(add_cuda_stream_test operation)
  add_must_not_compile_test(
    ${operation}
    cuda_stream
    "to run on a CUDA stream include the operation's .cuh and compile with nvcc"
  )
endfunction()

# The tests say something only if all else in the source is right.
function(add_must_compile_test operation source)
  add_test(
    NAME robocache_must_compile_${operation}
    COMMAND
      "${CMAKE_CXX_COMPILER}" -std=c++17 ${robocache_syntax_only} -Wall -Wextra -Werror
      "${CMAKE_CURRENT_SOURCE_DIR}/${source}"
  )
endfunction()

add_must_compile_test(resample resample/must_not_compile.cpp)
add_must_not_compile_test(resample time_types "source and target times have the same type")
add_must_not_compile_test(resample axis_time "source and target times have the same type")
add_must_not_compile_test(resample integer_output "the output is half, bfloat16, float or double")
add_must_not_compile_test(resample integer_values "values and features are u8, int16, half")
add_must_not_compile_test(resample time_type "time stamps are float, double, std::int64_t or std::uint64_t")
add_must_not_compile_test(resample target_rank "target times are \\[B, T\\], or \\[T\\] shared by all items")
add_must_not_compile_test(resample output_rank "no matching function for call to")
add_must_not_compile_test(resample brackets_real "the weights are compute_t<In, Out>|check_apply_brackets")
add_cuda_stream_test(resample)
add_must_not_compile_test(resample ignored_status "\\[-Werror=unused-result\\]|ignoring return")

add_must_compile_test(fuse fuse/must_not_compile.cpp)
add_must_not_compile_test(fuse time_types "source and target times have the same type")
add_must_not_compile_test(fuse unlisted_scalar "the scalar type is not one of this sensor_stream's Values")
add_must_not_compile_test(fuse integer_output "the output is half, bfloat16, float or double")
add_must_not_compile_test(fuse integer_values "values and features are u8, int16, half")
add_cuda_stream_test(fuse)
add_must_not_compile_test(fuse ignored_status "\\[-Werror=unused-result\\]|ignoring return")

add_must_compile_test(voxelize voxelize/must_not_compile.cpp)
add_must_not_compile_test(voxelize block_size "blocks of as many threads as its constant")
add_must_not_compile_test(voxelize count_with_features "this reduction has no features")
add_must_not_compile_test(voxelize mean_without_features "this reduction needs features")
add_must_not_compile_test(voxelize double_features "features are float, half or bfloat16")
add_must_not_compile_test(voxelize incomplete_features "__nv_bfloat16 needs <cuda_bf16.h>")
add_must_not_compile_test(voxelize double_output "outputs of features are float, half or bfloat16")
add_must_not_compile_test(voxelize count_scalar "voxelize<R> takes \\(points")
add_must_not_compile_test(voxelize integer_points "float or double")
add_must_not_compile_test(voxelize compiled_reducer "robocache::compiled has the library's own reducers")
add_must_not_compile_test(
  voxelize
  coordinates_of_doubles
  "coordinates as features are those of the call's own points"
)
add_must_not_compile_test(voxelize compiled_coordinates "ROBOCACHE_COMPILED names other calls")
add_must_not_compile_test(voxelize sink_of_marks "a sink of marks takes")
add_must_not_compile_test(voxelize sink_of_features "a sink of features takes")
add_must_not_compile_test(voxelize marks_to_sink_on_cpu "on the CPU count and occupancy are added")
add_cuda_stream_test(voxelize)
add_must_not_compile_test(voxelize ignored_status "\\[-Werror=unused-result\\]|ignoring return")

add_must_compile_test(interop interop/must_not_compile.cpp)
add_must_not_compile_test(
  interop
  not_a_cloud
  "a point cloud has the members of sensor_msgs/PointCloud2"
  FEWER 25
)
add_must_not_compile_test(interop integer_output "the output is half, bfloat16, float or double")
add_must_not_compile_test(interop const_output "the output is half, bfloat16, float or double, not const")
add_must_not_compile_test(interop time_type "time stamps are float, double, std::int64_t or std::uint64_t")
add_must_not_compile_test(interop viewed_integers "unpack_point_cloud2_times makes integers")
add_must_not_compile_test(interop buffer_type "from_span takes what has data\\(\\) and size\\(\\)")
add_must_not_compile_test(
  interop
  strides_to_view
  "what has strides is not taken for dense: Eigen's matrices by eigen_view"
  FEWER 25
)
add_must_not_compile_test(interop stride_to_view "what has strides is not taken for dense" FEWER 25)
add_must_not_compile_test(interop short_list "one extent per dimension" FEWER 25)
add_must_not_compile_test(interop short_strides "one extent and one stride per dimension" FEWER 25)
add_must_not_compile_test(
  interop
  strides_to_span
  "from_span takes what has data\\(\\) and size\\(\\) and no strides"
)
add_must_not_compile_test(interop temporary_buffer "is gone before the view is used")
add_must_not_compile_test(interop temporary_cloud "deleted function|deleted")
add_cuda_stream_test(interop)

add_must_compile_test(mistakes mistakes.cpp)
add_must_not_compile_test(
  mistakes
  old_standard
  "RoboCache needs C\\+\\+17: compile with -std=c\\+\\+17 or later"
  STANDARD 14
  FEWER 25
)
add_must_not_compile_test(
  mistakes
  kernels_in_cpp
  "voxelize.cuh has kernels: compile this file with nvcc"
  FEWER 25
)
add_must_not_compile_test(mistakes fuse_a_source "fuse takes \\(streams, target_times, output" FEWER 25)
add_must_not_compile_test(
  mistakes
  integer_values
  "values and features are u8, int16, half, bfloat16, float or double"
  FEWER 25
)
add_must_not_compile_test(
  mistakes
  integer_stream
  "values and features are u8, int16, half, bfloat16, float or double"
  FEWER 25
)
add_must_not_compile_test(mistakes double_values "Real being double if values or output are double" FEWER 25)
add_must_not_compile_test(mistakes options_time "target times and options of the type of its stamps" FEWER 25)
add_must_not_compile_test(
  mistakes
  target_time
  "type of its stamps|source and target times have the same type"
  FEWER 25
)
add_must_not_compile_test(
  mistakes
  const_output
  "a tensor_view<Out, 3>, not const|the output is written, so not const"
  FEWER 25
)
add_must_not_compile_test(mistakes nowhere "robocache::cpu or a cudaStream_t" FEWER 25)
add_must_not_compile_test(
  mistakes
  thread_index
  "the first argument is a group of threads, not a thread's index"
  FEWER 25
)
add_must_not_compile_test(mistakes braced_workspace "voxelize<R> takes \\(points" FEWER 25)
add_must_not_compile_test(mistakes grid_type "points and grid of one type, float or double" FEWER 25)
