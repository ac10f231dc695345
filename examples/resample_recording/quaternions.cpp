// SPDX-License-Identifier: Apache-2.0
#include "quaternions.hpp"

#include <algorithm>
#include <cmath>

namespace recordings {
namespace {

/// "Orientation.W" -> prefix "orientation." and axis 'w'. Brackets and units are left out.
struct name_parts {
  std::string prefix;
  char axis = 0;
};

name_parts parts_of(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  while (!name.empty() && (name.back() == ']' || name.back() == ')')) name.pop_back();
  if (name.size() < 2) return {};
  name_parts parts;
  parts.axis = name.back();
  parts.prefix = name.substr(0, name.size() - 1);
  return parts;
}

bool names_a_quaternion(const std::string& prefix) {
  std::string word = prefix;
  while (!word.empty() && (word.back() == '_' || word.back() == '.' || word.back() == '[' ||
                           word.back() == '/' || word.back() == ' ')) {
    word.pop_back();
  }
  const bool ends_in_q =
      !word.empty() && word.back() == 'q' &&
      (word.size() == 1 || !(word[word.size() - 2] >= 'a' && word[word.size() - 2] <= 'z'));
  return ends_in_q || word.find("quat") != std::string::npos ||
         word.find("orientation") != std::string::npos || word.find("rot") != std::string::npos;
}

double square_of(const double* q) {
  return q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
}

}  // namespace

std::vector<quaternion_columns> find_quaternions(const std::vector<std::string>& names) {
  std::vector<quaternion_columns> found;
  for (std::size_t i = 0; i + 4 <= names.size(); ++i) {
    const name_parts first = parts_of(names[i]);
    std::string axes;
    for (std::size_t k = i; k < i + 4; ++k) {
      const name_parts parts = parts_of(names[k]);
      if (parts.prefix == first.prefix) axes += parts.axis;
    }
    // The order does not matter here: sign and length treat the four alike.
    if ((axes == "xyzw" || axes == "wxyz" || axes == "0123") && names_a_quaternion(first.prefix)) {
      found.push_back(i);
      i += 3;
    }
  }
  return found;
}

double largest_norm_error(const std::vector<double>& values, std::size_t channels,
                          quaternion_columns q) {
  double largest = 0;
  for (std::size_t at = q; at + 4 <= values.size(); at += channels) {
    const double error = std::fabs(std::sqrt(square_of(&values[at])) - 1);
    if (error > largest) largest = error;
  }
  return largest;
}

std::int64_t align_hemispheres(std::vector<double>& values, std::size_t channels,
                               quaternion_columns q) {
  std::int64_t flips = 0;
  bool negated = false;
  double* previous = nullptr;
  for (std::size_t at = q; at + 4 <= values.size(); at += channels) {
    double* const now = &values[at];
    if (!std::isfinite(square_of(now))) continue;
    if (previous != nullptr) {
      const double dot =
          previous[0] * now[0] + previous[1] * now[1] + previous[2] * now[2] + previous[3] * now[3];
      const bool negate = dot < 0;
      if (negate != negated) ++flips;
      negated = negate;
      if (negate) std::transform(now, now + 4, now, [](double x) { return -x; });
    }
    previous = now;
  }
  return flips;
}

void normalise(double* row, quaternion_columns q) {
  const double length = std::sqrt(square_of(row + q));
  if (!std::isfinite(length) || length == 0) return;
  for (std::size_t k = 0; k < 4; ++k) row[q + k] /= length;
}

}  // namespace recordings
