# SPDX-License-Identifier: Apache-2.0
#
# robocache_development: how our own tests, benchmarks and examples are compiled. Never installed,
# never linked by the library's targets.

add_library(robocache_development INTERFACE)
target_link_libraries(robocache_development INTERFACE robocache)

# GCC and Clang. nvcc's generated host code is not pedantic, so CUDA sources do without -Wpedantic.
target_compile_options(
  robocache_development
  INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic>"
    "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>"
)
if(ROBOCACHE_WARNINGS_AS_ERRORS)
  target_compile_options(
    robocache_development
    INTERFACE
      "$<$<COMPILE_LANGUAGE:CXX>:-Werror>"
      "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Werror;--Werror=all-warnings>"
  )
endif()

if(ROBOCACHE_CUDA_ENABLED)
  target_compile_features(robocache_development INTERFACE cuda_std_17)
endif()

if(ROBOCACHE_SANITIZE)
  list(JOIN ROBOCACHE_SANITIZE "," robocache_sanitizers)
  # A finding ends the program, so that ctest sees it.
  set(
    robocache_sanitizer_flags
    -fsanitize=${robocache_sanitizers}
    -fno-sanitize-recover=all
    -fno-omit-frame-pointer
  )
  list(JOIN robocache_sanitizer_flags "," robocache_sanitizer_flags_nvcc)
  target_compile_options(
    robocache_development
    INTERFACE
      "$<$<COMPILE_LANGUAGE:CXX>:${robocache_sanitizer_flags}>"
      "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${robocache_sanitizer_flags_nvcc}>"
  )
  target_link_options(robocache_development INTERFACE -fsanitize=${robocache_sanitizers})
endif()
