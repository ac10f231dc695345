# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DFOLDER=... -DGENERATOR=... -DVERSION=... -DCOMPILER=... -P packages.cmake
#
# Makes the packages twice, in folders of different names: they are the same, byte for byte. Then a
# program is built from what is in the Debian package, by CMake and by pkg-config.

file(REMOVE_RECURSE "${FOLDER}")
set(ENV{SOURCE_DATE_EPOCH} 1700000000)
foreach(build IN ITEMS first another)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${FOLDER}/${build}" -G "${GENERATOR}"
            -DROBOCACHE_CUDA=OFF -DROBOCACHE_BUILD_TESTS=OFF -DROBOCACHE_BUILD_BENCH=OFF
            -DROBOCACHE_BUILD_EXAMPLES=OFF "-DCMAKE_CXX_COMPILER=${COMPILER}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  execute_process(
    COMMAND "${CMAKE_CPACK_COMMAND}" -G "TGZ;DEB" WORKING_DIRECTORY "${FOLDER}/${build}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
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
  file(ARCHIVE_EXTRACT INPUT "${FOLDER}/first/robocache-${VERSION}.tar.gz"
       DESTINATION "${FOLDER}/root")
  file(RENAME "${FOLDER}/root/robocache-${VERSION}" "${FOLDER}/root/usr")
else()
  # Installed by dpkg, with a database of its own.
  file(MAKE_DIRECTORY "${FOLDER}/root/var/lib/dpkg/info" "${FOLDER}/root/var/lib/dpkg/updates"
                      "${FOLDER}/root/var/lib/dpkg/triggers")
  file(TOUCH "${FOLDER}/root/var/lib/dpkg/status" "${FOLDER}/root/var/lib/dpkg/available")
  execute_process(
    COMMAND "${DPKG}" "--root=${FOLDER}/root" --force-not-root --log=/dev/null
            -i "${FOLDER}/first/robocache-dev_${VERSION}_all.deb"
    COMMAND_ERROR_IS_FATAL ANY)
endif()
set(consumer "${CMAKE_CURRENT_LIST_DIR}/find_package")
execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${consumer}" -B "${FOLDER}/consumer" -G "${GENERATOR}"
          "-DCMAKE_PREFIX_PATH=${FOLDER}/root/usr" "-DEXPECTED_VERSION=${VERSION}" -DCOMPONENTS=
          "-DCMAKE_CXX_COMPILER=${COMPILER}"
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${FOLDER}/consumer"
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${FOLDER}/consumer/headers" COMMAND_ERROR_IS_FATAL ANY)

find_program(PKG_CONFIG NAMES pkg-config pkgconf)
if(NOT PKG_CONFIG)
  message(STATUS "no pkg-config: not tried")
  return()
endif()
set(ENV{PKG_CONFIG_PATH} "${FOLDER}/root/usr/share/pkgconfig")
execute_process(
  COMMAND "${PKG_CONFIG}" --cflags --exists "robocache = ${VERSION}"
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PKG_CONFIG}" --cflags robocache OUTPUT_VARIABLE flags
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags)
execute_process(
  COMMAND "${COMPILER}" -std=c++17 ${flags} "${CMAKE_CURRENT_LIST_DIR}/headers.cpp"
          -o "${FOLDER}/by_pkg_config"
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${FOLDER}/by_pkg_config" COMMAND_ERROR_IS_FATAL ANY)
