// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuse_job.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// The aligned tensor as a file, CSV or NPY by the name's end.

namespace recordings {

struct named_tensor {
  std::vector<std::string> columns;          ///< "stream.channel", one per channel
  std::vector<std::string> streams;          ///< names
  const std::vector<std::int64_t>& targets;  ///< ns, [rows]
  const fuse_outcome& outcome;
  scalar_kind scalar;
};

/// \throws usage_error unless the name ends in .csv or .npy
void check_tensor_name(const std::string& path);

/// CSV: the time in seconds to the nanosecond, the columns, `STREAM.status` of each stream as words
/// and, if wanted, `STREAM.age` in seconds (empty where the row was made of no sample).
///
/// NPY: PATH has [rows, channels] (bf16: as ml_dtypes writes it), and beside it X_status.npy
/// [rows, streams] of bytes, X_times.npy [rows] in ns, X_ages.npy [rows, streams] in ns if wanted
/// (the largest int64 for none), and X_columns.txt with the names of the columns, a line each.
///
/// \return the files written \throws input_error if one cannot be written
std::vector<std::string> write_tensor(const std::string& path, const named_tensor& tensor,
                                      bool with_ages);

}  // namespace recordings
