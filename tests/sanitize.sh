#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the CPU tests with clang under sanitizers and runs them: `address` finds accesses out of
# bounds, leaks and undefined behaviour, also in the examples' readers; `thread` races of the OpenMP
# threads.
#
#   tests/sanitize.sh [address|thread] [CTEST_ARGUMENT...]
#
# Environment: see cmake/setup.sh; ROBOCACHE_TEST_FEW_TYPES=ON compiles few types and runs only the
# tests with several threads; ROBOCACHE_TEST_EVERY takes every n-th case of the tables (by default 7).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/tests/sanitizers.sh"
kind=${1:-address}
shift || true
case $kind in
  address | thread) ;;
  *) fail "sanitize.sh takes address or thread, not $kind" ;;
esac

build_with_sanitizers "$kind" robocache_sanitized_tests
export ROBOCACHE_TEST_EVERY=${ROBOCACHE_TEST_EVERY:-7}
"${without_random_addresses[@]}" ctest --test-dir "$sanitizer_build" --output-on-failure --no-tests=error \
      --parallel "$(parallel_jobs)" -L sanitized "$@" || fail "the tests under $kind; see above"
