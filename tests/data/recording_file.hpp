// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/kinds.hpp"

#include <string>
#include <vector>

/// \file
/// The recordings that the tests know, and a reader that is just enough for them.

namespace robocache_test {

/// A recording and what is known about it, counted from the files with exact decimal arithmetic by
/// a program that shares nothing with the library or its tests.
struct known_recording {
  const char* name;
  const char* path;  ///< below the data folder
  char separator;
  int header_lines;
  int columns;  ///< time included
  int samples;
  int backward;    ///< steps back in time, as recorded
  int duplicates;  ///< stamps equal to the one before, sorted
  int gaps;        ///< intervals over 0.1 s, sorted
  /// A grid of 10 ms from 0.5 s before the first to 0.5 s after the last stamp, int64 ns: rows, and
  /// how many of them are in a gap of over 0.1 s or at a stamp exactly.
  int grid_rows, grid_before, grid_after, grid_gap, grid_hits;
};

const std::vector<known_recording>& known_recordings();

/// The rows of a file, stamps as recorded.
struct recorded {
  std::vector<double> seconds;
  std::vector<stamp> nanoseconds;             ///< exact
  std::vector<std::vector<double>> channels;  ///< [S][D]
};

/// The folder of recordings: the environment variable ROBOCACHE_TEST_DATA, or the build's default.
std::string data_folder();

/// Throws std::runtime_error with file and line if the file is not what `known` says.
recorded read(const known_recording& known);

/// The first column of a file of numbers and names, e.g. the stamps of a camera.
std::vector<stamp> read_stamps(const std::string& path);

/// By time; equal stamps stay in the order of the file.
recorded sorted(const recorded& from);

}  // namespace robocache_test
