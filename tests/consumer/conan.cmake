# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DFOLDER=... -DGENERATOR=... -DCONAN=... -DCOMPILER=... -P conan.cmake
#
# Makes the Conan package and builds its test_package. Without a network, and with a home of its own: a
# user's settings and cache are neither read nor changed. From a copy, since Conan writes beside recipes.

file(REMOVE_RECURSE "${FOLDER}")
file(COPY "${SOURCE}/include" "${SOURCE}/LICENSE" DESTINATION "${FOLDER}/source")
file(COPY "${SOURCE}/cmake/recipes/conan" DESTINATION "${FOLDER}/source/cmake/recipes")
set(ENV{CONAN_HOME} "${FOLDER}/home")
set(ENV{CXX} "${COMPILER}")
get_filename_component(folder "${CMAKE_COMMAND}" DIRECTORY)
set(ENV{PATH} "${folder}:$ENV{PATH}") # this CMake
execute_process(COMMAND "${CONAN}" profile detect COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND
    "${CONAN}" create "${FOLDER}/source/cmake/recipes/conan" --no-remote -c
    "tools.cmake.cmaketoolchain:generator=${GENERATOR}"
  COMMAND_ERROR_IS_FATAL ANY
)
