# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DFOLDER=... -DGENERATOR=... -DVERSION=... -DCOMPILER=... -DCUDA=...
#       -DMAKE=... -DPKG_CONFIG=... -P packages.cmake
#
# Makes the packages twice: of the headers alone, and in a folder that is configured as a distribution
# may have it, with all there is to build, by CMake's default generator. Nothing is built for them, and
# they are the same, byte for byte. Then a program is built from what is in the Debian package, by
# CMake and by pkg-config.

file(REMOVE_RECURSE "${FOLDER}")
set(ENV{SOURCE_DATE_EPOCH} 1700000000)
string(REPLACE "|" ";" CUDA "${CUDA}")
function(make_packages build generator)
  execute_process(
    COMMAND
      "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${FOLDER}/${build}" -G "${generator}"
      "-DCMAKE_CXX_COMPILER=${COMPILER}" ${ARGN}
    OUTPUT_QUIET
    COMMAND_ERROR_IS_FATAL ANY
  )
  execute_process(
    COMMAND "${CMAKE_CPACK_COMMAND}" -G "TGZ;DEB"
    WORKING_DIRECTORY "${FOLDER}/${build}"
    OUTPUT_QUIET
    COMMAND_ERROR_IS_FATAL ANY
  )
  file(GLOB_RECURSE objects "${FOLDER}/${build}/*.cpp.o" "${FOLDER}/${build}/*.cu.o")
  if(objects)
    list(JOIN objects "\n" objects)
    message(FATAL_ERROR "cpack compiled, for packages of headers:\n${objects}")
  endif()
endfunction()
make_packages(
  first
  "${GENERATOR}"
  -DROBOCACHE_CUDA=OFF
  -DROBOCACHE_BUILD_TESTS=OFF
  -DROBOCACHE_BUILD_BENCH=OFF
  -DROBOCACHE_BUILD_EXAMPLES=OFF
)
if(MAKE)
  set(GENERATOR "Unix Makefiles")
else()
  message(STATUS "no make: tried by ${GENERATOR} alone")
endif()
make_packages(another "${GENERATOR}" ${CUDA} -DROBOCACHE_BUILD_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr)
foreach(package IN ITEMS "robocache-${VERSION}.tar.gz" "robocache-dev_${VERSION}_all.deb")
  file(SHA256 "${FOLDER}/first/${package}" first)
  file(SHA256 "${FOLDER}/another/${package}" another)
  if(NOT first STREQUAL another)
    message(FATAL_ERROR "${package} differs from build to build")
  endif()
  message(STATUS "${package}: ${first}")
endforeach()

find_program(DPKG dpkg)
if(NOT DPKG)
  message(STATUS "no dpkg: the archive is used instead")
  file(ARCHIVE_EXTRACT INPUT "${FOLDER}/first/robocache-${VERSION}.tar.gz" DESTINATION "${FOLDER}/root")
  file(RENAME "${FOLDER}/root/robocache-${VERSION}" "${FOLDER}/root/usr")
else()
  # Installed by dpkg, with a database of its own.
  file(
    MAKE_DIRECTORY
      "${FOLDER}/root/var/lib/dpkg/info"
      "${FOLDER}/root/var/lib/dpkg/updates"
      "${FOLDER}/root/var/lib/dpkg/triggers"
  )
  file(TOUCH "${FOLDER}/root/var/lib/dpkg/status" "${FOLDER}/root/var/lib/dpkg/available")
  execute_process(
    COMMAND
      "${DPKG}" "--root=${FOLDER}/root" --force-not-root --log=/dev/null -i
      "${FOLDER}/first/robocache-dev_${VERSION}_all.deb"
    COMMAND_ERROR_IS_FATAL ANY
  )
endif()
# For any processor: no folder of one.
file(GLOB_RECURSE files LIST_DIRECTORIES ON RELATIVE "${FOLDER}/root/usr" "${FOLDER}/root/usr/*")
list(FILTER files INCLUDE REGEX "^lib")
if(files)
  message(FATAL_ERROR "packages for any processor have ${files}")
endif()
set(consumer "${CMAKE_CURRENT_LIST_DIR}/find_package")
# Without the component compiled, wherever they were made.
execute_process(
  COMMAND
    "${CMAKE_COMMAND}" -S "${consumer}" -B "${FOLDER}/refused" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${FOLDER}/root/usr" "-DEXPECTED_VERSION=${VERSION}" -DCOMPONENTS=compiled
    "-DCMAKE_CXX_COMPILER=${COMPILER}"
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output
)
string(REGEX REPLACE "[ \n]+" " " output "${output}")
if(result EQUAL 0 OR NOT output MATCHES "no component compiled: its headers alone were installed, or")
  message(FATAL_ERROR "the package does not say why there is no component compiled:\n${output}")
endif()
execute_process(
  COMMAND
    "${CMAKE_COMMAND}" -S "${consumer}" -B "${FOLDER}/consumer" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${FOLDER}/root/usr" "-DEXPECTED_VERSION=${VERSION}" -DCOMPONENTS=
    "-DCMAKE_CXX_COMPILER=${COMPILER}"
  OUTPUT_QUIET
  COMMAND_ERROR_IS_FATAL ANY
)
execute_process(
  COMMAND "${CMAKE_COMMAND}" --build "${FOLDER}/consumer"
  OUTPUT_QUIET
  COMMAND_ERROR_IS_FATAL ANY
)
execute_process(COMMAND "${FOLDER}/consumer/headers" COMMAND_ERROR_IS_FATAL ANY)

if(NOT PKG_CONFIG)
  message(STATUS "no pkg-config: not tried")
  return()
endif()
set(ENV{PKG_CONFIG_PATH} "${FOLDER}/root/usr/share/pkgconfig")
execute_process(COMMAND "${PKG_CONFIG}" --cflags --exists "robocache = ${VERSION}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND "${PKG_CONFIG}" --cflags robocache
  OUTPUT_VARIABLE flags
  OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY
)
separate_arguments(flags)
execute_process(
  COMMAND
    "${COMPILER}" -std=c++17 ${flags} "${CMAKE_CURRENT_LIST_DIR}/headers.cpp" -o "${FOLDER}/by_pkg_config"
  COMMAND_ERROR_IS_FATAL ANY
)
execute_process(COMMAND "${FOLDER}/by_pkg_config" COMMAND_ERROR_IS_FATAL ANY)
