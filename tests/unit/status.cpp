// SPDX-License-Identifier: Apache-2.0
#include <robocache/status.hpp>

#include "../support/catch.hpp"
#include "../support/cuda_errors.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <type_traits>

using robocache::status;
using robocache::status_code;
using robocache::status_severity;

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

namespace {

enum class next_step { go_on, report, try_again, end_process };

// [snippet:severity]
/// What a worker does after a launcher, or a CUDA call of its own:
/// `after(done.severity())`, `after(robocache::severity_of_cuda(cudaStreamSynchronize(stream)))`.
next_step after(robocache::status_severity severity) {
  switch (severity) {
    case robocache::status_severity::none:
      return next_step::go_on;
    case robocache::status_severity::argument:
      return next_step::report;  // the message; the same call would fail again
    case robocache::status_severity::resource:
      return next_step::try_again;  // after a pause, and not for ever
    case robocache::status_severity::fatal:
      break;
  }
  return next_step::end_process;  // std::_Exit: destructors would call CUDA
}
// [/snippet:severity]

}  // namespace

TEST_CASE("the page's function knows all severities", "[status]") {
  CHECK(after(status().severity()) == next_step::go_on);
  CHECK(after(status::invalid_argument("no").severity()) == next_step::report);
  CHECK(after(robocache::severity_of_cuda(2)) == next_step::try_again);
  CHECK(after(robocache::severity_of_cuda(719)) == next_step::end_process);
}

TEST_CASE("a severity for every error of CUDA", "[status]") {
  int previous = -1;
  for (const robocache_test::cuda_error& error : robocache_test::cuda_errors) {
    INFO(error.name);
    CHECK(error.code > previous);
    previous = error.code;
    CHECK(robocache::severity_of_cuda(error.code) == error.severity);
    if (error.code != 0) {
      CHECK(status::from_cuda("resample", error.code, "").severity() == error.severity);
      CHECK(error.severity != status_severity::none);
    }
  }
  CHECK(status().severity() == status_severity::none);
  CHECK(status::invalid_argument("no").severity() == status_severity::argument);
}

TEST_CASE("an error that is not known is fatal", "[status]") {
  const auto is_listed = [](int code) {
    return std::any_of(std::begin(robocache_test::cuda_errors),
                       std::end(robocache_test::cuda_errors),
                       [&](const robocache_test::cuda_error& error) { return error.code == code; });
  };
  int unknown = 0;
  for (int code = -1000; code <= 70000; ++code) {
    if (is_listed(code)) continue;
    ++unknown;
    if (robocache::severity_of_cuda(code) != status_severity::fatal) FAIL_CHECK(code);
  }
  CHECK(unknown > 70000);
  CHECK(robocache::severity_of_cuda(std::numeric_limits<int>::max()) == status_severity::fatal);
  CHECK(robocache::severity_of_cuda(std::numeric_limits<int>::min()) == status_severity::fatal);
}

// Lines of docs/faults.md that begin with "| `resource` |" or "| `fatal` |" hold the names.
TEST_CASE("the page on faults names the errors that are not the caller's", "[status]") {
  std::ifstream page(ROBOCACHE_TEST_DOCS "/faults.md");
  REQUIRE(page);
  std::string named[4];
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("| `resource` |", 0) == 0) named[2] += line;
    if (line.rfind("| `fatal` |", 0) == 0) named[3] += line;
  }
  const auto names = [&](int severity, const std::string& name) {
    return named[severity].find("`" + name + "`") != std::string::npos;
  };
  for (const robocache_test::cuda_error& error : robocache_test::cuda_errors) {
    INFO(error.name);
    const std::string name = std::string(error.name).substr(std::string("cudaError").size());
    CHECK(names(2, name) == (error.severity == status_severity::resource));
    CHECK(names(3, name) == (error.severity == status_severity::fatal));
  }
}
