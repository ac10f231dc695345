# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # root and built are of the scripts that source this
#
# Sourced by tests/run.sh, examples/run.sh and .ci/run: what a fresh machine needs before the build.
#
# Environment: CUDACXX (the nvcc to use), ROBOCACHE_CUDA=ON|OFF|AUTO (AUTO: where there is an nvcc; not
# set: for the GPU that is there, or not at all), ROBOCACHE_JOBS (compilers at once),
# ROBOCACHE_SYSTEM_PACKAGES=OFF (install nothing).

skipped=()  # what is left out, and why; told in the last line

note() { printf '== %s\n' "$*"; }
fail() {
  printf 'failed: %s\n' "$*" >&2
  exit 1
}

has_header() {
  printf '#include <%s>\n' "$1" | "${CXX:-c++}" -std=c++17 -E -x c++ - >/dev/null 2>&1
}

# Whether the machine has what the Debian package $1 is wanted for, however it came there.
has_package() {
  case $1 in
    cmake) command -v cmake && command -v ctest ;;
    ninja-build) command -v ninja ;;
    g++) command -v "${CXX:-c++}" ;;
    catch2) has_header catch2/catch_all.hpp || has_header catch2/catch.hpp ;;
    libbenchmark-dev) has_header benchmark/benchmark.h ;;
    libcli11-dev) has_header CLI/CLI.hpp ;;
    libfmt-dev) has_header fmt/format.h ;;
    liblzf-dev) has_header lzf.h || has_header liblzf/lzf.h ;;
    libeigen3-dev) has_header eigen3/Eigen/Core || has_header Eigen/Core ;;
    libdlpack-dev) has_header dlpack/dlpack.h ;;
    gnuplot-nox) command -v gnuplot ;;
    g++-aarch64-linux-gnu) command -v aarch64-linux-gnu-g++ ;;
    qemu-user-static) command -v qemu-aarch64-static ;;
    clang) command -v clang++ ;;
    libclang-rt-dev)  # the runtimes of sanitizers and fuzzers
      printf 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }\n' |
        clang++ -fsanitize=fuzzer,address,undefined -x c++ - -o /dev/null ;;
    libomp-dev) printf '#include <omp.h>\n' | clang++ -fopenmp -fsyntax-only -x c++ - ;;
    python3-venv) /usr/bin/python3 -c 'import ensurepip, venv' ;;
    python3-numpy) python3 -c 'import numpy' || /usr/bin/python3 -c 'import numpy' ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

# install_packages PACKAGE...: installs those that are missing, where that is allowed. Prints one
# line about those that stay missing; whether the build can do without is CMake's to say.
install_packages() {
  local package missing=() apt=()
  for package in "$@"; do has_package "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "${ROBOCACHE_SYSTEM_PACKAGES:-ON}" != OFF ] && command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
      apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      apt=(sudo -n env DEBIAN_FRONTEND=noninteractive apt-get)
    fi
  fi
  if [ ${#apt[@]} -gt 0 ]; then
    note "installing ${missing[*]}"
    "${apt[@]}" -qq update </dev/null || true  # an old list may do
    # Together, or one by one where one of them does not exist here.
    apt+=(-qq install -y --no-install-recommends)
    if ! "${apt[@]}" "${missing[@]}" </dev/null >/dev/null; then
      for package in "${missing[@]}"; do
        "${apt[@]}" "$package" </dev/null >/dev/null || true
      done
    fi
    hash -r
    apt=("${missing[@]}")
    missing=()
    for package in "${apt[@]}"; do has_package "$package" || missing+=("$package"); done
  fi
  if [ ${#missing[@]} -gt 0 ]; then
    note "missing and not installed; on Debian: apt-get install ${missing[*]}"
  fi
}

# What no build can do without.
require_tools() {
  local version
  has_package cmake || fail "cmake 3.25 or newer is needed"
  has_package g++ || fail "a C++17 compiler is needed"
  version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
  # shellcheck disable=SC2086  # two words
  set -- $version
  [ "$1" -gt 3 ] || [ "$2" -ge 25 ] || fail "cmake 3.25 or newer is needed, this is $1.$2"
  has_package ninja-build || command -v make >/dev/null || fail "ninja or make is needed"
}

has_gpu() { command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q '^GPU'; }

# Decides whether CUDA is used, and finds nvcc where it is not on the PATH. Kernels take minutes to
# compile: unless something else is asked for they are for the GPU of this machine, and left out where
# there is none to run them.
find_cuda() {
  local folder
  cuda_arguments=()
  no_cuda="switched off"
  if [ -z "${ROBOCACHE_CUDA:-}" ] && has_gpu; then
    ROBOCACHE_CUDA=AUTO
    cuda_arguments=(-DCMAKE_CUDA_ARCHITECTURES="${CUDAARCHS:-native}")
  elif [ -z "${ROBOCACHE_CUDA:-}" ]; then
    ROBOCACHE_CUDA=OFF
    no_cuda="no GPU; ROBOCACHE_CUDA=ON compiles its kernels"
  fi
  [ "$ROBOCACHE_CUDA" != OFF ] || return 0
  no_cuda="no working nvcc found"
  [ -z "${CUDACXX:-}" ] || return 0
  command -v nvcc >/dev/null && return 0
  for folder in "${CUDA_HOME:-}" "${CUDA_PATH:-}" /usr/local/cuda \
                $(printf "%s\n" /usr/local/cuda-* | sort -rV) /opt/cuda; do
    if [ -n "$folder" ] && [ -x "$folder/bin/nvcc" ]; then
      export CUDACXX="$folder/bin/nvcc"
      return 0
    fi
  done
}

# Compilers at once: one per processor, but no more than the memory bears (nvcc takes up to 1.5 GB).
parallel_jobs() {
  local processors memory
  processors=$(nproc 2>/dev/null || echo 2)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo 2>/dev/null || true)
  if [ "${memory:-0}" -gt 0 ] && [ "$memory" -lt "$processors" ]; then processors=$memory; fi
  echo "${ROBOCACHE_JOBS:-$processors}"
}

# An entry of the CMake cache of build folder $1.
cache_entry() { sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt"; }

# configure BUILD_FOLDER CMAKE_ARGUMENT...: what is missing is downloaded only if that can work, and
# looked for only if there is something to download.
configure() {
  local build=$1 generator=() fetch=OFF
  shift
  if [ ! -f "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  configure_once() {
    cmake -S "$root" -B "$build" "${generator[@]}" -DROBOCACHE_CUDA="$ROBOCACHE_CUDA" \
      -DROBOCACHE_FETCH_DEPENDENCIES=$fetch "${cuda_arguments[@]}" "$@"
  }
  if configure_once "$@" >"$build.log" 2>&1 &&
     [ -z "$(cache_entry "$build" ROBOCACHE_FETCHABLE)" ]; then
    cat "$build.log"
    return 0
  fi
  if command -v git >/dev/null &&
     GIT_TERMINAL_PROMPT=0 timeout 10 git ls-remote -q https://github.com/catchorg/Catch2.git HEAD \
       >/dev/null 2>&1; then
    fetch=ON
  fi
  configure_once "$@"
}

# What the build folder $1 is for, in words; and the parts that CMake left out.
describe_build() {
  local cuda missing
  cuda=$(cache_entry "$1" ROBOCACHE_CUDA_SUMMARY)
  if [ -n "$cuda" ]; then
    built="CPU, $cuda"
  else
    built="CPU"
    skipped+=("CUDA ($no_cuda)")
  fi
  missing=$(cache_entry "$1" ROBOCACHE_MISSING)
  if [ -n "$missing" ]; then skipped+=("${missing//;/, }"); fi
}

# The last line: what was built, what was skipped and why.
summary() {
  local text="nothing" entry
  if [ ${#skipped[@]} -gt 0 ]; then
    text=${skipped[0]}
    for entry in "${skipped[@]:1}"; do text+=", $entry"; done
  fi
  printf 'built: %s; skipped: %s\n' "$built" "$text"
}
