# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DVERSION=... -P versions.cmake
#
# Recipes that cannot read version.hpp say the same version.
foreach(file IN ITEMS vcpkg/robocache/vcpkg.json spack/package.py conda/meta.yaml)
  file(READ "${SOURCE}/cmake/recipes/${file}" text)
  string(REGEX MATCH "version[\": (]+\"([0-9.]+)\"" ignored "${text}")
  if(NOT CMAKE_MATCH_1 STREQUAL VERSION)
    message(FATAL_ERROR "${file} says version '${CMAKE_MATCH_1}', version.hpp ${VERSION}")
  endif()
endforeach()
