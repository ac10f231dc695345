// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

// Registers the operators with PyTorch: torch.ops.robocache.*. Through the stable ABI, so that the
// library runs with the PyTorch it was built against (2.10 or later) and with later ones.

// Tensors stand before the `*`: register_autograd asks for that.
#define ROBOCACHE_RESAMPLE_ARGUMENTS                                                           \
  "Tensor values, Tensor times, Tensor targets, Tensor? lengths=None, Tensor? offsets=None, "  \
  "Tensor? windows=None, Tensor? scale=None, Tensor? shift=None, *, str "                      \
  "interpolation=\"linear\", "                                                                 \
  "str extrapolation=\"hold\", str gap=\"hold\", float? max_gap=None, float? tolerance=None, " \
  "float? horizon=None, float time_offset=0, float fill_value=0"

#define ROBOCACHE_FUSE_ARGUMENTS                                                               \
  "Tensor[] values, Tensor[] times, Tensor targets, Tensor[]? lengths=None, Tensor? "          \
  "windows=None, *, str[]? interpolation=None, str extrapolation=\"hold\", str gap=\"hold\", " \
  "float[]? max_gap=None, float[]? tolerance=None, float? horizon=None, float[]? "             \
  "time_offset=None, float fill_value=0"

#define ROBOCACHE_VOXELIZE_ARGUMENTS                                                     \
  "Tensor points, Tensor? features, float[] origin, float[] voxel_size, int[] extents, " \
  "Tensor? count=None, *, str reduction=\"count\", float empty_value=0, str "            \
  "nans=\"propagate\", float[]? transform=None"

STABLE_TORCH_LIBRARY(robocache, library) {
  library.def("resample(" ROBOCACHE_RESAMPLE_ARGUMENTS ", ScalarType? dtype=None) -> Tensor");
  library.def("resample_out(" ROBOCACHE_RESAMPLE_ARGUMENTS
              ", Tensor(a!) out, Tensor(b!)? statuses=None) -> ()");
  library.def("fuse(" ROBOCACHE_FUSE_ARGUMENTS ", ScalarType? dtype=None) -> Tensor");
  library.def("fuse_out(" ROBOCACHE_FUSE_ARGUMENTS
              ", Tensor(a!) out, Tensor(b!)? statuses=None, Tensor(c!)? ages=None) -> ()");
  library.def("voxelize(" ROBOCACHE_VOXELIZE_ARGUMENTS ") -> Tensor");
  library.def("voxelize_out(" ROBOCACHE_VOXELIZE_ARGUMENTS
              ", bool accumulate=False, Tensor(a!) out, Tensor(b!)? counts=None, Tensor(c!)? "
              "counters=None) -> ()");
}

// The functions look at where their tensors are, and say so where these are of different devices or
// the library has been built without CUDA.
#define ROBOCACHE_IMPLEMENT(library)                                       \
  library.impl("resample", TORCH_BOX(&robocache_torch::resample));         \
  library.impl("resample_out", TORCH_BOX(&robocache_torch::resample_out)); \
  library.impl("fuse", TORCH_BOX(&robocache_torch::fuse));                 \
  library.impl("fuse_out", TORCH_BOX(&robocache_torch::fuse_out));         \
  library.impl("voxelize", TORCH_BOX(&robocache_torch::voxelize));         \
  library.impl("voxelize_out", TORCH_BOX(&robocache_torch::voxelize_out));

STABLE_TORCH_LIBRARY_IMPL(robocache, CPU, library){
    ROBOCACHE_IMPLEMENT(library)} STABLE_TORCH_LIBRARY_IMPL(robocache, CUDA, library) {
  ROBOCACHE_IMPLEMENT(library)
}
