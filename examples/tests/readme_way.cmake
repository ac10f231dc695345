# SPDX-License-Identifier: Apache-2.0
#
# cmake -DROOT=repository -DFOLDER=... -DWAY=subdirectory|installed|cuda|compiled -DGENERATOR=...
#       -DCOMPILERS=... -P readme_way.cmake
#
# A folder as README.md tells to make it: RoboCache beside a CMakeLists.txt of examples/ways and a
# program; installed: with find_package in the place of add_subdirectory. It is configured and built,
# for sm_80 and, by its PTX, whatever GPU is there, and what the program prints is in README.md. Of
# `compiled` nothing is built: that takes minutes, and tests/consumer links it.

file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
file(CREATE_LINK "${ROOT}" "${FOLDER}/robocache" SYMBOLIC)
set(source "${WAY}")
if(WAY STREQUAL "installed")
  set(source subdirectory)
endif()
file(READ "${ROOT}/examples/ways/${source}/CMakeLists.txt" text)
string(REPLACE "CMAKE_CUDA_ARCHITECTURES native)" "CMAKE_CUDA_ARCHITECTURES 80)" text "${text}")
file(WRITE "${FOLDER}/CMakeLists.txt" "${text}")
set(program first)
if(WAY STREQUAL "cuda")
  set(program gpu)
  file(COPY_FILE "${ROOT}/examples/readme_gpu.cu" "${FOLDER}/gpu.cu")
elseif(WAY STREQUAL "compiled")
  set(program gpu)
  file(COPY_FILE "${ROOT}/examples/readme_gpu.cu" "${FOLDER}/gpu.cpp")
else()
  file(COPY_FILE "${ROOT}/examples/readme.cpp" "${FOLDER}/first.cpp")
endif()

function(run)
  execute_process(COMMAND "${CMAKE_COMMAND}" ${ARGV} WORKING_DIRECTORY "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()
set(where "")
if(WAY STREQUAL "installed")
  run(
    -S
    robocache
    -B
    robocache_build
    -G
    "${GENERATOR}"
    ${COMPILERS}
  )
  run(--install robocache_build --prefix "${FOLDER}/installed")
  string(REPLACE "add_subdirectory(robocache)" "find_package(robocache CONFIG REQUIRED)" text "${text}")
  file(WRITE "${FOLDER}/CMakeLists.txt" "${text}")
  set(where "-DCMAKE_PREFIX_PATH=${FOLDER}/installed")
endif()
run(
  -S
  .
  -B
  build
  -G
  "${GENERATOR}"
  ${COMPILERS}
  ${where}
)
if(WAY STREQUAL "compiled")
  return()
endif()
run(--build build)
execute_process(COMMAND "${FOLDER}/build/${program}" OUTPUT_VARIABLE output RESULT_VARIABLE result)
message("${output}")
if(program STREQUAL "gpu" AND result EQUAL 77)
  return()
endif()
file(READ "${ROOT}/README.md" readme)
set(expected "\n```text\n${output}```\n")
if(program STREQUAL "gpu") # one line, beside the command
  set(expected "; ${output}")
endif()
string(FIND "${readme}" "${expected}" found)
if(NOT result EQUAL 0 OR found LESS 0)
  message(FATAL_ERROR "README.md does not have what the program prints (exit code ${result})")
endif()
