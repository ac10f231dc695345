# SPDX-License-Identifier: Apache-2.0
#
# The code in the documentation must be the code of the examples, which compiles:
#   cmake -DROOT=repository -DDOCUMENT=docs/page.md -P check_snippets.cmake
# A line <!-- snippet: FILE NAME --> in the document stands for what FILE has between the lines
# "// [snippet:NAME]" and "// [/snippet:NAME]", less two blanks of indentation. In files of CMake the
# lines begin with #.

file(READ "${ROOT}/${DOCUMENT}" document)
string(REGEX MATCHALL "<!-- snippet: [^ ]+ [^ ]+ -->" marks "${document}")
if(NOT marks)
  message(FATAL_ERROR "${DOCUMENT} has no snippets")
endif()
foreach(mark IN LISTS marks)
  string(REGEX MATCH "snippet: ([^ ]+) ([^ ]+) -->" ignored "${mark}")
  set(source "${CMAKE_MATCH_1}")
  set(name "${CMAKE_MATCH_2}")
  file(READ "${ROOT}/${source}" text)
  set(comment "//")
  set(language cpp)
  if(source MATCHES "(CMakeLists\\.txt|\\.cmake)$")
    set(comment "#")
    set(language cmake)
  endif()
  set(opening "${comment} [snippet:${name}]\n")
  string(FIND "${text}" "${opening}" begin)
  string(FIND "${text}" "${comment} [/snippet:${name}]" end)
  if(begin LESS 0 OR end LESS begin)
    message(FATAL_ERROR "${source} has no snippet ${name}")
  endif()
  string(LENGTH "${opening}" skipped)
  math(EXPR begin "${begin} + ${skipped}")
  math(EXPR length "${end} - ${begin}")
  string(SUBSTRING "${text}" ${begin} ${length} text)
  string(REGEX REPLACE " +$" "" text "${text}")
  string(REGEX REPLACE "\n  " "\n" dedented "\n${text}")
  string(FIND "${document}" "${mark}\n```${language}\n${text}```" as_it_is)
  string(FIND "${document}" "${mark}\n```${language}${dedented}```" without_indentation)
  if(as_it_is LESS 0 AND without_indentation LESS 0)
    message(FATAL_ERROR "${DOCUMENT}: the snippet ${name} differs from ${source}")
  endif()
endforeach()
