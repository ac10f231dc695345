// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// The output: a line of fixed length for each item that is done, `sequence checksum`.

namespace supervised {

struct record {
  std::uint64_t sequence;
  std::uint64_t checksum;
};

class record_file {
 public:
  /// \throws recordings::input_error, as all of these
  explicit record_file(const std::string& path);
  ~record_file();
  record_file(const record_file&) = delete;
  record_file& operator=(const record_file&) = delete;

  /// With the kernel when it returns: safe from the death of this process, not of the machine.
  void write(std::uint64_t place, const record& line);
  /// Ends the file after so many records, which must be there.
  void cut(std::uint64_t count);

 private:
  std::string path_;
  int descriptor_;
};

std::vector<record> read_records(const std::string& path);

/// Computes all records anew, on the CPU, and compares them and the counters.
/// \return what is wrong; "" if nothing is
std::string problem_of(const std::vector<record>& records, const shared_state& state);

}  // namespace supervised
