// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recording.hpp"
#include "stream_spec.hpp"

#include <string>

namespace recordings {

/// The channels of a recording that are not interpolated like the rest: those the user told, and
/// the quaternions of the recording unless told otherwise (with linear interpolation only).
/// Afterwards the recording's quaternions are those that are interpolated as such.
/// \throws usage_error if a channel is not there, told twice, or no rotation can be made of them
robocache::channel_groups find_groups(recording& recorded, const stream_spec& spec);

/// "linear, slerp xyzw": for the table.
std::string describe(const robocache::channel_groups& groups, const recording& recorded,
                     robocache::interpolation rest);

}  // namespace recordings
