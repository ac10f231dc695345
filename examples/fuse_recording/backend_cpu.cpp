// SPDX-License-Identifier: Apache-2.0
#include "fuse_job.hpp"

#include <chrono>

namespace recordings {

fuse_outcome fuse_on_cpu(const fuse_job& job, int threads) {
  fuse_outcome outcome(job);
  with_scalars(job.scalar, [&](auto in, auto out) {
    using input = decltype(in);
    using output = decltype(out);
    std::vector<std::vector<input>> values;
    std::vector<sensor_stream<input>> streams;
    for (const fuse_input& stream : job.streams) {
      values.emplace_back(stream.values.begin(), stream.values.end());
      streams.push_back(
          stream_at<input, output>(stream, values.back().data(), stream.times.data()));
    }
    std::vector<output> result(job.rows() * job.channels());
    const auto call = [&] {
      throw_if_bad(call_fuse(job, streams, job.targets.data(), result.data(),
                             outcome.statuses.data(), outcome.ages.data(),
                             robocache::cpu(threads)));
    };
    call();  // the first call of a program starts OpenMP's threads; the second is timed
    const auto start = std::chrono::steady_clock::now();
    call();
    const auto end = std::chrono::steady_clock::now();
    outcome.milliseconds = std::chrono::duration<double, std::milli>(end - start).count();
    outcome.values.reserve(result.size());
    for (const output x : result) outcome.values.push_back(as_double(x));
  });
  return outcome;
}

}  // namespace recordings
