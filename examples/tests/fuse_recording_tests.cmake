# SPDX-License-Identifier: Apache-2.0
#
# fuse_recording run as a user would; included by CMakeLists.txt, which has the functions.

function(add_fuse_run name)
  add_example_run(example.fuse_${name} PROGRAM fuse_recording ${ARGN})
endfunction()

set(joints "${files}/fuse_joints.csv")
set(pose "pose=${files}/fuse_pose.txt")
set(streams "joints=${joints}:previous=gripper" "${pose}")
add_fuse_run(
  help
  EXIT_CODE
  0
  PRINTS
  "--stream.*--tolerance.*wxyz="
  ARGUMENTS
  --help
)
add_fuse_run(
  csv
  EXIT_CODE
  0
  PRINTS
  "linear, previous.*linear, slerp xyzw"
  WRITES
  "${out}/fuse/fused.csv"
  LIKE
  "${files}/fuse_expected.csv"
  ARGUMENTS
  --stream
  ${streams}
  --rate
  20
  --output
  "${out}/fuse/fused.csv"
  --no-plot
  --backend
  cpu
)
add_fuse_run(
  like
  EXIT_CODE
  0
  PRINTS
  "3 rows at the stamps of pose over their overlap"
  WRITES
  "${out}/fuse/like.npy"
  "${out}/fuse/like_status.npy"
  "${out}/fuse/like_times.npy"
  "${out}/fuse/like_ages.npy"
  "${out}/fuse/like_columns.txt"
  ARGUMENTS
  ${streams}
  --like
  pose
  --output
  "${out}/fuse/like.npy"
  --with-ages
  --no-plot
)
add_fuse_run(
  union
  EXIT_CODE
  0
  PRINTS
  "joints +0-1 .* 100 ms +- +7 .*pose .* 100 ms +- +5 +1 +1 "
  ARGUMENTS
  ${streams}
  --rate
  20
  --span
  union
  --output
  "${out}/fuse/union.csv"
  --no-plot
  --max-gap
  0.1
  --scalar
  bf16
)
add_fuse_run(
  simulate
  EXIT_CODE
  0
  PRINTS
  "simulated.*joints.*GAP"
  WRITES
  "${out}/fuse_simulate/fused.csv"
  ARGUMENTS
  --simulate
  --output
  "${out}/fuse_simulate/fused.csv"
)

add_fuse_run(
  bad_file
  EXIT_CODE
  2
  PRINTS
  "bad_number.csv:3: b 'x1' is not a number"
  ARGUMENTS
  ${streams}
  "bad=${files}/bad_number.csv"
)
add_fuse_run(
  backward
  EXIT_CODE
  2
  PRINTS
  "backward.csv:4: time goes backwards"
  ARGUMENTS
  "a=${files}/backward.csv:unsorted=error"
)
add_fuse_run(
  no_file
  EXIT_CODE
  2
  PRINTS
  "nowhere.csv: No such file"
  ARGUMENTS
  a=nowhere.csv
)
add_fuse_run(
  not_ulog
  EXIT_CODE
  2
  PRINTS
  "not_a_log.ulg: byte 0: not a ULog file"
  ARGUMENTS
  "a=${files}/not_a_log.ulg:topic=imu"
)
add_fuse_run(
  bad_option
  EXIT_CODE
  1
  PRINTS
  "stream 'pose': tolerance: 'soon' is not a duration"
  ARGUMENTS
  "${pose}:tolerance=soon"
)
add_fuse_run(
  bad_key
  EXIT_CODE
  1
  PRINTS
  "stream 'pose': no option 'speed', there are: columns"
  ARGUMENTS
  "${pose}:speed=3"
)
add_fuse_run(
  bad_quaternion
  EXIT_CODE
  1
  PRINTS
  "stream 'pose': wxyz: a rotation is 4 neighbouring"
  ARGUMENTS
  "${pose}:wxyz=qw,qx,qy,qz"
)
add_fuse_run(
  bad_like
  EXIT_CODE
  1
  PRINTS
  "--like camera: no stream is called so"
  ARGUMENTS
  ${streams}
  --like
  camera
)
add_fuse_run(
  no_overlap
  EXIT_CODE
  1
  PRINTS
  "share no time: 'joints' ends at .*'pose' starts at"
  ARGUMENTS
  ${streams}:offset=5
)
add_fuse_run(
  same_name
  EXIT_CODE
  1
  PRINTS
  "two streams are called 'pose': name them"
  ARGUMENTS
  "${pose}"
  "${pose}"
)
add_fuse_run(
  bad_output
  EXIT_CODE
  1
  PRINTS
  "must end in .csv or .npy"
  ARGUMENTS
  ${streams}
  --output
  fused.txt
)

# Real recordings, where they are.
set(data "${ROBOCACHE_TEST_DATA}/trajectories")
if(ROBOCACHE_TEST_DATA AND EXISTS "${data}/px4")
  set(log "${data}/px4/sample.ulg")
  add_fuse_run(
    px4
    EXIT_CODE
    0
    PRINTS
    "imu +17070 +6 .* 247.8 Hz.*attitude +6-9 +slerp wxyz.*position .* 9 +198 ms"
    ARGUMENTS
    "imu=${log}:topic=sensor_combined:fields=gyro_rad,accelerometer_m_s2"
    "attitude=${log}:topic=vehicle_attitude:fields=q"
    "position=${log}:topic=vehicle_local_position:fields=z,vz:interpolation=previous:\
tolerance=120ms"
    --rate
    100
    --output
    "${out}/px4/fused.csv"
    --no-plot
  )
  add_fuse_run(
    px4_topics
    EXIT_CODE
    2
    PRINTS
    "sample.ulg: no topic 'gps'. There are: actuator_"
    ARGUMENTS
    "gps=${log}:topic=gps"
  )
  set(falcon "${data}/falcon/5_falcon_merged-2017-04-07-12-36-38")
  add_fuse_run(
    falcon
    EXIT_CODE
    0
    PRINTS
    "imu_odom +1779 .* 131 +476 .*2236 rows.*W_d .* 1510 .* 726 .*W_r .* 922 .* 1314 "
    ARGUMENTS
    "${falcon}_falcon_vicon.csv"
    "${falcon}_imu_odom.csv"
    "${falcon}_W_d.csv"
    "${falcon}_W_r.csv"
    --rate
    50
    --output
    "${out}/falcon/fused.npy"
    --no-plot
  )
  set(arm "${data}/robot_arm/robot_arm_complete_bag_color_and_ir")
  add_fuse_run(
    robot_arm
    EXIT_CODE
    0
    PRINTS
    "arm .* 5632 +52 .*camera .* 5681 +- +3 "
    WRITES
    "${out}/arm_and_camera/fused.svg"
    ARGUMENTS
    "arm=${arm}_base_link_sr300_hinge.csv"
    "camera=${arm}_target_ir.csv:offset=-12ms"
    --rate
    100
    --span
    union
    --output
    "${out}/arm_and_camera/fused.csv"
    --plot
    "${out}/arm_and_camera/fused.svg"
  )
  find_program(ROBOCACHE_GNUPLOT gnuplot)
  mark_as_advanced(ROBOCACHE_GNUPLOT)
  if(NOT ROBOCACHE_GNUPLOT) # then the program says so and goes on
    set_tests_properties(example.fuse_robot_arm PROPERTIES DISABLED ON)
  endif()
endif()
