# SPDX-License-Identifier: Apache-2.0
#
# cmake -DCUOBJDUMP=... -DNM=... -DBINARY=... -DARCHITECTURES=... -P check_architectures.cmake
#
# Fails unless BINARY holds machine code, and PTX, for the entries of ARCHITECTURES that ask for it.
# Where cuobjdump is not installed, the list that nvcc was given must stand in the kernels' names.

if(NOT ARCHITECTURES MATCHES "^[0-9]+[af]?(-real|-virtual)?(;[0-9]+[af]?(-real|-virtual)?)*$")
  message("skipped: architectures '${ARCHITECTURES}' are not known by number")
  return()
endif()
if(CUOBJDUMP)
  # expect(<what> <other>): the binary has what (elf, ptx) for each entry that is not for the other.
  function(expect what other)
    execute_process(
      COMMAND "${CUOBJDUMP}" --list-${what} "${BINARY}"
      OUTPUT_VARIABLE listing
      COMMAND_ERROR_IS_FATAL ANY
    )
    message("${listing}")
    list(FILTER ARCHITECTURES EXCLUDE REGEX "-${other}$")
    foreach(architecture IN LISTS ARCHITECTURES)
      string(REGEX REPLACE "-.*" "" architecture "${architecture}")
      if(NOT listing MATCHES "sm_${architecture}\\.")
        message(FATAL_ERROR "${BINARY} holds no ${what} for ${architecture}")
      endif()
    endforeach()
  endfunction()
  expect(elf virtual)
  if(ARCHITECTURES MATCHES "[0-9af](;|$|-virtual)") # without any, cuobjdump fails
    expect(ptx real)
  endif()
else()
  list(TRANSFORM ARCHITECTURES REPLACE "^([0-9]+).*$" "\\10" OUTPUT_VARIABLE names)
  list(SORT names COMPARE NATURAL)
  list(REMOVE_DUPLICATES names)
  list(JOIN names "_" names)
  execute_process(
    COMMAND "${NM}" --defined-only -C "${BINARY}"
    OUTPUT_VARIABLE symbols
    COMMAND_ERROR_IS_FATAL ANY
  )
  if(NOT symbols MATCHES "robocache::cuda_[0-9_]+_sm_${names}::")
    message(FATAL_ERROR "${BINARY} has no kernel compiled for ${names}")
  endif()
  message("no cuobjdump; kernels are named for sm_${names}")
endif()
