# SPDX-License-Identifier: Apache-2.0
"""Measures the rows of one or more operations in all their spellings, and writes the JSON.

An operation is a class of rows.py, and in addition

    spellings()             [(peer, function of (*arguments, type))], what counts most first
    arguments(*inputs)      what the functions take, from what `make` returns
    cupy_call(cupy, data)   (a function of the index of a set of `data`, its name), or None
"""

import sys
from collections.abc import Callable

import common
import measuring
import rows
import timing
import torch


def buffer_sets(row, l2_bytes):
    return 4 * l2_bytes // row.touched_bytes() + 1 if row.cold else 1


class Expected:
    """What results are compared with: found once for each row, and kept in host memory."""

    def __init__(self, folder):
        self.folder, self.found = folder, {}

    def of(self, row):
        if row.name not in self.found:
            result, whose = row.expected(self.folder)
            self.found[row.name] = result.cpu(), whose
        return self.found[row.name]


def checked(row, result, expected):
    """What a checked result adds to an entry."""
    values, whose = expected
    error = row.difference(result, values.to(result.device))
    return {"largest_error": measuring.tolerated(row, error), "compared_with": whose}


def figures(us, calls, replays):
    return {"real_time": us, "time_unit": "us", "calls": calls, "replays": replays}


def measure_torch(row, function, data, expected):
    out_type = row.arrays.types[row.output]
    outputs = [None] * len(data)

    def call(i):
        outputs[i] = None  # so that a warm call may reuse the memory, and a cold one may not
        outputs[i] = function(*data[i], out_type)

    call(0)
    check = checked(row, outputs[0], expected)
    return figures(*timing.median_us(call, len(data))) | check


def measure_cupy(row, data, expected):
    """None where CuPy cannot do the row."""
    import cupy

    found = row.cupy_call(cupy, data)
    if found is None:
        return None
    call, name = found
    torch.cuda.synchronize()  # the inputs are PyTorch's
    stream = cupy.cuda.Stream(non_blocking=True)
    with stream:
        result = call(0)
        stream.synchronize()  # PyTorch looks at it
        check = checked(row, torch.as_tensor(result, device="cuda"), expected)
        torch.cuda.synchronize()
        us, calls, replays, by_graph = timing.cupy_median_us(cupy, stream, call, len(data))
    spelling = f"{name}, {result.dtype}, " + ("graph" if by_graph else "no graph")
    return figures(us, calls, replays) | check | {"spelling": spelling, "one_by_one": not by_graph}


def passes_of(row, with_compile, with_cupy):
    """[(peer, spelling, function)]"""
    passes = [(peer, function.__name__, function) for peer, function in row.spellings()
              if with_compile or peer != "torch.compile"]
    if with_cupy and passes:
        passes.insert(2, ("cupy", "arrays", None))  # after a first look at each of the others
    return passes


def main(operations, description):
    parser = measuring.argument_parser(description, 80)
    parser.add_argument("--no-compile", action="store_true", help="eager mode and CuPy only")
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        print("PyTorch sees no GPU", file=sys.stderr)
        return 1
    try:
        import cupy
        cupy_version = cupy.__version__
    except ImportError:
        cupy_version = None
        print("left out: no CuPy", file=sys.stderr)

    for limit in ("recompile_limit", "cache_size_limit"):  # each shape is a compilation of its own
        if hasattr(torch._dynamo.config, limit):
            setattr(torch._dynamo.config, limit, 1000)
    device = torch.device("cuda")
    properties = torch.cuda.get_device_properties(device)
    run = measuring.Run(arguments, {"device": properties.name, "torch": torch.__version__,
                                    "cuda": torch.version.cuda, "cupy": cupy_version})
    wanted = [row for row in rows.wanted_rows(arguments, common.TorchArrays(device), operations)
              if not row.on_cpu]
    expected = Expected(arguments.results)
    compiled: dict[Callable, Callable] = {}  # a function for all of its shapes
    passes = [(row, passes_of(row, not arguments.no_compile, cupy_version is not None))
              for row in wanted]
    # A budget that ends early cuts the last spellings of each row.
    for turn in range(max((len(of_row) for _, of_row in passes), default=0)):
        for row, of_row in passes:
            if turn >= len(of_row):
                continue
            peer, spelling, function = of_row[turn]
            if peer == "torch.compile":
                function = compiled.setdefault(function, torch.compile(function, dynamic=False))

            def measure():
                data = [row.arguments(*row.make(number))
                        for number in range(buffer_sets(row, properties.L2_cache_size))]
                if peer == "cupy":
                    return measure_cupy(row, data, expected.of(row))
                return measure_torch(row, function, data, expected.of(row))

            run.attempt(row, peer, spelling, measure)
            torch.cuda.empty_cache()  # the memory is the next row's
    run.write()
    return 0
