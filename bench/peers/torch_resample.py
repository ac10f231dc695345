#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The resample rows in PyTorch (eager and torch.compile) and CuPy, on the GPU.

    torch_resample.py --out peers.json [--rows-of bench.json --filter REGEX] [--budget 80]

"warm" works on the same tensors, "cold" rotates through more than four times the L2. Each peer has
several spellings of the same computation and is credited with its fastest. Every result is checked
against a reference in double. `report.py --peers` merges the output by row name.
"""

import re
import sys

import torch

import common
import runner

PERIOD = 0.002  # s


def gather_float(values, times, targets, out_dtype):
    return common.gather_float(values, times, targets).to(out_dtype)


def index_float(values, times, targets, out_dtype):
    return common.index_float(values, times, targets).to(out_dtype)


class Row:
    PATTERN = re.compile(r"resample/(?P<b>\d+)x(?P<s>\d+)->(?P<t>\d+)x(?P<d>\d+)/(?P<scalar>\w+)"
                         r"(->(?P<out>\w+))?(?P<int64>/int64)?(?P<shuffled>/shuffled)?/"
                         r"(?P<regime>warm|cold)")
    PASSES = [("torch", index_float), ("torch.compile", gather_float),
              ("torch.compile", index_float), ("torch", gather_float),
              ("torch", common.index_native)]
    CUPY_SPELLING = "flat searchsorted"

    def __init__(self, match):
        self.name = match[0]
        self.shape = tuple(int(match[k]) for k in "bstd")
        self.values_type = common.SCALARS[match["scalar"]]
        self.out_type = common.SCALARS[match["out"] or match["scalar"]]
        self.integer_times = match["int64"] is not None
        self.shuffled = match["shuffled"] is not None
        self.cold = match["regime"] == "cold"

    def make(self, device):
        """As workload.cuh: 500 Hz, targets over the recording."""
        b, s, t, d = self.shape
        values = common.random_values((b, s, d), self.values_type, device)
        times = common.jittered_times(b, s, PERIOD, device)
        targets = common.grid_targets(b, t, PERIOD * s, device)
        if self.shuffled:
            targets = targets.gather(1, torch.rand(b, t, device=device).argsort(1))
        if self.integer_times:
            times, targets = ((x * 1e9).long() + 1700000000000000000 for x in (times, targets))
        else:
            times, targets = times.float(), targets.float()
        return values, times.contiguous(), targets.contiguous()

    def touched_bytes(self):
        b, s, t, d = self.shape
        stamp = 8 if self.integer_times else 4
        touched = min(s, 2 * t)  # samples that some target needs
        return (b * touched * (d * self.values_type.itemsize + stamp)
                + b * t * (d * self.out_type.itemsize + stamp))

    def reference(self, values, times, targets):
        return common.reference(values, times, targets)

    def tolerance(self):
        scale = 255.0 if self.values_type == torch.uint8 else 1.0
        return scale * common.ROUNDING[self.out_type]

    def cupy_call(self, cupy, data):
        if self.integer_times or self.values_type == torch.uint8:
            return None
        b, s, _, _ = self.shape
        shift = cupy.arange(b, dtype="float64")[:, None] * (2 * PERIOD * s)
        first = cupy.arange(b)[:, None] * s
        prepared = [(common.cupy_array(cupy, values), cupy.asarray(times), cupy.asarray(targets))
                    for values, times, targets in data]
        dtype = common.CUPY_SCALARS[self.values_type]

        def call(i):
            return common.cupy_resample(cupy, *prepared[i], shift, first).astype(dtype)

        return call


if __name__ == "__main__":
    sys.exit(runner.main([Row], __doc__.splitlines()[0]))
