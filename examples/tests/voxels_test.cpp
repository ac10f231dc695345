// SPDX-License-Identifier: Apache-2.0

#include "checks.hpp"
#include "face_check.hpp"
#include "occupied.hpp"
#include "scan.hpp"
#include "scan_grid.hpp"
#include "voxel_input.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

/// \file
/// The parts of voxelize_scan after the reading: how points reach the library, grids, blocks.

namespace {

using namespace checks;
using namespace recordings;

/// An ascii PCD file of points with an intensity that counts up.
scan made_of(const std::vector<std::vector<double>>& points, const char* type = "F",
             const char* size = "4") {
  std::string text = std::string("VERSION 0.7\nFIELDS x y z intensity\nSIZE ") + size + " " + size +
                     " " + size + " 2\nTYPE " + type + " " + type + " " + type + " U\nWIDTH " +
                     std::to_string(points.size()) + "\nDATA ascii\n";
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (const double x : points[i]) {
      char word[40];
      std::snprintf(word, sizeof(word), "%.17g ", x);
      text += word;
    }
    text += std::to_string(i) + "\n";
  }
  return parse_scan("f", std::vector<char>(text.begin(), text.end()));
}

/// Coordinates on the faces of voxels and elsewhere, on both sides of 0.
scan on_faces(int points) {
  std::mt19937 engine(7);
  const auto draw = [&] { return static_cast<int>(engine() % 401) - 200; };
  std::vector<std::vector<double>> all{{0, 0, 0}};
  for (int i = 0; i < points; ++i) {
    const double unit = i % 2 == 0 ? 0.5 : 0.01;  // 0.5: exact in float, and 5 voxels of 0.1
    all.push_back({draw() * unit, draw() * unit, draw() * unit});
  }
  return made_of(all);
}

void test_conversions() {
  const scan floats = made_of({{1, 2, 3}, {4, 5, 6}});
  voxel_input input = make_input(floats, coordinate_type::f32, {"z", "y", "x"});
  CHECK(!input.converted && input.bytes.data == floats.bytes.data() && input.step == 14);
  CHECK(!input.features_converted && input.channels == 3 && input.channel_step == -4);
  input = make_input(floats, coordinate_type::f32, {"intensity"});
  CHECK(!input.converted && input.features_converted && input.feature_step == 4);
  input = make_input(floats, coordinate_type::f64, {});
  double p[3];
  input.load(1, {}, p);
  CHECK(input.converted && input.step == 24 && p[0] == 4 && p[1] == 5 && p[2] == 6);

  const scan integers = made_of({{-1, 2, 3}}, "I", "2");
  input = make_input(integers, coordinate_type::f32, {});
  float q[3];
  robocache::rigid_transform up;
  up.translation[2] = 10;
  input.load(0, up, q);
  CHECK(input.converted && q[0] == -1.0f && q[2] == 13.0f);
  CHECK(error_of([&] { make_input(floats, coordinate_type::f32, {"ring"}); }) ==
        "--feature ring: f has no such field, it has: x y z intensity");
}

void test_grids() {
  const scan source = made_of({{-0.25, 0, 1.0}, {0.95, 0.2, 1.0}});
  const voxel_input input = make_input(source, coordinate_type::f32, {});
  scan_grid grid = choose_grid({}, input, {});
  CHECK(grid.first[0] == -3 && grid.extents[0] == 13 && grid.first[2] == 10);
  CHECK(grid.first[1] == 0 && grid.extents[1] == 3 && grid.extents[2] == 1);

  grid_request request;
  request.crop = {-0.95, 0, 0, 1, 0.9, 2.05};
  grid = choose_grid(request, input, {});
  CHECK(grid.first[0] == -10 && grid.extents[0] == 20 && grid.extents[1] == 9);
  CHECK(grid.extents[2] == 21);

  request.crop.reset();
  request.origin = {-1.0, -1.0, 0.95};
  grid = choose_grid(request, input, {});
  CHECK(grid.in<double>().origin[2] == 0.95 && grid.extents[0] == 20 && grid.extents[2] == 1);

  request.origin.reset();
  request.size = {1e-9, 1, 1};
  CHECK(error_of([&] { choose_grid(request, input, {}); }).empty());  // 1.2e9 voxels
  request.size = {1e-10, 1, 1};
  CHECK(error_of([&] { choose_grid(request, input, {}); }).find("1.2e+10 voxels along x") !=
        std::string::npos);
  const scan bad = made_of({{NAN, 0, 0}});
  CHECK(error_of([&] { choose_grid({}, make_input(bad, coordinate_type::f32, {}), {}); }) ==
        "none of the points is finite: no grid to cover them");
}

/// Origins that are multiples of 0.1, which no floating-point number is, put no point elsewhere.
void test_faces() {
  const scan source = on_faces(20000);
  for (const double size : {0.1, 0.2, 0.5}) {
    grid_request request;
    request.size = {size, size, size};
    const voxel_input input = make_input(source, coordinate_type::f32, {});
    const auto faces = check_faces(input, choose_grid(request, input, {}), {});
    CHECK(faces[1].moved == 0 && faces[1].gained == 0 && faces[1].lost == 0);
    for (const face_report& face : faces) {
      CHECK(face.occupied == faces[0].occupied + face.gained - face.lost);
      CHECK(face.moved >= std::max(face.gained, face.lost));
    }
  }
}

/// Blocks find what the whole grid finds.
void test_blocks() {
  const scan source = on_faces(5000);
  const voxel_input input = make_input(source, coordinate_type::f64, {});
  grid_request request;
  request.size = {0.5, 0.5, 1};  // up to 400 x 400 x 200 voxels, 4 x 4 x 7 blocks
  const scan_grid grid = choose_grid(request, input, {});
  const voxel_job job{input, grid, robocache::reduction::count, {}};
  const occupied_voxels whole = find_occupied(job, voxelize_on_cpu(job, 2));
  const occupied_voxels parts = count_in_blocks(input, grid, {}, false, 2);
  CHECK(parts.blocks > 8 && parts.counters.used == whole.counters.used);
  CHECK(parts.counters.used == 5001 && parts.counters.outside == 0);
  CHECK(parts.voxels.size() == whole.voxels.size() && parts.most_points() == whole.most_points());
  const auto sum = [](const occupied_voxels& all) {  // of what differs if one voxel does
    std::int64_t result = 0;
    for (const occupied_voxel& v : all.voxels) {
      result += ((v.z * 1009 + v.y) * 1013 + v.x) * 31 + v.points;
    }
    return result;
  };
  CHECK(sum(parts) == sum(whole));
}

}  // namespace

int main() {
  test_conversions();
  test_grids();
  test_faces();
  test_blocks();
  return outcome();
}
