# SPDX-License-Identifier: Apache-2.0
#
# cmake -DSOURCE=... -DFOLDER=... -DGENERATOR=... -DCOMPILER=... -DEMULATOR=... -DDIGESTS=... \
#       [-DLAUNCHER=...] -P compare.cmake
#
# Builds the program here for 64-bit Arm, runs it, and looks for each line that it writes in those of
# this processor, which are in DIGESTS.

cmake_minimum_required(VERSION 3.25) # for IN_LIST
execute_process(
  COMMAND
    "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${FOLDER}" -G "${GENERATOR}" -DCMAKE_SYSTEM_NAME=Linux
    -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" -DCMAKE_EXE_LINKER_FLAGS=-static
    # Compiles in a third of the time, and contracts as -O2 does.
    "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -fexpensive-optimizations -DNDEBUG"
  COMMAND_ERROR_IS_FATAL ANY
)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND "${EMULATOR}" "${FOLDER}/digests"
  WORKING_DIRECTORY "${FOLDER}"
  COMMAND_ERROR_IS_FATAL ANY
)

foreach(operation IN ITEMS resample fuse voxelize)
  file(STRINGS "${FOLDER}/${operation}.digest" there)
  file(STRINGS "${DIGESTS}/${operation}.digest" here)
  if(NOT there)
    message(FATAL_ERROR "${operation}: no digest of 64-bit Arm")
  endif()
  foreach(line IN LISTS there)
    if(NOT line IN_LIST here)
      list(JOIN here "\n  " here)
      message(FATAL_ERROR "${operation}: 64-bit Arm gives\n  ${line}\nwhich is none of\n  ${here}")
    endif()
  endforeach()
  list(LENGTH there lines)
  message(STATUS "${operation}: ${lines} sets of types, the same bits")
endforeach()
