// SPDX-License-Identifier: Apache-2.0
//
// An operator called from C++: from_cpp PATH_OF_librobocache_torch.so

#include <dlfcn.h>
#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/ops.h>
#include <torch/csrc/stable/tensor.h>

#include <array>
#include <cstdio>
#include <optional>
#include <string>

using torch::headeronly::ScalarType;
using torch::stable::Tensor;

namespace {

// [snippet:call]
/// torch.ops.robocache.resample(values, times, targets), through the stable ABI: all arguments in
/// the order of the schema.
Tensor resample(const Tensor& values, const Tensor& times, const Tensor& targets) {
  using torch::stable::detail::from;
  const auto none = [] { return from(std::nullopt); };
  std::array<StableIValue, 17> stack{
      from(values),
      from(times),
      from(targets),
      none(),                       // lengths
      none(),                       // offsets
      none(),                       // windows
      none(),                       // scale
      none(),                       // shift
      from(std::string("linear")),  // interpolation
      from(std::string("hold")),    // extrapolation
      from(std::string("hold")),    // gap
      none(),                       // max_gap
      none(),                       // tolerance
      none(),                       // horizon
      from(0.0),                    // time_offset
      from(0.0),                    // fill_value
      none()                        // dtype
  };
  TORCH_ERROR_CODE_CHECK(
      torch_call_dispatcher("robocache::resample", "", stack.data(), TORCH_ABI_VERSION));
  return torch::stable::detail::to<Tensor>(stack[0]);
}
// [/snippet:call]

Tensor zeros(std::initializer_list<std::int64_t> extents) {
  Tensor result = torch::stable::empty({extents.begin(), extents.size()}, ScalarType::Double);
  return torch::stable::zero_(result);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2 || dlopen(arguments[1], RTLD_NOW) == nullptr) {
    std::fprintf(stderr, "%s\n", count != 2 ? "one argument: the library" : dlerror());
    return 1;
  }
  const Tensor values = zeros({1, 3, 2});
  const Tensor times = zeros({1, 3});
  const Tensor targets = zeros({2});
  for (int s = 0; s < 3; ++s) {
    times.mutable_data_ptr<double>()[s] = 10 * s;
    for (int d = 0; d < 2; ++d) values.mutable_data_ptr<double>()[2 * s + d] = s + 100 * d;
  }
  targets.mutable_data_ptr<double>()[0] = 5;
  targets.mutable_data_ptr<double>()[1] = 12.5;
  const Tensor out = resample(values, times, targets);
  const double* const rows = out.const_data_ptr<double>();
  std::printf("%g %g, %g %g\n", rows[0], rows[1], rows[2], rows[3]);
  const bool right = rows[0] == 0.5 && rows[1] == 100.5 && rows[2] == 1.25 && rows[3] == 101.25;
  return right ? 0 : 1;
}
