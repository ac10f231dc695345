// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include "command_line.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

namespace supervised {
namespace {

const recordings::named_values<fault_kind> kinds{
    {"kill", fault_kind::kill},         {"hang", fault_kind::hang},
    {"abort", fault_kind::abort},       {"fatal", fault_kind::fatal},
    {"resource", fault_kind::resource}, {"argument", fault_kind::argument},
    {"stop", fault_kind::stop},         {"orphan", fault_kind::orphan}};

const recordings::named_values<fault_place> places{{"taken", fault_place::taken},
                                                   {"computed", fault_place::computed},
                                                   {"written", fault_place::written},
                                                   {"locked", fault_place::locked},
                                                   {"committed", fault_place::committed}};

bool is_outcome(fault_kind kind) {
  return kind == fault_kind::fatal || kind == fault_kind::resource || kind == fault_kind::argument;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stopped == end;
}

[[noreturn]] void wait_for_end() {
  for (;;) pause();
}

void cause(fault_kind kind, pid_t supervisor) {
  switch (kind) {
    case fault_kind::kill:
      raise(SIGKILL);
      break;
    case fault_kind::abort:
      prctl(PR_SET_DUMPABLE, 0);  // no core file for what was asked for
      std::abort();
    case fault_kind::stop:
      kill(supervisor, SIGTERM);
      raise(SIGTERM);
      break;
    case fault_kind::orphan:
      kill(supervisor, SIGKILL);
      wait_for_end();  // PR_SET_PDEATHSIG
    default:
      wait_for_end();
  }
}

}  // namespace

fault parse_fault(const std::string& text) {
  fault f;
  const auto bad = [&]() -> recordings::usage_error {
    return recordings::usage_error("--fault-at " + text + ": it is NUMBER=KIND[@PLACE][*TIMES], " +
                                   recordings::words_of(kinds) + "; " +
                                   recordings::words_of(places));
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) throw bad();
  if (!read_number(std::string_view(text).substr(0, equals), f.sequence)) throw bad();
  std::string word = text.substr(equals + 1);
  if (const std::size_t star = word.find('*'); star != std::string::npos) {
    if (!read_number(std::string_view(word).substr(star + 1), f.times)) throw bad();
    word.resize(star);
  }
  if (const std::size_t at = word.find('@'); at != std::string::npos) {
    const auto place = recordings::value_named(word.substr(at + 1), places);
    if (!place) throw bad();
    f.place = *place;
    word.resize(at);
  }
  const auto kind = recordings::value_named(word, kinds);
  if (!kind || (is_outcome(*kind) && f.place != fault_place::computed)) throw bad();
  f.kind = *kind;
  return f;
}

bool fault_injector::is_due(std::size_t index) {
  std::atomic<std::uint32_t>& left = state_.faults_left[index];
  if (left == 0) return false;
  --left;
  return true;
}

void fault_injector::at(fault_place place, std::uint64_t sequence) {
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const fault& f = faults_[i];
    if (sequence < f.sequence || f.place != place || is_outcome(f.kind)) continue;
    if (is_due(i)) cause(f.kind, state_.supervisor);
  }
}

robocache::status fault_injector::outcome(std::uint64_t sequence) {
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const fault& f = faults_[i];
    if (sequence < f.sequence || !is_outcome(f.kind) || !is_due(i)) continue;
    if (f.kind == fault_kind::fatal) {
      return robocache::status::from_cuda("injected", 719, "unspecified launch failure");
    }
    if (f.kind == fault_kind::resource) {
      return robocache::status::from_cuda("injected", 2, "out of memory");
    }
    return robocache::status::invalid_argument("injected: an argument is wrong");
  }
  return {};
}

}  // namespace supervised
