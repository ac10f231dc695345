// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The version of RoboCache. This is the only place where it stands; CMake reads it from here.

#define ROBOCACHE_VERSION_MAJOR 0
#define ROBOCACHE_VERSION_MINOR 1
#define ROBOCACHE_VERSION_PATCH 0

/// One number to compare with: major * 10000 + minor * 100 + patch.
#define ROBOCACHE_VERSION \
  (ROBOCACHE_VERSION_MAJOR * 10000 + ROBOCACHE_VERSION_MINOR * 100 + ROBOCACHE_VERSION_PATCH)
