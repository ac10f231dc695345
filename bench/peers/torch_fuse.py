#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fuse rows in PyTorch (eager and torch.compile) and CuPy, on the GPU.

    torch_fuse.py --out peers.json [--rows-of bench.json --filter REGEX] [--budget 80]

Every stream is resampled as in torch_resample.py and the results are put side by side; that file
says how rows are measured and checked. Rows with reports or rotations have no peer.
"""

import re
import sys

import torch

import common
import runner

SPAN = 1.0  # s: all streams cover it
STREAM = re.compile(r"(?:(?P<count>\d+)x)?(?P<s>\d+)x(?P<d>\d+)")


# ------------------------------------------------------------------------------- the computation
# `streams` is a tuple of (values, times), `deltas` is None without windows.

def target_times(anchors, deltas):
    if deltas is None:
        return anchors
    return (anchors.unsqueeze(-1) + deltas).flatten(1)


def cat_gather(streams, anchors, deltas, out_dtype):
    targets = target_times(anchors, deltas)
    return torch.cat([common.gather_float(v, t, targets).to(out_dtype) for v, t in streams], -1)


def cat_index(streams, anchors, deltas, out_dtype):
    targets = target_times(anchors, deltas)
    return torch.cat([common.index_float(v, t, targets).to(out_dtype) for v, t in streams], -1)


def cat_native(streams, anchors, deltas, out_dtype):
    targets = target_times(anchors, deltas)
    return torch.cat([common.index_native(v, t, targets, out_dtype) for v, t in streams], -1)


def slices_index(streams, anchors, deltas, out_dtype):
    """Each stream converted and put in its place in one pass, no concatenation."""
    targets = target_times(anchors, deltas)
    columns = sum(v.shape[2] for v, _ in streams)
    output = torch.empty(*targets.shape, columns, device=targets.device, dtype=out_dtype)
    column = 0
    for values, times in streams:
        end = column + values.shape[2]
        output[:, :, column:end] = common.index_float(values, times, targets)
        column = end
    return output


# ------------------------------------------------------------------------------------- the rows

class Row:
    PATTERN = re.compile(r"fuse/(?P<b>\d+)x\((?P<streams>[\dx,]+)\)->(?P<t>\d+)(x(?P<k>\d+))?/"
                         r"(?P<scalars>[\w,]+)(->(?P<out>\w+))?/(?P<regime>warm|cold)")
    PASSES = [("torch", slices_index), ("torch.compile", cat_index),
              ("torch.compile", cat_gather), ("torch", cat_index), ("torch", cat_native)]
    CUPY_SPELLING = "flat searchsorted"

    def __init__(self, match):
        self.name = match[0]
        self.batch, self.anchors = int(match["b"]), int(match["t"])
        self.window = int(match["k"] or 1)
        self.cold = match["regime"] == "cold"
        shapes = []
        for stream in STREAM.finditer(match["streams"]):
            shapes += [(int(stream["s"]), int(stream["d"]))] * int(stream["count"] or 1)
        scalars = match["scalars"].split(",")
        if len(scalars) == 1:
            scalars *= len(shapes)
        self.streams = [(s, d, common.SCALARS[scalar])
                        for (s, d), scalar in zip(shapes, scalars, strict=True)]
        self.out_type = common.SCALARS[match["out"] or scalars[0]]

    def make(self, device):
        """As fuse/workload.cuh: streams of different rates over one second."""
        streams = tuple(
            (common.random_values((self.batch, s, d), dtype, device),
             common.jittered_times(self.batch, s, SPAN / s, device).float().contiguous())
            for s, d, dtype in self.streams)
        anchors = common.grid_targets(self.batch, self.anchors, SPAN, device).float().contiguous()
        deltas = None
        if self.window > 1:
            deltas = -0.02 * torch.arange(self.window - 1, -1, -1, device=device).float()
        return streams, anchors, deltas

    def touched_bytes(self):
        rows = self.anchors * self.window
        samples = sum(min(s, 2 * rows) * (d * dtype.itemsize + 4) for s, d, dtype in self.streams)
        columns = sum(d for _, d, _ in self.streams)
        return self.batch * (samples + 4 * self.anchors + rows * columns * self.out_type.itemsize)

    def reference(self, streams, anchors, deltas):
        targets = target_times(anchors, deltas)
        return torch.cat([common.reference(v, t, targets) for v, t in streams], -1)

    def tolerance(self):
        return common.ROUNDING[self.out_type]

    def cupy_call(self, cupy, data):
        item = cupy.arange(self.batch)[:, None]
        shift = item.astype("float64") * (4 * SPAN)  # windows reach out of the span
        dtype = common.CUPY_SCALARS[self.out_type]
        prepared = []
        for streams, anchors, deltas in data:
            arrays = [(common.cupy_array(cupy, v), cupy.asarray(t)) for v, t in streams]
            prepared.append((arrays, cupy.asarray(anchors),
                             None if deltas is None else cupy.asarray(deltas)))

        def call(i):
            arrays, targets, deltas = prepared[i]
            if deltas is not None:
                targets = (targets[:, :, None] + deltas).reshape(self.batch, -1)
            return cupy.concatenate(
                [common.cupy_resample(cupy, values, times, targets, shift,
                                      item * values.shape[1]).astype(dtype)
                 for values, times in arrays], axis=-1)

        return call


if __name__ == "__main__":
    sys.exit(runner.main([Row], __doc__.splitlines()[0]))
