# SPDX-License-Identifier: Apache-2.0
#
# Calls that must not compile, and the sentence the compiler must say. One source per operation and
# test, compiled when the test runs; WRONG_<name> selects the mistake, without it the same source
# must compile.

set(robocache_syntax_only "${CMAKE_CXX_COMPILER}" -std=c++17 -fsyntax-only
    "-I${PROJECT_SOURCE_DIR}/include")

# add_must_not_compile_test(<operation> <name> <sentence>)
function(add_must_not_compile_test operation name sentence)
  set(test robocache_must_not_compile_${operation}_${name})
  add_test(NAME ${test} COMMAND ${robocache_syntax_only} "-DWRONG_${name}"
           "${CMAKE_CURRENT_SOURCE_DIR}/${operation}/must_not_compile.cpp")
  # With a regular expression given, the exit code does not count: the sentence must appear.
  set_tests_properties(${test} PROPERTIES PASS_REGULAR_EXPRESSION "${sentence}" TIMEOUT 120)
endfunction()

# A stream where only the .hpp was included: the compiler says what to include.
function(add_cuda_stream_test operation)
  add_must_not_compile_test(${operation} cuda_stream
    "to run on a CUDA stream include the operation's .cuh and compile with nvcc")
endfunction()

# The tests say something only if all else in the source is right.
function(add_must_compile_test operation)
  add_test(NAME robocache_must_compile_${operation} COMMAND ${robocache_syntax_only}
           -Wall -Wextra -Werror "${CMAKE_CURRENT_SOURCE_DIR}/${operation}/must_not_compile.cpp")
endfunction()

add_must_compile_test(resample)
add_must_not_compile_test(resample time_types "source and target times have the same type")
add_must_not_compile_test(resample axis_time "source and target times have the same type")
add_must_not_compile_test(resample integer_output "the output is half, bfloat16, float or double")
add_must_not_compile_test(resample integer_values "values and features are u8, int16, half")
add_must_not_compile_test(resample time_type
  "time stamps are float, double, std::int64_t or std::uint64_t")
add_must_not_compile_test(resample target_rank
  "target times are \\[B, T\\], or \\[T\\] shared by all items")
add_must_not_compile_test(resample output_rank "no matching function for call to")
add_must_not_compile_test(resample brackets_real
  "the weights are compute_t<In, Out>|check_apply_brackets")
add_cuda_stream_test(resample)
add_must_not_compile_test(resample ignored_status "\\[-Werror=unused-result\\]|ignoring return")

add_must_compile_test(fuse)
add_must_not_compile_test(fuse time_types "source and target times have the same type")
add_must_not_compile_test(fuse unlisted_scalar
  "the scalar type is not one of this sensor_stream's Values")
add_must_not_compile_test(fuse integer_output "the output is half, bfloat16, float or double")
add_must_not_compile_test(fuse integer_values "values and features are u8, int16, half")
add_cuda_stream_test(fuse)
add_must_not_compile_test(fuse ignored_status "\\[-Werror=unused-result\\]|ignoring return")

add_must_compile_test(voxelize)
add_must_not_compile_test(voxelize count_with_features "this reduction has no features")
add_must_not_compile_test(voxelize mean_without_features "this reduction needs features")
add_must_not_compile_test(voxelize double_features "features are float, half or bfloat16")
add_must_not_compile_test(voxelize incomplete_features "__nv_bfloat16 needs <cuda_bf16.h>")
add_must_not_compile_test(voxelize double_output
  "outputs of features are float, half or bfloat16")
add_must_not_compile_test(voxelize count_scalar "voxelize<R> takes \\(points")
add_must_not_compile_test(voxelize integer_points "float or double")
add_must_not_compile_test(voxelize compiled_reducer
  "robocache::compiled has the library's own reducers")
add_must_not_compile_test(voxelize sink_of_marks "a sink of marks takes")
add_must_not_compile_test(voxelize sink_of_features "a sink of features takes")
add_must_not_compile_test(voxelize marks_to_sink_on_cpu "on the CPU count and occupancy are added")
add_cuda_stream_test(voxelize)
add_must_not_compile_test(voxelize ignored_status "\\[-Werror=unused-result\\]|ignoring return")
