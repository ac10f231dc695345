# SPDX-License-Identifier: Apache-2.0
#
# Decides whether CUDA targets are built. Sets ROBOCACHE_CUDA_ENABLED.
#
# As a subproject we enable no language unless asked (ROBOCACHE_CUDA=ON), and never set the parent's
# architectures: both would show there.

set(ROBOCACHE_CUDA_ENABLED OFF)
get_property(robocache_languages GLOBAL PROPERTY ENABLED_LANGUAGES)

if(NOT ROBOCACHE_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "ROBOCACHE_CUDA is ${ROBOCACHE_CUDA}; it must be AUTO, ON or OFF")
elseif(ROBOCACHE_CUDA STREQUAL "OFF")
  # nothing to do
elseif("CUDA" IN_LIST robocache_languages)
  set(ROBOCACHE_CUDA_ENABLED ON)
elseif(PROJECT_IS_TOP_LEVEL OR ROBOCACHE_CUDA STREQUAL "ON")
  # A toolkit is often installed without being on the PATH.
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(
      ROBOCACHE_NVCC
      nvcc
      HINTS
      ENV CUDA_HOME
      ENV CUDA_PATH
      PATHS /usr/local/cuda
      PATH_SUFFIXES bin
      DOC "CUDA compiler"
    )
    mark_as_advanced(ROBOCACHE_NVCC)
    if(ROBOCACHE_NVCC)
      set(ENV{CUDACXX} "${ROBOCACHE_NVCC}")
    endif()
  endif()

  # An earlier search that found nothing is no reason not to look again.
  if(DEFINED CACHE{CMAKE_CUDA_COMPILER} AND NOT CMAKE_CUDA_COMPILER)
    unset(CMAKE_CUDA_COMPILER CACHE)
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    # Must come before enable_language, which would put the compiler's own default into the cache: one
    # that is too old for us (sm_75 of nvcc 13).
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND NOT DEFINED ENV{CUDAARCHS})
      # An entry without -real adds PTX, which drivers compile for other devices: that of 80 for
      # Jetson Orin (87), which runs no machine code of desktop GPUs, that of 100 for newer ones.
      set(CMAKE_CUDA_ARCHITECTURES "80;90-real;100") # of this folder
      if(PROJECT_IS_TOP_LEVEL)
        set(CMAKE_CUDA_ARCHITECTURES "${CMAKE_CUDA_ARCHITECTURES}" CACHE STRING "CUDA architectures")
      endif()
    endif()
    enable_language(CUDA)
    set(ROBOCACHE_CUDA_ENABLED ON)
  elseif(ROBOCACHE_CUDA STREQUAL "ON")
    message(
      FATAL_ERROR
      "ROBOCACHE_CUDA is ON and no working CUDA compiler was found; "
      "CMAKE_CUDA_COMPILER or the environment variable CUDACXX names one"
    )
  endif()
endif()

if(PROJECT_IS_TOP_LEVEL)
  set(robocache_cuda_summary "")
  if(ROBOCACHE_CUDA_ENABLED)
    string(REGEX MATCH "^[0-9]+\\.[0-9]+" robocache_cuda_summary "${CMAKE_CUDA_COMPILER_VERSION}")
    string(PREPEND robocache_cuda_summary "CUDA ")
    string(APPEND robocache_cuda_summary " for")
    foreach(architecture IN LISTS CMAKE_CUDA_ARCHITECTURES)
      string(REGEX REPLACE "^([0-9]+[af]?)(-real)?$" "sm_\\1" architecture "${architecture}")
      string(APPEND robocache_cuda_summary " ${architecture}")
    endforeach()
    message(STATUS "RoboCache: ${robocache_cuda_summary}")
  else()
    message(STATUS "RoboCache: CPU only")
  endif()
  set(ROBOCACHE_CUDA_SUMMARY "${robocache_cuda_summary}" CACHE INTERNAL "What CUDA targets are for")
endif()
