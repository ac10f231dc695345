// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bench {

/// Rows with features; in a file of its own so that two compilers can work at a time.
void register_voxelize_features();

}  // namespace bench
