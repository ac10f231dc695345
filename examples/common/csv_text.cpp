// SPDX-License-Identifier: Apache-2.0
#include "csv_text.hpp"

#include <fmt/format.h>

namespace recordings {

std::string csv_name(const std::string& name) {
  return name.find(',') == std::string::npos ? name : "\"" + name + "\"";
}

std::string shortest_text(double value, scalar_kind scalar) {
  return scalar == scalar_kind::f64 ? fmt::format("{}", value)
                                    : fmt::format("{}", static_cast<float>(value));
}

}  // namespace recordings
