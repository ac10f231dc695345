// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.hpp>
#include <robocache/voxelize.hpp>

#include "../support/catch.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

// What users have in the place of our types: scalars of their own, spans, vectors, mdspans. The
// same bits as with ours.

using robocache::tensor_view;

namespace {

/// A framework's bfloat16, with all that c10::BFloat16 has to mix with float; and one's own double.
struct alignas(2) other_bfloat16 {
  std::uint16_t x;

  other_bfloat16() = default;
  constexpr other_bfloat16(float value) noexcept : x(value > 0 ? 1 : 2) {}  // wrong, not to be used
  constexpr operator float() const noexcept { return 77; }
  other_bfloat16& operator=(float value) noexcept { return *this = other_bfloat16(value); }
};
struct other_double {
  double x;
};

template <class T, std::size_t Rank>
struct mdspan_like {
  T* pointer;
  std::array<std::size_t, Rank> sizes;
  std::array<std::size_t, Rank> steps;
  T* const& data_handle() const { return pointer; }  // a reference, as of std::mdspan
  std::size_t extent(std::size_t d) const { return sizes[d]; }
  std::size_t stride(std::size_t d) const { return steps[d]; }
  static constexpr std::size_t rank() { return Rank; }
};

template <class T>
struct span_like {
  T* pointer;
  std::size_t number;
  T* data() const { return pointer; }
  std::size_t size() const { return number; }
};

}  // namespace

// [snippet:scalar]
template <>
struct robocache::scalar_format_of<other_bfloat16>
    : robocache::scalar_format_constant<robocache::scalar_format::bf16> {};
// [/snippet:scalar]
#if defined(__FLT16_MAX__)  // GCC 12 and later on x86-64, Clang 15 and later
template <>
struct robocache::scalar_format_of<_Float16>
    : robocache::scalar_format_constant<robocache::scalar_format::f16> {};
#endif
template <>
struct robocache::scalar_format_of<other_double>
    : robocache::scalar_format_constant<robocache::scalar_format::f64> {};

static_assert(robocache::is_input_scalar_v<const other_bfloat16>);
static_assert(robocache::is_output_scalar_v<other_double>);
static_assert(!robocache::is_output_scalar_v<std::uint8_t>);
static_assert(!robocache::is_input_scalar_v<int>);
static_assert(std::is_same_v<robocache::compute_t<other_double, float>, double>);
static_assert(std::is_same_v<robocache::compute_t<other_bfloat16, float>, float>);

namespace {

constexpr std::int64_t samples = 4;
constexpr std::int64_t channels = 3;
constexpr std::int64_t rows = 6;

struct recording {
  std::vector<double> times = {0.0, 0.1, 0.25, 0.4};
  std::vector<float> values;
  std::vector<double> grid = {-0.1, 0.0, 0.05, 0.2, 0.39, 0.5};

  recording() {
    for (int i = 0; i < samples * channels; ++i) {
      values.push_back(static_cast<float>(i * i % 11) - 3.3f);
    }
  }
  auto source() const {
    return robocache::padded_source(tensor_view(values.data(), {1, samples, channels}),
                                    tensor_view(times.data(), {1, samples}));
  }
};

template <class Source, class Grid>
std::vector<float> resampled(const Source& source, const Grid& grid) {
  std::vector<float> output(rows * channels);
  const robocache::status done = robocache::resample(
      source, grid, tensor_view(output.data(), {1, rows, channels}), {}, robocache::cpu);
  CHECK(std::string(done.message()) == "");
  return output;
}

}  // namespace

TEST_CASE("views without naming their types", "[other]") {
  recording r;
  const std::vector<float> expected = resampled(
      robocache::padded_source(tensor_view<const float, 3>(r.values.data(), {1, samples, channels}),
                               tensor_view<const double, 2>(r.times.data(), {1, samples})),
      tensor_view<const double, 1>(r.grid.data(), {rows}));
  CHECK(resampled(r.source(), tensor_view(r.grid.data(), {rows})) == expected);

  // Grids as they are at hand.
  CHECK(resampled(r.source(), r.grid) == expected);
  CHECK(resampled(r.source(), span_like<double>{r.grid.data(), r.grid.size()}) == expected);
  const std::array<double, rows> fixed = {-0.1, 0.0, 0.05, 0.2, 0.39, 0.5};
  CHECK(resampled(r.source(), fixed) == expected);
  const double plain[rows] = {-0.1, 0.0, 0.05, 0.2, 0.39, 0.5};
  CHECK(resampled(r.source(), plain) == expected);
  CHECK(resampled(r.source(), mdspan_like<double, 1>{r.grid.data(), {rows}, {1}}) == expected);

  // Sources, too; their strides are kept.
  const mdspan_like<float, 3> values{r.values.data(), {1, samples, channels}, {12, 3, 1}};
  const mdspan_like<double, 2> times{r.times.data(), {1, samples}, {4, 1}};
  CHECK(resampled(robocache::padded_source(values, times), r.grid) == expected);
  const std::vector<std::int64_t> offsets = {0, samples};
  const mdspan_like<float, 2> packed{r.values.data(), {samples, channels}, {3, 1}};
  CHECK(resampled(robocache::packed_source(packed, r.times, offsets), r.grid) == expected);
  const robocache::sensor_stream<double, float> streams[] = {{r.source()}};
  std::vector<float> fused(rows * channels);
  CHECK(robocache::fuse(streams, r.grid, tensor_view(fused.data(), {1, rows, channels}),
                        robocache::cpu)
            .ok());
  CHECK(fused == expected);

  const tensor_view of_span(span_like<double>{r.grid.data(), r.grid.size()});
  STATIC_REQUIRE(std::is_same_v<decltype(of_span), const tensor_view<double, 1>>);
  const tensor_view of_mdspan(values);
  STATIC_REQUIRE(std::is_same_v<decltype(of_mdspan), const tensor_view<float, 3>>);
  CHECK(of_mdspan.stride(1) == 3);
}

TEST_CASE("scalars of the user's have the bits of their format", "[other]") {
  const recording r;
  std::vector<std::uint16_t> ours(rows * channels);
  std::vector<std::uint16_t> theirs(rows * channels, 1);
  const auto as = [](auto* data) { return tensor_view(data, {std::int64_t{1}, rows, channels}); };
  CHECK(robocache::resample(r.source(), r.grid,
                            as(reinterpret_cast<robocache::bfloat16*>(ours.data())), {},
                            robocache::cpu)
            .ok());
  CHECK(robocache::resample(r.source(), r.grid,
                            as(reinterpret_cast<other_bfloat16*>(theirs.data())), {},
                            robocache::cpu)
            .ok());
  CHECK(ours == theirs);

  // As values, of resample, fuse and one row; and of doubles, in double.
  const tensor_view values(reinterpret_cast<const other_bfloat16*>(ours.data()),
                           {std::int64_t{1}, rows, channels});
  const tensor_view same(reinterpret_cast<const robocache::bfloat16*>(ours.data()),
                         {std::int64_t{1}, rows, channels});
  const tensor_view times(r.grid.data(), {std::int64_t{1}, rows});
  CHECK(resampled(robocache::padded_source(values, times), r.grid) ==
        resampled(robocache::padded_source(same, times), r.grid));
  const robocache::sensor_stream<double, other_bfloat16> streams[] = {
      {robocache::padded_source(values, times)}};
  std::vector<float> fused(rows * channels);
  CHECK(robocache::fuse(streams, r.grid, tensor_view(fused.data(), {1, rows, channels}),
                        robocache::cpu)
            .ok());
  CHECK(fused == resampled(robocache::padded_source(same, times), r.grid));

  const std::vector<double> doubles = {1.7e9 + 0.25, 1.7e9 + 0.75, 1.7e9 + 1.25, 1.7e9 + 1.5};
  std::vector<double> result(rows);
  CHECK(robocache::resample(
            robocache::padded_source(
                tensor_view(reinterpret_cast<const other_double*>(doubles.data()), {1, samples, 1}),
                tensor_view(r.times.data(), {1, samples})),
            r.grid, tensor_view(reinterpret_cast<other_double*>(result.data()), {1, rows, 1}), {},
            robocache::cpu)
            .ok());
  CHECK(result[0] == doubles[0]);
  CHECK(result[2] == 1.7e9 + 0.5);

  // Features and their means.
  const float points[] = {0.5f, 0.5f, 0.5f, 0.25f, 0.5f, 0.5f};
  const std::uint16_t features[] = {0x3f80, 0x4040};  // 1, 3
  std::uint16_t mean = 0;
  alignas(16) unsigned char memory[256];
  CHECK(robocache::voxelize<robocache::reduction::mean>(
            robocache::points_of(tensor_view(points, {2, 3})),
            robocache::features_of(
                tensor_view(reinterpret_cast<const other_bfloat16*>(features), {2, 1})),
            robocache::voxel_grid<float>{{0, 0, 0}, {1, 1, 1}, {1, 1, 1}},
            tensor_view(reinterpret_cast<other_bfloat16*>(&mean), {1, 1, 1, 1}),
            robocache::workspace{memory, sizeof(memory)}, robocache::cpu)
            .ok());
  CHECK(mean == 0x4000);  // 2
}

#if defined(__FLT16_MAX__)
TEST_CASE("the compiler's half is half", "[other]") {
  const recording r;
  // Every number that it has, finite or not, as value; the compiler's conversion is the reference.
  std::vector<_Float16> halves(65536);
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    std::memcpy(&halves[i], &bits, sizeof(bits));
  }
  const std::vector<double> at = {0};
  const tensor_view values(halves.data(), {1, 1, 65536});
  const tensor_view times(at.data(), {1, 1});
  std::vector<float> floats(65536);
  REQUIRE(robocache::resample(robocache::padded_source(values, times), at,
                              tensor_view(floats.data(), {1, 1, 65536}), {}, robocache::cpu)
              .ok());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const auto expected = static_cast<float>(halves[i]);
    wrong += expected != expected ? floats[i] == floats[i] : floats[i] != expected;
  }
  CHECK(wrong == 0);

  // As output, rounded by either.
  std::vector<_Float16> rounded(rows * channels);
  REQUIRE(robocache::resample(r.source(), r.grid, tensor_view(rounded.data(), {1, rows, channels}),
                              {}, robocache::cpu)
              .ok());
  const std::vector<float> exact = resampled(r.source(), r.grid);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(rounded[i] == static_cast<_Float16>(exact[i]));
  }

  // Features and their sums.
  const float points[] = {0.5f, 0.5f, 0.5f, 0.25f, 0.5f, 0.5f};
  const _Float16 features[] = {static_cast<_Float16>(0.1f), static_cast<_Float16>(3)};
  _Float16 sum{};
  alignas(16) unsigned char memory[256];
  REQUIRE(robocache::voxelize<robocache::reduction::sum>(
              robocache::points_of(tensor_view(points, {2, 3})),
              robocache::features_of(tensor_view(features, {2, 1})),
              robocache::voxel_grid<float>{{0, 0, 0}, {1, 1, 1}, {1, 1, 1}},
              tensor_view(&sum, {1, 1, 1, 1}), robocache::workspace{memory, sizeof(memory)},
              robocache::cpu)
              .ok());
  CHECK(sum == static_cast<_Float16>(static_cast<float>(features[0]) + 3));
}
#endif

TEST_CASE("a missing workspace is what is said last", "[other]") {
  const float points[] = {0.5f, 0.5f, 0.5f};
  std::uint32_t counts[2] = {7, 7};
  const auto call = [&](const tensor_view<std::uint32_t, 3>& output) {
    return std::string(robocache::voxelize<robocache::reduction::count>(
                           robocache::points_of(tensor_view(points, {1, 3})),
                           robocache::voxel_grid<float>{{0, 0, 0}, {1, 1, 1}, {1, 1, 1}}, output,
                           {}, robocache::cpu)
                           .message());
  };
  CHECK(call(tensor_view(counts, {1, 1, 2})) ==
        "voxelize: output has extent 2 in dimension 2, grid.extents (x) has 1");
  CHECK(call(tensor_view(counts, {1, 1, 1})).find("voxelize: workspace has 0 bytes") == 0);
  CHECK(counts[0] == 7);
}
