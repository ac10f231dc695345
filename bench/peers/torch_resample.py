#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The resample rows in PyTorch (eager and torch.compile) and CuPy, on the GPU.

    torch_resample.py --out peers.json [--rows-of bench.json --filter REGEX] [--budget 80]

"warm" works on the same tensors, "cold" rotates through more than four times the L2. Each peer has
several spellings of the same computation and is credited with its fastest. The result of the first
set of inputs is compared with the library's (--results), or with a reference in double, before
anything is timed. `report.py --peers` merges the output by row name.
"""

import sys

import common
import rows
import runner


def gather_float(values, times, targets, out_dtype):
    return common.gather_float(values, times, targets).to(out_dtype)


def index_float(values, times, targets, out_dtype):
    return common.index_float(values, times, targets).to(out_dtype)


class Row(rows.ResampleRow):
    def spellings(self):
        return [("torch", index_float), ("torch.compile", gather_float),
                ("torch.compile", index_float), ("torch", gather_float),
                ("torch", common.index_native)]

    def arguments(self, streams, targets, deltas):
        values, times = streams[0]
        return values, times, targets

    def cupy_call(self, cupy, data):
        samples, _, scalar = self.streams[0]
        if self.stamps == "int64" or scalar == "u8":
            return None
        item = cupy.arange(self.batch)[:, None]
        shift = item.astype("float64") * (2 * self.span)
        first = item * samples
        prepared = [(common.cupy_array(cupy, values), cupy.asarray(times), cupy.asarray(targets))
                    for values, times, targets in data]
        dtype = common.CUPY_SCALARS[self.arrays.types[scalar]]

        def call(i):
            return common.cupy_resample(cupy, *prepared[i], shift, first).astype(dtype)

        return call, common.CUPY_SPELLING


if __name__ == "__main__":
    sys.exit(runner.main([Row], __doc__.splitlines()[0]))
