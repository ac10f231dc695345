// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/eigen.hpp>
#include <robocache/resample.hpp>

#include "../support/catch.hpp"

#include <cstdint>
#include <string>
#include <type_traits>

// Eigen's matrices in the place of buffers.

using robocache::eigen_map;
using robocache::eigen_vector_view;
using robocache::eigen_view;
using robocache::tensor_view;

using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

TEST_CASE("views of Eigen's matrices have their elements", "[interop]") {
  Eigen::MatrixXf columns(3, 4);
  row_major rows(3, 4);
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) columns(r, c) = rows(r, c) = static_cast<float>(10 * r + c);
  }
  const auto check = [](const auto& view, int first_row, int first_column, int step) {
    for (std::int64_t r = 0; r < view.extent(0); ++r) {
      for (std::int64_t c = 0; c < view.extent(1); ++c) {
        CHECK(view(r, c) == static_cast<float>(10 * (first_row + r) + first_column + step * c));
      }
    }
  };
  check(eigen_view(columns), 0, 0, 1);
  check(eigen_view(rows), 0, 0, 1);
  CHECK(eigen_view(rows).stride(0) == 4);
  CHECK(eigen_view(columns).stride(0) == 1);
  CHECK(eigen_view(columns).stride(1) == 3);
  check(eigen_view(columns.block(1, 2, 2, 2)), 1, 2, 1);
  check(eigen_view(rows.block(1, 2, 2, 2)), 1, 2, 1);
  check(eigen_view(Eigen::Map<row_major, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>(
            rows.data(), 3, 2, {4, 2})),
        0, 0, 2);
  const row_major& only_read = rows;
  STATIC_REQUIRE(std::is_same_v<decltype(eigen_view(only_read)), tensor_view<const float, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(eigen_view(rows)), tensor_view<float, 2>>);

  // What goes with a temporary, and what does not.
  using robocache::detail::owns_elements;
  struct derived : Eigen::MatrixXf {};
  STATIC_REQUIRE(owns_elements<Eigen::MatrixXf>::value);
  STATIC_REQUIRE(owns_elements<derived>::value);
  STATIC_REQUIRE(owns_elements<Eigen::Ref<const Eigen::MatrixXf>>::value);
  STATIC_REQUIRE_FALSE(owns_elements<Eigen::Ref<Eigen::MatrixXf>>::value);
  STATIC_REQUIRE_FALSE(owns_elements<Eigen::Map<Eigen::MatrixXf>>::value);
  STATIC_REQUIRE_FALSE(owns_elements<decltype(columns.block(1, 2, 2, 2))>::value);
  Eigen::Ref<const Eigen::MatrixXf> named(columns);
  CHECK(eigen_view(named)(2, 1) == 21);

  const auto row = eigen_vector_view(columns.row(1));
  CHECK(row.extent(0) == 4);
  CHECK(row.stride(0) == 3);
  CHECK(row(2) == 12);
  Eigen::VectorXd times(3);
  times << 1, 2, 4;
  CHECK(eigen_vector_view(times)(2) == 4);

  // And back: what is written through a map is in the matrix.
  eigen_map(eigen_view(columns))(2, 1) = -1;
  CHECK(columns(2, 1) == -1);
  CHECK(eigen_map(eigen_view(only_read)).sum() == only_read.sum());
}

TEST_CASE("a trajectory in Eigen is resampled into Eigen", "[interop]") {
  // [snippet:eigen]
  // Columns are joints, rows are samples, in Eigen's own order.
  Eigen::MatrixXd joints(4, 2);
  joints << 0, 1, 10, 3, 20, 5, 40, 9;
  Eigen::VectorXd times(4);
  times << 0, 0.1, 0.2, 0.4;
  Eigen::VectorXd targets(3);
  targets << 0.05, 0.3, 0.4;
  Eigen::MatrixXd result(3, 2);

  const std::int64_t everything[] = {0, 4};
  const robocache::status done = robocache::resample(
      robocache::packed_source(eigen_view(joints), eigen_vector_view(times), everything),
      eigen_vector_view(targets),
      tensor_view(result.data(), {1, 3, 2}, {6, 1, 3}),  // columns one after another
      {}, robocache::cpu);
  // [/snippet:eigen]
  CHECK(std::string(done.message()) == "");
  Eigen::MatrixXd expected(3, 2);
  expected << 5, 2, 30, 7, 40, 9;
  CHECK((result - expected).cwiseAbs().maxCoeff() < 1e-12);
}
