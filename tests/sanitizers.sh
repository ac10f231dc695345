# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # names that they set or use
#
# Sourced by tests/sanitize.sh and tests/fuzz.sh: builds under sanitizers, of the CPU only. clang's,
# since fuzzers are its, and its OpenMP runtime comes with Archer, which tells the thread sanitizer
# what waits for what.
. "$root/cmake/setup.sh"

# build_with_sanitizers address|thread TARGET: sets sanitizer_build, the folder.
build_with_sanitizers() {
  local sanitizers="address;undefined;fuzzer-no-link" few=${ROBOCACHE_TEST_FEW_TYPES:-OFF} examples=ON
  [ "$1" != thread ] || sanitizers=thread
  ROBOCACHE_CUDA=OFF
  cuda_arguments=()
  sanitizer_build=$root/build/$1-sanitizer
  [ "$few" = OFF ] || sanitizer_build+=-few examples=OFF
  mkdir -p "$root/build"
  install_packages cmake ninja-build g++ clang libclang-rt-dev libomp-dev ccache catch2 libfmt-dev \
                   liblzf-dev python3
  [ "$examples" = OFF ] || install_packages libcli11-dev libdlpack-dev libeigen3-dev
  require_tools
  has_package libclang-rt-dev || fail "clang with its sanitizers is needed"
  # Without it the library has no threads, and nothing to find.
  [ "$1" != thread ] || has_package libomp-dev || fail "clang's OpenMP is needed"
  # -O1, -g1: most of the time is the compiler's.
  configure "$sanitizer_build" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" -DROBOCACHE_SANITIZE="$sanitizers" \
    -DROBOCACHE_BUILD_BENCH=OFF -DROBOCACHE_BUILD_EXAMPLES="$examples" -DROBOCACHE_BUILD_DOCS=OFF \
    -DROBOCACHE_TEST_FEW_TYPES="$few" ||
    fail "configuring; the reason is above"
  note "building $2 under $sanitizers with $(parallel_jobs) compilers at once"
  cmake --build "$sanitizer_build" --parallel "$(parallel_jobs)" --target "$2" || fail "the build"

  export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
  export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$root/tests/leaks_of_others.txt}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
  # The runtimes of C++ and OpenMP are not compiled for the thread sanitizer.
  export TSAN_OPTIONS=${TSAN_OPTIONS:-ignore_noninstrumented_modules=1:second_deadlock_stack=1}
}

# What runs a program under sanitizers: clang's of before 18 do not bear addresses of more random bits
# than 28, which newer kernels give.
without_random_addresses=()
if setarch -R true 2>/dev/null; then without_random_addresses=(setarch -R); fi
