// SPDX-License-Identifier: Apache-2.0
#include <robocache/status.hpp>

#include "../support/catch.hpp"

#include <string>
#include <type_traits>

using robocache::status;
using robocache::status_code;

static_assert(std::is_trivially_copyable_v<status>, "crosses library borders by value");
static_assert(std::is_nothrow_default_constructible_v<status>, "never throws");

TEST_CASE("a status is ok by default", "[status]") {
  const status s;
  CHECK(s.ok());
  CHECK(s.code() == status_code::ok);
  CHECK(s.cuda_error() == 0);
  CHECK(std::string(s.message()) == "");
}

TEST_CASE("invalid_argument formats its message", "[status]") {
  const status s = status::invalid_argument("%s: %d of %s", "resample", 3, "it");
  CHECK_FALSE(s.ok());
  CHECK(s.code() == status_code::invalid_argument);
  CHECK(s.cuda_error() == 0);
  CHECK(std::string(s.message()) == "resample: 3 of it");
  const status copy = s;  // NOLINT: that the copy is complete is the point
  CHECK(std::string(copy.message()) == "resample: 3 of it");
}

TEST_CASE("a long message is cut, not overrun", "[status]") {
  const std::string text(1000, 'x');
  const status s = status::invalid_argument("%s", text.c_str());
  CHECK(std::string(s.message()) == std::string(223, 'x'));
}

TEST_CASE("from_cuda names the operation and the error", "[status]") {
  const status s = status::from_cuda("resample", 98, "invalid device function");
  CHECK_FALSE(s.ok());
  CHECK(s.code() == status_code::cuda_error);
  CHECK(s.cuda_error() == 98);
  CHECK(std::string(s.message()) == "resample: CUDA error 98 (invalid device function)");
}
