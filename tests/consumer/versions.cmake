# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DVERSION=... -P versions.cmake
#
# Recipes that cannot read version.hpp say the same version.
foreach(
  file
  IN
  ITEMS vcpkg/robocache/vcpkg.json spack/spack_repo/robocache/packages/robocache/package.py conda/meta.yaml
)
  file(READ "${SOURCE}/cmake/recipes/${file}" text)
  string(REGEX MATCH "version[\": (]+\"([0-9.]+)\"" ignored "${text}")
  if(NOT CMAKE_MATCH_1 STREQUAL VERSION)
    message(FATAL_ERROR "${file} says version '${CMAKE_MATCH_1}', version.hpp ${VERSION}")
  endif()
endforeach()

# What the pages tell to fetch, and what the changelog has as the newest release.
function(expect_version file pattern)
  file(READ "${SOURCE}/${file}" text)
  if(ARGN STREQUAL "FIRST") # not as a list, whose elements would have a [ without its ]
    string(REGEX MATCH "${pattern}[0-9.]*[0-9]" found "${text}")
  else()
    string(REGEX MATCHALL "${pattern}[0-9.]*[0-9]" found "${text}")
  endif()
  if(NOT found AND NOT ARGN STREQUAL "OPTIONAL")
    message(FATAL_ERROR "${file} has no '${pattern}' with a version")
  endif()
  foreach(one IN LISTS found)
    string(REGEX REPLACE "^${pattern}" "" one "${one}")
    if(NOT one STREQUAL VERSION)
      message(FATAL_ERROR "${file} says '${one}' after '${pattern}', version.hpp ${VERSION}")
    endif()
  endforeach()
endfunction()
expect_version(tests/consumer/fetch_content/CMakeLists.txt "GIT_TAG v")
expect_version(README.md "GIT_TAG v" OPTIONAL) # it may show another way
expect_version(CHANGELOG.md "\n## \\[" FIRST)
expect_version(CITATION.cff "\nversion: ")
