# SPDX-License-Identifier: Apache-2.0
#
# cmake -DBUILD=... -DPREFIX=... -DCONFIG=... -P install.cmake
#
# Installs the build tree BUILD into an emptied PREFIX.

file(REMOVE_RECURSE "${PREFIX}")
execute_process(
  COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}" --config "${CONFIG}"
  COMMAND_ERROR_IS_FATAL ANY
)
