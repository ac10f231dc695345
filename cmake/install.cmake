# SPDX-License-Identifier: Apache-2.0
#
# Install rules and the CMake package. The optional targets are components, each with its own export
# file, so that a program that wants the headers alone looks for nothing else:
#
#   find_package(robocache CONFIG REQUIRED)                               robocache::robocache
#   find_package(robocache CONFIG REQUIRED COMPONENTS openmp compiled)    and robocache::<component>

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
# Not in a folder of libraries, whose name may be a processor's: headers are for every one.
set(robocache_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/robocache")

# What is for every processor is the component headers, of which packages are made (package.cmake).
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/include/robocache"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  COMPONENT headers
  FILES_MATCHING
  PATTERN "*.hpp"
  PATTERN "*.cuh"
)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT headers)

# pkg-config, for builds without CMake. Paths are from where the file lies.
set(robocache_pc_dir "${CMAKE_INSTALL_DATADIR}/pkgconfig")
file(RELATIVE_PATH robocache_prefix_from_pc "/prefix/${robocache_pc_dir}" /prefix)
string(REGEX REPLACE "/$" "" robocache_prefix_from_pc "${robocache_prefix_from_pc}")
set(robocache_pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(robocache_pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(
  "${PROJECT_SOURCE_DIR}/cmake/robocache.pc.in"
  "${PROJECT_BINARY_DIR}/package/robocache.pc"
  @ONLY
)
install(
  FILES "${PROJECT_BINARY_DIR}/package/robocache.pc"
  DESTINATION "${robocache_pc_dir}"
  COMPONENT headers
)

install(TARGETS robocache EXPORT robocache-targets COMPONENT headers)
install(
  EXPORT robocache-targets
  NAMESPACE robocache::
  DESTINATION "${robocache_package_dir}"
  COMPONENT headers
)
foreach(component IN ITEMS openmp compiled)
  if(TARGET robocache_${component})
    set(robocache_part headers)
    if(component STREQUAL "compiled")
      set(robocache_part compiled)
    endif()
    # OPTIONAL: headers can be installed without building anything.
    install(
      TARGETS robocache_${component}
      EXPORT robocache-${component}-targets
      ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${robocache_part} OPTIONAL
    )
    install(
      EXPORT robocache-${component}-targets
      NAMESPACE robocache::
      DESTINATION "${robocache_package_dir}"
      COMPONENT ${robocache_part}
    )
  endif()
endforeach()

# Whether CUDA was found here does not show in what comes with the headers, which are for every
# processor. What is known of the library comes with it.
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/robocache-config.cmake.in"
  "${PROJECT_BINARY_DIR}/package/robocache-config.cmake"
  INSTALL_DESTINATION "${robocache_package_dir}"
  NO_SET_AND_CHECK_MACRO
)
if(TARGET robocache_compiled)
  file(
    CONFIGURE
    OUTPUT "${PROJECT_BINARY_DIR}/package/robocache-compiled.cmake"
    @ONLY
    CONTENT
      [[
set(robocache_compiled_archive "@CMAKE_INSTALL_LIBDIR@/@CMAKE_STATIC_LIBRARY_PREFIX@robocache_compiled@CMAKE_STATIC_LIBRARY_SUFFIX@")
set(robocache_compiled_pointer_size "@CMAKE_SIZEOF_VOID_P@")
]]
  )
  install(
    FILES "${PROJECT_BINARY_DIR}/package/robocache-compiled.cmake"
    DESTINATION "${robocache_package_dir}"
    COMPONENT compiled
  )
endif()

# Before 1.0 a minor version may break the interface.
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/package/robocache-config-version.cmake"
  COMPATIBILITY SameMinorVersion
  ARCH_INDEPENDENT
)
install(
  FILES
    "${PROJECT_BINARY_DIR}/package/robocache-config.cmake"
    "${PROJECT_BINARY_DIR}/package/robocache-config-version.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/robocache_add_compiled.cmake"
  DESTINATION "${robocache_package_dir}"
  COMPONENT headers
)
