// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

// Compiled with all that -ffast-math allows, for processors with vectors: points are in the voxels
// that the rule says. The quotients that are expected go through volatile variables, so that
// nothing can be made of them. Coordinates as features are what their rule says.

namespace {

template <class Real>
int wrong_voxels(Real start, Real voxel_size) {
  constexpr int n = 63;
  const volatile Real origin = start;
  const volatile Real size = voxel_size;
  std::vector<Real> points(3 * n, Real{0.5});
  std::vector<std::uint32_t> expected(n + 1);
  int wrong = 0;
  const robocache::voxel_grid<Real> grid{{origin, 0, 0}, {size, 1, 1}, {n + 1, 1, 1}};
  for (int i = 0; i < n; ++i) {
    const volatile Real steps = size * static_cast<Real>(i);
    points[static_cast<std::size_t>(3 * i)] = origin + steps;  // a face, or close to one
    const volatile Real distance = points[static_cast<std::size_t>(3 * i)] - origin;
    const volatile Real quotient = distance / size;
    const auto cell = static_cast<int>(quotient);
    ++expected[static_cast<std::size_t>(cell)];
    const Real p = points[static_cast<std::size_t>(3 * i)];
    wrong += robocache::cell_of(p, Real{0.5}, Real{0.5}, grid).x == cell ? 0 : 1;
  }
  std::vector<std::uint32_t> counts(n + 1);
  alignas(16) static unsigned char memory[4096];
  const robocache::status done = robocache::voxelize<robocache::reduction::count>(
      robocache::points_of(robocache::tensor_view<const Real, 2>(points.data(), {n, 3})), grid,
      robocache::tensor_view<std::uint32_t, 3>(counts.data(), {1, 1, n + 1}),
      robocache::workspace{memory, sizeof(memory)}, robocache::cpu);
  if (!done.ok()) std::puts(done.message());
  wrong += done.ok() ? 0 : 1;
  for (std::size_t v = 0; v < counts.size(); ++v) wrong += counts[v] == expected[v] ? 0 : 1;
  return wrong;
}

/// Where points are in their voxels, against numbers that go through memory.
template <class Real>
int wrong_places(Real start, Real voxel_size) {
  const volatile Real origin = start;
  const volatile Real size = voxel_size;
  const robocache::voxel_grid<Real> grid{{origin, 0, 0}, {size, 1, 1}, {64, 1, 1}};
  int wrong = 0;
  for (int i = 0; i < 40; ++i) {
    const volatile Real steps = size * (static_cast<Real>(i) + static_cast<Real>(i) / 64);
    const Real p[3] = {origin + steps, Real{0.25}, Real{0.5}};
    const auto points = robocache::point_records<Real>(p, 1, 0, 0, sizeof(Real), 2 * sizeof(Real));
    std::vector<float> places(64 * 3);
    alignas(16) static unsigned char memory[4096];
    const robocache::status done = robocache::voxelize<robocache::reduction::max>(
        points, robocache::coordinates_of<robocache::relative_to::voxel_centre>(points), grid,
        robocache::tensor_view<float, 4>(places.data(), {1, 1, 64, 3}),
        robocache::workspace{memory, sizeof(memory)}, robocache::cpu(1));
    if (!done.ok()) std::puts(done.message());
    const int cell = robocache::cell_of(p[0], p[1], p[2], grid).x;
    const volatile double from_origin =
        static_cast<double>(p[0]) - static_cast<double>(grid.origin[0]);
    const volatile double middle = cell + 0.5;
    const volatile double x =
        std::fma(-middle, static_cast<double>(grid.voxel_size[0]), from_origin);
    const volatile auto expected = static_cast<float>(x);
    const float* const place = places.data() + 3 * cell;
    wrong += done.ok() && place[0] == expected && place[1] == -0.25f && place[2] == 0 ? 0 : 1;
  }
  return wrong;
}

}  // namespace

int main() {
  int wrong = 0;
  for (int i = 1; i < 400; ++i) {
    wrong += wrong_voxels<double>(-0.7 * i, 0.1 * i) + wrong_voxels<float>(-0.7f * i, 0.1f * i);
    wrong += wrong_voxels<double>(0.3, 1.0 / i) + wrong_voxels<float>(0.3f, 1.0f / i);
    wrong += wrong_places<double>(-0.7 * i, 0.1 * i) + wrong_places<float>(0.3f, 1.0f / i);
  }
  std::printf("%d wrong\n", wrong);
  return wrong == 0 ? 0 : 1;
}
