// SPDX-License-Identifier: Apache-2.0
#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>

extern char** environ;

namespace robocache_test {
namespace {

constexpr const char* launching_line = "child: launching\n";
constexpr const char* end_line = "child: reached its end\n";

/// What comes out of the pipe until all writers are gone; false if that takes too long.
bool read_all(int pipe_end, std::string& text) {
  using clock = std::chrono::steady_clock;
  const clock::time_point deadline = clock::now() + std::chrono::minutes(2);
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd what{pipe_end, POLLIN, 0};
    if (left <= 0 || poll(&what, 1, static_cast<int>(left)) <= 0) return false;
    char buffer[4096];
    const ssize_t size = read(pipe_end, buffer, sizeof(buffer));
    if (size <= 0) return true;
    text.append(buffer, static_cast<std::size_t>(size));
  }
}

}  // namespace

process_end run_child(const std::string& name) {
  const rlimit no_core{0, 0};
  (void)setrlimit(RLIMIT_CORE, &no_core);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::string program = "/proc/self/exe";
  std::string test = name;
  char* arguments[] = {program.data(), test.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  (void)close(ends[1]);
  if (error != 0) {
    (void)close(ends[0]);
    throw std::runtime_error("no process");
  }

  process_end end;
  end.timed_out = !read_all(ends[0], end.output);
  (void)close(ends[0]);
  if (end.timed_out) (void)kill(child, SIGKILL);
  int how = 0;
  while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(how)) end.exit_code = WEXITSTATUS(how);
  if (WIFSIGNALED(how)) end.signal = WTERMSIG(how);
  return end;
}

void say_launching() {
  std::printf("%s", launching_line);
  (void)std::fflush(stdout);
}

void reach_end() {
  std::printf("%s", end_line);
  (void)std::fflush(stdout);
}

bool was_launching(const process_end& end) {
  return end.output.find(launching_line) != std::string::npos;
}

bool reached_end(const process_end& end) {
  return end.output.find(end_line) != std::string::npos;
}

}  // namespace robocache_test
