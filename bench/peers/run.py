#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rows of all operations in PyTorch (eager and torch.compile) and CuPy, into one JSON.

    run.py --out peers.json [--rows-of bench.json --filter REGEX] [--budget 80]

One process, because PyTorch takes long to start. torch_resample.py says how rows are measured.
"""

import sys

import runner
import torch_fuse
import torch_resample
import torch_voxelize

if __name__ == "__main__":
    sys.exit(runner.main([torch_resample.Row, torch_fuse.Row, torch_voxelize.Row],
                         __doc__.splitlines()[0]))
