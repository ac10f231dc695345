#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the benchmarks and measures this machine, unattended: on a GPU if there is one, else the CPU
# back ends. Writes bench.json, peers.json, report.md and pictures to $OUT (default out/).
#
#   bench/run.sh
#
# On a GPU it ends with 1 if a limit of gates.csv for that GPU is missed, and says which and by how
# much. Peers (PyTorch, CuPy) and pictures (matplotlib) are left out where they are not installed.
# bench/run_gpu.sh has the steps one by one; its environment variables hold here, too.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

if command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; then
  exec bench/run_gpu.sh build-bench bench sweep-short peers gates pictures
fi

echo "== no GPU: the CPU back ends"
out=${OUT:-out}
build=${BUILD:-build-bench}
mkdir -p "$out"
if ! { cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DROBOCACHE_CUDA=OFF \
         -DROBOCACHE_BUILD_TESTS=OFF -DROBOCACHE_BUILD_EXAMPLES=OFF &&
       cmake --build "$build" -j "$(nproc)"; } >"$out/build.log" 2>&1; then
  tail -n 40 "$out/build.log"
  exit 1
fi
failed=0
parts=()
for operation in resample fuse voxelize; do
  echo "== $operation"
  program=$build/bench/robocache_bench_${operation}_cpu
  [[ -x $program ]] || { echo "not built: is Google Benchmark installed?"; exit 1; }
  ROBOCACHE_COMMIT=${ROBOCACHE_COMMIT:-$(git describe --always --abbrev=12 --dirty \
    --exclude='*' 2>/dev/null || echo unknown)} "$program" --benchmark_out="$out/$operation.json" \
    --benchmark_out_format=json ${FILTER:+--benchmark_filter="$FILTER"} || failed=1
  parts+=("$out/$operation.json")
done
peers=()
if python3 -c 'import numpy' 2>/dev/null; then
  echo "== peers"
  python3 bench/peers/cpu.py --rows-of "${parts[@]}" --budget 120 --out "$out/cpu_peers.json" &&
    peers=(--peers "$out/cpu_peers.json") || failed=1
else
  echo "== peers: left out, no NumPy"
fi
python3 bench/report.py "${parts[@]}" "${peers[@]}" --out "$out/report.md" || failed=1
echo "report: $out/report.md"
exit "$failed"
