# SPDX-License-Identifier: Apache-2.0
#
# cmake -DNM=... -DARCHIVE=... [-DARCHITECTURES=... -DRELEASE=0|1] -P check_archive.cmake
#
# Fails if ARCHIVE differs from build to build, which the number of nvcc's process makes it do: in names
# of temporary files, and of what is internal to a file without external names. Or if it is larger than
# the limit below.

execute_process(COMMAND "${NM}" -a "${ARCHIVE}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "robocache")
  message(FATAL_ERROR "${ARCHIVE} has no symbols to look at")
elseif(symbols MATCHES "tmpxft_[^\n]*")
  message(FATAL_ERROR "${ARCHIVE} has the name of a temporary file: ${CMAKE_MATCH_0}")
endif()
file(
  STRINGS "${ARCHIVE}"
  internal
  REGEX "(_INTERNAL_|_GLOBAL__N__)[0-9a-f]+_[0-9]+_[A-Za-z0-9_]+_cu_[0-9a-f]*_[0-9]"
  LIMIT_COUNT 1
)
if(internal)
  message(FATAL_ERROR "${ARCHIVE} has the number of a process in ${internal}")
endif()

file(SIZE "${ARCHIVE}" size)
math(EXPR size "(${size} + 999999) / 1000000")
if(NOT RELEASE OR NOT ARCHITECTURES MATCHES "^[0-9]")
  message("${size} MB; a limit is known for numbered architectures in the configuration Release")
  return()
endif()
# MB: 5, and 22 for the machine code of each architecture, 10 for the PTX of each that is not -real.
set(limit 5)
foreach(architecture IN LISTS ARCHITECTURES)
  if(NOT architecture MATCHES "-virtual$")
    math(EXPR limit "${limit} + 22")
  endif()
  if(NOT architecture MATCHES "-real$")
    math(EXPR limit "${limit} + 10")
  endif()
endforeach()
message("${size} MB for ${ARCHITECTURES}, at most ${limit}")
if(size GREATER limit)
  message(FATAL_ERROR "${ARCHIVE} is too large")
endif()
