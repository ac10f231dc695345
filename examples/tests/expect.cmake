# SPDX-License-Identifier: Apache-2.0
#
# Runs a command and checks its exit code, what it prints, which files it leaves, and that the first
# of them equals another file. Files of an earlier run are removed before, unless RESUMES:
#   cmake -DEXIT_CODE=2 "-DPRINTS=regex" "-DWRITES=file|file" -DLIKE=file -DRESUMES=ON
#         -P expect.cmake -- command arguments...

string(REPLACE "|" ";" WRITES "${WRITES}")
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

if(WRITES AND NOT RESUMES)
  file(REMOVE ${WRITES})
endif()
execute_process(COMMAND ${command} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
message("${out}${err}")
if(NOT code STREQUAL "${EXIT_CODE}")
  message(FATAL_ERROR "exit code ${code}, expected ${EXIT_CODE}")
endif()
if(PRINTS AND NOT "${out}${err}" MATCHES "${PRINTS}")
  message(FATAL_ERROR "the output does not match: ${PRINTS}")
endif()
foreach(file IN LISTS WRITES)
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "${file} was not written")
  endif()
endforeach()
if(LIKE)
  list(GET WRITES 0 written)
  file(READ "${written}" text)
  file(READ "${LIKE}" expected)
  if(NOT text STREQUAL expected)
    message(FATAL_ERROR "${written} is not as ${LIKE}:\n${text}")
  endif()
endif()
