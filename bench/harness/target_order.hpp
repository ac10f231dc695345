// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// In which order a row asks for its targets.

namespace bench {

enum class target_order { sorted, shuffled };

}  // namespace bench
