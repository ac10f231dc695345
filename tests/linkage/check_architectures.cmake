# SPDX-License-Identifier: Apache-2.0
#
# cmake -DCUOBJDUMP=... -DNM=... -DBINARY=... -DARCHITECTURES=... -P check_architectures.cmake
#
# Fails unless BINARY holds machine code, and PTX, for the entries of ARCHITECTURES that ask for it. Where cuobjdump is not
# installed, the list that nvcc was given must stand in the kernels' names.

if(NOT ARCHITECTURES MATCHES "^[0-9]+[af]?(-real|-virtual)?(;[0-9]+[af]?(-real|-virtual)?)*$")
  message("skipped: architectures '${ARCHITECTURES}' are not known by number")
  return()
endif()
if(CUOBJDUMP)
  set(with_ptx ${ARCHITECTURES})
  list(FILTER with_ptx EXCLUDE REGEX "-real$")
  execute_process(COMMAND "${CUOBJDUMP}" --list-ptx "${BINARY}"
                  OUTPUT_VARIABLE ptx COMMAND_ERROR_IS_FATAL ANY)
  foreach(architecture IN LISTS with_ptx)
    string(REPLACE "-virtual" "" architecture "${architecture}")
    if(NOT ptx MATCHES "sm_${architecture}\\.")
      message(FATAL_ERROR "${BINARY} holds no PTX of ${architecture}")
    endif()
  endforeach()
  list(FILTER ARCHITECTURES EXCLUDE REGEX "-virtual$")
  execute_process(COMMAND "${CUOBJDUMP}" --list-elf "${BINARY}"
                  OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
  message("${listing}")
  foreach(architecture IN LISTS ARCHITECTURES)
    string(REPLACE "-real" "" architecture "${architecture}")
    if(NOT listing MATCHES "sm_${architecture}\\.")
      message(FATAL_ERROR "${BINARY} holds no code for sm_${architecture}")
    endif()
  endforeach()
else()
  list(TRANSFORM ARCHITECTURES REPLACE "^([0-9]+).*$" "\\10" OUTPUT_VARIABLE names)
  list(SORT names COMPARE NATURAL)
  list(REMOVE_DUPLICATES names)
  list(JOIN names "_" names)
  execute_process(COMMAND "${NM}" --defined-only -C "${BINARY}"
                  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  if(NOT symbols MATCHES "robocache::cuda_[0-9_]+_sm_${names}::")
    message(FATAL_ERROR "${BINARY} has no kernel compiled for ${names}")
  endif()
  message("no cuobjdump; kernels are named for sm_${names}")
endif()
