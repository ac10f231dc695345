// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#include <robocache/cuda/shared_pointer.cuh>
#endif
#include <robocache/detail/config.hpp>
#include <robocache/group.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/collective/copy.hpp>
#include <robocache/resample/collective/rotations.hpp>
#include <robocache/resample/collective/search.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/resample/rules/blend.hpp>
#include <robocache/resample/rules/bracket.hpp>
#include <robocache/scalar.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 1 of `resample`: rows written by a group of threads, inside your own kernel or on the
/// host.
///
/// The kernels of `resample` and `fuse` and the CPU back end consist of calls of these functions,
/// which allocate nothing and keep no state.

namespace robocache {

/// What a group works on at a time: rows `[first_row, first_row + rows)` of one item, and of these
/// some channels. `row_tiling` cuts a call into such tiles.
struct row_tile {
  std::uint32_t item = 0;
  std::uint32_t first_row = 0;
  std::int32_t rows = 0;
  std::int32_t first_channel = 0;
  std::int32_t channels = 0;
  /// Elements per access on the device. 1 is always right. More than 1 requires that channels are
  /// neighbours in memory, and that the first channel of every row is so aligned, in values and
  /// output.
  std::int32_t width = 1;
  /// Whether this tile reports on its rows. Of several tiles that share rows, one does.
  bool reports = true;
  std::uint32_t row_of_vector_magic = 0;  ///< set by `row_tiling`
};

/// Tells `resample_rows` that the tile comes from a `row_tiling`.
inline constexpr int tiled = -1;

/// Whether `resample_rows` normalizes: never, always, or if the call has a scale or a shift.
enum class normalizing : std::uint8_t { no, yes, if_asked };

/// What the threads of a group share while they write rows. In shared memory for a warp or a block,
/// anywhere for a single thread. Call `group.sync()` before it is used again.
///
/// \tparam Capacity  how many brackets it holds at a time: 1 for a single thread, 32 for a warp, 32
///                   or better as many as it has threads for a block
template <int Capacity = 32>
struct resample_storage {
  static constexpr int capacity = Capacity;
  struct alignas(16) row_space {
    unsigned char bytes[32];
  };
  row_space rows[Capacity];
  unsigned statuses[Capacity];

  template <class Real>
  ROBOCACHE_HD detail::row_copy<Real>* copies() noexcept {
    static_assert(sizeof(detail::row_copy<Real>) == sizeof(row_space));
    return reinterpret_cast<detail::row_copy<Real>*>(rows);
  }
};

namespace detail {

/// A row whose bracket was found before. There is nothing to search for.
template <class In, class Out>
struct row_request<apply_brackets_call<In, Out>> {
  using real = compute_t<In, Out>;
  struct wide_bracket {
    std::int64_t left;
    std::int64_t right;
    real weight;
  };
  wide_bracket bracket;

  template <class Group>
  ROBOCACHE_HD row_request(const Group&, const apply_brackets_call<In, Out>& call, std::uint32_t b,
                           std::uint32_t row) noexcept {
    const std::int64_t left = call.brackets.left(b, row);
    const std::int64_t right = call.brackets.right(b, row);
    const std::int64_t samples = call.samples.extent(1);
    bracket = {left, right, call.brackets.weight(b, row)};
    const bool inside = left >= 0 && left < samples && right >= 0 && right < samples;
    if (!inside) bracket.left = bracket.right = -1;
  }

  ROBOCACHE_HD std::int64_t first_sample() const noexcept { return 0; }
};

/// Does nothing between search and copy.
struct nothing_between {
  ROBOCACHE_HD void operator()() const noexcept {}
};

/// How a call's policy goes to functions that are not inlined (`bracket_by`): by reference, unless
/// the call asks for a copy.
template <class Call, class = void>
inline constexpr bool copies_policy = false;
template <class Call>
inline constexpr bool copies_policy<Call, std::enable_if_t<Call::copies_policy>> = true;

/// A row of a tile: its bracket, reported if the tile reports.
///
/// \param after  the number of stamps at or before the target
template <class Call>
ROBOCACHE_HD inline sample_bracket<typename Call::real> found_row(const row_request<Call>& request,
                                                                  const Call& call, std::uint32_t b,
                                                                  std::uint32_t row,
                                                                  std::int32_t after,
                                                                  bool report) noexcept {
  using rules = resample_policy<typename Call::time, typename Call::real>;
  using policy_argument = std::conditional_t<copies_policy<Call>, rules, const rules&>;
  const rules& policy = call.policy();
  const sample_bracket<typename Call::real> found =
      bracket_by<policy_argument>(request.item.axis, request.target, after, policy);
  if (report) {
    call.report(b, row, found.status, request.item.axis, request.target, found.right);
  }
  return found;
}
template <class In, class Out>
ROBOCACHE_HD inline auto found_row(const row_request<apply_brackets_call<In, Out>>& request,
                                   const apply_brackets_call<In, Out>&, std::uint32_t,
                                   std::uint32_t, std::int32_t, bool) noexcept {
  return request.bracket;
}

template <class Call>
ROBOCACHE_HD inline const unsigned char* item_values(const Call& call, std::uint32_t b,
                                                     std::int64_t first_sample) noexcept {
  constexpr auto bytes = static_cast<std::int64_t>(sizeof(typename Call::in));
  return reinterpret_cast<const unsigned char*>(call.values().data()) +
         (b * call.values().stride(0) + first_sample * call.values().stride(1)) * bytes;
}
template <class Call>
ROBOCACHE_HD inline unsigned char* output_row(const Call& call, std::uint32_t b,
                                              std::uint32_t row) noexcept {
  constexpr auto bytes = static_cast<std::int64_t>(sizeof(typename Call::out));
  return reinterpret_cast<unsigned char*>(call.output().data()) +
         (b * call.output().stride(0) + row * call.output().stride(1)) * bytes;
}

#if defined(__CUDACC__)

/// A row that the calling lane has found, of a tile of at most 32 that its warp copies.
template <class Call>
struct found_by_lane {
  row_copy<typename Call::real>* copies;  // of all lanes, in shared memory
  row_copy<typename Call::real> mine;
  row_tile tile;
  std::int64_t offset;  // from the rows' addresses to the tile's first channel, in channels
};

/// Copies the rows that the lanes of a warp have found, with accesses of `width` elements.
///
/// \tparam Exact  there is room for the tile's rows alone, not for 32
template <int Width, bool Affine, bool Exact, class Group, class Call>
__device__ __forceinline__ void copy_found_rows(const Group& warp, int width,
                                                const found_by_lane<Call>& found,
                                                const Call& call) noexcept {
  if constexpr (Width > 1) {
    if (width < Width) return copy_found_rows<Width / 2, Affine, Exact>(warp, width, found, call);
  }
  const row_tile& tile = found.tile;
  const auto lane = static_cast<int>(warp.thread_rank());
  const channel_span span{found.offset, static_cast<std::uint32_t>(tile.first_channel),
                          tile.channels / Width, tile.row_of_vector_magic};
  if (tile.rows == 1 && tile.channels <= 32 * Width) {  // every lane knows the row: no detour
    copy_short_row<Width, Affine>(found.mine, call, span, tile.channels, lane);
    return;
  }
  if (!Exact || lane < tile.rows) found.copies[lane] = found.mine;
  warp.sync();
  copy_vectors<Width, Affine>(warp, found.copies, tile.rows, call, span);
  copy_rest<Width, Affine>(warp, found.copies, tile.rows, call, span, tile.channels);
}

/// A tile of at most 32 rows by a warp: each lane finds a row, all lanes copy all rows.
///
/// \tparam Width  elements per access; zero or negative: as `tile.width` says
/// \tparam Exact  `copies` has room for the tile's rows alone, not for 32; nor is the tile's magic
///                number set
/// \param given   the tile, or what converts to it
template <int Width, normalizing Normalizing, bool Exact = false, class Group, class Call,
          class Tile, class Between>
__device__ __forceinline__ void write_rows_by_warp(const Group& warp,
                                                   row_copy<typename Call::real>* copies,
                                                   const Call& call, const Tile& given,
                                                   const Between& between) noexcept {
  row_tile tile = given;
  const auto lane = static_cast<int>(warp.thread_rank());
  // Lanes beyond the tile repeat its last row.
  const std::uint32_t row = tile.first_row + static_cast<std::uint32_t>(min(lane, tile.rows - 1));
  const row_request<Call> request(warp, call, tile.item, row);
  // Addresses while the request is under way; the empty assembly keeps them from sinking below it.
  const unsigned char* values = item_values(call, tile.item, request.first_sample());
  unsigned char* out = output_row(call, tile.item, row);
  std::int64_t offset = tile.first_channel;
  if constexpr (Width > 0) {  // else the width is chosen later
    const std::int64_t is = Width > 1 ? 1 : call.values().stride(2);
    const std::int64_t os = Width > 1 ? 1 : call.output().stride(2);
    values += offset * is * static_cast<std::int64_t>(sizeof(typename Call::in));
    out += offset * os * static_cast<std::int64_t>(sizeof(typename Call::out));
    offset = 0;
  }
  // A division, and this is where there is time for it.
  if constexpr (Exact) {
    tile.row_of_vector_magic = vector_magic(tile.rows, tile.channels >> (31 - __clz(tile.width)));
  }
  asm volatile("" : "+l"(values), "+l"(out), "+r"(tile.row_of_vector_magic));
  std::int32_t after = 0;
  if constexpr (!std::is_same_v<Call, apply_brackets_call<typename Call::in, typename Call::out>>) {
    after = request.search(warp, tile.rows == 1);
  }
  const auto found =
      found_row(request, call, tile.item, row, after, lane < tile.rows && tile.reports);
  between();
  tile.channels = static_cast<row_tile>(given).channels;
  using real = typename Call::real;
  const found_by_lane<Call> copy{shared_pointer<row_copy<real>>(copies).get(),
                                 row_copy_of(call, found, values, out), tile, offset};
  constexpr int widest = Width > 0 ? Width : widest_vector<typename Call::in, typename Call::out>;
  int width = Width > 0 ? widest : tile.width;
  if (Width == 0 && width < widest) {
    width = width_of_part(width, &copy.mine, tile.rows, call,
                          channel_part{tile.first_channel, tile.channels});
  }
  if constexpr (Normalizing == normalizing::if_asked) {
    if (call.affine().is_identity()) {
      copy_found_rows<widest, false, Exact>(warp, width, copy, call);
    } else {
      copy_found_rows<widest, true, Exact>(warp, width, copy, call);
    }
  } else {
    copy_found_rows<widest, Normalizing == normalizing::yes, Exact>(warp, width, copy, call);
  }
}

/// The calling warp of a group of whole warps.
struct warp_of_group : warp_group {
  unsigned lane;
  __device__ explicit warp_of_group(unsigned rank) noexcept : lane(rank % 32u) {}
  __device__ unsigned thread_rank() const noexcept { return lane; }
};

/// A tile of any size by a group of whole warps. They do not wait for each other: each takes rows
/// of its own, or where there are more warps than rows a part of a row.
///
/// \tparam Width  as of `write_rows_by_warp`
template <int Width, normalizing Normalizing, class Group, int Capacity, class Call, class Between>
__device__ __forceinline__ void write_rows_by_warps(const Group& group,
                                                    resample_storage<Capacity>& storage,
                                                    const Call& call, const row_tile& tile,
                                                    const Between& between) noexcept {
  static_assert(Capacity >= 32, "a row for each warp of the largest block");
  constexpr int widest = widest_vector<typename Call::in, typename Call::out>;
  const warp_of_group warp(group.thread_rank());
  const auto warps = static_cast<int>(group.size() / 32u);
  const auto rank = static_cast<int>(group.thread_rank() / 32u);
  const int room = 32 * warps <= Capacity ? 32 : Capacity / warps;
  int width = Width;
  if constexpr (Width <= 0) {
    width = min(tile.width, widest);
    if (tile.first_channel != 0) width = min(width, tile.first_channel & -tile.first_channel);
  }
  const int shift = 31 - __clz(width);  // divisions are slow, and this is before the search
  // As many rows at a time as there is room for and `copy_vectors` allows, but some for every warp.
  const int vectors = tile.channels >> shift;
  int most = min((tile.rows + warps - 1) / warps, room);
  if (vectors > most_vectors / 32) most = min(most, max(most_vectors / vectors, 1));
  const int parts = tile.rows < warps ? warps / max(tile.rows, 1) : 1;
  row_tile mine = tile;
  mine.width = width;
  int row = rank * most;
  if (parts > 1) {
    const int step = 32 * width;
    const int length = ((tile.channels + parts - 1) / parts + step - 1) / step * step;
    const int part = rank % parts;
    row = rank / parts;
    mine.first_channel += part * length;
    mine.channels = min(length, tile.channels - part * length);
    mine.reports = tile.reports && part == 0;
    if (part > 0 && mine.channels <= 0) row = tile.rows;  // nothing for this warp
  }
  auto* const copies = storage.template copies<typename Call::real>() + rank * room;
  if (row >= tile.rows) between();
  bool again = false;
#pragma unroll 1
  for (; row < tile.rows; row += warps * most) {
    if (again) warp.sync();  // the copies are no longer read
    again = true;
    mine.first_row = tile.first_row + static_cast<std::uint32_t>(row);
    mine.rows = min(most, tile.rows - row);
    write_rows_by_warp<Width, Normalizing, true>(warp, copies, call, mine, [&] {
      if (row + warps * most >= tile.rows) between();
    });
  }
}

#endif

/// A tile of rows by any group: each thread finds a row, all threads copy all rows.
template <normalizing Normalizing, class Group, int Capacity, class Call, class Between>
ROBOCACHE_HD inline void write_rows(const Group& group, resample_storage<Capacity>& storage,
                                    const Call& call, const row_tile& tile,
                                    const Between& between) noexcept {
  const auto rank = static_cast<int>(group.thread_rank());
  const auto threads = static_cast<int>(group.size());
  const int chunk = rows_together(threads < Capacity ? threads : Capacity, tile.channels);
  const channel_part part{tile.first_channel, tile.channels};
  auto* const copies = storage.template copies<typename Call::real>();
  std::int32_t near = 0;
  int here = 0;
  for (int first = 0; first < tile.rows; first += here) {
    here = tile.rows - first < chunk ? tile.rows - first : chunk;
    if (first > 0) group.sync();
    if (rank < here) {
      const std::uint32_t row = tile.first_row + static_cast<std::uint32_t>(first + rank);
      const row_request<Call> request(serial_group{}, call, tile.item, row);
      std::int32_t after = 0;
      if constexpr (!std::is_same_v<Call,
                                    apply_brackets_call<typename Call::in, typename Call::out>>) {
        after = threads == 1 ? request.search_near(near) : request.search(serial_group{}, false);
      }
      const auto found = found_row(request, call, tile.item, row, after, tile.reports);
      copies[rank] = row_copy_of(call, found, item_values(call, tile.item, request.first_sample()),
                                 output_row(call, tile.item, row));
    }
    group.sync();
    if (first + here == tile.rows) between();
    if constexpr (Normalizing == normalizing::if_asked) {
      copy_normalized(group, copies, here, call, tile.width, part);
    } else {
      copy_part<Normalizing == normalizing::yes>(group, copies, here, call, tile.width, part);
    }
  }
}

/// A tile of a recording without channel groups.
template <int Width, normalizing Normalizing, class Group, int Capacity, class Call, class Tile,
          class Between>
ROBOCACHE_HD inline void write_plain_rows(const Group& group, resample_storage<Capacity>& storage,
                                          const Call& call, const Tile& tile,
                                          const Between& between) noexcept {
#if defined(__CUDA_ARCH__)
  if constexpr (is_warp_v<Group> && Capacity >= 32 && Width != 0) {
    // A tiling's tiles are never too large for a warp.
    auto* const copies = storage.template copies<typename Call::real>();
    write_rows_by_warp<Width, Normalizing>(group, copies, call, tile, between);
    return;
  } else if constexpr ((is_warp_v<Group> || is_block<Group>::value) && Capacity >= 32) {
    if (group.size() % 32u == 0) {
      write_rows_by_warps<Width, Normalizing>(group, storage, call, tile, between);
      return;
    }
  }
#endif
  write_rows<Normalizing>(group, storage, call, tile, between);
}

/// Rows `[first, first + here)` of a tile of a recording with channel groups, at most one per
/// thread. There is one search; then each run of channels has a bracket by its own rules, and is
/// copied.
///
/// \param near  where a thread that works alone begins to search, see `row_request::search_near`
template <class Group, int Capacity, class Call, class Between>
ROBOCACHE_HD inline void write_some_grouped_rows(const Group& group,
                                                 resample_storage<Capacity>& storage,
                                                 const Call& call, const row_tile& tile, int first,
                                                 int here, std::int32_t& near,
                                                 const Between& between) noexcept {
  using real = typename Call::real;
  const auto rank = static_cast<int>(group.thread_rank());
  const auto threads = static_cast<int>(group.size());
  const channel_groups& groups = call.groups();
  auto* const copies = storage.template copies<real>();
  // Threads beyond the rows repeat the last one.
  const std::uint32_t row =
      tile.first_row + static_cast<std::uint32_t>(first + (rank < here ? rank : here - 1));
  const row_request<Call> request(group, call, tile.item, row);
  const unsigned char* const values = item_values(call, tile.item, request.first_sample());
  unsigned char* const out = output_row(call, tile.item, row);
  const std::int32_t after =
      threads == 1 ? request.search_near(near) : request.search(group, here == 1);
  if (first + here >= tile.rows) between();
  if (rank < here) storage.statuses[rank] = 0;
  std::int32_t newest = -1;
  unsigned status = row_status::ok;
#if defined(__CUDA_ARCH__)
#pragma unroll 1
#endif
  for (int r = 0; r < runs_of(groups); ++r) {
    channel_group run = run_of(groups, r, call.channels(), call.policy().interpolation);
    if (groups.count == 0) {  // one run, of which this tile may be a part
      run.first = tile.first_channel;
      run.count = tile.channels;
    } else if (run.count == 0 && (r > 0 || call.channels() > 0)) {
      continue;  // a row without channels still has a report
    }
    resample_policy<typename Call::time, real> rules = call.policy();
    rules.interpolation = interpolation_of(run.mode);
    const sample_bracket<real> found =
        bracket_after(request.item.axis, request.target, after, rules);
    status |= found.status;
    newest = found.right > newest ? found.right : newest;
    group.sync();  // the copies of the run before are no longer read
    if (rank < here) copies[rank] = row_copy_of(call, found, values, out);
    group.sync();
    if (!is_interpolation(run.mode)) {
      write_rotations(copies, here, access_of(call), run, storage.statuses, rank, threads);
    } else {
      copy_normalized(group, copies, here, call, tile.width, channel_part{run.first, run.count});
    }
  }
  group.sync();
  if (rank < here && tile.reports) {
    status |= storage.statuses[rank];
    call.report(tile.item, row, static_cast<std::uint8_t>(status), request.item.axis,
                request.target, newest);
  }
}

/// A tile of a recording with channel groups.
///
/// \tparam Whole  the group can do the whole tile at once
template <bool Whole, class Group, int Capacity, class Call, class Between>
ROBOCACHE_HD inline void write_grouped_rows(const Group& group, resample_storage<Capacity>& storage,
                                            const Call& call, const row_tile& tile,
                                            const Between& between) noexcept {
  std::int32_t near = 0;
  if constexpr (Whole) {
    write_some_grouped_rows(group, storage, call, tile, 0, tile.rows, near, between);
  } else {
    const auto threads = static_cast<int>(group.size());
    const int chunk = rows_together(threads < Capacity ? threads : Capacity, call.channels());
    int here = 0;
    for (int first = 0; first < tile.rows; first += here) {
      here = tile.rows - first < chunk ? tile.rows - first : chunk;
      if (first > 0) group.sync();
      write_some_grouped_rows(group, storage, call, tile, first, here, near, between);
    }
  }
}

}  // namespace detail

/// Finds and stores the brackets of a tile's rows, by any group of threads: each thread takes a
/// row.
///
/// \param group    the threads that work on the tile together, all of which call this
/// \param call     a `find_brackets_work`
/// \param tile     the rows; its channels are not used
/// \param between  called by every thread after the last search
template <class Group, class Call, class Between = detail::nothing_between>
ROBOCACHE_HD inline void store_brackets(const Group& group, const Call& call, const row_tile& tile,
                                        const Between& between = {}) noexcept {
  const auto& threads = detail::checked_group(group);
  const auto rank = static_cast<int>(threads.thread_rank());
  const auto count = static_cast<int>(threads.size());
  std::int32_t near = 0;
  int left = tile.rows;
  for (; left > 0; left = left > count ? left - count : 0) {
    const int first = tile.rows - left;
    // Threads beyond the rows repeat the last one.
    const int mine = rank < left ? first + rank : tile.rows - 1;
    const std::uint32_t row = tile.first_row + static_cast<std::uint32_t>(mine);
    const detail::row_request<Call> request(threads, call, tile.item, row);
    const std::int32_t after =
        count == 1 ? request.search_near(near) : request.search(threads, left == 1);
    const bool real_row = rank < left;
    const auto found = detail::found_row(request, call, tile.item, row, after, real_row);
    if (left <= count) between();
    if (!real_row) continue;
    const bool sample = found.left >= 0;
    call.brackets.left(tile.item, row) = sample ? request.first_sample() + found.left : -1;
    call.brackets.right(tile.item, row) = sample ? request.first_sample() + found.right : -1;
    call.brackets.weight(tile.item, row) = found.weight;
  }
}

/// Resamples the rows of a tile, by any group of threads.
///
/// For use inside your own kernel, or on the host with `serial_group`. All threads of the group
/// call it with the same arguments, and share the search and the copies. A warp (`warp_group`, or a
/// tile of 32 of cooperative groups) works as the launchers' kernels do, and so does each warp of a
/// block of whole warps (`block_group`, or cooperative groups' thread block), on rows of its own.
/// Allocates nothing. Call `group.sync()` before other threads of the group read the rows, and
/// before the storage is used again. Same bits as the launchers. The output is in global memory;
/// `resample_rows_to` has it elsewhere.
///
/// \code
/// using work = robocache::resample_work<float, double, float, false>;
/// __global__ void __launch_bounds__(64, 20)  // 48 registers, enough without a normalization
///     mine(const __grid_constant__ robocache::row_tiling tiling,
///          const __grid_constant__ work rows) {
///   __shared__ robocache::resample_storage<> storage[2];  // blocks of two warps
///   const unsigned tile = blockIdx.x * 2 + threadIdx.x / 32;
///   if (tile >= tiling.size()) return;
///   robocache::resample_rows<robocache::tiled, robocache::normalizing::no>(
///       robocache::warp_group{}, storage[threadIdx.x / 32], rows, tiling[tile]);
/// }
/// // const auto call = robocache::make_resample_call(source, targets, output, statuses, options);
/// // if (call.check().ok()) mine<<<blocks, 64>>>(robocache::tiling_of(call), call.work());
/// \endcode
///
/// \tparam Width        0 for any tile; `tiled`, which saves code, for one that comes from a
///                      `row_tiling`; or the width of such a tile, if it is known when compiling
/// \tparam Normalizing  `no` and `yes` save code, if it is known whether the call has a scale or a
///                      shift
/// \param group    the threads that work on the tile together
/// \param storage  what they share
/// \param call     a `resample_work`, or anything with its members:
///                 best a parameter of the kernel, for one that a thread makes lies in its local
///                 memory
/// \param tile     the rows, at least one: a `row_tile`, or what converts to one, as often as it is
///                 asked for
/// \param between  called once by every thread, after the last search and before the last copies
template <int Width = 0, normalizing Normalizing = normalizing::if_asked, class Group, int Capacity,
          class Call, class Tile = row_tile, class Between = detail::nothing_between>
ROBOCACHE_HD inline void resample_rows(const Group& group, resample_storage<Capacity>& storage,
                                       const Call& call, const Tile& tile,
                                       const Between& between = {}) noexcept {
  const auto& threads = detail::checked_group(group);
  if constexpr (Call::grouped) {
    constexpr bool whole = detail::is_warp_v<Group> && Capacity >= 32 && Width != 0;
    detail::write_grouped_rows<whole>(threads, storage, call, tile, between);
  } else {
    detail::write_plain_rows<Width, Normalizing>(threads, storage, call, tile, between);
  }
}

namespace detail {

/// A call of one row, for functions that take its parts one by one.
template <class In, class Out, class Real>
struct one_row {
  using in = In;
  using out = Out;
  using real = Real;
  static constexpr bool output_is_global = false;
  strided<const In> samples;
  strided<Out> rows;
  channel_affine<Real> normalization;

  ROBOCACHE_HD one_row(const tensor_view<const In, 2>& values, const channel_affine<Real>& affine,
                       const tensor_view<Out, 1>& row) noexcept
      : samples{values.data(), {0, values.stride(0), values.stride(1)}},
        rows{row.data(), {0, 0, row.stride(0)}},
        normalization(affine) {}

  ROBOCACHE_HD const strided<const In>& values() const noexcept { return samples; }
  ROBOCACHE_HD const strided<Out>& output() const noexcept { return rows; }
  ROBOCACHE_HD const channel_affine<Real>& affine() const noexcept { return normalization; }
};

/// Copies part of a row that every thread of the group knows.
template <class Group, class Call>
ROBOCACHE_HD inline void copy_known_row(const Group& group,
                                        const row_copy<typename Call::real>& row, const Call& call,
                                        const channel_part& part) noexcept {
  const row_copy<typename Call::real> copies[1] = {row};
  copy_normalized(group, copies, 1, call, 1, part);
}

}  // namespace detail

/// Writes one row from its bracket. The group's threads share the channels. There is no barrier
/// inside.
///
/// \param group    the threads that write the row together
/// \param found    from `bracket`, `bracket_after` or `find_bracket` on this item's stamps; for an
///                 axis other than `time_axis` by way of `stored_bracket`
/// \param values   [S, D], this item's samples
/// \param affine   normalization; not applied to constant rows
/// \param row      [D], the output
template <class Group, class In, class Out, class Real>
ROBOCACHE_HD inline void write_row(const Group& group, const sample_bracket<Real>& found,
                                   const tensor_view<In, 2>& values,
                                   const channel_affine<Real>& affine,
                                   const tensor_view<Out, 1>& row) noexcept {
  const auto& threads = detail::checked_group(group);
  detail::check_complete<In>();
  detail::check_complete<Out>();
  using in = std::remove_const_t<In>;
  const detail::one_row<in, Out, Real> call(values, affine, row);
  const detail::row_copy<Real> copy =
      detail::row_copy_of(call, found, reinterpret_cast<const unsigned char*>(values.data()),
                          reinterpret_cast<unsigned char*>(row.data()));
  detail::copy_known_row(threads, copy, call, {0, static_cast<std::int32_t>(row.extent(0))});
}

/// Resamples one target: finds its bracket and writes its row, by any group of threads.
///
/// For use inside your own kernel, or on the host with `serial_group`. All threads of the group
/// call it with the same arguments. Needs no shared memory, allocates nothing and has no barrier
/// inside: call `group.sync()` before other threads of the group read the row. Same bits as the
/// launchers. For many rows `resample_rows` is faster, because its threads search for several at
/// once.
///
/// \code
/// auto warp = cooperative_groups::tiled_partition<32>(cooperative_groups::this_thread_block());
/// robocache::time_axis<double> axis{times, 1, samples};
/// robocache::tensor_view<const float, 2> values(data, {samples, channels});
/// robocache::tensor_view<float, 1> row(output, {channels});
/// auto status = robocache::resample_row(warp, axis, t, values,
///                                       robocache::resample_policy<double>{},
///                                       robocache::channel_affine<float>{}, row);
/// \endcode
///
/// \param group   the threads that work on the row together
/// \param axis    stamps of this item, [S]: a `time_axis`, a `ring_axis` or one of your own
/// \param t       target time
/// \param values  [S, D]; for a ring [capacity, D]
/// \param policy  the rules
/// \param affine  normalization, `{}` for none
/// \param row     [D], the output
/// \return the row's status byte, in every thread
template <class Group, class Time, class In, class Out, class Real, class Axis = time_axis<Time>>
ROBOCACHE_HD inline std::uint8_t resample_row(const Group& group, const Axis& axis, Time t,
                                              const tensor_view<In, 2>& values,
                                              const resample_policy<Time, Real>& policy,
                                              const channel_affine<Real>& affine,
                                              const tensor_view<Out, 1>& row) noexcept {
  const auto& threads = detail::checked_group(group);
  static_assert(std::is_same_v<Real, compute_t<In, Out>>, "Real is compute_t<In, Out>");
  const sample_bracket<Real> found = find_bracket(threads, axis, t, policy);
  write_row(threads, stored_bracket(axis, found), values, affine, row);
  return found.status;
}

/// `resample_row` for a recording with channel groups.
///
/// \param group   the threads that work on the row together
/// \param axis    stamps of this item, [S]: a `time_axis`, a `ring_axis` or one of your own
/// \param t       target time
/// \param values  [S, D]; for a ring [capacity, D]
/// \param groups  what the channels mean; channels in none have `policy.interpolation`
/// \param policy  the rules
/// \param affine  normalization, `{}` for none
/// \param row     [D], the output
/// \return the row's status byte, in every thread
template <class Group, class Time, class In, class Out, class Real, class Axis = time_axis<Time>>
ROBOCACHE_HD inline std::uint8_t resample_row(const Group& group, const Axis& axis, Time t,
                                              const tensor_view<In, 2>& values,
                                              const channel_groups& groups,
                                              const resample_policy<Time, Real>& policy,
                                              const channel_affine<Real>& affine,
                                              const tensor_view<Out, 1>& row) noexcept {
  const auto& threads = detail::checked_group(group);
  using in = std::remove_const_t<In>;
  static_assert(std::is_same_v<Real, compute_t<In, Out>>, "Real is compute_t<In, Out>");
  const detail::one_row<in, Out, Real> call(values, affine, row);
  const std::int32_t after = detail::group_upper_bound(threads, axis, t);
  const std::int64_t channels = row.extent(0);
  unsigned status = row_status::ok;
  for (int r = 0; r < detail::runs_of(groups); ++r) {
    const channel_group run = detail::run_of(groups, r, channels, policy.interpolation);
    if (run.count == 0 && (r > 0 || channels > 0)) continue;  // no channels: a status alone
    resample_policy<Time, Real> rules = policy;
    rules.interpolation = detail::interpolation_of(run.mode);
    const sample_bracket<Real> found = bracket_after(axis, t, after, rules);
    status |= found.status;
    const detail::row_copy<Real> copy = detail::row_copy_of(
        call, stored_bracket(axis, found), reinterpret_cast<const unsigned char*>(values.data()),
        reinterpret_cast<unsigned char*>(row.data()));
    if (!detail::is_interpolation(run.mode) && copy.right != nullptr) {
      status |= detail::write_known_rotations(copy, detail::access_of(call), run,
                                              static_cast<int>(threads.thread_rank()),
                                              static_cast<int>(threads.size()));
    } else {
      detail::copy_known_row(threads, copy, call, {run.first, run.count});
    }
  }
  return static_cast<std::uint8_t>(status);
}

}  // namespace robocache
