#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fuse rows in PyTorch (eager and torch.compile) and CuPy, on the GPU.

    torch_fuse.py --out peers.json [--rows-of bench.json --filter REGEX] [--budget 80]

Every stream is resampled as in torch_resample.py and the results are put side by side; that file
says how rows are measured and checked. Rows with reports, rotations or int64 stamps have no peer.
"""

import sys

import common
import rows
import runner
import torch

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

class Row(rows.FuseRow):
    def spellings(self):
        return [("torch", slices_index), ("torch.compile", cat_index),
                ("torch.compile", cat_gather), ("torch", cat_index), ("torch", cat_native)]

    def arguments(self, streams, anchors, deltas):
        return streams, anchors, deltas

    def cupy_call(self, cupy, data):
        item = cupy.arange(self.batch)[:, None]
        shift = item.astype("float64") * (4 * self.span)  # windows reach out of the span
        dtype = common.CUPY_SCALARS[self.arrays.types[self.output]]
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

        return call, common.CUPY_SPELLING


if __name__ == "__main__":
    sys.exit(runner.main([Row], __doc__.splitlines()[0]))
