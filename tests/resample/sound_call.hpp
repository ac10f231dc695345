// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/guarded.hpp"

#include <cstdint>
#include <functional>
#include <string>

/// \file
/// A sound call to be spoilt in one way, and the check that it is refused.

namespace robocache_test {

/// A sound call: B 2, S 5, T 4, D 3, stamps 0..4, any types.
class sound_call {
 public:
  explicit sound_call(const combination& types)
      : values(tested(), size_of(types.in), {2, 5, 3}),
        times(tested(), size_of(types.time), {2, 5}),
        targets(tested(), size_of(types.time), {2, 4}),
        lengths(tested(), 8, {2}),
        offsets(tested(), 8, {3}),
        affine(tested(), is_double(types) ? 8 : 4, {3}),
        output(tested(), size_of(types.out), {2, 4, 3}),
        statuses(tested(), 1, {2, 4}),
        left(tested(), 8, {2, 4}),
        right(tested(), 8, {2, 4}),
        weight(tested(), is_double(types) ? 8 : 4, {2, 4}) {
    for (std::int64_t b = 0; b < 2; ++b) {
      for (std::int64_t s = 0; s < 5; ++s) {
        times.set({b, s}, stamp_bits(types.time, s));
        for (std::int64_t d = 0; d < 3; ++d) values.set({b, s, d}, encode(types.in, double(s + d)));
      }
      for (std::int64_t t = 0; t < 4; ++t) {
        targets.set({b, t}, stamp_bits(types.time, t));
      }
      lengths.set({b}, 5);
    }
    for (std::int64_t i = 0; i < 3; ++i) {
      offsets.set({i}, static_cast<std::uint64_t>(2 * i));
      affine.set({i}, encode(is_double(types) ? scalar_kind::f64 : scalar_kind::f32, 1));
    }
    for (guarded<2>* each : {&times, &targets, &statuses, &left, &right, &weight}) each->upload();
    for (guarded<1>* each : {&lengths, &offsets, &affine}) each->upload();
    values.upload();
    output.upload();
    call.values = values.view();
    call.times = times.view();
    call.targets = targets.view();
    call.output = output.view();
    call.statuses = statuses.view();
    call.left = left.view();
    call.right = right.view();
    call.weight = weight.view();
  }

  void use_packed() {  // [1, 5]: items of 2, 2 and an unused last
    call.packed = true;
    call.offsets = offsets.view();
    call.times.extents[0] = 1;
    call.values.extents[0] = 1;
  }

  bool outputs_untouched() {
    tested().finish();
    output.download();
    for (guarded<2>* each : {&statuses, &left, &right, &weight}) each->download();
    return output.untouched() && statuses.untouched() && left.untouched() && right.untouched() &&
           weight.untouched();
  }

  any_call call;
  guarded<3> values;
  guarded<2> times, targets;
  guarded<1> lengths, offsets, affine;
  guarded<3> output;
  guarded<2> statuses, left, right, weight;
};

enum class operation { resample, find, apply };

using change = std::function<void(sound_call&)>;

/// The call with `what` wrong is refused with `message` (all of it, or its beginning if it ends in
/// "..."), and writes nothing.
inline void refused(operation which, const std::string& message, const change& what,
                    combination types = {scalar_kind::f32, scalar_kind::f32, time_kind::i64}) {
  const operations* const entry = tested().find(types);
  if (entry == nullptr) return;
  sound_call sound(types);
  what(sound);
  INFO("expected: " << message);
  const auto run = which == operation::resample ? entry->resample
                   : which == operation::find   ? entry->find_brackets
                                                : entry->apply_brackets;
  const robocache::status got = run(sound.call, tested().where());
  CHECK(got.code() == robocache::status_code::invalid_argument);
  CHECK(!got.ok());
  CHECK(got.cuda_error() == 0);
  const std::string text = got.message();
  if (message.size() > 3 && message.substr(message.size() - 3) == "...") {
    const std::string start = message.substr(0, message.size() - 3);
    CHECK(text.substr(0, start.size()) == start);
  } else {
    CHECK(text == message);
  }
  CHECK(sound.outputs_untouched());
}

}  // namespace robocache_test
