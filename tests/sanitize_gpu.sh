#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# compute-sanitizer's four tools on every launcher, within ten minutes on 16 processors:
#
#     tests/sanitize_gpu.sh PROGRAM [FOLDER]
#
# PROGRAM is robocache_test_fuzz_gpu; FOLDER (default out/sanitize) gets the logs. Each tool has its
# share of the processors, a process on each, all at once. They make small random calls for a time,
# each buffer in an allocation of its own that ends where it ends; under initcheck outputs and
# workspaces are not initialized, and nothing is compared. First come rounds that together have every
# kernel, found without launching one; one process of each tool begins with scans of 200,000 points. At
# the end it says for each tool which kernels it has seen.
#
# It fails if a tool reports anything, a result differs, a process does not end, a kind of call was
# not made, or a kernel was not seen but for those that need four million points and one that
# fuse_sensors has for channel groups, which the program does not give it.
#
# Environment: SANITIZE_CALL_SECONDS (for each process, 150), SANITIZE_PROCESSES (of a tool, a
# quarter of the processors), SANITIZE_TOOLS ("racecheck memcheck initcheck synccheck"), SEED (1).
set -uo pipefail

program=${1:-}
[[ -x $program ]] || { sed -n '3,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
folder=${2:-out/sanitize}
seconds=${SANITIZE_CALL_SECONDS:-150}
processes=${SANITIZE_PROCESSES:-$((($(nproc) + 3) / 4))}
read -r -a tools <<<"${SANITIZE_TOOLS:-racecheck memcheck initcheck synccheck}"
((${#tools[@]} > 0)) || { echo "SANITIZE_TOOLS names no tool" >&2; exit 2; }
for directory in "${CUDA_HOME:-/usr/local/cuda}"/{bin,compute-sanitizer}; do
  [[ -d $directory ]] && PATH=$PATH:$directory
done
command -v compute-sanitizer >/dev/null || { echo "no compute-sanitizer" >&2; exit 2; }
rm -rf "$folder"
mkdir -p "$folder"

# Only these kernels may be missing.
excused=('bin_points_kernel<8192,'
  'fuse_kernel<true, robocache::fuse_table<4, robocache::sensor_stream<long, robocache::bfloat16, float>')

"$program" --dry --small --seed "${SEED:-1}" --rounds 4000 --covering "$folder/covering" >/dev/null ||
  { echo "the program found no rounds" >&2; exit 1; }

run_one() {  # TOOL NAME LIMIT ARGUMENT...: one process, its verdict at the end of its log
  local tool=$1 name=$2 limit=$3 memory=exact start=$SECONDS verdict=clean
  shift 3
  if [[ $tool == initcheck ]]; then memory='unset'; fi
  timeout --kill-after=5 "$limit" compute-sanitizer --tool "$tool" --error-exitcode 9 \
    --print-limit 20 "$program" --workers 1 --small --memory "$memory" --seed "${SEED:-1}" \
    --heartbeat 30 --kernels "$folder/$name.kernels" "$@" >"$folder/$name.log" 2>&1
  case $? in
    0) ;;
    124 | 137) verdict="NOT ENDED in $limit s" ;;
    *) verdict=FAILED ;;
  esac
  grep -q 'all equal' "$folder/$name.log" || [[ $verdict != clean ]] || verdict=FAILED
  echo "$name: $verdict, $((SECONDS - start)) s," \
    "$(sed -n 's/^\([0-9]* calls\) in .*/\1/p' "$folder/$name.log")" | tee -a "$folder/$name.log"
}

start=$SECONDS
for tool in "${tools[@]}"; do
  for ((i = 0; i < processes; ++i)); do
    (
      mine=$seconds
      if ((i == 0)); then  # of scans, which few of the other calls are
        mine=$((seconds / 2))
        run_one "$tool" "$tool-scans" $((mine + 120)) --only scans --calls 40 --seconds "$mine"
      fi
      run_one "$tool" "$tool-$i" $((mine + 120)) --these "$folder/covering" --first "$i" \
        --step "$processes" --seconds "$mine"
    ) &
  done
done
wait

status=0
for tool in "${tools[@]}"; do
  logs=("$folder/$tool"-*.log)
  bad=$(cat "${logs[@]}" | grep -cE "^$tool-[^ ]*: (FAILED|NOT ENDED)")
  ((bad == 0)) || status=1
  # Calls of each kind, of all processes.
  kinds=$(sed -n 's/^calls by kind: //p' "${logs[@]}" | tr ' ' '\n' | paste -d ' ' - - |
    awk '{ calls[$1] += $2 } END { for (kind in calls) print kind, calls[kind] }' | sort)
  never_made=$(awk '$2 == 0 { print $1 }' <<<"$kinds")
  [[ -n $kinds && -z $never_made ]] || status=1
  cat "$folder/$tool"-*.kernels 2>/dev/null | awk -F '\t' '{ launches[$2] += $1 }
    END { for (kernel in launches) print launches[kernel] "\t" kernel }' | sort -k 2 \
    >"$folder/$tool.kernels"
  all=$(wc -l <"$folder/$tool.kernels")
  never=$(awk -F '\t' '$1 == 0 { print $2 }' "$folder/$tool.kernels")
  missing=$(grep -vF -e "${excused[0]}" -e "${excused[1]}" <<<"$never")
  seen=$(awk -F '\t' '$1 > 0' "$folder/$tool.kernels" | wc -l)
  ((all > 0)) && [[ -z $missing ]] || status=1
  echo "== $tool: $bad processes of ${#logs[@]} failed; kernels seen: $seen of $all"
  echo "   calls: $(tr '\n' ' ' <<<"$kinds")"
  [[ -z $never_made ]] || echo "   NEVER MADE: $never_made"
  [[ -z $missing ]] || awk '{ print "   NEVER SEEN: " $0 }' <<<"$missing"
  ((bad == 0)) || grep -hE -A 12 '^=========.*(Error|Warning|hazard|ERROR SUMMARY: [1-9])|MISMATCH' \
    "${logs[@]}" | head -n 60
done
echo "logs and lists of kernels: $folder; $((SECONDS - start)) s in all"
((status == 0)) && echo "clean" || echo "FAILED"
exit "$status"
