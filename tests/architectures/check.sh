#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compiles every kernel for every architecture, with ptxas' warnings as errors, and lists registers,
# stack and spills. Kernels whose names say `without_stack` must have none. Needs nvcc, but no device.
#
#   check.sh [--few] [--jobs N] [--list FILE] [--keep FOLDER] [ARCHITECTURE ...]
#
# --few: fewer types (what ctest runs). Without architectures: all of `architectures` in
# cuda/multiprocessor.hpp that nvcc knows. The list has a line per kernel: architecture, registers,
# bytes of stack, of spills (stores and loads) and of shared memory, name. The folder gets the machine
# code (cubin), to be compared with that of another run. NVCC names another compiler.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nvcc=${NVCC:-nvcc}
jobs=$(nproc)
list=
keep=
few=()
architectures=()
while (($#)); do
  case $1 in
    --few) few=(-DROBOCACHE_TEST_FEW_KERNELS) ;;
    --jobs) jobs=$2; shift ;;
    --list) list=$2; shift ;;
    --keep) keep=$2; shift ;;
    -h | --help) sed -n '3,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) architectures+=("${1#sm_}") ;;
  esac
  shift
done
if ((${#architectures[@]} == 0)); then
  known=$("$nvcc" --list-gpu-code)
  supported=$(sed -n 's/^inline constexpr int architectures\[\] = {\(.*\)};$/\1/p' \
    "$here/../../include/robocache/cuda/multiprocessor.hpp")
  [[ -n $supported ]] || { echo "FAILED: no architectures in cuda/multiprocessor.hpp"; exit 1; }
  for architecture in ${supported//,/ }; do
    architecture=$((architecture / 10))
    if grep -qx "sm_$architecture" <<<"$known"; then architectures+=("$architecture"); fi
  done
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compile <architecture> <source>: the log beside it, and a file that says when it failed.
compile() {
  local log
  log=$work/$1.$(basename "$2" .cu)
  "$nvcc" -std=c++17 -arch="sm_$1" -cubin -I "$here/../../include" "${few[@]}" -Werror all-warnings \
    -Xptxas -v,--warning-as-error "$2" -o "$log.cubin" >"$log.log" 2>&1 ||
    touch "$log.failed"
}

for architecture in "${architectures[@]}"; do
  for source in "$here"/*.cu; do
    while (($(jobs -rp | wc -l) >= jobs)); do wait -n || true; done
    compile "$architecture" "$source" &
  done
done
wait

# What ptxas -v says, in four lines per kernel.
for log in "$work"/*.log; do
  architecture=$(basename "$log")
  c++filt <"$log" | awk -v architecture="${architecture%%.*}" '
    /Compiling entry function/ {
      name = $0
      sub(/.*entry function ./, "", name)
      sub(/. for .sm_[0-9a-z]*.$/, "", name)
    }
    /bytes stack frame/ { stack = $1; stores = $5; loads = $9 }
    /Used [0-9]+ registers/ {
      registers = $0
      sub(/.*Used /, "", registers)
      sub(/ registers.*/, "", registers)
      shared = 0
      if (match($0, /[0-9]+ bytes smem/)) shared = substr($0, RSTART, RLENGTH - 11)
      printf "%s %s %s %s %s %s %s\n", architecture, registers, stack, stores, loads, shared, name
    }'
done >"$work/list"

if [[ -n $list ]]; then
  { echo "architecture registers stack spill_stores spill_loads shared kernel"
    sort -n "$work/list"; } >"$list"
fi
for architecture in "${architectures[@]}"; do
  awk -v a="$architecture" '
    $1 == a {
      ++kernels
      if ($2 > registers) registers = $2
      if ($4 + $5 > 0) ++spilling
      if ($3 > 0) ++stacks
    }
    END {
      printf "sm_%s: %d kernels, at most %d registers, %d with a stack frame, %d spill\n",
             a, kernels, registers, stacks, spilling
    }' "$work/list"
done

if [[ -n $keep ]]; then mkdir -p "$keep" && cp "$work"/*.cubin "$keep"; fi

status=0
for failed in "$work"/*.failed; do
  [[ -e $failed ]] || continue
  status=1
  echo "FAILED: $(basename "$failed" .failed)"
  grep -iE "warning|error" "${failed%.failed}.log" | c++filt | cut -c1-300 | sort -u | head -10
done
if grep -q without_stack "$work/list"; then
  awk '/without_stack/ && $3 > 0 { print "FAILED: sm_" $1 ": " $3 " bytes of stack in " $7; bad = 1 }
       END { exit bad }' "$work/list" || status=1
else
  echo "FAILED: no kernel was looked at for its stack"
  status=1
fi
if [[ ! -s $work/list ]]; then
  echo "FAILED: no kernel was compiled"
  status=1
fi
exit $status
