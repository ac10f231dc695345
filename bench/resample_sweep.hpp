// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bench {

/// Rows with other scalars than BF16; in a file of its own because each pair is a set of kernels.
void register_sweep_scalars();

}  // namespace bench
