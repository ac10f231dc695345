// SPDX-License-Identifier: Apache-2.0
#include "lidar_scan.hpp"

#include "recording_file.hpp"

#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace robocache_test {
namespace {

const std::vector<known_scan> scans = {
    {"VLP-16, indoor", "lidar/velodyne_vlp16_1673400472138016708.pcd", 14831, 0, {2814, 1418, 463}},
    {"VLS-128, outdoor",
     "lidar/velodyne_vls128_1585897255376374245.pcd",
     208680,
     0,
     {153934, 100768, 42506}},
    {"Pandar64, indoor",
     "lidar/hesai_pandar64_1673403880898440686.pcd",
     93591,
     0,
     {4501, 1822, 578}},
    {"PandarXT-32, indoor",
     "lidar/hesai_xt32_1673400678101968885.pcd",
     63021,
     0,
     {5825, 2423, 668}},
    {"HDL-32E", "lidar/velodyne_hdl32_small_gicp_source.ply", 69792, 0, {15950, 8061, 2654}},
    {"stereo camera",
     "lidar/stereo_table_scene_mug_stereo_textured.pcd",
     307200,
     97920,
     {154, 53, 13}},
};

/// LZF: runs of literal bytes, and copies of what came before.
std::vector<unsigned char> decompress(const unsigned char* in, std::size_t in_bytes,
                                      std::size_t out_bytes) {
  std::vector<unsigned char> out;
  const unsigned char* const end = in + in_bytes;
  const auto next = [&] {
    if (in == end) throw std::runtime_error("compressed data ends early");
    return static_cast<std::size_t>(*in++);
  };
  while (in != end) {
    const std::size_t control = next();
    if (control < 32) {
      for (std::size_t i = 0; i <= control; ++i) out.push_back(static_cast<unsigned char>(next()));
      continue;
    }
    std::size_t length = control >> 5;
    if (length == 7) length += next();
    const std::size_t back = ((control & 31) << 8) + next() + 1;
    if (back > out.size()) throw std::runtime_error("compressed data refers to before its begin");
    for (std::size_t i = 0; i < length + 2; ++i) out.push_back(out[out.size() - back]);
  }
  if (out.size() != out_bytes) throw std::runtime_error("compressed data has another size");
  return out;
}

}  // namespace

const std::vector<known_scan>& known_scans() {
  return scans;
}

float lidar_scan::field(std::int64_t point, std::int64_t offset) const {
  float x = 0;
  std::memcpy(&x, &bytes[static_cast<std::size_t>(point * step + offset)], sizeof(x));
  return x;
}

float lidar_scan::coordinate(std::int64_t point, int axis) const {
  return field(point, offsets[axis]);
}

lidar_scan read(const known_scan& known) {
  const std::string path = data_folder() + "/" + known.path;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  lidar_scan scan;
  bool compressed = false;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "SIZE") {  // PCD: bytes of each field
      for (std::int64_t bytes = 0; words >> bytes;) scan.step += bytes;
    } else if (word == "property") {  // PLY: only floats here
      scan.step += 4;
    } else if (word == "POINTS") {
      words >> scan.size;
    } else if (word == "element") {
      words >> word >> scan.size;
    } else if (word == "DATA") {
      words >> word;
      compressed = word == "binary_compressed";
      break;
    } else if (word == "end_header") {
      break;
    }
  }
  scan.bytes.assign(std::istreambuf_iterator<char>(file), {});
  for (int axis = 0; axis < 3; ++axis) scan.offsets[axis] = 4 * axis;
  if (compressed) {
    std::uint32_t sizes[2] = {};
    std::memcpy(sizes, scan.bytes.data(), sizeof(sizes));
    if (scan.bytes.size() < 8 + std::size_t{sizes[0]}) throw std::runtime_error(path + " is cut");
    scan.bytes = decompress(scan.bytes.data() + 8, sizes[0], sizes[1]);
    scan.step = 4;  // all x, then all y, then all z
    for (int axis = 0; axis < 3; ++axis) scan.offsets[axis] = 4 * axis * scan.size;
  }
  const std::int64_t last = (scan.size - 1) * scan.step + scan.offsets[2] + 4;
  if (scan.size != known.points || static_cast<std::int64_t>(scan.bytes.size()) < last) {
    throw std::runtime_error(path + " has another number of points");
  }
  return scan;
}

}  // namespace robocache_test
