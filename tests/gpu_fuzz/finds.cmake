# SPDX-License-Identifier: Apache-2.0
#
# cmake -DPROGRAM=... -DARGUMENTS=... -DPRINTS=... -P finds.cmake
#
# Passes if PROGRAM with these arguments prints what matches PRINTS and ends with 1, as it does where
# it has found something. (PASS_REGULAR_EXPRESSION would take no notice of how it ends.)

execute_process(
  COMMAND "${PROGRAM}" ${ARGUMENTS}
  OUTPUT_VARIABLE printed
  ERROR_VARIABLE printed
  RESULT_VARIABLE code
)
message("${printed}")
if(NOT printed MATCHES "${PRINTS}" OR NOT code EQUAL 1)
  message(FATAL_ERROR "ended with ${code}, expected 1 and '${PRINTS}'")
endif()
