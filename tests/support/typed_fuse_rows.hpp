// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/fuse.hpp>

#include "typed_fuse_call.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

/// \file
/// `fuse_row` as a user's kernel calls it: one stream of each scalar type of a set, in its order.

namespace robocache_test {

/// A padded batch of one stream, whose items `fuse_row` takes.
template <class In, class Time, class Out>
struct stored_items {
  using real = robocache::compute_t<In, Out>;
  using item_type = robocache::stream_item<In, Time, real, robocache::channel_groups>;
  robocache::tensor_view<const In, 3> values;
  robocache::tensor_view<const Time, 2> times;
  robocache::resample_policy<Time, real> policy;
  robocache::channel_affine<real> affine;
  robocache::channel_groups groups;

  explicit stored_items(const any_stream& stream)
      : values(typed<const In>(stream.values)),
        times(typed<const Time>(stream.times)),
        policy(typed_options<Time, real>(as_call(stream))),
        affine{static_cast<const real*>(stream.scale.data),
               static_cast<const real*>(stream.shift.data), stream.scale.strides[0],
               stream.shift.strides[0]},
        groups(stream.groups) {}

  ROBOCACHE_HD item_type operator[](std::int64_t b) const {
    item_type item;
    item.axis.times = times.data() + b * times.stride(0);
    item.axis.stride = times.stride(1);
    item.axis.size = static_cast<std::int32_t>(times.extent(1));
    item.axis.offset = policy.offset;
    item.values = robocache::tensor_view<const In, 2>(values.data() + b * values.stride(0),
                                                      {values.extent(1), values.extent(2)},
                                                      {values.stride(1), values.stride(2)});
    item.policy = policy;
    item.affine = affine;
    item.groups = groups;
    return item;
  }
};

/// A member per scalar type, reached by its number: `std::tuple` is not for kernels.
template <std::size_t I, class Items>
struct numbered_items {
  Items items;
};

/// All rows of a call.
template <class Time, class Out, class Indices, class... In>
struct fuse_rows_job;

template <class Time, class Out, std::size_t... I, class... In>
struct fuse_rows_job<Time, Out, std::index_sequence<I...>, In...>
    : numbered_items<I, stored_items<In, Time, Out>>... {
  robocache::tensor_view<const Time, 2> targets;
  robocache::tensor_view<Out, 3> output;
  robocache::tensor_view<std::uint8_t, 3> statuses;

  explicit fuse_rows_job(const any_fuse_call& call)
      : numbered_items<I, stored_items<In, Time, Out>>{stored_items<In, Time, Out>(
            call.streams[I])}...,
        targets(typed<const Time>(call.targets.times)),
        output(typed<Out>(call.output)),
        statuses(typed<std::uint8_t>(call.statuses)) {}

  ROBOCACHE_HD std::int64_t items() const { return output.extent(0); }
  ROBOCACHE_HD std::int64_t rows() const { return output.extent(1); }

  /// Row `t` of item `b`.
  template <class Group>
  ROBOCACHE_HD void operator()(const Group& group, std::int64_t b, std::int64_t t) const {
    const robocache::tensor_view<Out, 1> row(
        output.data() + b * output.stride(0) + t * output.stride(1), {output.extent(2)},
        {output.stride(2)});
    std::uint8_t found[sizeof...(In)];
    robocache::fuse_row(
        group, targets(b, t), row, found,
        static_cast<const numbered_items<I, stored_items<In, Time, Out>>&>(*this).items[b]...);
    // Every thread has all statuses: let different ones report.
    for (std::size_t n = 0; n < sizeof...(In); ++n) {
      if (n % group.size() == group.thread_rank()) {
        statuses(b, t, static_cast<std::int64_t>(n)) = found[n];
      }
    }
  }
};

}  // namespace robocache_test
