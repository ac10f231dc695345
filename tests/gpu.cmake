# SPDX-License-Identifier: Apache-2.0
#
# The tests that run on a GPU: the objects of the CPU tests, linked with the CUDA back end.

find_package(CUDAToolkit REQUIRED)

# Only these files go through nvcc: each instantiates the launchers for a few types and no more.
function(add_cuda_engine name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;OPTIONS")
  add_library(${name} OBJECT ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE robocache_development CUDA::cudart_static)
  target_compile_options(${name} PRIVATE "$<$<COMPILE_LANGUAGE:CUDA>:${arg_OPTIONS}>")
endfunction()

engine_sources(
  sources
  cuda_engine.cu
  f32
  f64
  i64
  i64_double
  i64_narrowing
  i64_widening
  u64
)
add_cuda_engine(robocache_test_cuda_engine SOURCES support/cuda_backend.cpp ${sources})
engine_sources(
  sources
  cuda_fuse_engine.cu
  narrow
  half
  with_double
  mixed
  times
)
add_cuda_engine(robocache_test_cuda_fuse_engine SOURCES ${sources})
engine_sources(
  sources
  cuda_voxel_engine.cu
  limits
  marks
  moments
  others
  sums
)
add_cuda_engine(robocache_test_cuda_voxel_engine SOURCES ${sources})
add_cuda_engine(robocache_test_cuda_coordinate_engine SOURCES support/cuda_coordinate_engine.cu)

# The user's flags must not change a bit.
engine_sources(sources cuda_engine.cu fast_math fast_math_i64)
add_cuda_engine(
  robocache_test_cuda_engine_fast_math
  OPTIONS --use_fast_math
  SOURCES support/cuda_backend.cpp ${sources}
)
engine_sources(sources cuda_fuse_engine.cu mixed)
add_cuda_engine(robocache_test_cuda_fuse_engine_fast_math OPTIONS --use_fast_math SOURCES ${sources})
engine_sources(sources cuda_voxel_engine.cu fast_math)
add_cuda_engine(
  robocache_test_cuda_voxel_engine_fast_math
  OPTIONS --use_fast_math
  SOURCES support/cuda_coordinate_engine.cu ${sources}
)

add_library(robocache_test_voxel_kernels OBJECT voxelize/own_kernels.cu)
target_link_libraries(robocache_test_voxel_kernels PRIVATE robocache_development CUDA::cudart_static)

add_library(robocache_test_row_kernels OBJECT resample/own_rows.cu fuse/own_kernels.cu)
target_link_libraries(robocache_test_row_kernels PRIVATE robocache_development CUDA::cudart_static)

add_library(robocache_test_ring_kernels OBJECT resample/rings.cu)
target_link_libraries(robocache_test_ring_kernels PRIVATE robocache_development CUDA::cudart_static)

foreach(variant IN ITEMS robocache_test_stencil_kernels robocache_test_stencil_kernels_fast_math)
  add_library(${variant} OBJECT resample/stencil_kernels.cu)
  target_link_libraries(${variant} PRIVATE robocache_development CUDA::cudart_static)
endforeach()
target_compile_options(
  robocache_test_stencil_kernels_fast_math
  PRIVATE "$<$<COMPILE_LANGUAGE:CUDA>:--use_fast_math>"
)

# Where several architectures are compiled for (.ci/run), the engines are for the first two, and what
# a flag or a user's own kernel changes, which is not a matter of the architecture, for one. It saves
# minutes of nvcc; robocache::compiled and the examples are for all.
list(LENGTH CMAKE_CUDA_ARCHITECTURES robocache_architecture_count)
if(robocache_architecture_count GREATER 1)
  list(SUBLIST CMAKE_CUDA_ARCHITECTURES 0 2 robocache_two_architectures)
  set_target_properties(
    robocache_test_cuda_engine
    robocache_test_cuda_fuse_engine
    robocache_test_cuda_voxel_engine
    PROPERTIES CUDA_ARCHITECTURES "${robocache_two_architectures}"
  )
  list(GET CMAKE_CUDA_ARCHITECTURES 0 robocache_one_architecture)
  set_target_properties(
    robocache_test_cuda_engine_fast_math
    robocache_test_cuda_fuse_engine_fast_math
    robocache_test_cuda_voxel_engine_fast_math
    robocache_test_cuda_coordinate_engine
    robocache_test_voxel_kernels
    robocache_test_row_kernels
    robocache_test_ring_kernels
    robocache_test_stencil_kernels
    robocache_test_stencil_kernels_fast_math
    PROPERTIES CUDA_ARCHITECTURES "${robocache_one_architecture}"
  )
endif()

add_library(robocache_test_late_copy OBJECT support/late_copy.cu)
target_link_libraries(robocache_test_late_copy PRIVATE robocache_development CUDA::cudart_static)

add_robocache_test(
  robocache_test_resample_gpu
  LABELS gpu
  TIMEOUT 900
  SOURCES
    support/environment_cuda.cpp
    resample/gpu_asynchronous.cpp
    resample/gpu_big.cpp
    resample/gpu_equals_cpu.cpp
    resample/gpu_ragged.cpp
    resample/rings.cpp
  LIBRARIES
    robocache_test_resample_tests
    ${robocache_test_common}
    robocache_test_cuda_engine
    robocache_test_late_copy
    robocache_test_ring_kernels
    CUDA::cudart_static
)

add_robocache_test(
  robocache_test_resample_gpu_fast_math
  LABELS gpu
  TIMEOUT 600
  SOURCES support/environment_cuda.cpp resample/gpu_equals_cpu.cpp
  LIBRARIES
    robocache_test_resample_tests
    ${robocache_test_common}
    robocache_test_cuda_engine_fast_math
    CUDA::cudart_static
)

foreach(variant IN ITEMS "" _fast_math)
  add_robocache_test(
    robocache_test_stencils_gpu${variant}
    LABELS gpu
    TIMEOUT 300
    SOURCES support/environment_cuda.cpp resample/gpu_stencils.cpp
    LIBRARIES
      ${robocache_test_common}
      robocache_test_cuda_engine
      robocache_test_stencil_kernels${variant}
      CUDA::cudart_static
  )
endforeach()

add_robocache_test(
  robocache_test_fuse_gpu
  LABELS gpu
  TIMEOUT 900
  SOURCES
    support/environment_cuda.cpp
    fuse/gpu_asynchronous.cpp
    fuse/gpu_equals_cpu.cpp
    fuse/gpu_own_kernels.cpp
  LIBRARIES
    robocache_test_fuse_tests
    robocache_test_own_rows_tests
    ${robocache_test_fuse_common}
    robocache_test_cuda_engine
    robocache_test_cuda_fuse_engine
    robocache_test_late_copy
    robocache_test_row_kernels
    CUDA::cudart_static
)

add_robocache_test(
  robocache_test_fuse_gpu_fast_math
  LABELS gpu
  TIMEOUT 600
  SOURCES support/environment_cuda.cpp fuse/gpu_equals_cpu.cpp
  LIBRARIES
    robocache_test_fuse_tests
    ${robocache_test_fuse_common}
    robocache_test_cuda_engine_fast_math
    robocache_test_cuda_fuse_engine_fast_math
    CUDA::cudart_static
)

add_robocache_test(
  robocache_test_voxelize_gpu
  LABELS gpu
  TIMEOUT 900
  SOURCES
    support/environment_cuda.cpp
    voxelize/gpu_asynchronous.cpp
    voxelize/gpu_big.cpp
    voxelize/gpu_equals_cpu.cpp
    voxelize/gpu_own_kernels.cpp
    voxelize/gpu_point_coordinates.cpp
    voxelize/gpu_sinks.cpp
  LIBRARIES
    robocache_test_voxelize_tests
    ${robocache_test_voxelize_common}
    robocache_test_cuda_engine
    robocache_test_cuda_voxel_engine
    robocache_test_cuda_coordinate_engine
    robocache_test_late_copy
    robocache_test_voxel_kernels
    CUDA::cudart_static
)

add_robocache_test(
  robocache_test_voxelize_gpu_fast_math
  LABELS gpu
  TIMEOUT 600
  SOURCES support/environment_cuda.cpp voxelize/gpu_equals_cpu.cpp voxelize/gpu_point_coordinates.cpp
  LIBRARIES
    robocache_test_voxelize_tests
    ${robocache_test_voxelize_common}
    robocache_test_cuda_engine_fast_math
    robocache_test_cuda_voxel_engine_fast_math
    CUDA::cudart_static
)

add_robocache_test(
  robocache_test_recordings_gpu
  LABELS gpu data
  TIMEOUT 600
  SOURCES ${robocache_recording_sources}
  LIBRARIES
    ${robocache_test_fuse_common}
    robocache_test_cuda_engine
    robocache_test_cuda_fuse_engine
    CUDA::cudart_static
)
target_compile_definitions(
  robocache_test_recordings_gpu
  PRIVATE ROBOCACHE_TEST_DATA_DEFAULT="${ROBOCACHE_TEST_DATA}"
)

add_robocache_test(
  robocache_test_scans_gpu
  LABELS gpu data
  TIMEOUT 600
  SOURCES ${robocache_scan_sources}
  LIBRARIES
    ${robocache_test_voxelize_common}
    robocache_test_cuda_engine
    robocache_test_cuda_voxel_engine
    CUDA::cudart_static
)
target_compile_definitions(
  robocache_test_scans_gpu
  PRIVATE ROBOCACHE_TEST_DATA_DEFAULT="${ROBOCACHE_TEST_DATA}"
)

# The executables link no .cu file themselves, but objects that do.
foreach(
  name
  IN
  ITEMS
    robocache_test_resample_gpu
    robocache_test_resample_gpu_fast_math
    robocache_test_stencils_gpu
    robocache_test_stencils_gpu_fast_math
    robocache_test_fuse_gpu
    robocache_test_fuse_gpu_fast_math
    robocache_test_voxelize_gpu
    robocache_test_voxelize_gpu_fast_math
    robocache_test_recordings_gpu
    robocache_test_scans_gpu
)
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
endforeach()
