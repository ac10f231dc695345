// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <robocache/version.hpp>

#include "time_stamp.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace recordings {

const named_values<robocache::interpolation>& interpolation_words() {
  using robocache::interpolation;
  static const named_values<interpolation> words{{"linear", interpolation::linear},
                                                 {"nearest", interpolation::nearest},
                                                 {"previous", interpolation::previous},
                                                 {"next", interpolation::next}};
  return words;
}

const named_values<robocache::extrapolation>& extrapolation_words() {
  using robocache::extrapolation;
  static const named_values<extrapolation> words{{"hold", extrapolation::hold},
                                                 {"fill", extrapolation::fill},
                                                 {"nan", extrapolation::nan},
                                                 {"linear", extrapolation::linear}};
  return words;
}

const named_values<robocache::gap_policy>& gap_policy_words() {
  using robocache::gap_policy;
  static const named_values<gap_policy> words{{"interpolate", gap_policy::interpolate},
                                              {"hold", gap_policy::hold},
                                              {"fill", gap_policy::fill},
                                              {"nan", gap_policy::nan}};
  return words;
}

const named_values<unsorted_policy>& unsorted_words() {
  static const named_values<unsorted_policy> words{{"error", unsorted_policy::error},
                                                   {"sort", unsorted_policy::sort},
                                                   {"drop", unsorted_policy::drop}};
  return words;
}

void add_computing(CLI::App& app, scalar_kind& scalar, backend_choice& backend, int& threads) {
  add_choice<scalar_kind>(
      app, "--scalar", scalar,
      {{"float", scalar_kind::f32}, {"double", scalar_kind::f64}, {"bf16", scalar_kind::bf16}},
      "Type of the result (bf16: computed in float)");
  add_backend(app, backend, threads);
}

void add_backend(CLI::App& app, backend_choice& backend, int& threads) {
  add_choice<backend_choice>(app, "--backend", backend,
                             {{"auto", backend_choice::automatic},
                              {"cpu", backend_choice::cpu},
                              {"cuda", backend_choice::cuda}},
                             "Where to compute; auto: the GPU if there is one");
  app.add_option("--threads", threads, "CPU threads at most; 0: all")
      ->check(CLI::Range(0, 1 << 16).description(""))
      ->type_name("N");
}

std::int64_t duration(const std::string& option, const std::string& text) {
  if (const auto value = parse_duration(text)) return *value;
  throw usage_error(
      fmt::format("{}: '{}' is not a duration such as 0.02, 20ms or 500us", option, text));
}

void check_picture_name(const std::string& option, const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension != ".png" && extension != ".svg") {
    throw usage_error(fmt::format("{} {}: the name must end in .png or .svg", option, path));
  }
}

void check_rate(double rate) {
  if (rate > 0 && rate <= 1e9) return;
  throw usage_error(fmt::format("--rate {}: a rate is above 0 and at most 1e9 Hz", rate));
}

bool parse(CLI::App& app, int argc, char** argv) {
  app.get_formatter()->column_width(38);
  app.set_version_flag(
      "--version", fmt::format("{}, RoboCache {}.{}.{}", app.get_name(), ROBOCACHE_VERSION_MAJOR,
                               ROBOCACHE_VERSION_MINOR, ROBOCACHE_VERSION_PATCH));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw usage_error(error.what());
    app.exit(error);
    return false;
  }
  return true;
}

}  // namespace recordings
