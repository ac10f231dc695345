#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds, tests and measures on a machine with a GPU and without a network, in one call:
#
#     bench/run_gpu.sh build test bench peers report
#
# Steps, done in the order given:
#   build        configure and compile everything for ARCH
#   build-all    the same for the release architectures (80, 90, 100 and PTX)
#   build-bench  compile the programs of bench alone, to try a kernel variant
#   test         the tests labelled gpu
#   sanitize     compute-sanitizer's four tools on every launcher (tests/sanitize_gpu.sh), if
#                OPERATIONS leaves out none -> sanitize/
#   sanitize-tests  the same tools on the operations' GPU tests: also stencils, rings, sinks, points
#                made in registers; what does not end in time is said
#   bench        the operations' rows with targets and some more, what a caller waits, how time
#                grows with sizes, the same work in a user's kernels, and what calls cost on the host
#                -> bench.json
#   bench-short  of resample only BF16, sorted, float stamps; all of the others: under 90 s
#   sweep-short  some of the shapes of sweep, warm and in order: under 30 s -> sweep.json
#   sweep        many shapes and scalars of resample -> sweep.json
#   peers        PyTorch, CuPy, JAX, CUB and Thrust on the rows with targets, compared with the
#                results that bench left -> peers.json, jax_peers.json
#   peers-sweep  the same on the rows of sweep.json, eager -> peers.json
#   sass         architectures, registers, spills, widths of memory accesses -> sass.txt
#   report       tables of what is there -> report.md; the short one is printed
#   gates        the same, and fails where a limit of gates.csv is missed
#                (both put all that was measured into run.json)
#   pictures     of what is there, if matplotlib is installed, also at the end of report.md
#
# Environment: OUT (results, default out/), BUILD (default build-gpu), ARCH (default: that of the
# GPU), FILTER (a regex for the rows of bench, sweep, peers and gates; CUB and Thrust are left out
# then), CHECK (factor of report.py --check), ROBOCACHE_COMMIT (where there is no git).
# SANITIZE_LIMIT is the time limit of sanitize-tests (400 s), SANITIZE_SECONDS that of a piece of it
# (180); SANITIZE_EVERY n takes every n-th case of the tables (31, racecheck 97). SANITIZE_TOOLS
# restricts both to some of "racecheck memcheck initcheck synccheck".
# OPERATIONS restricts all steps but the sweeps to some of "resample fuse voxelize"; build then
# leaves out what does not belong to them. SANITIZE_VOXELIZE is a Catch2 filter for sanitize-tests.
# Every step has a time limit and the others go on without it; the exit status is 1 if any failed.

# shellcheck disable=SC2317,SC2329  # steps are called through logged()

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
out=${OUT:-out}
build=${BUILD:-build-gpu}
jobs=$(nproc)
mkdir -p "$out" "$build"
out=$(cd "$out" && pwd)
cuda=${CUDA_HOME:-/usr/local/cuda}
for directory in "$cuda/bin" "$cuda/compute-sanitizer"; do
  [[ -d $directory ]] && PATH=$PATH:$directory
done
export PATH PYTHONUNBUFFERED=1
ROBOCACHE_COMMIT=${ROBOCACHE_COMMIT:-$(git describe --always --abbrev=12 --dirty --exclude='*' \
  2>/dev/null || echo unknown)}
ROBOCACHE_DRIVER=${ROBOCACHE_DRIVER:-$(nvidia-smi --query-gpu=driver_version --format=csv,noheader \
  2>/dev/null | head -n 1)}
export ROBOCACHE_COMMIT ROBOCACHE_DRIVER
arch=${ARCH:-$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 |
  tr -d .)}
arch=${arch:-90}

all_operations="resample fuse voxelize"
OPERATIONS=${OPERATIONS:-$all_operations}
export OPERATIONS
read -r -a operations <<<"$OPERATIONS"
for operation in "${operations[@]}"; do
  [[ " $all_operations " == *" $operation "* ]] ||
    { echo "run_gpu.sh: unknown operation: $operation" >&2; exit 2; }
done
benches=("${operations[@]/#/robocache_bench_}" robocache_bench_latency robocache_bench_scaling
  robocache_bench_own_kernel robocache_bench_embedding robocache_bench_launch_cost)
results=$build/bench_results  # of bench, for peers to compare with; gigabytes
any_operation="($(IFS='|' && echo "${operations[*]}"))"  # a regex
all_rows="^(limits/|((latency|scaling|own_kernel|embedding|accumulate|host_cost)/)?$any_operation/)"

# logged FILE COMMAND...: all output to FILE, its end to the terminal if the command fails.
logged() {
  local log=$1 status
  shift
  "$@" >"$log" 2>&1
  status=$?
  if ((status != 0)); then tail -n 40 "$log"; fi
  return "$status"
}

do_configure() {  # $1: architectures, "" for the project's own list
  local generator=()
  [[ -f $build/CMakeCache.txt ]] || { command -v ninja >/dev/null && generator=(-G Ninja); }
  local choice=-UCMAKE_CUDA_ARCHITECTURES
  [[ -n $1 ]] && choice=-DCMAKE_CUDA_ARCHITECTURES=$1
  cmake -S . -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DROBOCACHE_CUDA=ON \
    -DROBOCACHE_FETCH_DEPENDENCIES=OFF "$choice"
}

do_build() {  # $1: architectures, then targets
  local arch_list=$1 targets=()
  shift
  (($# > 0)) && targets=(--target "$@")
  do_configure "$arch_list" && cmake --build "$build" -j "$jobs" "${targets[@]}"
}

find_program() { find "$build" -type f -executable -name "$1" | head -n 1; }

# The tests' and benchmarks' programs of the chosen operations; nothing if those are all.
targets_of_operations() {
  [[ $OPERATIONS == "$all_operations" ]] && return
  printf '%s\n' "${benches[@]}"
  for operation in "${operations[@]}"; do
    printf '%s\n' "robocache_test_${operation}_gpu" "robocache_test_${operation}_gpu_fast_math"
  done
}

do_test() {
  local only=()
  [[ $OPERATIONS == "$all_operations" ]] || only=(-R "^robocache_test_${any_operation}_gpu")
  ctest --test-dir "$build" -L gpu "${only[@]}" -j 4 --output-on-failure --timeout 200
}

# One tool on a share of a program's tests, the log in a file: "verdict<newline>log". The verdict is
# told at once, so that it is not lost if the step is stopped.
sanitize_piece() {  # LOG TOOL SHARD SHARDS PROGRAM FILTER
  local log=$1 tool=$2 shard=$3 shards=$4 program=$5 filter=$6 sharding=() every=31 verdict=clean
  local most=${SANITIZE_SECONDS:-180} start=$SECONDS
  ((shards > 1)) && sharding=(--shard-count "$shards" --shard-index "$shard")
  [[ $tool == racecheck ]] && every=97  # it takes longest
  ((sanitize_end - SECONDS < most)) && most=$((sanitize_end - SECONDS))
  if ((most < 5)); then
    verdict="NOT STARTED"
  else
    ROBOCACHE_TEST_EVERY=${SANITIZE_EVERY:-$every} timeout "$most" compute-sanitizer --tool "$tool" \
      --error-exitcode 9 "$program" "$filter" "${sharding[@]}" >"$log.text" 2>&1
    case $? in
      0) ;;
      124) verdict="NOT FINISHED" ;;
      *) verdict=FAILED ;;
    esac
    grep -q 'No tests ran' "$log.text" && verdict="no tests"  # in this share
  fi
  echo "$verdict" >"$log"
  [[ -f $log.text ]] && tail -n 400 "$log.text" >>"$log"
  echo "$(basename "$log"): $verdict, $((SECONDS - start)) s"
}

do_sanitize() {
  local program
  program=$(find_program robocache_test_fuzz_gpu)
  [[ -n $program ]] || { echo "robocache_test_fuzz_gpu is not built: no CLI11, or OPERATIONS leaves it out"; return 1; }
  tests/sanitize_gpu.sh "$program" "$out/sanitize"
}

do_sanitize_tests() {  # as many pieces side by side as there are processors, then their logs in order
  local tools filters=() names=() status=0
  local operation filter program tool shards shard logs name
  local sanitize_end=$((SECONDS + $(limit_of sanitize-tests) - 20))
  read -r -a tools <<<"${SANITIZE_TOOLS:-racecheck memcheck initcheck synccheck}"
  # Every kernel, width, policy, layout and level, with a part of the tables (support/thinned.hpp).
  # The random runs would take an hour, and the tools make all streams wait for each other, which
  # the tests of that refuse.
  filter='[conformance],[graph],[unsorted],[value],buffers without slack*,transposed*'
  filters+=("resample $filter,a length out of*,offsets out of*,find_brackets and*,a launch reads*,a ring as*")
  filters+=("stencils *")
  filter='[conformance],[graph],[columns],[group],[angle],[rotation]~[heavy],[empty],[age]'
  filters+=("fuse $filter,windows beyond*,no anchors*,fuse reads*")
  filter='[conformance]~[heavy],[graph],[columns],[shared],[scan]~[heavy],[own]'
  filters+=("voxelize ${SANITIZE_VOXELIZE:-$filter}")
  logs=$(mktemp -d)
  for tool in "${tools[@]}"; do
    for filter in "${filters[@]}"; do
      operation=${filter%% *}
      [[ " $OPERATIONS " == *" ${operation/stencils/resample} "* ]] || continue
      program=$(find_program "robocache_test_${operation}_gpu")
      if [[ -z $program ]]; then
        echo "-- $operation: FAILED, robocache_test_${operation}_gpu is not built"
        status=1
        continue
      fi
      shards=1  # Catch2 3 can share out a program's test cases
      "$program" --help 2>/dev/null | grep -q -- --shard-count && shards=8
      for ((shard = 0; shard < shards; ++shard)); do
        while (($(jobs -rp | wc -l) >= jobs)); do wait -n || true; done
        name="$operation $tool $shard"
        names+=("$name")
        sanitize_piece "$logs/$name" "$tool" "$shard" "$shards" "$program" "${filter#* }" &
      done
    done
  done
  wait
  local -A ran=()  # shares of an operation and a tool that had tests
  for name in "${names[@]}"; do
    case $(head -n 1 "$logs/$name") in
      clean) ran[${name% *}]=1 ;;
      "no tests") ;;
      *) status=1 ;;
    esac
    echo "-- $name: $(cat "$logs/$name")"
  done
  for name in "${names[@]}"; do
    [[ -n ${ran[${name% *}]:-} ]] && continue
    echo "-- ${name% *}: FAILED, no share ran tests to their end"
    ran[${name% *}]=1
    status=1
  done
  rm -rf "$logs"
  return "$status"
}

# bench_json FILE PROGRAMS... -- ARGUMENTS...: runs benchmarks, the rows of all into one file with
# the first's context; what names this machine is taken out.
bench_json() {
  local file=$1 name program programs=() parts=() failed=0
  shift
  while [[ $1 != -- ]]; do
    programs+=("$1")
    shift
  done
  shift
  rm -f "$file"
  for name in "${programs[@]}"; do
    program=$(find_program "$name")
    [[ -n $program ]] || { echo "$name is not built"; failed=1; continue; }
    parts+=("$file.$name")
    echo "-- $name"
    # A line per row as it is measured: its name and time.
    "$program" --benchmark_out="$file.$name" --benchmark_out_format=json --benchmark_color=false \
      "$@" 2>"$file.log" |
      awk '/\/(iterations|manual_time)/ {
             sub(/\/iterations.*/, "", $1); print $1, $2, $3; fflush() }'
    ((PIPESTATUS[0] == 0)) || { tail -n 5 "$file.log"; echo "$name failed"; failed=1; }
    rm -f "$file.log"
  done
  python3 - "$file" "${parts[@]}" <<'END' || failed=1
import json, pathlib, sys
path, *parts = (pathlib.Path(argument) for argument in sys.argv[1:])
merged, failed = None, False
for part in parts:
    text = part.read_text() if part.exists() else ""
    part.unlink(missing_ok=True)
    if not text.strip():  # a filter that finds nothing in this program
        continue
    try:
        data = json.loads(text)
    except ValueError:  # the program was stopped half way
        print(f"{part.name}: not complete")
        failed = True
        continue
    if merged is None:
        merged = data
    else:
        merged["benchmarks"] += data["benchmarks"]
if merged is None:
    sys.exit(f"{path.name}: no rows")
for key in ("host_name", "executable", "load_avg"):
    merged["context"].pop(key, None)
path.write_text(json.dumps(merged, indent=1) + "\n")
bad = [b["name"] for b in merged["benchmarks"] if b.get("error_occurred")]
print(f"{path.name}: {len(merged['benchmarks'])} rows, {len(bad)} failed", *bad[:10], sep="\n  ")
sys.exit(failed or bool(bad))
END
  return "$failed"
}

do_bench() {  # $1: which rows. What an earlier run left would be taken for this one's
  rm -rf "$results" "$out/peers.json" "$out/jax_peers.json"
  mkdir -p "$results"
  ROBOCACHE_RESULTS=$results bench_json "$out/bench.json" "${benches[@]}" -- --benchmark_filter="$1"
}

do_peers() {  # what is not there is left out
  local status=0 into=--out library_rows="^library_peer/$any_operation/.*/warm/"
  local options=(--filter "^(?=.*(?:${FILTER:-}))$any_operation/") l2_mib=()
  [[ -d $results ]] && options+=(--results "$results")
  rm -f "$out/peers.json" "$out/jax_peers.json" "$out/library_peers.json"
  # PyTorch and JAX have limits of their own, so that one that hangs does not take the rest with it.
  if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
    timeout 190 python3 bench/peers/run.py --budget "${PEERS_BUDGET:-150}" "${options[@]}" \
      --out "$out/peers.json" || status=1
    [[ -f $out/peers.json ]] && into=--into
  else
    echo "left out: no PyTorch, or it sees no GPU"
  fi
  if python3 -c 'import jax' 2>/dev/null; then
    [[ -f $out/bench.json ]] && l2_mib=(--l2-mib "$(python3 -c 'import json, sys
print(int(json.load(open(sys.argv[1]))["context"]["l2_bytes"]) / 2**20)' "$out/bench.json")")
    timeout 150 python3 bench/peers/jax_peers.py --budget "${JAX_BUDGET:-110}" "${options[@]}" \
      "${l2_mib[@]}" --out "$out/jax_peers.json" || status=1
  else
    echo "left out: no JAX"
  fi
  if [[ -z $(find_program robocache_bench_library_peers) ]]; then
    echo "left out: robocache_bench_library_peers is not built"
  elif [[ -z ${FILTER:-} ]]; then
    bench_json "$out/library_peers.json" robocache_bench_library_peers -- \
      --benchmark_filter="$library_rows" || status=1
    python3 bench/peers/library.py "$out/library_peers.json" "$into" "$out/peers.json" || status=1
  fi
  return "$status"
}

do_sass() {  # what the compiler made, per program
  local name program
  local tests=("${operations[@]/#/robocache_test_}")
  for name in "${tests[@]/%/_gpu}" "${benches[@]}"; do
    program=$(find_program "$name")
    [[ -n $program ]] || { echo "$name is not built"; continue; }
    echo "== $name"
    cuobjdump --list-elf "$program" | sed 's/.*sm_/sm_/' | sort | uniq -c
    echo "-- registers, stack, spills"
    cuobjdump --dump-resource-usage "$program" 2>/dev/null | c++filt |
      sed -e 's/^ *//' -e 's/ CONSTANT\[.*//' -e 's/>(.*/>/' | grep -A 1 '^Function' | grep -v '^--'
  done
  for name in "${benches[@]}"; do
    program=$(find_program "$name")
    [[ -n $program ]] || continue
    echo "== memory instructions of $name"
    cuobjdump --dump-sass "$program" | awk '
      /Function :/ { kernel = $3 }
      match($0, /[ \t](LDG|STG|LDL|STL|LDS|STS|LDGSTS|UBLKCP|ATOMG|REDG?)(\.[A-Z0-9_]+)*[ ;]/) {
        count[kernel "\t" substr($0, RSTART + 1, RLENGTH - 2)]++
      }
      END { for (key in count) print key "\t" count[key] }' | c++filt | sed 's/>(.*)\t/>\t/' |
      sort | awk -F '\t' '$1 != last { print $1; last = $1 } { printf "%8d %s\n", $3, $2 }'
  done
}

# One file of what was measured: run.json.
do_merge() {
  local inputs=() peers=() name
  for name in bench sweep; do [[ -f $out/$name.json ]] && inputs+=("$out/$name.json"); done
  ((${#inputs[@]} > 0)) || { echo "nothing to report on: no bench.json, no sweep.json"; return 1; }
  for name in peers jax_peers; do
    [[ -f $out/$name.json ]] && peers+=(--peers "$out/$name.json")
  done
  python3 bench/report.py "${inputs[@]}" "${peers[@]}" --merge "$out/run.json"
}

do_report() {
  local check=()
  do_merge || return 1
  [[ -n ${CHECK:-} ]] && check=(--check "$CHECK" "${operations[@]/#/--operation=}")
  python3 bench/report.py "$out/run.json" --out "$out/report.md" "$@" || {
    sed -n '/^Problems:/,$p' "$out/report.md"
    return 1
  }
  python3 bench/report.py "$out/run.json" --short "${check[@]}" "$@"
}

do_pictures() {
  do_merge || return 1
  python3 -c 'import matplotlib' 2>/dev/null || { echo "left out: no matplotlib"; return 0; }
  rm -f "$out"/performance_*.png
  python3 bench/pictures.py "$out/run.json" --to "$out" || return 1
  [[ -f $out/report.md ]] || return 0
  (cd "$out" && for picture in performance_*.png; do
    printf "\n![%s](%s)\n" "$(basename "$picture" .png)" "$picture"
  done) >>"$out/report.md"
}

# One step, in the process that the time limit is for.
do_step() {
  local short='^(limits/empty|resample/[^/]*/bf16/(warm|cold)/|fuse/|voxelize/)' targets
  mapfile -t targets < <(targets_of_operations)
  case $1 in
    build) logged "$out/build.log" do_build "$arch" "${targets[@]}" ;;
    build-all) logged "$out/build.log" do_build "" "${targets[@]}" ;;
    build-bench)
      logged "$out/build.log" do_build "$arch" "${benches[@]}" robocache_bench_resample_sweep \
        robocache_bench_library_peers ;;
    test) logged "$out/test.log" do_test && tail -n 4 "$out/test.log" ;;
    sanitize) logged "$out/sanitize.log" do_sanitize && grep '^==' "$out/sanitize.log" ;;
    sanitize-tests)
      logged "$out/sanitize_tests.log" do_sanitize_tests &&
        grep -c '^-- .*: clean' "$out/sanitize_tests.log" ;;
    bench) do_bench "${FILTER:-$all_rows}" ;;
    bench-short) do_bench "${FILTER:-$short}" ;;
    sweep-short)
      rm -f "$out/sweep.json"  # what an earlier run left would be taken for this one's
      [[ " $OPERATIONS " == *" resample "* && -z ${FILTER:-} ]] || { echo "left out"; return 0; }
      bench_json "$out/sweep.json" robocache_bench_resample_sweep -- \
        --benchmark_filter='x(1|33|256|1024)/bf16/warm/' ;;
    sweep)
      bench_json "$out/sweep.json" robocache_bench_resample_sweep -- \
        --benchmark_filter="${FILTER:-.}" ;;
    peers) do_peers ;;
    peers-sweep)
      python3 bench/peers/torch_resample.py --no-compile --budget 220 --rows-of "$out/sweep.json" \
        --filter "${FILTER:-.}" --out "$out/peers.json" ;;
    sass) logged "$out/sass.txt" do_sass ;;
    report) do_report ;;
    gates) do_report --gate "${operations[@]/#/--operation=}" --filter "${FILTER:-}" ;;
    pictures) do_pictures ;;
  esac
}

# The seconds a step may take; nothing for a step that does not exist.
limit_of() {
  case $1 in
    build) echo 500 ;;
    build-all) echo 590 ;;
    build-bench) echo 260 ;;
    test | sweep) echo 300 ;;
    sanitize) echo 590 ;;
    sanitize-tests) echo "${SANITIZE_LIMIT:-400}" ;;
    bench) echo 270 ;;
    bench-short) echo 120 ;;
    sweep-short) echo 60 ;;
    peers) echo 390 ;;
    peers-sweep) echo 240 ;;
    sass) echo 100 ;;
    report | gates | pictures) echo 30 ;;
  esac
}

if [[ ${1:-} == --one-step ]]; then
  do_step "$2"
  exit
fi
steps=()
for name in "$@"; do
  [[ -n $(limit_of "$name") ]] || { echo "run_gpu.sh: unknown step: $name" >&2; exit 2; }
  steps+=("$name")
done
((${#steps[@]} > 0)) || { sed -n '3,/^$/s/^# \{0,1\}//p' bench/run_gpu.sh; exit 2; }

export OUT=$out BUILD=$build ARCH=$arch
summary=()
failed=0
for name in "${steps[@]}"; do
  echo "== $name"
  start=$SECONDS
  limit=$(limit_of "$name")
  timeout --kill-after=5 "$limit" bash bench/run_gpu.sh --one-step "$name"
  status=$?
  verdict=ok
  if ((status == 124 || status == 137)); then
    verdict="stopped at its limit of $limit s"
  elif ((status != 0)); then
    verdict="FAILED ($status)"
  fi
  ((status == 0)) || failed=1
  summary+=("$(printf '%-14s %4d s  %s' "$name" $((SECONDS - start)) "$verdict")")
done

echo
echo "commit $ROBOCACHE_COMMIT, results:" "$(cd "$out" && echo *)"
printf '%s\n' "${summary[@]}"
exit "$failed"
