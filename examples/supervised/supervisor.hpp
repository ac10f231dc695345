// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exit_codes.hpp"
#include "options.hpp"

namespace supervised {

/// The process that lives: makes the items, queues them, watches the worker. Never calls CUDA.
exit_code supervise(const program_options& options, char** argv);

}  // namespace supervised
