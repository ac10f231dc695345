// SPDX-License-Identifier: Apache-2.0
#include "ulog.hpp"

#include "errors.hpp"
#include "input.hpp"
#include "memory_file.hpp"
#include "ulog_recording.hpp"

#include <cstddef>
#include <cstdint>

// PX4's flight logs: all topics of a file, and all their fields.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace recordings;
  using robocache_test::require;
  const robocache_test::memory_file file(data, size);
  try {
    const ulog log = read_ulog(file.path());
    int tried = 0;
    for (const ulog_topic& topic : log.topics) {
      if (++tried > 8) break;
      try {
        const recording read = read_ulog_recording(file.path(), {topic.name, topic.instance, {}});
        require(read.values.size() == read.samples() * read.channels(), "values are missing");
        require(read.samples() == topic.messages.size(), "samples are missing");
        const ulog_request first{topic.name, topic.instance, {read.layout.names.front()}};
        require(read_ulog_recording(file.path(), first).channels() > 0, "a field is gone");
      } catch (const input_error&) {
      }
    }
  } catch (const input_error&) {
  }
  return 0;
}
