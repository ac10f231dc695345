# SPDX-License-Identifier: Apache-2.0
#
# Calls that must not compile, and the sentence the compiler must say. One source per case, compiled
# when the test runs; WRONG selects the case, without it the same source must compile.

function(add_must_not_compile_test name sentence)
  set(source "${CMAKE_CURRENT_SOURCE_DIR}/resample/must_not_compile.cpp")
  set(command "${CMAKE_CXX_COMPILER}" -std=c++17 -fsyntax-only
      "-I${PROJECT_SOURCE_DIR}/include" "-DWRONG_${name}" "${source}")
  add_test(NAME robocache_must_not_compile_${name} COMMAND ${command})
  # With a regular expression given, the exit code does not count: the sentence must appear.
  set_tests_properties(robocache_must_not_compile_${name} PROPERTIES
    PASS_REGULAR_EXPRESSION "${sentence}" TIMEOUT 120)
endfunction()

add_must_not_compile_test(time_types "source and target times have the same type")
add_must_not_compile_test(integer_output "the output is half, bfloat16, float or double")
add_must_not_compile_test(integer_values "values are u8, half, bfloat16, float or double")
add_must_not_compile_test(time_type
  "time stamps are float, double, std::int64_t or std::uint64_t")
add_must_not_compile_test(target_rank "target times are \\[B, T\\], or \\[T\\] shared by all items")
add_must_not_compile_test(output_rank "no matching function for call to")
add_must_not_compile_test(brackets_real "the weights are compute_t<In, Out>|check_apply_brackets")
add_must_not_compile_test(ignored_status "\\[-Werror=unused-result\\]|ignoring return")

# The tests above say something only if all else in the source is right.
add_test(NAME robocache_must_compile COMMAND
  "${CMAKE_CXX_COMPILER}" -std=c++17 -Wall -Wextra -Werror -fsyntax-only
  "-I${PROJECT_SOURCE_DIR}/include"
  "${CMAKE_CURRENT_SOURCE_DIR}/resample/must_not_compile.cpp")
