#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Resamples and fuses recordings, voxelizes a scan and shows the results: the only command needed
# after a clone. Missing system packages are installed where that is allowed, and CUDA is used where
# there are a GPU and a toolkit.
#
#   examples/run.sh                  a robot arm and its hand camera to 100 Hz, then four streams
#                                    of a sensor rig into one tensor, then a LiDAR scan into a grid,
#                                    where ../shared/data (or $ROBOCACHE_TEST_DATA) has them, else
#                                    simulated ones
#   examples/run.sh PROGRAM ARG...   resample_recording (also without its name), fuse_recording or
#                                    voxelize_scan with these arguments, see
#                                    examples/run.sh PROGRAM --help
#
# Environment: see cmake/setup.sh.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/cmake/setup.sh"

build=$root/build/examples
mkdir -p "$root/build"

install_packages cmake ninja-build g++ ccache libcli11-dev libfmt-dev liblzf-dev gnuplot-nox
require_tools
find_cuda
configure "$build" -DROBOCACHE_BUILD_TESTS=OFF -DROBOCACHE_BUILD_BENCH=OFF \
  -DROBOCACHE_BUILD_DOCS=OFF || fail "configuring; the reason is above"
note "building with $(parallel_jobs) compilers at once"
cmake --build "$build" --parallel "$(parallel_jobs)" --target robocache_recording_programs ||
  fail "the build"
describe_build "$build"

for program in resample_recording fuse_recording voxelize_scan; do
  [ -x "$build/examples/$program" ] && continue
  summary
  fail "$program was not built; what it lacks is in the line above"
done
command -v gnuplot >/dev/null || skipped+=("the picture (no gnuplot)")
has_gpu || skipped+=("the GPU (no device)")

outcome=0
run() {  # PROGRAM ARGUMENT...
  local code=0
  note "$1"
  "$build/examples/$1" "${@:2}" || code=$?
  [ "$code" = 0 ] || { outcome=$code; note "$1 ended with $code"; }
}

shared=${ROBOCACHE_TEST_DATA:-$root/../shared/data}
data=$shared/trajectories
arm=$data/robot_arm/robot_arm_complete_bag_color_and_ir
falcon=$data/falcon/5_falcon_merged-2017-04-07-12-36-38
scan=$shared/lidar/velodyne_vls128_1585897255376374245.pcd
case ${1-} in
  '')
    voxels=$build/voxels
    resampled=$build/resampled
    fused=$build/fused
    if [ -d "$data/robot_arm" ] && [ -d "$data/falcon" ]; then
      run resample_recording "${arm}_base_link_sr300_hinge.csv" "${arm}_target_ir.csv" \
        --rate 100 --output "$resampled"
      run fuse_recording vicon="${falcon}_falcon_vicon.csv" odometry="${falcon}_imu_odom.csv" \
        W_d="${falcon}_W_d.csv" W_r="${falcon}_W_r.csv" --rate 50 --output "$fused/fused.csv"
    else
      note "no recordings in $data: simulating some"
      skipped+=("real recordings (not there; simulated instead)")
      run resample_recording --simulate --rate 100 --output "$resampled"
      run fuse_recording --simulate --rate 100 --output "$fused/fused.csv"
    fi
    if [ -f "$scan" ]; then
      run voxelize_scan "$scan" --size 0.2 --crop=-60,-60,-5,60,60,15 --output "$voxels/grid.npy" \
        --picture "$voxels/scan.png"
    else
      note "no scan $scan: simulating one"
      skipped+=("real scan (not there; simulated instead)")
      run voxelize_scan --simulate "$voxels/simulated.pcd" --size 0.2 \
        --output "$voxels/grid.npy" --picture "$voxels/scan.png"
    fi
    ;;
  resample_recording | fuse_recording | voxelize_scan) run "$@" ;;
  *) run resample_recording "$@" ;;
esac
summary
[ "$outcome" = 0 ] || fail "an example ended with $outcome"
