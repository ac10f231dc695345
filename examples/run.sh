#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Resamples a recording and shows the result: the only command needed after a clone. Missing system
# packages are installed where that is allowed, and CUDA is used where there is a toolkit.
#
#   examples/run.sh               a robot arm and its hand camera to 100 Hz, where ../shared/data
#                                 (or $ROBOCACHE_TEST_DATA) has them, else simulated recordings
#   examples/run.sh ARGUMENT...   these arguments instead, see examples/run.sh --help
#
# Environment: see cmake/setup.sh.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/cmake/setup.sh"

build=$root/build/examples
output=$build/resampled
mkdir -p "$root/build"

install_packages cmake ninja-build g++ ccache libcli11-dev libfmt-dev gnuplot-nox
require_tools
find_cuda
configure "$build" -DROBOCACHE_BUILD_TESTS=OFF -DROBOCACHE_BUILD_BENCH=OFF \
  -DROBOCACHE_BUILD_DOCS=OFF || fail "configuring; the reason is above"
note "building with $(parallel_jobs) compilers at once"
cmake --build "$build" --parallel "$(parallel_jobs)" || fail "the build"
describe_build "$build"

program=$build/examples/resample_recording
if [ ! -x "$program" ]; then
  summary
  fail "resample_recording was not built; what it lacks is in the line above"
fi
command -v gnuplot >/dev/null || skipped+=("the picture (no gnuplot)")
has_gpu || skipped+=("the GPU (no device)")

if [ $# = 0 ]; then
  data=${ROBOCACHE_TEST_DATA:-$root/../shared/data}/trajectories/robot_arm
  arm=$data/robot_arm_complete_bag_color_and_ir_base_link_sr300_hinge.csv
  camera=$data/robot_arm_complete_bag_color_and_ir_target_ir.csv
  if [ -f "$arm" ] && [ -f "$camera" ]; then
    set -- "$arm" "$camera" --rate 100 --output "$output"
  else
    note "no recordings in $data: simulating some"
    set -- --simulate --rate 100 --output "$output"
    skipped+=("real recordings (not there; simulated instead)")
  fi
fi
outcome=0
"$program" "$@" || outcome=$?
summary
[ "$outcome" = 0 ] || fail "resample_recording ended with $outcome"
