// SPDX-License-Identifier: Apache-2.0
#pragma once

// IWYU pragma: begin_exports
#include <robocache/detail/config.hpp>
#include <robocache/execution.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
// IWYU pragma: end_exports

#include <cstdint>
#include <type_traits>

/// \file
/// Tensors of DLPack (NumPy, PyTorch, JAX, CuPy) as views, and views as theirs, without copies.
///
/// DLPack's header is not included: the functions are templates on its `DLTensor`, of any version,
/// so include `<dlpack/dlpack.h>`, or what your framework has in its place, yourself. Nothing is
/// owned here: who has a `DLManagedTensor` calls its deleter, after the work on the view is done.
///
/// Streams: a producer on a GPU hands out tensors for a stream (`__dlpack__(stream=...)` in
/// Python). Ask for the one that the launcher gets; nothing is waited for here.

namespace robocache {

/// Where a tensor of DLPack must lie.
enum class dlpack_memory : std::uint8_t {
  host,    ///< what the CPU reads: `kDLCPU`, `kDLCUDAHost`, `kDLCUDAManaged`
  device,  ///< what kernels read: `kDLCUDA`, `kDLCUDAManaged`; `kDLCUDAHost` at PCIe's speed
};

namespace detail {

// DLPack's numbers, which do not change: `DLDeviceType`, `DLDataTypeCode`.
inline constexpr int dl_cpu = 1;
inline constexpr int dl_cuda = 2;
inline constexpr int dl_cuda_host = 3;
inline constexpr int dl_cuda_managed = 13;
inline constexpr int dl_int = 0;
inline constexpr int dl_uint = 1;
inline constexpr int dl_float = 2;
inline constexpr int dl_bfloat = 4;

struct dl_type {
  int code;
  int bits;
};

/// The type of elements: of scalars by their format, of integers by their size.
template <class T>
constexpr dl_type dl_type_of() noexcept {
  if constexpr (is_scalar<T>::value) {
    switch (scalar_format_of<T>::value) {
      case scalar_format::u8:
        return {dl_uint, 8};
      case scalar_format::i16:
        return {dl_int, 16};
      case scalar_format::f16:
        return {dl_float, 16};
      case scalar_format::bf16:
        return {dl_bfloat, 16};
      case scalar_format::f32:
        return {dl_float, 32};
      default:
        return {dl_float, 64};
    }
  } else {
    static_assert(std::is_integral_v<T>, "DLPack has no type for these elements");
    return {std::is_signed_v<T> ? dl_int : dl_uint, static_cast<int>(8 * sizeof(T))};
  }
}

inline const char* dl_name(int code) noexcept {
  switch (code) {
    case dl_int:
      return "int";
    case dl_uint:
      return "uint";
    case dl_float:
      return "float";
    case dl_bfloat:
      return "bfloat";
    default:
      return "another type of ";
  }
}

}  // namespace detail

/// A tensor of DLPack as a view, if its type, its rank and its memory are right.
///
/// \param name       what messages call it
/// \param tensor     a `DLTensor`; in a `DLManagedTensor` it is `dl_tensor`
/// \param memory     where it must lie
/// \param view       out: the view; not touched if the tensor is refused. `T` is const where the
///                   tensor is only read, as it must be with `DLManagedTensorVersioned` if its
///                   flags have `DLPACK_FLAG_BITMASK_READ_ONLY`
/// \param device_id  of the GPU that memory of `kDLCUDA` must be on; any if it is not given
/// \return `invalid_argument` with the name and the numbers that disagree
template <class Tensor, class T, int Rank>
ROBOCACHE_HIDDEN status from_dlpack(const char* name, const Tensor& tensor, dlpack_memory memory,
                                    tensor_view<T, Rank>& view, int device_id = -1) noexcept {
  const int device = static_cast<int>(tensor.device.device_type);
  const bool shared = device == detail::dl_cuda_host || device == detail::dl_cuda_managed;
  const bool there =
      memory == dlpack_memory::host ? device == detail::dl_cpu : device == detail::dl_cuda;
  if (!there && !shared) {
    return status::invalid_argument("from_dlpack: %s is on device type %d, must be %s", name,
                                    device, memory == dlpack_memory::host ? "1 (CPU)" : "2 (CUDA)");
  }
  const int number = static_cast<int>(tensor.device.device_id);
  if (device == detail::dl_cuda && device_id >= 0 && number != device_id) {
    return status::invalid_argument("from_dlpack: %s is on CUDA device %d, must be on %d", name,
                                    number, device_id);
  }
  constexpr detail::dl_type wanted = detail::dl_type_of<std::remove_const_t<T>>();
  const int code = static_cast<int>(tensor.dtype.code);
  const int bits = static_cast<int>(tensor.dtype.bits);
  if (code != wanted.code || bits != wanted.bits || tensor.dtype.lanes != 1) {
    return status::invalid_argument(
        "from_dlpack: %s is of %s%d x %d, must be of %s%d", name, detail::dl_name(code), bits,
        static_cast<int>(tensor.dtype.lanes), detail::dl_name(wanted.code), wanted.bits);
  }
  if (static_cast<int>(tensor.ndim) != Rank) {
    return status::invalid_argument("from_dlpack: %s has %d dimensions, must be %d", name,
                                    static_cast<int>(tensor.ndim), Rank);
  }
  auto* const data = reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(tensor.data) +
                                          static_cast<std::uintptr_t>(tensor.byte_offset));
  std::int64_t extents[Rank];
  std::int64_t strides[Rank];
  for (int d = 0; d < Rank; ++d) {
    extents[d] = tensor.shape[d];
    if (tensor.strides != nullptr) strides[d] = tensor.strides[d];
  }
  view = tensor.strides == nullptr ? tensor_view<T, Rank>(data, extents)
                                   : tensor_view<T, Rank>(data, extents, strides);
  return {};
}

/// What a `DLTensor` points to: its shape. Must outlive it.
template <int Rank>
struct dlpack_shape {
  std::int64_t extents[Rank];
  std::int64_t strides[Rank];
};

/// A view as a `DLTensor`. The memory stays the caller's: to hand it on as a `DLManagedTensor` set
/// its `manager_ctx` and `deleter`.
///
/// \tparam Tensor    `DLTensor`
/// \param view       any view; that its elements are const is lost, as DLPack has no word for it
/// \param shape      out: what the result points to
/// \param memory     where the view's memory is
/// \param device_id  of the GPU
template <class Tensor, class T, int Rank>
Tensor to_dlpack(const tensor_view<T, Rank>& view, dlpack_shape<Rank>& shape, dlpack_memory memory,
                 int device_id = 0) noexcept {
  constexpr detail::dl_type type = detail::dl_type_of<std::remove_const_t<T>>();
  for (int d = 0; d < Rank; ++d) {
    shape.extents[d] = view.extent(d);
    shape.strides[d] = view.stride(d);
  }
  Tensor result{};
  const bool host = memory == dlpack_memory::host;
  result.data = const_cast<std::remove_const_t<T>*>(view.data());
  result.device.device_type =
      static_cast<decltype(result.device.device_type)>(host ? detail::dl_cpu : detail::dl_cuda);
  result.device.device_id = host ? 0 : device_id;
  result.ndim = Rank;
  result.dtype.code = static_cast<decltype(result.dtype.code)>(type.code);
  result.dtype.bits = static_cast<decltype(result.dtype.bits)>(type.bits);
  result.dtype.lanes = 1;
  result.shape = shape.extents;
  result.strides = shape.strides;
  return result;
}

}  // namespace robocache
