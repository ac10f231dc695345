// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exit_codes.hpp"
#include "options.hpp"

namespace supervised {

/// The process that computes, until no item is left and none comes.
exit_code run_worker(const program_options& options);

}  // namespace supervised
