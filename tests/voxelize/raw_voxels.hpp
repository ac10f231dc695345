// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/backend.hpp"
#include "../support/catch.hpp"
#include "../support/voxel_call.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// A call on grids or clouds so large that `prepared_voxels`, with its copies and canaries, would
/// take too long.

namespace robocache_test {

/// Memory of the back end under test; holds null if there is not enough.
class raw_memory {
 public:
  explicit raw_memory(std::size_t bytes) {
    try {
      data_ = tested().allocate(bytes);
    } catch (const std::exception&) {
      data_ = nullptr;
    }
  }
  ~raw_memory() {
    if (data_ != nullptr) tested().release(data_);
  }
  raw_memory(const raw_memory&) = delete;
  raw_memory& operator=(const raw_memory&) = delete;

  void* get() const { return data_; }

 private:
  void* data_ = nullptr;
};

/// Uploads a vector.
template <class T>
void upload(const raw_memory& to, const std::vector<T>& from) {
  tested().upload(to.get(), from.data(), from.size() * sizeof(T));
}
template <class T>
void download(std::vector<T>& to, const raw_memory& from) {
  tested().download(to.data(), from.get(), to.size() * sizeof(T));
}

/// Points [N, 3], features [N, F], dense output and counts.
inline any_voxel_call raw_call(const voxel_types& types, const any_grid& grid, const void* points,
                               std::int64_t size, void* output) {
  any_voxel_call call;
  const auto real = static_cast<std::int64_t>(size_of(types.point));
  call.points = {points, size, 3 * real, {0, real, 2 * real}, nullptr, 3};
  call.grid = grid;
  const std::int64_t nx = grid.extents[0];
  const std::int64_t row =
      types.reduce == robocache::reduction::occupancy_bits ? (nx + 31) / 32 : nx;
  call.output = {
      output, {grid.extents[2], grid.extents[1], row, 1}, {grid.extents[1] * row, row, 1, 1}};
  return call;
}

/// Runs it with a workspace of its own, and waits.
inline void run_raw(const voxel_types& types, any_voxel_call call, int threads = 0) {
  const voxel_operations* const entry = find(tested_voxel(), types);
  REQUIRE(entry != nullptr);
  any_where where = tested().where();
  where.threads = threads;
  call.space.bytes = entry->workspace_bytes(call.points.size, call.grid, where);
  const raw_memory space(call.space.bytes + 1);
  REQUIRE(space.get() != nullptr);
  call.space.data = space.get();
  const robocache::status launched = entry->voxelize(call, where);
  REQUIRE(std::string(launched.message()) == "");
  tested().finish();
}

}  // namespace robocache_test
