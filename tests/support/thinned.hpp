// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

namespace robocache_test {

/// Which of the cases of a table to do: all of them, or every n-th where the environment variable
/// ROBOCACHE_TEST_EVERY says n. For sanitizers, with which a case takes a hundred times as long.
/// Where n does not divide the length of the table, each combination of types has other cases.
class thinned {
 public:
  /// Whether to leave out the next case.
  bool skip() { return next_++ % every() != 0; }

 private:
  static unsigned every() {
    static const unsigned n = [] {
      const char* const text = std::getenv("ROBOCACHE_TEST_EVERY");
      const int number = text == nullptr ? 1 : std::atoi(text);
      return number < 1 ? 1u : static_cast<unsigned>(number);
    }();
    return n;
  }
  unsigned next_ = 0;
};

}  // namespace robocache_test
