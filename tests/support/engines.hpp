// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

/// \file
/// Engines: a back end's operations for some sets of types, in files that build in parallel. Each
/// engine is one source file, compiled once for each of its sets: `engine_sources` in
/// CMakeLists.txt defines ROBOCACHE_TEST_SET. An executable can run the sets that it was linked
/// with.

namespace robocache_test {

struct on_cpu;
struct on_cuda;

namespace detail {

template <class Operations>
using append_set = void (*)(std::vector<Operations>&);

template <class Operations, class BackEnd>
std::map<std::string, append_set<Operations>>& linked_sets() {
  static std::map<std::string, append_set<Operations>> sets;
  return sets;
}

}  // namespace detail

/// As a global variable it adds a set to those of its back end.
template <class Operations, class BackEnd>
struct linked_set {
  linked_set(const char* name, detail::append_set<Operations> append) {
    const bool added = detail::linked_sets<Operations, BackEnd>().emplace(name, append).second;
    if (!added) std::abort();  // two sets of one name: one of them would not be tested
  }
};

/// What a back end can run, one set after another in the order of their names. From `main` on.
template <class Operations, class BackEnd>
const std::vector<Operations>& all_linked() {
  static const std::vector<Operations> all = [] {
    std::vector<Operations> to;
    for (const auto& [name, append] : detail::linked_sets<Operations, BackEnd>()) append(to);
    return to;
  }();
  return all;
}

}  // namespace robocache_test

/// Adds the set ROBOCACHE_TEST_SET, a function in `sets_on_cpu` or `sets_on_cuda` of the engine.
/// Two names, for both back ends of an operation may be in one executable.
#define ROBOCACHE_TEST_LINK_SET(Operations, BackEnd)                                        \
  namespace {                                                                               \
  const linked_set<Operations, BackEnd> this_set(ROBOCACHE_TEST_QUOTED(ROBOCACHE_TEST_SET), \
                                                 [](std::vector<Operations>& to) {          \
                                                   sets_##BackEnd::ROBOCACHE_TEST_SET(to);  \
                                                 });                                        \
  }
#define ROBOCACHE_TEST_QUOTED(name) ROBOCACHE_TEST_QUOTED_AS_IT_IS(name)
#define ROBOCACHE_TEST_QUOTED_AS_IT_IS(name) #name
