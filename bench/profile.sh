#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the hardware counters say of the library's kernels, in under a minute, on a machine with a
# GPU and Nsight Compute, after bench/run_gpu.sh build-bench:
#
#     bench/profile.sh
#
# A few launches of each kernel of the important rows are taken by ncu from the benchmark programs
# and reduced (profile.py) to OUT/profile.csv, a line per row and kernel. Naive kernels and copies
# are left out. Each kernel runs alone, several times over on the same memory, with the clocks and
# caches as they are: what fits the L2 is there (warm rows), launches do not overlap, and `us` is
# longer than the benchmark's. Compare it with other profiles, never with bench.json.
#
# Environment: OUT (results, default out/), BUILD (the programs, default build-gpu), FILTER (a regex
# that picks rows). The exit status is 1 if a row failed; the others go on without it.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
out=${OUT:-out}
build=${BUILD:-build-gpu}
filter=${FILTER:-.}
cuda=${CUDA_HOME:-/usr/local/cuda}
[[ -d $cuda/bin ]] && PATH=$PATH:$cuda/bin
command -v ncu >/dev/null || { echo "profile.sh: ncu (Nsight Compute) was not found" >&2; exit 1; }
mkdir -p "$out"

# The longest go last: if the time runs out, little is lost.
rows=(
  'resample/32x500->256x256/bf16/warm'
  'resample/256x500->250x32/bf16/warm'
  'resample/64x4096->1024x32/bf16/warm'
  'resample/256x1000->512x512/bf16/warm'
  'fuse/4x(30x512,100x64,200x12)->50/bf16/warm'
  'fuse/256x(100x512,200x128,300x64)->128/bf16/warm'
  'voxelize/count/100K->64^3/uniform/warm'
  'voxelize/count/1M->128^3/uniform/warm'
  'voxelize/count/1M->512x512x40/lidar/warm'
  'voxelize/occupancy/1M->128^3/uniform/warm'
  'voxelize/mean/1M->128^3/uniform/16xf32/warm'
  'voxelize/max/1M->200^3/uniform/16xf32/warm'
  'voxelize/count/64M->128^3/uniform/warm'
)
metrics=(
  gpu__time_duration.sum
  dram__throughput.avg.pct_of_peak_sustained_elapsed
  dram__bytes.sum.per_second
  lts__t_sectors_lookup_hit.sum
  lts__t_sectors_lookup_miss.sum
  sm__warps_active.avg.pct_of_peak_sustained_active
  launch__registers_per_thread
  smsp__inst_executed.sum
)
# A row first launches the operation once to check it, one or two kernels, and then over and over
# again: past `skip` launches all is warm.
skip=6
count=6
limit_s=55      # of everything
row_limit_s=15  # of a row

find_program() { find "$build" -type f -executable -name "$1" 2>/dev/null | head -n 1; }

# profile ROW LOG SECONDS: ncu's table of the row's kernels to LOG, what the program says to
# LOG.program. The program is ended as soon as there are enough launches, so its status and ncu's
# mean nothing: profile.py sees whether there are numbers.
profile() {
  local row=$1 log=$2 seconds=$3 program escaped
  program=$(find_program "robocache_bench_${row%%/*}")
  [[ -n $program ]] || { echo "robocache_bench_${row%%/*} is not built" >"$log"; return; }
  # shellcheck disable=SC2001  # more than ${row//} can do
  escaped=$(sed 's/[][(){}.^$*+?|\\]/\\&/g' <<<"$row")
  LC_ALL=C timeout --kill-after=2 "$seconds" \
    ncu --csv --page raw --print-units base --log-file "$log" \
    --cache-control none --clock-control none --replay-mode kernel --kill yes \
    --kernel-name-base demangled --kernel-name 'regex:^(void )?robocache::.*' \
    --launch-skip "$skip" --launch-count "$count" --metrics "$(IFS=, && echo "${metrics[*]}")" \
    "$program" --benchmark_filter="^$escaped(/|$)" >"$log.program" 2>&1
}

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
arguments=()
for row in "${rows[@]}"; do
  [[ $row =~ $filter ]] || continue
  log=$logs/${#arguments[@]}
  left=$((limit_s - SECONDS))
  if ((left > 0)); then
    profile "$row" "$log" $((left < row_limit_s ? left : row_limit_s))
  else
    echo "no time left" >"$log"
  fi
  arguments+=("$row" "$log")
done
((${#arguments[@]} > 0)) || { echo "profile.sh: no row matches $filter" >&2; exit 2; }
device=$(nvidia-smi --query-gpu=name --format=csv,noheader | head -n 1)
commit=${ROBOCACHE_COMMIT:-$(git describe --always --abbrev=12 --dirty --exclude='*' 2>/dev/null ||
  echo unknown)}
python3 bench/profile.py --out "$out/profile.csv" --device "$device" --commit "$commit" \
  "${arguments[@]}"
