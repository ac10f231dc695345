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
  enum class use {
    supervise,  ///< it is made if it is not there, and nobody else may supervise it
    add,        ///< it has to be there
  };
  /// \throws recordings::input_error, as all of these, also if it has what is no record;
  ///         state_file::busy if another process supervises it
  record_file(const std::string& path, use how);
  ~record_file();
  record_file(const record_file&) = delete;
  record_file& operator=(const record_file&) = delete;

  /// With the kernel when it returns: safe from the death of this process, not of the machine.
  void write(std::uint64_t place, const record& line);
  /// Ends the file after so many records, which must be there.
  void cut(std::uint64_t count);
  std::uint64_t size() const;  ///< bytes
  /// Whether its name still means this file.
  bool is_at_its_place() const;

 private:
  std::string path_;
  int descriptor_;
};

/// Whether both names mean one file; false if that is not there yet.
bool is_same_file(const std::string& a, const std::string& b);

std::vector<record> read_records(const std::string& path);

/// Computes all records anew, on the CPU, and compares them and the counters.
/// \return what is wrong; "" if nothing is
std::string problem_of(const std::vector<record>& records, const shared_state& state);

}  // namespace supervised
