// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/collective/rows.hpp>
#include <robocache/resample/rules/ring.hpp>

#include <cstdint>
#include <vector>

/// \file
/// Rows from a ring by level 1, as users write them, on the CPU and in kernels.

namespace robocache_test {

/// Who works on a row.
enum class ring_group { serial, tile8, tile32, warp, block96 };

/// A recording in a ring or an array, and what is asked of it: each target under each policy. In
/// host memory.
template <class Time>
struct ring_work {
  bool array = false;  ///< an array of `size` samples; no head
  std::int32_t capacity = 0;
  std::int32_t head = 0;
  std::int32_t size = 0;
  std::int32_t stride = 1;
  robocache::duration_t<Time> offset = 0;
  std::vector<Time> times;    ///< as in memory: slot 0 comes last if the stride is negative
  std::vector<float> values;  ///< [capacity, ring_channels]
  std::vector<Time> targets;
  std::vector<robocache::resample_policy<Time>> policies;

  std::int32_t slots() const { return array ? size : capacity; }
  std::size_t slot_at(std::int32_t slot) const {
    return static_cast<std::size_t>(stride < 0 ? (slot - slots() + 1) * stride : slot * stride);
  }
  std::size_t rows() const { return targets.size() * policies.size(); }
};

/// An angle, a quaternion and a rotation vector, with channels of their own around them.
inline constexpr std::int32_t ring_channels = 10;

inline robocache::channel_groups ring_groups() {
  robocache::channel_groups groups;
  groups.count = 3;
  groups.group[0] = {1, 1, robocache::channel_mode::angle};
  groups.group[1] = {2, 4, robocache::channel_mode::slerp_xyzw};
  groups.group[2] = {6, 3, robocache::channel_mode::rotation_vector};
  return groups;
}

/// What level 1 made of it, row `target * policies + policy`.
struct ring_rows {
  std::vector<float> plain;                                ///< [rows, ring_channels]
  std::vector<float> grouped;                              ///< likewise, with `ring_groups`
  std::vector<std::uint8_t> statuses;                      ///< [rows, 2]
  std::vector<robocache::sample_bracket<float>> brackets;  ///< [rows], of `find_bracket`

  explicit ring_rows(std::size_t rows)
      : plain(rows * ring_channels, -1.0f),
        grouped(rows * ring_channels, -1.0f),
        statuses(rows * 2, 0xff),
        brackets(rows) {}
};

/// The work as a group reads it, in the memory of where it runs.
template <class Time>
struct ring_job {
  bool array;
  std::int32_t capacity, head, size, stride;
  robocache::duration_t<Time> offset;
  const Time* times;  ///< of slot 0
  const float* values;
  const Time* targets;
  const robocache::resample_policy<Time>* policies;
  std::uint32_t policy_count;
  robocache::channel_groups groups;
  float* plain;
  float* grouped;
  std::uint8_t* statuses;
  robocache::sample_bracket<float>* brackets;

  template <class Group>
  ROBOCACHE_HD void operator()(const Group& group, std::uint32_t row) const {
    if (array) {
      write(group, robocache::time_axis<Time>{times, stride, size, offset}, row);
    } else {
      write(group, robocache::ring_axis<Time>{times, capacity, head, size, stride, offset}, row);
    }
  }

  template <class Group, class Axis>
  ROBOCACHE_HD void write(const Group& group, const Axis& axis, std::uint32_t row) const {
    using robocache::tensor_view;
    const Time t = targets[row / policy_count];
    const robocache::resample_policy<Time> policy = policies[row % policy_count];
    const robocache::channel_affine<float> affine;
    const tensor_view<const float, 2> samples(values, {array ? size : capacity, ring_channels});
    const tensor_view<float, 1> alone(plain + row * ring_channels, {ring_channels});
    const tensor_view<float, 1> together(grouped + row * ring_channels, {ring_channels});
    const auto found = robocache::find_bracket(group, axis, t, policy);
    const std::uint8_t of_alone =
        robocache::resample_row(group, axis, t, samples, policy, affine, alone);
    const std::uint8_t of_together =
        robocache::resample_row(group, axis, t, samples, groups, policy, affine, together);
    if (group.thread_rank() + 1 == group.size()) {  // every thread knows them, the last one, too
      brackets[row] = found;
      statuses[row * 2] = of_alone;
      statuses[row * 2 + 1] = of_together;
    }
  }
};

/// The job of some work whose data lie at these addresses.
template <class Time>
ring_job<Time> make_ring_job(const ring_work<Time>& work, const Time* times, const float* values,
                             const Time* targets,
                             const robocache::resample_policy<Time>* policies) {
  ring_job<Time> job{};
  job.array = work.array;
  job.capacity = work.capacity;
  job.head = work.head;
  job.size = work.size;
  job.stride = work.stride;
  job.offset = work.offset;
  job.times = work.times.empty() ? nullptr : times + work.slot_at(0);
  job.values = values;
  job.targets = targets;
  job.policies = policies;
  job.policy_count = static_cast<std::uint32_t>(work.policies.size());
  job.groups = ring_groups();
  return job;
}

/// Writes all rows by groups of a kind. For the four types of stamps.
template <class Time>
ring_rows run_ring(const ring_work<Time>& work, ring_group group);

/// The groups of the back end under test.
const std::vector<ring_group>& ring_group_kinds();

}  // namespace robocache_test
