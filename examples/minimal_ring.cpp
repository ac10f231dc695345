// SPDX-License-Identifier: Apache-2.0

#include <robocache/resample/collective/rows.hpp>
#include <robocache/resample/rules/ring.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

/// \file
/// A controller's ring: the arm's last joint states, and at each tick the state at the moment that
/// the camera's frame shows. No allocation, no copy of the ring, no search from the start.

namespace {

constexpr std::int32_t joints = 6;
constexpr std::int64_t ms = 1'000'000;  // ns

// [snippet:ring]
/// The last 64 joint states, the newest in the place of the oldest.
struct joint_ring {
  static constexpr std::int32_t capacity = 64;
  std::array<std::int64_t, capacity> stamps{};       // ns
  std::array<float, capacity * joints> positions{};  // [capacity, joints]
  std::int32_t head = 0;                             // slot of the oldest state
  std::int32_t size = 0;

  robocache::ring_axis<std::int64_t> axis() const { return {stamps.data(), capacity, head, size}; }
  robocache::tensor_view<const float, 2> values() const {
    return {positions.data(), {capacity, joints}};
  }

  /// True if the oldest state made room for this one.
  bool push(std::int64_t stamp, const std::array<float, joints>& state) {
    const bool full = size == capacity;
    const std::int32_t slot = full ? head : axis().sample(size);
    stamps[static_cast<std::size_t>(slot)] = stamp;
    for (std::int32_t d = 0; d < joints; ++d) {
      positions[static_cast<std::size_t>(slot * joints + d)] = state[static_cast<std::size_t>(d)];
    }
    if (full) {
      head = head + 1 == capacity ? 0 : head + 1;
    } else {
      ++size;
    }
    return full;
  }
};

/// The arm's state at any time of its ring. Remembers where the time before was found: times that
/// rise cost a few comparisons, however long the ring is.
struct state_at {
  std::int32_t near = 0;  // how many states are not after the time before

  /// To be called when the ring has dropped its oldest state: all others have moved up by one.
  void dropped() {
    if (near > 0) --near;
  }

  std::uint8_t operator()(const joint_ring& ring, std::int64_t t,
                          std::array<float, joints>& state) {
    robocache::resample_policy<std::int64_t> policy;
    policy.max_gap = 20 * ms;
    const auto axis = ring.axis();
    near = robocache::upper_bound_near(axis, t, near);
    const auto found = robocache::bracket_after(axis, t, near, policy);
    robocache::write_row(robocache::serial_group{}, robocache::stored_bracket(axis, found),
                         ring.values(), robocache::channel_affine<float>{},
                         robocache::tensor_view(state.data(), {joints}));
    return found.status;
  }
};
// [/snippet:ring]

/// What the arm does: each joint turns at its own constant speed.
float position(std::int64_t t, std::int32_t joint) {
  return static_cast<float>(static_cast<double>(t % (1000'000 * ms)) * 1e-9 * 0.1 * (joint + 1));
}

}  // namespace

int main() {
  constexpr std::int64_t start = 1'700'000'000'000 * ms;
  constexpr std::int64_t latency = 45 * ms;  // from exposure to here
  joint_ring ring;
  state_at sample;
  std::array<float, joints> state{};
  std::int64_t next_state = start;
  float worst = 0;
  int interpolated = 0;                                                 // ticks
  for (std::int64_t now = start; now < start + 1000 * ms; now += ms) {  // the controller: 1 kHz
    while (next_state <= now) {                                         // the arm: 250 Hz
      std::array<float, joints> read{};
      for (std::int32_t d = 0; d < joints; ++d) {
        read[static_cast<std::size_t>(d)] = position(next_state, d);
      }
      if (ring.push(next_state, read)) sample.dropped();
      next_state += 4 * ms;
    }
    const std::int64_t seen = now - latency;
    const std::uint8_t status = sample(ring, seen, state);
    const std::int64_t tick = (now - start) / ms;
    if (status == robocache::row_status::ok) {
      ++interpolated;
      for (std::int32_t d = 0; d < joints; ++d) {
        worst = std::fmax(worst, std::fabs(state[static_cast<std::size_t>(d)] - position(seen, d)));
      }
    }
    if (tick % 125 == 0) {
      std::printf("%3lld ms  %d of %d states  joint 0 at %.5f%s\n", static_cast<long long>(tick),
                  ring.size, joint_ring::capacity, static_cast<double>(state[0]),
                  status == robocache::row_status::before ? "  (before the first state)" : "");
    }
  }
  std::printf("%d ticks between two states, largest error %.1e\n", interpolated,
              static_cast<double>(worst));
  return interpolated > 900 && worst < 1e-3f ? 0 : 1;
}
