// SPDX-License-Identifier: Apache-2.0
#include "resample_job.hpp"

#include <chrono>

namespace recordings {

resample_outcome resample_on_cpu(const resample_job& job, int threads) {
  resample_outcome outcome;
  outcome.statuses.resize(job.targets.size());
  with_scalars(job.scalar, [&](auto in, auto out) {
    using input = decltype(in);
    using output = decltype(out);
    const std::vector<input> values(job.values.begin(), job.values.end());
    std::vector<output> result(job.targets.size() * static_cast<std::size_t>(job.channels));
    const auto call = [&] {
      throw_if_bad(call_resample(job, values.data(), job.times.data(), job.targets.data(),
                                 result.data(), outcome.statuses.data(), robocache::cpu(threads)));
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
