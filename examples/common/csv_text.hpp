// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"

#include <string>

namespace recordings {

/// A column's name; one that holds a comma is quoted.
std::string csv_name(const std::string& name);

/// With as many digits as tell the value from its neighbours in the scalar type.
std::string shortest_text(double value, scalar_kind scalar);

}  // namespace recordings
