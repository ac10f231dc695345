# SPDX-License-Identifier: Apache-2.0

# robocache_unsupported_architectures(<result>): of CMAKE_CUDA_ARCHITECTURES, those that kernels cannot
# be compiled for, as part of a sentence. nvcc 13 itself chooses 75 where nobody does, and all and
# all-major begin there.
function(robocache_unsupported_architectures result)
  set(unsupported "")
  # OFF leaves them to flags or to properties of targets, which are the project's business.
  foreach(architecture IN LISTS CMAKE_CUDA_ARCHITECTURES)
    string(REGEX MATCH "^[0-9]+" number "${architecture}")
    if(architecture MATCHES "^all" OR (number AND number LESS 80))
      list(APPEND unsupported "${architecture}")
    endif()
  endforeach()
  set(${result} "${unsupported}" PARENT_SCOPE)
endfunction()

# robocache_add_compiled(<target> <header>...)
#
# Adds a static library of kernels for calls from plain C++ beyond those of robocache::compiled. Each
# header names them with ROBOCACHE_COMPILED (robocache/compiled.hpp) and is compiled by nvcc into one
# object file; include it in the .cpp files that make the calls, and link the target:
#
#   robocache_add_compiled(my_launchers my_launchers.hpp)
#   target_link_libraries(app PRIVATE my_launchers)
#
# The project must have enabled CUDA. Architectures are the project's (CMAKE_CUDA_ARCHITECTURES).
function(robocache_add_compiled target)
  if(NOT CMAKE_CUDA_COMPILER_LOADED)
    message(
      FATAL_ERROR
      "robocache_add_compiled(${target}): kernels need a CUDA compiler; write "
      "enable_language(CUDA), or CUDA among the project's LANGUAGES, before it"
    )
  endif()
  if(NOT ARGN)
    message(FATAL_ERROR "robocache_add_compiled(${target}): no header names the calls")
  endif()
  robocache_unsupported_architectures(unsupported)
  if(unsupported)
    message(
      FATAL_ERROR
      "robocache_add_compiled(${target}): CMAKE_CUDA_ARCHITECTURES is "
      "${CMAKE_CUDA_ARCHITECTURES}, and kernels need 80 or later"
    )
  endif()
  find_package(CUDAToolkit REQUIRED)

  set(sources "")
  foreach(header IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH header BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    if(NOT EXISTS "${header}")
      message(FATAL_ERROR "robocache_add_compiled(${target}): there is no ${header}")
    elseif(IS_DIRECTORY "${header}")
      message(FATAL_ERROR "robocache_add_compiled(${target}): ${header} is a folder; name its headers")
    endif()
    cmake_path(GET header STEM name)
    list(LENGTH sources number) # headers of two folders may have one name
    set(source "${CMAKE_CURRENT_BINARY_DIR}/${target}/${number}_${name}.cu")
    string(MAKE_C_IDENTIFIER "robocache_${PROJECT_NAME}_${target}_${number}_${name}" identifier)
    file(
      CONFIGURE
      OUTPUT "${source}"
      @ONLY
      CONTENT
        [[
#define ROBOCACHE_DETAIL_DEFINE_COMPILED
#include "@header@"

// nvcc names what is internal to a file after something external in it, and where there is nothing
// after its own process: no two builds would be the same.
ROBOCACHE_HIDDEN void @identifier@();
void @identifier@() {}
]]
    )
    list(APPEND sources "${source}")
  endforeach()

  add_library(${target} STATIC ${sources})
  set_target_properties(
    ${target}
    PROPERTIES
      POSITION_INDEPENDENT_CODE ON # so that it links into shared libraries, too
      # Named below, for programs that have no CUDA language.
      CUDA_RUNTIME_LIBRARY None
  )
  if(CMAKE_CUDA_RUNTIME_LIBRARY STREQUAL "Shared")
    target_link_libraries(${target} PUBLIC robocache::robocache CUDA::cudart)
  else()
    target_link_libraries(${target} PUBLIC robocache::robocache CUDA::cudart_static)
  endif()
  target_compile_features(${target} PRIVATE cuda_std_17)
  # Builds are the same: no number of a process in the names of temporary files.
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-objtemp>")
endfunction()
