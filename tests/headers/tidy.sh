#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# clang-tidy, by .clang-tidy at the top: mistakes that compilers do not see.
#
#   tidy.sh headers [HEADER ...]   each header by itself, and whether it includes what it names and
#                                  nothing else; all of include/ if none is given
#   tidy.sh instances              what the templates become, by programs that use them
#
# Sources for nvcc are left out: clang 20 does not know CUDA 13.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
what=${1:-}
(($# == 0)) || shift
case $what in
  headers)
    (($# > 0)) || mapfile -t found < <(find include -name '*.hpp')
    files=("${@:-${found[@]}}")
    checks=
    ;;
  instances)
    # Examples include what the README says, not a header for each thing that they name.
    files=(examples/minimal*.cpp examples/readme.cpp examples/trajectory.cpp tests/headers/strict.cpp)
    checks=-misc-include-cleaner
    ;;
  *)
    sed -n '4,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac
# What it writes to the other stream is how many warnings it suppressed.
export checks cuda=${CUDA_HOME:-/usr/local/cuda}/include
# shellcheck disable=SC2016  # for the shell that xargs starts
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 1 sh -c \
  'clang-tidy --quiet --checks="$checks" "$0" -- -x c++ -std=c++17 -Iinclude -isystem "$cuda" 2>/dev/null'
