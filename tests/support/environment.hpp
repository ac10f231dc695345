// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace robocache_test {

/// What ctest knows as "skipped" (SKIP_RETURN_CODE).
inline constexpr int skip_return_code = 4;

/// Why this executable cannot test anything here; "" if it can. Each executable has its own.
std::string reason_to_skip();

}  // namespace robocache_test
