// SPDX-License-Identifier: Apache-2.0
#include "gnuplot.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace recordings {
namespace {

bool is_on_path(const std::string& program) {
  const char* const variable = std::getenv("PATH");
  std::string folders = variable != nullptr ? variable : "";
  folders += ':';
  for (std::size_t start = 0, end = 0; (end = folders.find(':', start)) != std::string::npos;
       start = end + 1) {
    std::error_code ignored;
    const std::filesystem::path file =
        std::filesystem::path(folders.substr(start, end - start)) / program;
    if (std::filesystem::is_regular_file(file, ignored)) return true;
  }
  return false;
}

}  // namespace

// A pipe, not libgnuplot-iostream: the data travel as text inside the script, so that library would
// add three Boost libraries to the link and nothing else.
std::string run_gnuplot(const std::string& script, const std::string& path) {
  if (!is_on_path("gnuplot")) return "no picture: gnuplot is not installed (Debian: gnuplot-nox)";
  std::error_code ignored;
  std::filesystem::remove(path, ignored);  // an old picture must not pass for the new one
  std::signal(SIGPIPE, SIG_IGN);  // a gnuplot that dies early is an error message, not our end
  // NOLINTNEXTLINE(bugprone-command-processor): a fixed command, and nothing of the user's in it
  std::FILE* const pipe = popen("gnuplot", "w");
  if (pipe == nullptr) return "no picture: gnuplot cannot be started";
  const bool written = std::fwrite(script.data(), 1, script.size(), pipe) == script.size();
  const int code = pclose(pipe);
  if (!written || code != 0 || !std::filesystem::exists(path, ignored)) {
    return fmt::format("no picture: gnuplot failed to write {}", path);
  }
  return "";
}

std::string gnuplot_terminal(const std::string& path, double width, double height) {
  const bool svg = std::filesystem::path(path).extension() == ".svg";
  return fmt::format(
      "set terminal {} size {:.0f},{:.0f} font 'DejaVu Sans,{}' background rgb 'white'\n"
      "set output {}\nset encoding utf8\n",
      svg ? "svg" : "pngcairo", width, height, svg ? 13 : 11, gnuplot_quoted(path));
}

std::string gnuplot_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    if (c != '\n') result += c;
  }
  return result + "'";
}

}  // namespace recordings
