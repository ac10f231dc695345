// SPDX-License-Identifier: Apache-2.0
#define CATCH_CONFIG_RUNNER
#include "catch.hpp"
#include "environment.hpp"

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  const std::string skipped = robocache_test::reason_to_skip();
  if (!skipped.empty()) {
    std::printf("skipped: %s\n", skipped.c_str());
    return robocache_test::skip_return_code;
  }
  return Catch::Session().run(argc, argv);
}
