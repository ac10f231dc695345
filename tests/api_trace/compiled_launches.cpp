// SPDX-License-Identifier: Apache-2.0

// The same calls by a compiler that is not nvcc: they go to `robocache::compiled`.

#include "fuse_launches.cu"
#include "resample_launches.cu"
#include "voxelize_launches.cu"
