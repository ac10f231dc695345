#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# How much of include/ the CPU tests run: lines and branches of each header, with the least covered
# last, and lines that nothing ran in build/coverage/report.html. Ends with 1 below 97 % of lines or
# 90 % of branches. Headers that only nvcc and callers of CUDA read (.cuh, robocache/cuda/) are not among
# them.
#
#   tests/coverage.sh
#
# Environment: see cmake/setup.sh; ROBOCACHE_TEST_EVERY takes every n-th case of the tables (by
# default 29: unoptimized, all take more than an hour).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/cmake/setup.sh"
build=$root/build/coverage
mkdir -p "$root/build"
ROBOCACHE_CUDA=OFF
cuda_arguments=()
install_packages cmake ninja-build g++ ccache catch2 gcovr libeigen3-dev libdlpack-dev
require_tools
has_package gcovr || fail "gcovr is needed (Debian: gcovr)"

# Without optimization a line is a line. Counters are shared by OpenMP's threads.
configure "$build" -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS="--coverage -fprofile-update=atomic -O0 -g0" -DROBOCACHE_BUILD_BENCH=OFF \
  -DROBOCACHE_BUILD_EXAMPLES=OFF -DROBOCACHE_BUILD_DOCS=OFF || fail "configuring"
tests=(units resample stencils fuse voxelize interop interop_span)
note "building with $(parallel_jobs) compilers at once"
cmake --build "$build" --parallel "$(parallel_jobs)" --target "${tests[@]/#/robocache_test_}" ||
  fail "the build"
find "$build" -name '*.gcda' -delete
export ROBOCACHE_TEST_EVERY=${ROBOCACHE_TEST_EVERY:-29}
for test in "${tests[@]}"; do
  note "$test"
  program=$(find "$build/tests" -type f -name "robocache_test_$test")
  "$program" >"$build/$test.log" 2>&1 || fail "$program; see $build/$test.log"
done

# Branches of exceptions are the compiler's: nothing in include/ throws.
gcovr --root "$root" --filter 'include/robocache/' --exclude '.*\.cuh' --exclude 'include/robocache/cuda/' \
      --exclude-throw-branches --exclude-unreachable-branches \
      -j "$(parallel_jobs)" --print-summary --txt - --html-details "$build/report.html" \
      --fail-under-line 97 --fail-under-branch 90 "$build" || fail "coverage; see above"
