# SPDX-License-Identifier: Apache-2.0
#
# Target docs: the API reference, HTML under <build>/docs/html. A public function with a parameter
# that its comment does not name is an error.

find_package(Doxygen QUIET)
if(DOXYGEN_FOUND)
  configure_file("${PROJECT_SOURCE_DIR}/docs/Doxyfile" "${PROJECT_BINARY_DIR}/docs/Doxyfile" @ONLY)
  add_custom_target(docs
    COMMAND Doxygen::doxygen "${PROJECT_BINARY_DIR}/docs/Doxyfile"
    COMMENT "API reference in ${PROJECT_BINARY_DIR}/docs/html"
    VERBATIM)
  if(ROBOCACHE_BUILD_TESTS)
    add_test(NAME docs COMMAND "${CMAKE_COMMAND}" --build "${PROJECT_BINARY_DIR}" --target docs)
  endif()
else()
  message(STATUS "RoboCache: no target docs, Doxygen is not installed")
endif()
