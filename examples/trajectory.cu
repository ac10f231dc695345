// SPDX-License-Identifier: Apache-2.0

#include "embedding/device.cuh"
#include "embedding/trajectory.cuh"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

/// \file
/// The controller of `trajectory.cpp` in a kernel: 4,096 robots, a thread and a trajectory for
/// each. Ends with 1 unless the joints are where they are on the CPU, bit for bit.

namespace {

using embedding::joints;

/// What the kernel writes, in the host's memory.
struct robot_states {
  std::vector<std::int64_t> now;
  std::vector<std::int32_t> after;
  std::vector<float> q, v;
};

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

}  // namespace

int main() {
  if (!embedding::has_device()) return embedding::skipped;
  constexpr std::int32_t robots = 4096, samples = 100;
  constexpr int ticks = 20, launches = 60;                   // a policy at 50 Hz, 1.2 s
  constexpr std::int64_t start = 1'700'000'000'000'000'000;  // ns
  std::vector<std::int64_t> stamps;
  std::vector<float> positions;
  robot_states states;
  for (std::int64_t e = 0; e < robots; ++e) {
    for (std::int64_t i = 0; i < samples; ++i) {  // about 100 Hz, with jitter
      stamps.push_back(start + e + i * 10'000'000 + (i + e) * 7919 % 4'000'000);
      for (std::int64_t d = 0; d < joints; ++d) {
        positions.push_back(static_cast<float>((i * (d + 3) + e) % 64) / 64);
      }
    }
    states.now.push_back(stamps[static_cast<std::size_t>(e * samples)] + e * 131'071 % 900'000'000);
    states.after.push_back(0);
  }
  states.q.resize(robots * joints);
  states.v.resize(robots * joints);

  const embedding::device_vector<std::int64_t> device_stamps(stamps);
  const embedding::device_vector<float> device_positions(positions);
  const embedding::device_vector<std::int64_t> now(states.now);
  const embedding::device_vector<std::int32_t> after(states.after);
  const embedding::device_vector<float> q(states.q), v(states.v);
  robocache::resample_policy<std::int64_t> policy;
  policy.max_gap = 100'000'000;
  const embedding::environments on_gpu{
      robots,  samples,    device_stamps.data(), device_positions.data(),
      policy,  now.data(), after.data(),         q.data(),
      v.data()};
  for (int i = 0; i < launches; ++i) {
    embedding::must(embedding::launch_control(on_gpu, ticks, nullptr), "control");
  }

  const embedding::environments on_cpu{
      robots,         samples,           stamps.data(),       positions.data(),
      policy,         states.now.data(), states.after.data(), states.q.data(),
      states.v.data()};
  for (int i = 0; i < launches; ++i) {
    for (std::int64_t e = 0; e < robots; ++e) embedding::run_environment(on_cpu, e, ticks);
  }
  const std::vector<float> joints_on_gpu = q.to_host();
  const bool same = same_bits(joints_on_gpu, states.q) && same_bits(v.to_host(), states.v) &&
                    same_bits(now.to_host(), states.now) &&
                    same_bits(after.to_host(), states.after);
  // The guess that moved along is what a search from the start finds.
  bool found = true;
  for (std::int64_t e = 0; e < robots; ++e) {
    const auto i = static_cast<std::size_t>(e);
    const robocache::time_axis<std::int64_t> axis{stamps.data() + e * samples, 1, samples};
    found = found && states.after[i] == robocache::upper_bound(axis, states.now[i], 0, samples);
  }
  std::printf("%d robots, %d ticks of 1 ms each in %d launches; joint 0 of the first at %.4f rad\n",
              robots, ticks, launches, static_cast<double>(joints_on_gpu[0]));
  if (!same) std::fprintf(stderr, "the joints are not where they are on the CPU\n");
  if (!found) std::fprintf(stderr, "the search with a guess went wrong\n");
  return same && found ? 0 : 1;
}
