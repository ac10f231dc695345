// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/reducers.hpp>

#include "../support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

// Values cut into two parts that are looked at separately and merged give the bits of all of them
// together. Only kernels merge: the CPU back end looks at a voxel's values one by one.

namespace {

using robocache::nan_policy;
using robocache::voxel_facts;

/// The state after all values, those whose bit is set in `other_part` in a second state.
template <class Reducer>
typename Reducer::state look(const Reducer& reducer, const std::vector<float>& values,
                             unsigned other_part) {
  typename Reducer::state one{};
  typename Reducer::state other{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    reducer.add((other_part >> i & 1u) != 0u ? other : one, static_cast<std::uint32_t>(i),
                values[i]);
  }
  if (other_part != 0) reducer.merge(one, other);
  return one;
}

template <class Reducer>
double result(const std::vector<float>& values, unsigned other_part, nan_policy nans) {
  const Reducer reducer{};
  const voxel_facts facts{static_cast<std::uint32_t>(values.size()), 0, nans};
  robocache::detail::looked_at<Reducer> looked;
  looked.first = look(reducer, values, other_part);
  if constexpr (robocache::detail::looks_twice<Reducer>) {
    looked.second = look(reducer.second(looked.first, facts), values, other_part);
  }
  return looked.finish(reducer, facts);
}

template <class Reducer>
void check_parts() {
  constexpr float inf = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::vector<float>> sets = {
      {3.0f, -1.5f, 7.25f, 1e-3f}, {-4.0f, -2.0f, -8.5f},
      {nan, 2.0f, nan, 5.0f},      {nan, nan, nan},
      {inf, 1.0f, 2.0f},           {inf, -inf, 1.0f},
      {-inf, 3.0f, nan},           {1e30f, 1.0f, -1e30f},
  };
  for (const std::vector<float>& values : sets) {
    for (const nan_policy nans : {nan_policy::propagate, nan_policy::ignore}) {
      const double expected = result<Reducer>(values, 0, nans);
      for (unsigned part = 1; part < 1u << values.size(); ++part) {
        const double got = result<Reducer>(values, part, nans);
        INFO("first value " << values[0] << ", part " << part << ": " << got << ", expected "
                            << expected);
        CHECK(std::memcmp(&got, &expected, sizeof(got)) == 0);
      }
    }
  }
}

}  // namespace

TEST_CASE("merged parts of the values give the result of all of them") {
  check_parts<robocache::reducers::sum>();
  check_parts<robocache::reducers::mean>();
  check_parts<robocache::reducers::max>();
  check_parts<robocache::reducers::min>();
  check_parts<robocache::reducers::variance>();
  check_parts<robocache::reducers::first>();
}
