// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

/// \file
/// Lines on standard error. One that cannot be written is lost: work goes on without it.

namespace supervised {

template <class... Arguments>
void log(fmt::format_string<Arguments...> line, Arguments&&... arguments) noexcept {
  try {
    const std::string text = fmt::format(line, std::forward<Arguments>(arguments)...);
    (void)std::fprintf(stderr, "supervised: %s\n", text.c_str());
  } catch (...) {  // no memory for it
    (void)std::fputs("supervised: no memory for a line\n", stderr);
  }
}

}  // namespace supervised
