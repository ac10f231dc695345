// SPDX-License-Identifier: Apache-2.0
#pragma once

// Catch2 2 is one header, Catch2 3 is a library of many: the same macros from either.

#ifndef ROBOCACHE_CATCH2_VERSION
#define ROBOCACHE_CATCH2_VERSION 2
#endif

#if ROBOCACHE_CATCH2_VERSION >= 3
#include <catch2/catch_approx.hpp>
#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>
#if defined(CATCH_CONFIG_RUNNER)
#include <catch2/catch_session.hpp>
#endif
using Catch::Approx;  // version 2 exports it by itself
#else
#include <catch2/catch.hpp>
#endif
