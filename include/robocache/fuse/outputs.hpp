// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The outputs of a `fuse` call, one view per stream, however they were given.

namespace robocache {
namespace detail {

/// The most streams of a call: their table is a kernel's parameter.
inline constexpr std::int64_t most_streams = 64;

}  // namespace detail

/// One tensor for all streams; each has a range of its channels.
///
/// \tparam Out  its scalar type
template <class Out>
class concatenated {
  static_assert(is_output_scalar_v<Out>, "the output is half, bfloat16, float or double");
  static_assert(!std::is_const_v<Out>, "the output is written, so not const");

 public:
  using element = Out;
  static constexpr bool one_tensor = true;

  explicit concatenated(const tensor_view<Out, 3>& output) noexcept : output_(output) {
    detail::check_complete<Out>();
  }

  const tensor_view<Out, 3>& whole() const noexcept { return output_; }

  /// The part of the output that a stream writes. To be called for each stream, in order.
  ///
  /// \param stream  of the call; that its columns lie in the output is not checked here
  template <class Stream>
  tensor_view<Out, 3> next(const Stream& stream) noexcept {
    column_ = column_of(stream);
    // Of an empty output no stride means anything, and the address may be null. Without channels a
    // stream may begin behind the last column.
    const bool moves = column_ > 0 && stream.channels() > 0 && !output_.empty();
    const tensor_view<Out, 3> part(
        moves ? output_.data() + column_ * output_.stride(2) : output_.data(),
        {output_.extent(0), output_.extent(1), stream.channels()},
        {output_.stride(0), output_.stride(1), output_.stride(2)});
    column_ += stream.channels();
    return part;
  }
  /// The first channel of the stream that comes next.
  ///
  /// \param stream  the one after those for which `next` was called
  template <class Stream>
  std::int64_t column_of(const Stream& stream) const noexcept {
    return stream.column() == after_previous ? column_ : stream.column();
  }

 private:
  tensor_view<Out, 3> output_;
  std::int64_t column_ = 0;
};

/// A tensor per stream. Refers to the caller's list of them.
///
/// \tparam Out  their scalar type
template <class Out>
class separate {
  static_assert(is_output_scalar_v<Out>, "the outputs are half, bfloat16, float or double");
  static_assert(!std::is_const_v<Out>, "the outputs are written, so not const");

 public:
  using element = Out;
  static constexpr bool one_tensor = false;

  template <class Outputs>
  explicit separate(const Outputs& outputs) noexcept
      : first_(std::data(outputs)), count_(static_cast<std::int64_t>(std::size(outputs))) {}

  std::int64_t count() const noexcept { return count_; }
  const tensor_view<Out, 3>& operator[](std::int64_t n) const noexcept { return first_[n]; }

  template <class Stream>
  tensor_view<Out, 3> next(const Stream&) noexcept {
    return first_[next_++];
  }

 private:
  const tensor_view<Out, 3>* first_;
  std::int64_t count_;
  std::int64_t next_ = 0;
};

namespace detail {

template <class View>
struct separate_view;
template <class Out>
struct separate_view<tensor_view<Out, 3>> {
  using element = Out;
};
/// `Out` of an array, vector or span of `tensor_view<Out, 3>`.
template <class Outputs>
using separate_element = typename separate_view<std::remove_cv_t<
    std::remove_pointer_t<decltype(std::data(std::declval<const Outputs&>()))>>>::element;

/// The outputs of a call as they were given: one tensor, or a list of them.
template <class Out>
ROBOCACHE_ALWAYS_INLINE concatenated<Out> outputs_of(const tensor_view<Out, 3>& output) noexcept {
  return concatenated<Out>(output);
}
template <class Outputs>
ROBOCACHE_ALWAYS_INLINE separate<separate_element<Outputs>> outputs_of(
    const Outputs& outputs) noexcept {
  return separate<separate_element<Outputs>>(outputs);
}

/// Batch and rows of the call.
template <class Out>
std::int64_t extent_of(const concatenated<Out>& outputs, int d) noexcept {
  return outputs.whole().extent(d);
}
template <class Out>
std::int64_t extent_of(const separate<Out>& outputs, int d) noexcept {
  return outputs.count() > 0 ? outputs[0].extent(d) : 0;
}

/// Whether statuses or ages are wanted.
template <class Time>
ROBOCACHE_HD inline bool reports_wanted(const fuse_reports<Time>& reports) noexcept {
  return reports.statuses.data() != nullptr || reports.ages.data() != nullptr;
}

/// The type of stream that holds each of the three classic ones: their scalar types, each once.
template <class Time, class V, class P, class I>
using classic_stream = std::conditional_t<
    std::is_same_v<V, P> && std::is_same_v<V, I>, sensor_stream<Time, V>,
    std::conditional_t<std::is_same_v<V, P> || std::is_same_v<P, I>, sensor_stream<Time, V, I>,
                       std::conditional_t<std::is_same_v<V, I>, sensor_stream<Time, V, P>,
                                          sensor_stream<Time, V, P, I>>>>;
template <class Vision, class Proprioception, class Imu>
using classic_stream_of =
    classic_stream<typename Vision::time_type, typename Vision::value_type,
                   typename Proprioception::value_type, typename Imu::value_type>;

}  // namespace detail
}  // namespace robocache
