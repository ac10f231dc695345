// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stream_result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// \file
/// What the picture shows: which channels share a panel, and which moment is shown enlarged.

namespace recordings {

/// Channels of one stream that share an axis.
struct plot_panel {
  const stream_result* stream = nullptr;
  std::string title;
  std::string axis;  ///< label of the vertical axis, with the unit where it is known
  std::vector<std::size_t> channels;
  std::vector<std::string> names;  ///< one per channel, without the unit
};

/// Groups channels by what they are called (position, velocity_1 velocity_2, ...). With one stream
/// all groups, with several the first of each; up to six panels.
/// \param wanted  names of the channels to draw; empty: chosen here
std::vector<plot_panel> choose_panels(const std::vector<stream_result>& streams,
                                      const std::vector<std::string>& wanted);

/// A window worth enlarging: about 12 intervals of the slowest stream (fewer where a fast stream
/// would have more than 60), without gaps, where the drawn channels move most; within `span`, what
/// the whole picture shows. Nothing if the recordings are so short that all can be seen anyway.
std::optional<gap> choose_detail(const std::vector<plot_panel>& panels, const gap& span);

/// Which of the panel's channels, counted among them, moves most in a window.
std::size_t most_moving(const plot_panel& panel, const gap& window);

}  // namespace recordings
