# SPDX-License-Identifier: Apache-2.0
#
# Runs a program on the CPU and on the GPU and compares the files it writes. OUTPUT_FOLDER in the
# arguments stands for a folder of each back end:
#   cmake -DFILES=file|file -DFOLDER=folder -P compare_backends.cmake -- program arguments...

string(REPLACE "|" ";" FILES "${FILES}")
set(command "")
set(is_command OFF)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(is_command)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(is_command ON)
  endif()
endforeach()

foreach(backend IN ITEMS cuda cpu)
  string(REPLACE "OUTPUT_FOLDER" "${FOLDER}/${backend}" arguments "${command}")
  execute_process(
    COMMAND ${arguments} --backend ${backend}
    RESULT_VARIABLE code
    OUTPUT_VARIABLE out
    ERROR_VARIABLE err
  )
  message("${out}${err}")
  if(backend STREQUAL "cuda" AND code EQUAL 3 AND err MATCHES "--backend cuda: (.*)")
    message("skipped: --backend cuda: ${CMAKE_MATCH_1}")
    return()
  elseif(NOT code EQUAL 0)
    message(FATAL_ERROR "exit code ${code}")
  endif()
endforeach()
foreach(name IN LISTS FILES)
  file(SHA256 "${FOLDER}/cpu/${name}" cpu)
  file(SHA256 "${FOLDER}/cuda/${name}" cuda)
  if(NOT cpu STREQUAL cuda)
    message(FATAL_ERROR "${name} differs between the CPU and the GPU")
  endif()
endforeach()
