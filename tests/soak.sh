#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Calls of every launcher with random shapes for hours, on the GPU or, where there is none, on the
# CPU back end with several threads:
#
#     tests/soak.sh HOURS [FOLDER]
#
# Leaves soak.csv, soak.log and, where there is gnuplot, soak.png in FOLDER (default build/soak):
# calls, memory of the host and of the device, open descriptors and threads once a heartbeat, and how
# long the calls of each kind took (median, 99 %, 99.9 %, longest; on a GPU between two events on the
# call's stream, while the other workers' streams have work).
#
# It fails if a call does not have the bits of the CPU back end the first time, or if the same round
# of calls leaves other bits later; and if from a tenth of the time on the process grows by more than
# 64 MiB of resident memory, 32 MiB of device memory, two descriptors or four threads (on the CPU, the
# threads of OpenMP). What counts is the least of a heartbeat, looked at each second: a large call may
# take what it gives back.
#
# Environment: PROGRAM (a robocache_test_fuzz_gpu or robocache_test_fuzz that is built already),
# SEED (1), WORKERS (as many as processors), DISTINCT (rounds, 4096), HEARTBEAT (seconds, 60), and
# that of cmake/setup.sh.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/cmake/setup.sh"

(($# >= 1)) || { sed -n '3,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
[[ $1 =~ ^[0-9]*\.?[0-9]+$ ]] || { echo "HOURS is a number, not $1" >&2; exit 2; }
seconds=$(awk -v hours="$1" 'BEGIN { print hours * 3600 }')
folder=${2:-$root/build/soak}
mkdir -p "$folder"

build_program() {
  local build=$root/build/tests target=robocache_test_fuzz
  mkdir -p "$root/build"
  install_packages cmake ninja-build g++ ccache catch2 libcli11-dev gnuplot-nox
  require_tools
  find_cuda
  configure "$build" || fail "configuring; the reason is above"
  if [ -n "$(cache_entry "$build" ROBOCACHE_CUDA_SUMMARY)" ] && has_gpu; then target+=_gpu; fi
  cmake --build "$build" --parallel "$(parallel_jobs)" --target "$target" || fail "the build"
  PROGRAM=$(find "$build" -type f -name "$target" | head -n 1)
}
[ -n "${PROGRAM:-}" ] || build_program

where=()
if ! has_gpu || [[ $PROGRAM != *_gpu ]]; then
  where=(--cpu-only)
  note "on the CPU"
fi
# Kernels are loaded when the program starts, not one by one while memory is watched. Threads of
# OpenMP that wait leave their processors to others.
export CUDA_MODULE_LOADING=EAGER OMP_WAIT_POLICY=passive
outcome=0
"$PROGRAM" --soak --seconds "$seconds" --seed "${SEED:-1}" --workers "${WORKERS:-$(nproc)}" \
  --distinct "${DISTINCT:-4096}" --heartbeat "${HEARTBEAT:-60}" --table "$folder/soak.csv" \
  "${where[@]}" 2>&1 | tee "$folder/soak.log" || outcome=$?

if command -v gnuplot >/dev/null && [ "$(wc -l <"$folder/soak.csv")" -gt 2 ]; then
  gnuplot -e "table='$folder/soak.csv'; picture='$folder/soak.png'" "$root/tests/gpu_fuzz/soak.plt" ||
    note "no picture: gnuplot failed"
else
  note "no picture: no gnuplot, or fewer than two heartbeats"
fi
exit "$outcome"
