#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the benchmarks and measures this machine, unattended: on a GPU if there is one and a CUDA
# compiler, else the CPU back ends. Writes run.json, with all that was measured, report.md and
# pictures to $OUT (default out/).
#
#   bench/run.sh
#
# It ends with 1 if a limit of gates.csv for that GPU is missed, and says which and by how much;
# also if a result of ours or of a peer is wrong. Peers (PyTorch, CuPy, JAX; NumPy, SciPy,
# pandas...) and pictures (matplotlib) are left out where they are not installed.
# bench/run_gpu.sh has the steps one by one; its environment variables hold here, too.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

compiler=$(PATH=$PATH:${CUDA_HOME:-/usr/local/cuda}/bin command -v nvcc || true)
if command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1 && [[ -n $compiler ]]; then
  exec bench/run_gpu.sh build-bench bench sweep-short peers gates pictures
fi

echo "== no GPU, or no CUDA compiler: the CPU back ends"
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
export ROBOCACHE_RESULTS=$build/bench_results  # for the peers to compare with
rm -rf "$ROBOCACHE_RESULTS"
mkdir -p "$ROBOCACHE_RESULTS"
ROBOCACHE_COMMIT=${ROBOCACHE_COMMIT:-$(git describe --always --abbrev=12 --dirty --exclude='*' \
  2>/dev/null || echo unknown)}
export ROBOCACHE_COMMIT
for operation in resample fuse voxelize; do
  echo "== $operation"
  program=$build/bench/robocache_bench_${operation}_cpu
  rm -f "$out/$operation.json"
  [[ -x $program ]] || { echo "not built: is Google Benchmark installed?"; exit 1; }
  "$program" --benchmark_out="$out/$operation.json" --benchmark_out_format=json \
    ${FILTER:+--benchmark_filter="$FILTER"} || failed=1
  [[ -s $out/$operation.json ]] && parts+=("$out/$operation.json")  # FILTER may find none
done
((${#parts[@]} > 0)) || { echo "no rows"; exit 1; }
peers=()
if python3 -c 'import numpy' 2>/dev/null; then
  echo "== peers"
  python3 bench/peers/cpu.py --rows-of "${parts[@]}" --results "$ROBOCACHE_RESULTS" --budget 120 \
    --out "$out/cpu_peers.json" && peers=(--peers "$out/cpu_peers.json") || failed=1
else
  echo "== peers: left out, no NumPy"
fi
python3 bench/report.py "${parts[@]}" "${peers[@]}" --merge "$out/run.json" || failed=1
python3 bench/report.py "$out/run.json" --gate --out "$out/report.md" || {
  sed -n '/^Problems:/,$p' "$out/report.md"
  failed=1
}
if python3 -c 'import matplotlib' 2>/dev/null; then
  rm -f "$out"/performance_*.png
  python3 bench/pictures.py "$out/run.json" --to "$out" || failed=1
else
  echo "left out: pictures, no matplotlib"
fi
echo "report: $out/report.md"
exit "$failed"
