// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/dlpack.hpp>
#include <robocache/resample.hpp>

#include <dlpack/dlpack.h>

#include <cstdint>
#include <cstdio>

// What numpy_arrays.py calls: resamples arrays that come as capsules of DLPack.

namespace {

// [snippet:dlpack]
template <class T, int Rank>
robocache::status take(const char* name, const DLManagedTensor* managed,
                       robocache::tensor_view<T, Rank>& view) {
  return robocache::from_dlpack(name, managed->dl_tensor, robocache::dlpack_memory::host, view);
}

robocache::status resample(const DLManagedTensor* values, const DLManagedTensor* times,
                           const DLManagedTensor* targets, const DLManagedTensor* output) {
  robocache::tensor_view<const double, 3> v;
  robocache::tensor_view<const std::int64_t, 2> t;
  robocache::tensor_view<const std::int64_t, 1> at;
  robocache::tensor_view<double, 3> out;
  if (auto s = take("values", values, v); !s.ok()) return s;
  if (auto s = take("times", times, t); !s.ok()) return s;
  if (auto s = take("targets", targets, at); !s.ok()) return s;
  if (auto s = take("output", output, out); !s.ok()) return s;
  return robocache::resample(robocache::padded_source(v, t), at, out, {}, robocache::cpu);
}
// [/snippet:dlpack]

}  // namespace

extern "C" int robocache_test_resample(const DLManagedTensor* values, const DLManagedTensor* times,
                                       const DLManagedTensor* targets,
                                       const DLManagedTensor* output, char* message) {
  const robocache::status done = resample(values, times, targets, output);
  std::snprintf(message, 224, "%s", done.message());
  return done.ok() ? 0 : 1;
}
