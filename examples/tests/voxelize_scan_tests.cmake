# SPDX-License-Identifier: Apache-2.0
#
# voxelize_scan run as a user would; included by CMakeLists.txt, which has the functions.

function(add_scan_run name)
  add_example_run(example.scan_${name} PROGRAM voxelize_scan ${ARGN})
endfunction()

set(scan "${files}/scan.pcd")
add_scan_run(
  help
  EXIT_CODE
  0
  PRINTS
  "--size.*--crop.*--reduction.*--picture"
  ARGUMENTS
  --help
)
add_scan_run(
  count
  EXIT_CODE
  0
  PRINTS
  "6 points .3 x 2.; x y z float32, intensity uint8.*\
scan.pcd +6 +5 +- +1 +5 x 3 x 4 +60 +4 +1.25 +2\n"
  WRITES
  "${out}/scan/count.npy"
  ARGUMENTS
  "${scan}"
  --size
  0.1
  --output
  "${out}/scan/count.npy"
  --backend
  cpu
)
add_scan_run(
  mean
  EXIT_CODE
  0
  PRINTS
  "features converted.*mean of 0.1 x 0.1 x 0.4 m voxels.* +1.67 +3\n"
  WRITES
  "${out}/scan/mean.npy"
  ARGUMENTS
  "${scan}"
  --size
  0.1,0.1,0.4
  --reduction
  mean
  --feature
  intensity,x
  --output
  "${out}/scan/mean.npy"
  --backend
  cpu
)
add_scan_run(
  ply
  EXIT_CODE
  0
  PRINTS
  "y z float64, red uint8.*lie in the file: double.* 3 +3 +- +- +11 x"
  ARGUMENTS
  "${files}/scan.ply"
  --precision
  double
  --reduction
  occupancy
)
add_scan_run(
  moved
  EXIT_CODE
  0
  PRINTS
  "scan.pcd +6 +2 +3 +1 +1 x 1 x 1 "
  ARGUMENTS
  "${scan}"
  --yaw
  90
  --translate
  1,0,0
  --origin
  0.9,0,0
  --extents
  1,1,1
  --size
  0.1
)
add_scan_run(
  blocks
  EXIT_CODE
  0
  PRINTS
  "in 4 blocks, in double.* 20000 x .* 5 +1.00 +1\n"
  ARGUMENTS
  "${scan}"
  --size
  0.0001,0.1,0.00001
  --crop=-1,-1,-1,1,1,1
  --backend
  cpu
)
add_scan_run(
  simulate
  EXIT_CODE
  0
  PRINTS
  "simulated.*57,600 points.*24 bytes from point.* max of "
  WRITES
  "${out}/scan/simulated.pcd"
  "${out}/scan/max.npy"
  ARGUMENTS
  --simulate
  "${out}/scan/simulated.pcd"
  --size
  0.5
  --reduction
  max
  --output
  "${out}/scan/max.npy"
)

add_scan_run(
  bad_file
  EXIT_CODE
  2
  PRINTS
  "bad_scan.pcd:14: intensity '5O' is not a uint8"
  ARGUMENTS
  "${files}/bad_scan.pcd"
)
add_scan_run(
  not_a_scan
  EXIT_CODE
  2
  PRINTS
  "not_a_log.ulg: byte 0: neither a PCD nor a PLY file"
  ARGUMENTS
  "${files}/not_a_log.ulg"
)
add_scan_run(
  no_file
  EXIT_CODE
  2
  PRINTS
  "nowhere.pcd: No such file"
  ARGUMENTS
  nowhere.pcd
)
add_scan_run(
  bad_size
  EXIT_CODE
  1
  PRINTS
  "--size 0: a voxel is 1e-6 to 1e6 wide"
  ARGUMENTS
  "${scan}"
  --size
  0
)
add_scan_run(
  bad_crop
  EXIT_CODE
  1
  PRINTS
  "--crop: along y it goes from 1 to 0"
  ARGUMENTS
  "${scan}"
  --crop
  0,1,0,1,0,1
)
add_scan_run(
  bad_feature
  EXIT_CODE
  1
  PRINTS
  "--feature ring: .*scan.pcd has no such field, it has: x"
  ARGUMENTS
  "${scan}"
  --reduction
  max
  --feature
  ring
)
add_scan_run(
  idle_feature
  EXIT_CODE
  1
  PRINTS
  "--feature: --reduction count looks at no features"
  ARGUMENTS
  "${scan}"
  --feature
  intensity
)
add_scan_run(
  bad_output
  EXIT_CODE
  1
  PRINTS
  "must end in .npy"
  ARGUMENTS
  "${scan}"
  --output
  grid.txt
)
add_scan_run(
  too_large
  EXIT_CODE
  1
  PRINTS
  "--output: the grid has 40002 x .*--crop or a larger --size"
  ARGUMENTS
  "${scan}"
  --size
  0.00001,0.1,0.00001
  --output
  "${out}/scan/large.npy"
)

# What the GPU writes must equal the CPU's file byte for byte.
foreach(reduction IN ITEMS count occupancy mean max)
  add_backends_test(
    example.scan_cuda_equals_cpu.${reduction}
    voxelize_scan
    grid.npy
    --simulate
    "${out}/scan_${reduction}.pcd"
    --size
    0.25
    --reduction
    ${reduction}
    --output
    OUTPUT_FOLDER/grid.npy
  )
endforeach()
add_backends_test(
  example.scan_cuda_equals_cpu.double
  voxelize_scan
  grid.npy
  --simulate
  "${out}/scan_double.pcd"
  --size
  0.25
  --precision
  double
  --yaw
  20
  --output
  OUTPUT_FOLDER/grid.npy
)
# A grid too large to be written: the program itself compares each block with the CPU's cell_of.
add_backends_test(
  example.scan_cuda_equals_cpu.blocks
  voxelize_scan
  ""
  --simulate
  "${out}/scan_blocks.pcd"
  --size
  0.05
)

# Real scans, where they are: the numbers of occupied voxels that are known for them.
function(add_real_scan name file)
  set(sizes 0.1 0.2 0.5)
  foreach(size occupied IN ZIP_LISTS sizes ARGN)
    add_scan_run(
      ${name}_${size}
      EXIT_CODE
      0
      PRINTS
      "floor\\(p / size\\) +${occupied} .*  double +${occupied} +- +- +-\n"
      ARGUMENTS
      "${scans}/${file}"
      --size
      ${size}
      --precision
      double
      --backend
      cpu
    )
  endforeach()
endfunction()

set(scans "${ROBOCACHE_TEST_DATA}/lidar")
if(ROBOCACHE_TEST_DATA AND EXISTS "${scans}")
  add_real_scan(vlp16 velodyne_vlp16_1673400472138016708.pcd 2814 1418 463)
  add_real_scan(vls128 velodyne_vls128_1585897255376374245.pcd 153934 100768 42506)
  add_real_scan(pandar64 hesai_pandar64_1673403880898440686.pcd 4501 1822 578)
  add_real_scan(xt32 hesai_xt32_1673400678101968885.pcd 5825 2423 668)
  add_real_scan(hdl32 velodyne_hdl32_small_gicp_source.ply 15950 8061 2654)
  if(ROBOCACHE_LZF_LIBRARY)
    add_real_scan(stereo stereo_table_scene_mug_stereo_textured.pcd 154 53 13)
  endif()
  add_scan_run(
    picture
    EXIT_CODE
    0
    PRINTS
    "32 bytes from point to point.* 107 x 208 x 31 .*Written.*vlp16.png\n"
    WRITES
    "${out}/scan/vlp16.png"
    ARGUMENTS
    "${scans}/velodyne_vlp16_1673400472138016708.pcd"
    --color
    points
    --picture
    "${out}/scan/vlp16.png"
  )
  find_program(ROBOCACHE_GNUPLOT gnuplot)
  mark_as_advanced(ROBOCACHE_GNUPLOT)
  if(NOT ROBOCACHE_GNUPLOT) # then the program says so and goes on
    set_tests_properties(example.scan_picture PROPERTIES DISABLED ON)
  endif()
endif()
