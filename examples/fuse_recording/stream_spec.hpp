// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/groups.hpp>

#include "conditioning.hpp"
#include "layout.hpp"
#include "policy.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// \file
/// A stream as told on the command line: `NAME=FILE:KEY=VALUE:KEY=VALUE...`

namespace recordings {

/// Channels that the user wants in one mode: "wxyz=q".
struct told_mode {
  robocache::channel_mode mode = robocache::channel_mode::linear;
  std::string word;                   ///< as told, for messages
  std::vector<std::string> channels;  ///< names; that of an array stands for all its elements
};

enum class max_gap_choice { automatic, none, told };

struct stream_options {
  layout_request layout;
  std::string topic;  ///< ULog
  int instance = 0;   ///< ULog
  unsorted_policy unsorted = unsorted_policy::sort;
  stream_policy policy;
  max_gap_choice max_gap = max_gap_choice::automatic;  ///< 3 times the median interval
  std::vector<told_mode> modes;

  stream_options() { policy.gap = robocache::gap_policy::interpolate; }
};

struct stream_spec {
  std::string name;  ///< empty: by the file or the topic
  std::string path;
  stream_options options;

  /// For messages.
  std::string label() const { return name.empty() ? path : name; }
};

/// What may follow a stream's file; `for_all`: also an option `--KEY` of the program.
struct stream_key {
  const char* name;
  const char* type;  ///< "DURATION"
  const char* help;
  bool for_all;
  /// \param where  what to call the option in a message
  void (*apply)(stream_options& options, const std::string& where, const std::string& value);
};

const std::vector<stream_key>& stream_keys();

/// \param defaults  what the program's options say for all streams
/// \throws usage_error that names the stream
stream_spec parse_stream(const std::string& text, const stream_options& defaults);

}  // namespace recordings
