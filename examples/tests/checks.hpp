// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "errors.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

/// \file
/// What the tests of the examples' parts are written with; they need no test framework.

namespace checks {

inline int failures = 0;

inline void check(bool holds, const char* text, const char* file, int line) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: %s\n", file, line, text);
  ++failures;
}
#define CHECK(condition) checks::check((condition), #condition, __FILE__, __LINE__)

/// For the end of main.
inline int outcome() {
  if (failures == 0) std::printf("all checks hold\n");
  return failures == 0 ? 0 : 1;
}

/// A file with this content, gone with the object.
class temporary_file {
 public:
  explicit temporary_file(const std::string& content, const std::string& extension = ".csv") {
    char name[64];
    std::snprintf(name, sizeof(name), "robocache_example_test_%p", static_cast<const void*>(this));
    path_ = (std::filesystem::temp_directory_path() / (name + extension)).string();
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~temporary_file() { std::filesystem::remove(path_); }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The message of the input_error or usage_error that `action` throws, "" if it throws none.
inline std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const recordings::input_error& error) {
    return error.what();
  } catch (const recordings::usage_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace checks
