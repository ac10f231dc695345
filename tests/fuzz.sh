#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the fuzzers of tests/fuzz/ under the address and undefined behaviour sanitizers, and runs
# each for SECONDS (20), beginning with the seeds of tests/fuzz/seeds.py and with what earlier runs
# found interesting. Ends with 0 if nothing was found; the input of a finding is in
# build/fuzz/findings, and the last lines say how to run it again.
#
#   tests/fuzz.sh [SECONDS] [FUZZER...]      FUZZER: fuse, resample, voxelize, scan, ...
#
# Environment: see cmake/setup.sh; ROBOCACHE_TEST_FEW_TYPES=ON compiles few types, in half the time;
# ROBOCACHE_FUZZERS_AT_ONCE (1) runs so many at a time; ROBOCACHE_FUZZ_SEED (0, a new one each time)
# makes inputs that follow from it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/tests/sanitizers.sh"
seconds=${1:-20}
shift || true
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "fuzz.sh takes seconds first, then names, not $seconds"

build_with_sanitizers address robocache_fuzzers
folder=$root/build/fuzz
mkdir -p "$folder/findings"
python3 "$root/tests/fuzz/seeds.py" "$folder/seeds"

fuzz() {  # FUZZER
  local program=$1 name=${1##*/fuzz_} log
  log=$folder/$name.log
  mkdir -p "$folder/corpus/$name"
  # Entropic scheduling takes longer than the calls.
  if "$program" -max_total_time="$seconds" -timeout=10 -max_len=4096 -entropic=0 \
       -seed="${ROBOCACHE_FUZZ_SEED:-0}" -print_final_stats=1 \
       -artifact_prefix="$folder/findings/$name-" \
       "$folder/corpus/$name" "$folder/seeds/$name" >"$log" 2>&1; then
    note "fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions"
  else
    grep -aE '^finding:|runtime error:|ERROR: |Test unit written' "$log" >&2 || tail "$log" >&2
    printf 'once more: %s FILE\n' "$program" >&2
    return 1
  fi
}
export -f fuzz note
export folder seconds

programs=()
for program in "$sanitizer_build"/tests/fuzz/fuzz_*; do
  name=${program##*/fuzz_}
  [ -f "$program" ] || continue
  if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
  programs+=("$program")
done
for name in "$@"; do
  [ -f "$sanitizer_build/tests/fuzz/fuzz_$name" ] || fail "no fuzzer is called $name, or it was not built"
done
[ ${#programs[@]} -gt 0 ] || fail "no fuzzer was built"
for source in "$root"/tests/fuzz/*.cpp; do
  name=$(basename "$source" .cpp)
  [ -f "$sanitizer_build/tests/fuzz/fuzz_$name" ] || fail "fuzz $name: not built"
done
# shellcheck disable=SC2016  # the program that xargs passes
printf '%s\0' "${programs[@]}" |
  "${without_random_addresses[@]}" xargs -0 -n 1 -P "${ROBOCACHE_FUZZERS_AT_ONCE:-1}" bash -c 'fuzz "$0"' ||
  fail "fuzzing; see above"
