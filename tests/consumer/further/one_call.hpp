// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/compiled.hpp>

#include <cstdint>

ROBOCACHE_COMPILED(apply_brackets_call<std::int16_t, float>)
