// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/options.hpp>

#include "backend.hpp"
#include "conditioning.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// \file
/// What the programs' command lines have in common.

namespace recordings {

/// The words that an option takes, and what they mean.
template <class Value>
using named_values = std::vector<std::pair<std::string, Value>>;

/// "linear|nearest|previous|next".
template <class Value>
std::string words_of(const named_values<Value>& choices) {
  std::string words;
  for (const auto& choice : choices) words += (words.empty() ? "" : "|") + choice.first;
  return words;
}

template <class Value>
std::optional<Value> value_named(const std::string& word, const named_values<Value>& choices) {
  for (const auto& choice : choices) {
    if (choice.first == word) return choice.second;
  }
  return std::nullopt;
}

/// The word for a value that is among the choices.
template <class Value>
std::string word_for(Value value, const named_values<Value>& choices) {
  for (const auto& choice : choices) {
    if (choice.second == value) return choice.first;
  }
  return "";
}

const named_values<robocache::interpolation>& interpolation_words();
const named_values<robocache::extrapolation>& extrapolation_words();
const named_values<robocache::gap_policy>& gap_policy_words();
const named_values<unsorted_policy>& unsorted_words();

/// An option whose value is one of a few words.
template <class Value>
void add_choice(CLI::App& app, const std::string& name, Value& target,
                const named_values<Value>& choices, const std::string& help) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.first);
  app.add_option_function<std::string>(
         name,
         [&target, choices](const std::string& word) { target = *value_named(word, choices); },
         help)
      ->check(CLI::IsMember(words).description(""))
      ->type_name(words_of(choices))
      ->default_str(word_for(target, choices));
}

/// --backend and --threads.
void add_backend(CLI::App& app, backend_choice& backend, int& threads);

/// --scalar, and these two.
void add_computing(CLI::App& app, scalar_kind& scalar, backend_choice& backend, int& threads);

/// \return nanoseconds \throws usage_error that starts with `option`
std::int64_t duration(const std::string& option, const std::string& text);

/// \throws usage_error unless it ends in .png or .svg
void check_picture_name(const std::string& option, const std::string& path);

/// \throws usage_error unless it is above 0 and at most 1e9 Hz
void check_rate(double rate);

/// Parses, and adds --version. \return false if all was said already (--help, --version)
/// \throws usage_error
bool parse(CLI::App& app, int argc, char** argv);

}  // namespace recordings
