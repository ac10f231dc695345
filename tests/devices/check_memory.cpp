// SPDX-License-Identifier: Apache-2.0
#include <robocache/cuda/check_memory.hpp>
#include <robocache/fuse.hpp>
#include <robocache/resample.hpp>
#include <robocache/voxelize.hpp>

#include "../support/catch.hpp"

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

// What `check_memory` makes of the runtime's answers. The runtime is a fake, so neither a device
// nor two are needed: one_device.cpp and two_devices.cpp ask the real one.

namespace {

using robocache::tensor_view;

/// Where some addresses lie. The rest is the host's.
struct fake_memory {
  std::uintptr_t begin;
  std::uintptr_t end;
  cudaMemoryType type;
  int device;
};

struct fake_runtime {
  std::vector<fake_memory> memory;
  int current = 0;
  int device_of_stream = 0;
  bool pageable = false;  ///< the devices read the host's pages
  bool peers = false;     ///< peer access is enabled
  /// Also about memory of devices that are not current. If not, then once it was asked from there.
  bool answers_abroad = true;
  bool asked_at_home = false;
  cudaError_t stream = cudaSuccess;
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  bool asked_in_another_mode = false;
  cudaError_t last = cudaSuccess;
  int asked = 0;

  cudaError_t fails_with(cudaError_t error) {
    if (error != cudaSuccess) last = error;
    return error;
  }
};

fake_runtime fake;
constexpr int devices = 3;

}  // namespace

// The functions that the header calls; this program does not link the runtime.

extern "C" cudaError_t cudaPeekAtLastError() {
  return fake.last;
}
extern "C" cudaError_t cudaGetLastError() {
  const cudaError_t error = fake.last;
  fake.last = cudaSuccess;
  return error;
}
extern "C" const char* cudaGetErrorString(cudaError_t) {
  return "what the runtime says";
}
extern "C" cudaError_t cudaGetDevice(int* device) {
  *device = fake.current;
  return cudaSuccess;
}
extern "C" cudaError_t cudaSetDevice(int device) {
  fake.current = device;
  return cudaSuccess;
}
extern "C" cudaError_t cudaGetDeviceCount(int* count) {
  *count = devices;
  return cudaSuccess;
}
extern "C" cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr which, int) {
  *value = which == cudaDevAttrPageableMemoryAccess && fake.pageable ? 1 : 0;
  return cudaSuccess;
}
extern "C" cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
  std::swap(fake.mode, *mode);
  return cudaSuccess;
}
extern "C" cudaError_t cudaStreamIsCapturing(cudaStream_t, cudaStreamCaptureStatus* status) {
  *status = fake.capture;
  return cudaSuccess;
}
extern "C" cudaError_t cudaStreamGetDevice(cudaStream_t, int* device) {
  *device = fake.device_of_stream;
  return fake.fails_with(fake.stream);
}
extern "C" cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* found, const void* p) {
  ++fake.asked;
  if (fake.mode != cudaStreamCaptureModeRelaxed) fake.asked_in_another_mode = true;
  *found = {};
  found->type = cudaMemoryTypeUnregistered;
  found->device = -1;
  const auto at = reinterpret_cast<std::uintptr_t>(p);
  for (const fake_memory& m : fake.memory) {
    if (at < m.begin || at >= m.end) continue;
    const bool abroad = m.type == cudaMemoryTypeDevice && m.device != fake.current;
    if (!abroad) fake.asked_at_home = true;
    if (abroad && !fake.answers_abroad && !fake.asked_at_home) {
      return fake.fails_with(cudaErrorInvalidValue);
    }
    found->type = m.type;
    found->device = m.device;
    found->devicePointer = abroad && !fake.peers ? nullptr : const_cast<void*>(p);
  }
  return cudaSuccess;
}

namespace {

/// A CUDA stream that is none of the default ones.
cudaStream_t some_stream() {
  static int there;
  return reinterpret_cast<cudaStream_t>(&there);
}

/// Memory that a test says where it is.
template <class T>
class placed {
 public:
  explicit placed(std::size_t size) : values_(size) {}
  T* data() { return values_.data(); }
  void put(cudaMemoryType type, int device, std::size_t count) {
    const auto begin = reinterpret_cast<std::uintptr_t>(values_.data());
    fake.memory.push_back({begin, begin + count * sizeof(T), type, device});
  }
  void put(int device) { put(cudaMemoryTypeDevice, device, values_.size()); }

 private:
  std::vector<T> values_;
};

/// A message without its address.
std::string said(const robocache::status& s) {
  std::string text = s.message();
  const std::size_t begin = text.find(" is at 0x");
  if (begin == std::string::npos) return text;
  return text.replace(begin, text.find(',', begin) - begin, "");
}

struct resample_arguments {
  placed<double> times{8};
  placed<float> values{24};
  placed<double> targets{5};
  placed<float> output{15};
  placed<std::uint8_t> statuses{5};

  auto call() {
    return robocache::make_resample_call(
        robocache::padded_source(tensor_view<const float, 3>(values.data(), {1, 8, 3}),
                                 tensor_view<const double, 2>(times.data(), {1, 8})),
        tensor_view<const double, 1>(targets.data(), {5}),
        tensor_view<float, 3>(output.data(), {1, 5, 3}),
        tensor_view<std::uint8_t, 2>(statuses.data(), {1, 5}), {});
  }
  robocache::status check() {
    const auto made = call();
    REQUIRE(made.check().ok());
    return robocache::check_memory(made, some_stream());
  }
  /// -1: the host's.
  void put(int t, int v, int at, int out, int status) {
    if (t >= 0) times.put(t);
    if (v >= 0) values.put(v);
    if (at >= 0) targets.put(at);
    if (out >= 0) output.put(out);
    if (status >= 0) statuses.put(status);
  }
};

}  // namespace

TEST_CASE("memory of the stream's device passes", "[memory]") {
  fake = {};
  fake.current = fake.device_of_stream = 2;
  resample_arguments all;
  all.put(2, 2, 2, 2, 2);
  CHECK(said(all.check()).empty());
  CHECK(fake.asked == 10);  // the first byte and the last of each
}

TEST_CASE("memory of another device and of the host is named", "[memory]") {
  const char* const names[] = {"source.times", "source.values", "target_times", "output",
                               "statuses"};
  for (int wrong = 0; wrong < 5; ++wrong) {
    for (const int place : {-1, 1}) {
      for (const bool answers : {false, true}) {
        INFO(names[wrong] << " at " << place);
        fake = {};
        fake.answers_abroad = answers;
        int at[5] = {};
        at[wrong] = place;
        resample_arguments all;
        all.put(at[0], at[1], at[2], at[3], at[4]);
        CHECK(said(all.check()) ==
              std::string("resample: ") + names[wrong] +
                  (place < 0 ? ", memory of the host or freed" : ", memory of device 1") +
                  ", the CUDA stream is of device 0");
        CHECK(fake.current == 0);
        CHECK(fake.last == cudaSuccess);
      }
    }
  }
}

TEST_CASE("the address is that of the first byte, or of the last", "[memory]") {
  fake = {};
  resample_arguments all;
  all.put(0, -1, 0, 0, 0);
  const auto first = reinterpret_cast<std::uintptr_t>(all.values.data());
  char expected[200];
  std::snprintf(expected, sizeof(expected),
                "resample: source.values is at %#llx, memory of the host or freed, the CUDA stream "
                "is of device 0",
                static_cast<unsigned long long>(first));
  CHECK(std::string(all.check().message()) == expected);
  all.values.put(cudaMemoryTypeDevice, 0, 23);  // all but the last element
  std::snprintf(expected, sizeof(expected), "is at %#llx,",
                static_cast<unsigned long long>(first + 24 * sizeof(float) - 1));
  CHECK(std::string(all.check().message()).find(expected) != std::string::npos);
}

TEST_CASE("memory that several devices reach passes", "[memory]") {
  for (const bool answers : {false, true}) {
    fake = {};
    fake.peers = true;
    fake.answers_abroad = answers;
    resample_arguments with_peers;
    with_peers.put(1, 1, 1, 1, 1);
    CHECK(said(with_peers.check()).empty());
  }
  for (const cudaMemoryType type : {cudaMemoryTypeHost, cudaMemoryTypeManaged}) {
    fake = {};
    resample_arguments shared;
    shared.put(0, -1, 0, 0, 0);
    shared.values.put(type, 1, 24);
    CHECK(said(shared.check()).empty());
  }
  fake = {};
  fake.pageable = true;
  resample_arguments of_host;
  CHECK(said(of_host.check()).empty());
}

#if CUDART_VERSION >= 12080  // cudaStreamGetDevice
TEST_CASE("a stream of another device than the current one is named first", "[memory]") {
  fake = {};
  fake.device_of_stream = 1;
  resample_arguments all;
  CHECK(said(all.check()) ==
        "resample: the CUDA stream is of device 1, the current device is 0: call cudaSetDevice(1) "
        "before");
  CHECK(fake.asked == 0);
  // The default stream is that of whatever device is current.
  all.put(0, 0, 0, 0, 0);
  CHECK(robocache::check_memory(all.call(), nullptr).ok());
  fake.stream = cudaErrorInvalidResourceHandle;
  const robocache::status unknown = all.check();
  CHECK(unknown.code() == robocache::status_code::cuda_error);
  CHECK(unknown.cuda_error() == cudaErrorInvalidResourceHandle);
  CHECK(fake.last == cudaSuccess);
}

#endif

TEST_CASE("questions do not end a capture of another CUDA stream", "[memory]") {
  fake = {};
  resample_arguments all;
  all.put(0, 0, 0, 1, 0);
  CHECK_FALSE(all.check().ok());
  CHECK(fake.asked > 0);
  CHECK_FALSE(fake.asked_in_another_mode);
  CHECK(fake.mode == cudaStreamCaptureModeGlobal);
}

TEST_CASE("nothing is asked while a graph is captured", "[memory]") {
  fake = {};
  fake.device_of_stream = 1;  // would be said first
  resample_arguments all;
  for (const auto capture : {cudaStreamCaptureStatusActive, cudaStreamCaptureStatusInvalidated}) {
    fake.capture = capture;
    CHECK(said(all.check()) ==
          "resample: the CUDA stream is being captured, where memory cannot be asked about: call "
          "check_memory before the capture");
  }
  CHECK(fake.asked == 0);
}

TEST_CASE("an error that was pending stays pending", "[memory]") {
  fake = {};
  fake.answers_abroad = false;
  fake.last = cudaErrorInvalidConfiguration;
  resample_arguments all;
  all.put(0, 0, 0, 1, 0);
  CHECK_FALSE(all.check().ok());
  CHECK(fake.last != cudaSuccess);
}

TEST_CASE("brackets are looked at", "[memory]") {
  placed<std::int64_t> left(5), right(5);
  placed<float> weight(5), values(24), output(15);
  placed<double> times(8), targets(5);
  const robocache::brackets_view<float> brackets{tensor_view(left.data(), {1, 5}),
                                                 tensor_view(right.data(), {1, 5}),
                                                 tensor_view(weight.data(), {1, 5}),
                                                 {}};
  const auto source =
      robocache::padded_source(tensor_view<const float, 3>(values.data(), {1, 8, 3}),
                               tensor_view<const double, 2>(times.data(), {1, 8}));
  const auto find = [&] {
    const auto call = robocache::make_find_brackets_call<double, float>(
        source, tensor_view<const double, 1>(targets.data(), {5}), brackets, {});
    REQUIRE(call.check().ok());
    return said(robocache::check_memory(call, some_stream()));
  };
  const auto apply = [&] {
    const auto call = robocache::make_apply_brackets_call(
        tensor_view<const float, 3>(values.data(), {1, 8, 3}), brackets,
        tensor_view<float, 3>(output.data(), {1, 5, 3}), {});
    REQUIRE(call.check().ok());
    return said(robocache::check_memory(call, some_stream()));
  };
  const std::string host = ", memory of the host or freed, the CUDA stream is of device 0";
  fake = {};
  left.put(0);
  weight.put(0);
  times.put(0);
  targets.put(0);
  output.put(0);
  values.put(0);
  CHECK(find() == "find_brackets: brackets.right" + host);
  CHECK(apply() == "apply_brackets: brackets.right" + host);
  right.put(0);
  CHECK(find().empty());
  CHECK(apply().empty());
}

TEST_CASE("streams and outputs of fuse are numbered", "[memory]") {
  placed<float> arm(24), camera(16), output(25);
  placed<std::int64_t> arm_times(8), camera_times(4), targets(5);
  placed<std::uint8_t> statuses(10);
  using stream = robocache::sensor_stream<std::int64_t, float>;
  const stream streams[] = {
      {robocache::padded_source(tensor_view<const float, 3>(arm.data(), {1, 8, 3}),
                                tensor_view<const std::int64_t, 2>(arm_times.data(), {1, 8}))},
      {robocache::padded_source(tensor_view<const float, 3>(camera.data(), {1, 4, 2}),
                                tensor_view<const std::int64_t, 2>(camera_times.data(), {1, 4}))}};
  robocache::fuse_reports<std::int64_t> reports;
  reports.statuses = tensor_view(statuses.data(), {1, 5, 2});
  const tensor_view<const std::int64_t, 1> at(targets.data(), {5});
  const auto check = [&](const auto& outputs) {
    const auto call = robocache::make_fuse_call(streams, at, outputs, reports);
    REQUIRE(call.check().ok());
    return said(robocache::check_memory(call, some_stream()));
  };
  const tensor_view<float, 3> whole(output.data(), {1, 5, 5});
  const tensor_view<float, 3> parts[] = {tensor_view<float, 3>(output.data(), {1, 5, 3}),
                                         tensor_view<float, 3>(output.data() + 15, {1, 5, 2})};
  const std::string other = ", memory of device 1, the CUDA stream is of device 0";
  fake = {};
  arm.put(0);
  arm_times.put(0);
  camera.put(0);
  targets.put(0);
  statuses.put(0);
  output.put(0);
  camera_times.put(1);
  CHECK(check(whole) == "fuse: source.times of streams[1]" + other);
  fake.memory.pop_back();
  camera_times.put(0);
  CHECK(check(whole).empty());
  CHECK(check(parts).empty());
  fake.memory[5].end -= 10 * sizeof(float);  // the second part is nowhere
  CHECK(check(parts) ==
        "fuse: outputs[1], memory of the host or freed, the CUDA stream is of device 0");
  CHECK(check(whole) ==
        "fuse: output, memory of the host or freed, the CUDA stream is of device 0");
}

TEST_CASE("what voxelize is given is looked at", "[memory]") {
  placed<float> points(30), features(20), output(16);
  placed<std::uint32_t> count(1), counts(8);
  placed<robocache::voxel_counters> counters(1);
  placed<std::max_align_t> space(1024);
  robocache::voxelize_call<robocache::reducers::mean, float, float, float> call{};
  call.points =
      robocache::points_of(tensor_view<const float, 2>(points.data(), {10, 3}), count.data());
  call.features = robocache::features_of(tensor_view<const float, 2>(features.data(), {10, 2}));
  call.grid = {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}};
  call.output = tensor_view<float, 4>(output.data(), {2, 2, 2, 2});
  call.reports.counts = tensor_view<std::uint32_t, 3>(counts.data(), {2, 2, 2});
  call.reports.counters = counters.data();
  call.space = {space.data(), 1024 * sizeof(std::max_align_t)};
  REQUIRE(call.check().ok());
  const char* const names[] = {"points",         "features",         "output",   "points.count",
                               "reports.counts", "reports.counters", "workspace"};
  for (int missing = 0; missing <= 7; ++missing) {
    fake = {};
    if (missing != 0) points.put(0);
    if (missing != 1) features.put(0);
    if (missing != 2) output.put(0);
    if (missing != 3) count.put(0);
    if (missing != 4) counts.put(0);
    if (missing != 5) counters.put(0);
    if (missing != 6) space.put(0);
    const std::string message = said(robocache::check_memory(call, some_stream()));
    CHECK(message == (missing == 7 ? ""
                                   : std::string("voxelize: ") + names[missing] +
                                         ", memory of the host or freed, the CUDA stream is of "
                                         "device 0"));
  }
  // A kernel makes the points, the results go to a sink.
  call.points.data = nullptr;
  call.output = tensor_view<float, 4>(nullptr, {2, 2, 2, 2});
  CHECK(said(robocache::check_memory(call, some_stream())).empty());
}
