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

double dot(const double* a, const double* b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}

double square_of(const double* q) {
  return dot(q, q);
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
    if ((axes == "xyzw" || axes == "wxyz" || axes == "0123") && names_a_quaternion(first.prefix)) {
      found.push_back({i, axes == "xyzw" ? quaternion_order::xyzw : quaternion_order::wxyz});
      i += 3;
    }
  }
  return found;
}

double largest_norm_error(const std::vector<double>& values, std::size_t channels,
                          quaternion_columns q) {
  double largest = 0;
  for (std::size_t at = q.first; at + 4 <= values.size(); at += channels) {
    const double error = std::fabs(std::sqrt(square_of(&values[at])) - 1);
    if (error > largest) largest = error;
  }
  return largest;
}

std::int64_t count_sign_flips(const std::vector<double>& values, std::size_t channels,
                              quaternion_columns q) {
  std::int64_t flips = 0;
  const double* previous = nullptr;
  for (std::size_t at = q.first; at + 4 <= values.size(); at += channels) {
    const double* const now = &values[at];
    if (!std::isfinite(square_of(now))) continue;
    if (previous != nullptr && dot(previous, now) < 0) ++flips;
    previous = now;
  }
  return flips;
}

void align_hemispheres(std::vector<double>& values, std::size_t channels, quaternion_columns q) {
  const double* previous = nullptr;
  for (std::size_t at = q.first; at + 4 <= values.size(); at += channels) {
    double* const now = &values[at];
    if (!std::isfinite(square_of(now))) continue;
    if (previous != nullptr && dot(previous, now) < 0) {
      std::transform(now, now + 4, now, [](double x) { return -x; });
    }
    previous = now;
  }
}

void normalise(double* row, quaternion_columns q) {
  const double length = std::sqrt(square_of(row + q.first));
  if (!std::isfinite(length) || length == 0) return;
  for (std::size_t k = 0; k < 4; ++k) row[q.first + k] /= length;
}

}  // namespace recordings
