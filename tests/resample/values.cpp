// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// The values' side: what is copied bit for bit, what must not leak, how results are rounded.

using namespace robocache_test;
using robocache::extrapolation;
using robocache::interpolation;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

stamp unit_of(time_kind kind) {
  return is_integer(kind) ? 8.0L : 1.0L;
}

/// Samples at 1, 2, 3 ... units, one row per target.
problem series(const combination& types, const std::vector<std::uint64_t>& bits,
               const std::vector<double>& targets) {
  problem work;
  work.types = types;
  work.items.resize(1);
  for (std::size_t s = 0; s < bits.size(); ++s) {
    work.items[0].times.push_back(unit_of(types.time) * static_cast<stamp>(s + 1));
    work.items[0].values.push_back(bits[s]);
  }
  work.targets.resize(1);
  for (const double t : targets) work.targets[0].push_back(unit_of(types.time) * t);
  return work;
}

}  // namespace

TEST_CASE("0 * NaN and 0 * Inf do not leak into samples", "[value]") {
  for (const operations& entry : tested().all()) {
    if (is_integer(entry.types.in)) continue;
    const auto in = [&](double x) { return encode(entry.types.in, x); };
    for (const double bad : {not_a_number, infinity, -infinity}) {
      problem work = series(entry.types, {in(5), in(bad), in(6), in(7), in(bad)}, {1, 3, 4});
      for (int inside = 0; inside < 4; ++inside) {
        work.policy.interpolation = static_cast<interpolation>(inside);
        const outcome got = run(tested(), work);
        REQUIRE(got.status.ok());
        CHECK(decode(entry.types.out, got.output[0]) == 5);
        CHECK(decode(entry.types.out, got.output[1]) == 6);
        CHECK(decode(entry.types.out, got.output[2]) == 7);
        CHECK(difference(tested(), work, got) == "");
      }
      // Nor into rows that use another sample: nearest, previous, next, and gaps that hold.
      problem near = series(entry.types, {in(5), in(bad)}, {1.25});
      near.policy.interpolation = interpolation::nearest;
      CHECK(decode(entry.types.out, run(tested(), near).output[0]) == 5);
      near.policy.interpolation = interpolation::previous;
      CHECK(decode(entry.types.out, run(tested(), near).output[0]) == 5);
      near.policy.interpolation = interpolation::linear;
      near.policy.max_gap = 0;
      CHECK(decode(entry.types.out, run(tested(), near).output[0]) == 5);
      // A held end next to a bad sample.
      problem ends = series(entry.types, {in(5), in(bad), in(6)}, {0, 9});
      CHECK(decode(entry.types.out, run(tested(), ends).output[0]) == 5);
      CHECK(decode(entry.types.out, run(tested(), ends).output[1]) == 6);
    }
  }
}

TEST_CASE("NaN and infinite neighbours do count in between", "[value]") {
  for (const operations& entry : tested().all()) {
    if (is_integer(entry.types.in)) continue;
    const auto in = [&](double x) { return encode(entry.types.in, x); };
    const problem work =
        series(entry.types, {in(5), in(not_a_number), in(6), in(infinity), in(infinity)},
               {1.5, 2.5, 3.5, 4.5});
    const outcome got = run(tested(), work);
    CHECK(difference(tested(), work, got) == "");
    const std::uint64_t nan = encode(entry.types.out, not_a_number);
    CHECK(got.output[0] == nan);
    CHECK(got.output[1] == nan);
    CHECK(decode(entry.types.out, got.output[2]) == infinity);
    CHECK(got.output[3] == nan);  // infinity - infinity
  }
}

TEST_CASE("samples are copied bit for bit where the formats agree", "[value]") {
  for (const operations& entry : tested().all()) {
    if (is_integer(entry.types.in)) continue;
    // NaNs of both signs with payloads (quiet and signaling), -0, denormals.
    const std::uint64_t top = entry.types.in == scalar_kind::f64   ? 0x7ff0000000000000u
                              : entry.types.in == scalar_kind::f32 ? 0x7f800000u
                              : entry.types.in == scalar_kind::f16 ? 0x7c00u
                                                                   : 0x7f80u;
    const std::uint64_t sign = std::uint64_t{1} << (8 * size_of(entry.types.in) - 1);
    const std::vector<std::uint64_t> bits = {
        top | 1, sign | top | 3, top | (top >> 1), sign, 1, sign | 2, top, sign | top};
    problem work = series(entry.types, bits, {1, 2, 3, 4, 5, 6, 7, 8, 0, 9});
    for (int inside = 0; inside < 4; ++inside) {
      work.policy.interpolation = static_cast<interpolation>(inside);
      const outcome got = run(tested(), work);
      CHECK(difference(tested(), work, got) == "");
      if (entry.types.in != entry.types.out) continue;
      for (std::size_t s = 0; s < bits.size(); ++s) CHECK(got.output[s] == bits[s]);
      CHECK(got.output[8] == bits.front());
      CHECK(got.output[9] == bits.back());
    }
    // Through a normalization, even of 1 and 0, it is arithmetic: NaN becomes canonical.
    work.scale = {1};
    work.shift = {0};
    CHECK(check(tested(), work) == "");
  }
}

TEST_CASE("a blend rounds once", "[value]") {
  for (const operations& entry : tested().all()) {
    random_source random(41);
    problem work;
    work.types = entry.types;
    work.channels = 64;
    work.items.resize(1);
    work.targets.resize(1);
    const stamp step = is_integer(entry.types.time) ? 1000003.0L : 1.0L;
    for (int s = 0; s < 40; ++s) {
      work.items[0].times.push_back(step * s);
      for (int d = 0; d < 64; ++d) {
        work.items[0].values.push_back(random_value(random, entry.types.in, false));
      }
    }
    for (int t = 0; t < 300; ++t) {
      work.targets[0].push_back(to_stamp(entry.types.time, step * 39 * random.unit()));
    }
    CHECK(check(tested(), work) == "");
  }
}

TEST_CASE("denormal values and results", "[value]") {
  for (const operations& entry : tested().all()) {
    if (is_integer(entry.types.in)) continue;
    std::vector<std::uint64_t> bits;
    for (std::uint64_t i = 0; i < 40; ++i) bits.push_back((i * 7) % 41);
    std::vector<double> targets;
    for (int t = 0; t < 160; ++t) targets.push_back(1 + 0.25 * t);
    CHECK(check(tested(), series(entry.types, bits, targets)) == "");
  }
}

TEST_CASE("results that overflow the output are infinite", "[value]") {
  for (const operations& entry : tested().all()) {
    if (is_integer(entry.types.in)) continue;
    const double most = entry.types.in == scalar_kind::f16   ? 65504
                        : entry.types.in == scalar_kind::f64 ? 1e308
                                                             : 3e38;
    const auto in = [&](double x) { return encode(entry.types.in, x); };
    problem work =
        series(entry.types, {in(-most), in(most), in(most)}, {1, 1.25, 1.5, 1.75, 2.5, 3});
    CHECK(check(tested(), work) == "");
    work.policy.extrapolation = extrapolation::linear;
    work.policy.horizon = 8 * unit_of(entry.types.time);
    work.targets[0].push_back(unit_of(entry.types.time) * 0.0L);
    work.targets[0].push_back(unit_of(entry.types.time) * 7.0L);
    CHECK(check(tested(), work) == "");
  }
}

TEST_CASE("scale and shift: per channel, not on constants, one without the other", "[value]") {
  for (const operations& entry : tested().all()) {
    random_source random(42);
    random_shape shape;
    shape.channels = 19;
    shape.policy = 4;  // linear, fill
    problem work = random_problem(random, entry.types, shape);
    work.policy.fill_value = 7;
    for (int d = 0; d < 19; ++d) {
      work.scale.push_back(0.125 * (d + 1));
      work.shift.push_back(100.0 - d);
    }
    for (const int which : {0, 1, 2}) {
      problem some = work;
      if (which == 1) some.scale.clear();
      if (which == 2) some.shift.clear();
      for (const call_path path : {call_path::resample, call_path::brackets}) {
        setup how;
        how.path = path;
        CHECK(check(tested(), some, how) == "");
      }
    }
    // Constants stay as they are.
    problem empty = work;
    empty.items[0] = {};
    const outcome got = run(tested(), empty);
    for (const std::uint64_t bits : got.output) REQUIRE(bits == encode(entry.types.out, 7));
  }
}

TEST_CASE("fill values are rounded once to the output", "[value]") {
  for (const operations& entry : tested().all()) {
    for (const double fill : {0.1, -0.0, 1e-5, 65519.0, 65520.0, 3.1e38, infinity, not_a_number}) {
      problem work = series(entry.types, {}, {0});
      work.policy.fill_value = fill;
      CHECK(check(tested(), work) == "");
    }
  }
}
