// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/interop/point_cloud2.hpp>

#include "../support/engines.hpp"
#include "../support/typed_call.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// \file
/// A call of `unpack_point_cloud2` or `unpack_point_cloud2_times` with its types erased, and the
/// table of what a back end can run.

namespace robocache_test {

struct any_unpack_call {
  robocache::point_cloud2 message;  ///< without what the next three are
  std::vector<robocache::point_cloud2_field> fields;
  const std::uint8_t* data = nullptr;  ///< the back end's
  std::size_t bytes = 0;
  std::vector<const char*> names;
  any_view<2> output;  ///< [N, names]
};

/// What one type of the output can do.
struct unpack_operations {
  bool stamps;         ///< `unpack_point_cloud2_times`, of one field
  scalar_kind scalar;  ///< of the output, if not stamps
  time_kind time;      ///< of the output, if stamps
  robocache::status (*unpack)(const any_unpack_call&, const any_where&);

  const char* name() const { return stamps ? name_of(time) : name_of(scalar); }
  std::size_t element() const { return stamps ? size_of(time) : size_of(scalar); }
};

inline robocache::point_cloud2 whole_message(const any_unpack_call& call) {
  robocache::point_cloud2 message = call.message;
  message.fields = call.fields;
  message.data = {call.data, call.bytes};
  return message;
}

/// \tparam Engine  has `where`, which makes an `any_where` the library's
template <class Engine, scalar_kind Kind>
unpack_operations unpack_to() {
  return {false, Kind, {}, [](const any_unpack_call& call, const any_where& where) {
            using out = typename scalar_of<Kind>::type;
            return robocache::unpack_point_cloud2(whole_message(call), call.names,
                                                  typed<out>(call.output), Engine::where(where));
          }};
}
template <class Engine, time_kind Kind>
unpack_operations unpack_stamps_to() {
  return {true, {}, Kind, [](const any_unpack_call& call, const any_where& where) {
            using time = typename time_of<Kind>::type;
            const auto output = typed<time>(call.output);
            const robocache::tensor_view<time, 1> column(output.data(), {output.extent(0)},
                                                         {output.stride(0)});
            return robocache::unpack_point_cloud2_times(whole_message(call), call.names.front(),
                                                        column, Engine::where(where));
          }};
}

template <class Engine>
void append_unpacking(std::vector<unpack_operations>& to) {
  to.push_back(unpack_to<Engine, scalar_kind::f16>());
  to.push_back(unpack_to<Engine, scalar_kind::bf16>());
  to.push_back(unpack_to<Engine, scalar_kind::f32>());
  to.push_back(unpack_to<Engine, scalar_kind::f64>());
  to.push_back(unpack_stamps_to<Engine, time_kind::f32>());
  to.push_back(unpack_stamps_to<Engine, time_kind::f64>());
  to.push_back(unpack_stamps_to<Engine, time_kind::i64>());
  to.push_back(unpack_stamps_to<Engine, time_kind::u64>());
}

}  // namespace robocache_test
