// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/collective/rows.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/resample/rules/blend.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// `resample_rows` with an output of the kernel's own, in shared memory for instance, so that the
/// rows never travel through global memory to what is done with them next.

namespace robocache {
namespace detail {

/// A `resample_work` whose tile goes to other memory. Rows are counted from the first of the tile.
template <class Work>
struct redirected_work {
  using in = typename Work::in;
  using time = typename Work::time;
  using out = typename Work::out;
  using real = typename Work::real;
  static constexpr bool grouped = Work::grouped;
  static constexpr bool output_is_global = false;

  const Work& work;
  strided<out> rows;
  std::uint32_t first_row;

  ROBOCACHE_HD strided<const in> values() const noexcept { return work.values(); }
  ROBOCACHE_HD strided<out> output() const noexcept { return rows; }
  ROBOCACHE_HD std::int32_t channels() const noexcept { return work.channels(); }
  ROBOCACHE_HD channel_affine<real> affine() const noexcept { return work.affine(); }
  ROBOCACHE_HD const resample_policy<time, real>& policy() const noexcept { return work.policy(); }
  ROBOCACHE_HD const channel_groups& groups() const noexcept { return work.groups(); }
  ROBOCACHE_HD recording<time> item(std::int64_t b) const noexcept { return work.item(b); }
  ROBOCACHE_HD time target(std::int64_t b, std::uint32_t row) const noexcept {
    return work.target(b, first_row + row);
  }
  ROBOCACHE_HD void report(std::int64_t b, std::uint32_t row, std::uint8_t status,
                           const time_axis<time>& axis, time t,
                           std::int32_t newest) const noexcept {
    work.report(b, first_row + row, status, axis, t, newest);
  }
};

}  // namespace detail

/// `resample_rows`, but row `i` of the tile goes to row `i` of a view instead of the call's output,
/// which need not be there (`resample_call::check_for_rows`). Same bits.
///
/// All threads of the group call it with the same arguments. Allocates nothing. Call `group.sync()`
/// before other threads of the group read the rows, and before the storage is used again.
///
/// \code
/// __shared__ robocache::resample_storage<64> storage;
/// __shared__ alignas(16) float rows[32 * channels];
/// const robocache::block_group<64> block;
/// robocache::resample_rows_to(block, storage, work, tile,
///                             robocache::tensor_view(rows, {32, channels}));
/// block.sync();  // now any thread may read rows[i * channels + d]
/// \endcode
///
/// \tparam Normalizing  as of `resample_rows`
/// \param group    the threads that work on the tile together
/// \param storage  what they share
/// \param call     a `resample_work`
/// \param tile     the rows, at least one; `width` is what the values allow, and is lowered to what
///                 the view allows
/// \param rows     [at least tile.rows, D], of the call's output type; in any memory that the group
///                 can write. Aligned to 16 bytes, strides and all, accesses are widest
/// \param between  called once by every thread, after the last search and before the last copies
template <normalizing Normalizing = normalizing::if_asked, class Group, int Capacity, class Call,
          class T, class Between = detail::nothing_between>
ROBOCACHE_HD inline void resample_rows_to(const Group& group, resample_storage<Capacity>& storage,
                                          const Call& call, const row_tile& tile,
                                          const tensor_view<T, 2>& rows,
                                          const Between& between = {}) noexcept {
  static_assert(std::is_same_v<detail::canonical_t<T>, typename Call::out>,
                "the rows are of the call's output type");
  using out = typename Call::out;
  const detail::redirected_work<Call> work{
      call,
      {reinterpret_cast<out*>(rows.data()), {0, rows.stride(0), rows.stride(1)}},
      tile.first_row};
  row_tile here = tile;
  here.first_row = 0;
  // What address and stride of the rows allow; of a call without an output the tiling tells only
  // what the values do.
  const auto offsets = reinterpret_cast<std::uintptr_t>(rows.data()) / sizeof(out) |
                       static_cast<std::uintptr_t>(rows.stride(0));
  if (rows.stride(1) != 1) here.width = 1;
  while (here.width > 1 && (offsets & static_cast<unsigned>(here.width - 1)) != 0) here.width /= 2;
  resample_rows<0, Normalizing>(group, storage, work, here, between);
}

}  // namespace robocache
