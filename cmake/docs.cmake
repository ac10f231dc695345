# SPDX-License-Identifier: Apache-2.0
#
# Target docs: the API reference, HTML under <build>/docs/html. A parameter of a documented function
# that has no \param is an error, and so is a signature that shows what is internal.

find_package(Doxygen QUIET)
find_package(Python3 QUIET COMPONENTS Interpreter)
if(DOXYGEN_FOUND AND Python3_FOUND)
  configure_file("${PROJECT_SOURCE_DIR}/docs/Doxyfile" "${PROJECT_BINARY_DIR}/docs/Doxyfile" @ONLY)
  add_custom_target(
    docs
    COMMAND Doxygen::doxygen "${PROJECT_BINARY_DIR}/docs/Doxyfile"
    COMMAND
      Python3::Interpreter "${PROJECT_SOURCE_DIR}/docs/reference_filter.py" --check
      "${PROJECT_BINARY_DIR}/docs/xml"
    COMMENT "API reference in ${PROJECT_BINARY_DIR}/docs/html"
    VERBATIM
  )
  if(ROBOCACHE_BUILD_TESTS)
    add_test(
      NAME docs
      COMMAND "${CMAKE_COMMAND}" --build "${PROJECT_BINARY_DIR}" --target docs
    )
  endif()
else()
  set_property(GLOBAL APPEND PROPERTY ROBOCACHE_MISSING "docs (no Doxygen or no Python)")
endif()
