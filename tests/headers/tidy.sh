#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# clang-tidy, by .clang-tidy at the top: mistakes that compilers do not see.
#
#   tidy.sh headers [HEADER ...]   each header by itself, and whether it includes what it names and
#                                  nothing else; all of include/ if none is given
#   tidy.sh instances              what the templates become, by programs that use them
#   tidy.sh examples [SOURCE ...]  the example programs of several files: these sources, or all
#   tidy.sh kernels                every kernel of the library, as compiled for a device
#
# Environment: CUDA_HOME; TIDY_COMPLETE=1: what is left out is a failure; TIDY_DEEP=1: the examples
# for nvcc, too, and clang's analyzer looks at all examples, not only at what reads files and shared
# memory (minutes).
#
# Left out, and told: examples without CLI11 and fmt, kernels without CUDA's headers. Left out always:
# sources for nvcc of tests and benchmarks, examples/torch, which needs PyTorch; the analyzer in
# kernels, whose shared memory other threads fill; includes of .cuh, since clang puts CUDA's headers
# before each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
what=${1:-}
(($# == 0)) || shift

export checks='' filter=include/robocache/
failed=0
cuda=${CUDA_HOME:-/usr/local/cuda}
flags=(-x c++ -std=c++17 -Iinclude -isystem "$cuda/include")

# tidy ARRAY FILE...: with the compiler's flags in ARRAY.
tidy() {
  local -n with=$1
  shift
  (($# > 0)) || return 0
  # What it writes to the other stream is how many warnings it suppressed.
  # shellcheck disable=SC2016  # for the shell that xargs starts
  printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -I '{}' sh -c \
    'clang-tidy --quiet --checks="$checks" --header-filter="$filter" "$0" -- "$@" 2>/dev/null' \
    '{}' "${with[@]}"
}

case $what in
  headers)
    (($# > 0)) || mapfile -t found < <(find include -name '*.hpp')
    tidy flags "${@:-${found[@]}}" || failed=1
    ;;
  instances)
    # Examples include what the README says, not a header for each thing that they name.
    checks=-misc-include-cleaner
    tidy flags examples/minimal*.cpp examples/readme.cpp examples/trajectory.cpp \
      tests/headers/strict.cpp || failed=1
    ;;
  examples)
    checks=-misc-include-cleaner
    filter='(include/robocache|examples)/'
    if ! printf '#include <CLI/CLI.hpp>\n#include <fmt/format.h>\n' |
         "${CXX:-c++}" -std=c++17 -fsyntax-only -x c++ - 2>/dev/null; then
      echo "left out: examples (no CLI11 or fmt; Debian: libcli11-dev libfmt-dev)"
      exit "${TIDY_COMPLETE:-0}"
    fi
    (($# > 0)) || set -- examples/common/*.cpp examples/{resample,fuse}_recording/*.cpp \
                         examples/voxelize_scan/*.cpp examples/supervised/*.cpp
    flags+=(-Iexamples/common -Iexamples/voxelize_scan)
    # Compressed point clouds, where there is liblzf, of which Debian and others differ.
    for place in /usr/include /usr/include/liblzf; do
      [ ! -f "$place/lzf.h" ] || flags+=(-DROBOCACHE_EXAMPLE_LZF=1 -isystem "$place")
    done
    readers=() others=()
    for file in "$@"; do
      case ${TIDY_DEEP:-}$file in
        1* | */ulog.cpp | */csv_text.cpp | */recording.cpp | */pcd.cpp | */ply.cpp | \
        */scan_text.cpp | */shared_state.cpp | */records.cpp) readers+=("$file") ;;
        *) others+=("$file") ;;
      esac
    done
    tidy flags "${readers[@]}" || failed=1
    checks+=',-clang-analyzer-*'  # takes five times as long as all other checks together
    tidy flags "${others[@]}" || failed=1
    ;;
  kernels)
    checks='-misc-include-cleaner,-clang-analyzer-*'
    if [ ! -f "$cuda/include/cuda_runtime.h" ]; then
      echo "left out: kernels (no CUDA in $cuda; CUDA_HOME may say where it is)"
      exit "${TIDY_COMPLETE:-0}"
    fi
    # nvcc takes std::declval and its like on both sides, and the newest of its own headers.
    flags=(-x cuda -std=c++17 -Iinclude -Iexamples/common -isystem "$cuda/include/cccl"
           --cuda-path="$cuda" -nocudalib --cuda-gpu-arch=sm_90
           -foffload-implicit-host-device-templates -Wno-unknown-cuda-version)
    # shellcheck disable=SC2034  # tidy takes their names
    device=("${flags[@]}" --cuda-device-only) host=("${flags[@]}" --cuda-host-only)
    tidy device tests/architectures/{fuse,resample,rows,voxelize}.cu || failed=1
    # clang knows <<<...>>> of this CUDA only for the host.
    filter='(include/robocache|examples)/'
    files=(tests/architectures/views.cu)
    [ "${TIDY_DEEP:-0}" = 0 ] || files+=(examples/*.cu examples/*/*.cu)
    tidy host "${files[@]}" || failed=1
    ;;
  *)
    sed -n '4,19s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac
exit "$failed"
