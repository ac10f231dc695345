#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds everything and runs the tests: the only command needed after a clone. Missing system
# packages are installed where that is allowed; where there are a GPU and a toolkit the CUDA tests are
# compiled for it and run, and the last line says what was left out. Ends with 0 if no test failed.
#
#   tests/run.sh [CMAKE_ARGUMENT...]
#
# Environment: see cmake/setup.sh; ROBOCACHE_TEST_DATA names the folder of recordings.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/cmake/setup.sh"

build=$root/build/tests
mkdir -p "$root/build"

install_packages cmake ninja-build g++ ccache catch2 libbenchmark-dev libcli11-dev libfmt-dev \
                 liblzf-dev gnuplot-nox python3 python3-numpy libeigen3-dev libdlpack-dev \
                 doxygen
require_tools
find_cuda
configure "$build" "$@" || fail "configuring; the reason is above"
note "building with $(parallel_jobs) compilers at once"
cmake --build "$build" --parallel "$(parallel_jobs)" || fail "the build"

log=$build/ctest.log
outcome=0
ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel "$(parallel_jobs)" 2>&1 |
  tee "$log" || outcome=$?

# Skipped tests, counted by the label that says what they miss.
skipped_tests=$(sed -n 's/^.*Test *#[0-9]*: \([^ ]*\) .*\*\*\*Skipped.*/\1/p' "$log" | sort)
count_skipped() {  # CTEST_FILTER...
  comm -12 <(printf '%s\n' "$skipped_tests") \
           <(ctest --test-dir "$build" -N "$@" | sed -n 's/^ *Test *#[0-9]*: //p' | sort) |
    grep -c . || true
}
describe_build "$build"
gpu=$(count_skipped -L '^gpu$')
data=$(count_skipped -L '^data$' -LE '^gpu$')
all=$(printf '%s' "$skipped_tests" | grep -c . || true)
if [ "$gpu" -gt 0 ]; then
  if has_gpu; then why="this GPU cannot run them"; else why="no device"; fi
  skipped+=("$gpu gpu tests ($why)")
fi
[ "$data" = 0 ] || skipped+=("$data data tests (no recordings)")
rest=$((all - gpu - data))
[ "$rest" = 0 ] || skipped+=("$rest other tests (their output says why)")

summary
[ "$outcome" = 0 ] || fail "tests; see above"
