// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plot_panels.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace recordings {

/// Data blocks of panel number `p` for gnuplot: `$s0` the samples, `$r0` the target rows that are
/// OK, `$h0` those that are not (held, in a gap). Seconds since `first`, then the panel's channels.
std::string plot_data(const plot_panel& panel, std::size_t p,
                      const std::vector<std::int64_t>& targets, std::int64_t first);

}  // namespace recordings
