# SPDX-License-Identifier: Apache-2.0
#
# Runs resample_recording on the CPU and on the GPU and compares the files they write:
#   cmake -DPROGRAM=resample_recording -DSCALAR=float -DFOLDER=folder -P compare_backends.cmake

foreach(backend IN ITEMS cuda cpu)
  execute_process(
    COMMAND "${PROGRAM}" --simulate --backend ${backend} --scalar ${SCALAR} --rate 333
            --gap-policy nan --with-status --no-plot --output "${FOLDER}/${backend}"
    RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
  message("${out}${err}")
  if(backend STREQUAL "cuda" AND code EQUAL 3 AND err MATCHES "--backend cuda: (.*)")
    message("skipped: --backend cuda: ${CMAKE_MATCH_1}")
    return()
  elseif(NOT code EQUAL 0)
    message(FATAL_ERROR "exit code ${code}")
  endif()
endforeach()
foreach(name IN ITEMS simulated_joints_resampled.csv simulated_camera_resampled.csv)
  file(SHA256 "${FOLDER}/cpu/${name}" cpu)
  file(SHA256 "${FOLDER}/cuda/${name}" cuda)
  if(NOT cpu STREQUAL cuda)
    message(FATAL_ERROR "${name} differs between the CPU and the GPU")
  endif()
endforeach()
