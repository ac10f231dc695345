// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/dlpack.hpp>
#include <robocache/resample.hpp>

#include "../support/catch.hpp"

#include <dlpack/dlpack.h>

#include <cstdint>
#include <string>
#include <vector>

// DLPack's own structures. numpy_arrays.py has real arrays.

using robocache::dlpack_memory;
using robocache::from_dlpack;
using robocache::tensor_view;

namespace {

struct buffer {
  std::vector<float> values = {0, 1, 2, 3, 4, 5};
  std::int64_t shape[2] = {2, 3};
  std::int64_t strides[2] = {3, 1};

  DLTensor tensor() {
    DLTensor result{};
    result.data = values.data();
    result.device = {kDLCPU, 0};
    result.ndim = 2;
    result.dtype = {kDLFloat, 32, 1};
    result.shape = shape;
    result.strides = strides;
    return result;
  }
};

template <class T, int Rank>
std::string refused(const DLTensor& tensor, dlpack_memory memory = dlpack_memory::host) {
  tensor_view<T, Rank> view;
  const robocache::status done = from_dlpack("values", tensor, memory, view);
  CHECK(view.data() == nullptr);
  return done.message();
}

}  // namespace

TEST_CASE("a tensor of DLPack is a view of the same elements", "[interop]") {
  buffer b;
  tensor_view<const float, 2> view;
  REQUIRE(from_dlpack("values", b.tensor(), dlpack_memory::host, view).ok());
  CHECK(view.data() == b.values.data());
  CHECK(view(1, 2) == 5);

  DLTensor dense = b.tensor();
  dense.strides = nullptr;
  REQUIRE(from_dlpack("values", dense, dlpack_memory::host, view).ok());
  CHECK(view.stride(0) == 3);

  DLTensor later = b.tensor();
  later.byte_offset = 4;
  REQUIRE(from_dlpack("values", later, dlpack_memory::host, view).ok());
  CHECK(view.data() == b.values.data() + 1);

  DLTensor transposed = b.tensor();
  std::int64_t shape[] = {3, 2};
  std::int64_t strides[] = {1, -3};
  transposed.shape = shape;
  transposed.strides = strides;
  transposed.byte_offset = 12;
  REQUIRE(from_dlpack("values", transposed, dlpack_memory::host, view).ok());
  CHECK(view(2, 0) == 5);
  CHECK(view(2, 1) == 2);
}

TEST_CASE("tensors of another type, rank or memory are refused", "[interop]") {
  buffer b;
  const DLTensor good = b.tensor();
  CHECK(refused<double, 2>(good) == "from_dlpack: values is of float32 x 1, must be of float64");
  CHECK(refused<std::int64_t, 2>(good) ==
        "from_dlpack: values is of float32 x 1, must be of int64");
  CHECK(refused<robocache::bfloat16, 2>(good) ==
        "from_dlpack: values is of float32 x 1, must be of bfloat16");
  CHECK(refused<float, 3>(good) == "from_dlpack: values has 2 dimensions, must be 3");
  CHECK(refused<float, 2>(good, dlpack_memory::device) ==
        "from_dlpack: values is on device type 1, must be 2 (CUDA)");
  DLTensor elsewhere = good;
  elsewhere.device = {kDLCUDA, 3};
  CHECK(refused<float, 2>(elsewhere) == "from_dlpack: values is on device type 2, must be 1 (CPU)");
  tensor_view<float, 2> there;
  CHECK(from_dlpack("values", elsewhere, dlpack_memory::device, there).ok());
  CHECK(from_dlpack("values", elsewhere, dlpack_memory::device, there, 3).ok());
  CHECK(std::string(from_dlpack("values", elsewhere, dlpack_memory::device, there, 0).message()) ==
        "from_dlpack: values is on CUDA device 3, must be on 0");
  DLTensor vectors = good;
  vectors.dtype.lanes = 4;
  CHECK(refused<float, 2>(vectors) == "from_dlpack: values is of float32 x 4, must be of float32");
  for (const DLDeviceType both : {kDLCUDAHost, kDLCUDAManaged}) {
    DLTensor shared = good;
    shared.device.device_type = both;
    tensor_view<float, 2> view;
    CHECK(from_dlpack("values", shared, dlpack_memory::host, view).ok());
    CHECK(from_dlpack("values", shared, dlpack_memory::device, view).ok());
  }
}

TEST_CASE("a view becomes a tensor of DLPack and comes back", "[interop]") {
  std::vector<robocache::bfloat16> data(24);
  const tensor_view<robocache::bfloat16, 3> view(data.data(), {2, 2, 3}, {12, 3, 1});
  robocache::dlpack_shape<3> shape;
  const auto tensor = robocache::to_dlpack<DLTensor>(view, shape, dlpack_memory::host);
  CHECK(tensor.dtype.code == kDLBfloat);
  CHECK(tensor.dtype.bits == 16);
  tensor_view<robocache::bfloat16, 3> back;
  REQUIRE(from_dlpack("back", tensor, dlpack_memory::host, back).ok());
  CHECK(back.data() == data.data());
  for (int d = 0; d < 3; ++d) {
    CHECK(back.extent(d) == view.extent(d));
    CHECK(back.stride(d) == view.stride(d));
  }
  const auto on_gpu = robocache::to_dlpack<DLTensor>(view, shape, dlpack_memory::device, 3);
  CHECK(on_gpu.device.device_type == kDLCUDA);
  CHECK(on_gpu.device.device_id == 3);
}
