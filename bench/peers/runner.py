# SPDX-License-Identifier: Apache-2.0
"""Measures the rows of one or more operations in all their spellings, and writes the JSON.

An operation is a class of rows. `Row.PATTERN` matches the whole name of a row, and `Row(match)` has

    name, cold, out_type    of the row
    touched_bytes()         what one call moves, about
    make(device)            one set of inputs, a tuple
    reference(*inputs)      the result in float32, computed in double
    difference(result, expected)  how wrong a result is; optional, else the largest difference
    tolerance()             the largest difference allowed
    cupy_call(cupy, data)   a function of the index of a set of `data`, or None

`Row.PASSES` lists (peer, function of (*inputs, out_type)), what counts most first, and
`Row.CUPY_SPELLING` says how CuPy does it. `make` starts from the same seed for every row and pass.
"""

import sys

import torch

import measuring
import timing


def buffer_sets(row, l2_bytes):
    return 4 * l2_bytes // row.touched_bytes() + 1 if row.cold else 1


def largest_difference(result, expected):
    return (result.float() - expected).abs().max().item()


def checked_error(row, result, expected):
    difference = getattr(row, "difference", largest_difference)
    return measuring.tolerated(row, difference(result, expected))


def figures(us, calls, replays, error):
    return {"real_time": us, "time_unit": "us", "calls": calls, "replays": replays,
            "largest_error": error}


def measure_torch(row, function, data, expected):
    outputs = [None] * len(data)

    def call(i):
        outputs[i] = None  # so that a warm call may reuse the memory, and a cold one may not
        outputs[i] = function(*data[i], row.out_type)

    call(0)
    error = checked_error(row, outputs[0], expected)
    return figures(*timing.median_us(call, len(data)), error)


def measure_cupy(row, data, expected):
    """None where CuPy cannot do the row."""
    import cupy

    call = row.cupy_call(cupy, data)
    if call is None:
        return None
    torch.cuda.synchronize()  # the inputs are PyTorch's
    stream = cupy.cuda.Stream(non_blocking=True)
    with stream:
        result = call(0)
        stream.synchronize()  # PyTorch looks at it
        error = checked_error(row, torch.as_tensor(result, device="cuda"), expected)
        torch.cuda.synchronize()
        us, calls, replays, by_graph = timing.cupy_median_us(cupy, stream, call, len(data))
    spelling = f"{row.CUPY_SPELLING}, {result.dtype}, " + ("graph" if by_graph else "no graph")
    return figures(us, calls, replays, error) | {"spelling": spelling}


def wanted_rows(operations, arguments):
    """The rows of each operation, by the names in a file."""
    names = measuring.row_names(arguments)
    rows = []
    for operation in operations:
        matches = (operation.PATTERN.fullmatch(name) for name in names)
        rows.append([operation(match) for match in matches if match])
    return rows


def passes_of(operations, rows, with_compile):
    """(operation's rows, peer, spelling, function) for all: the operations take turns, so that a
    budget that ends early cuts the last spellings of each."""
    result = []
    lists = []
    for operation in operations:
        passes = [p for p in operation.PASSES if with_compile or p[0] != "torch.compile"]
        passes.insert(2, ("cupy", None))  # after a first look at each of the others
        lists.append(passes)
    for i in range(max(map(len, lists))):
        for passes, row_list in zip(lists, rows):
            if i < len(passes):
                peer, function = passes[i]
                result.append((row_list, peer, function.__name__ if function else "arrays",
                               function))
    return result


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
    passes = passes_of(operations, wanted_rows(operations, arguments), not arguments.no_compile)
    for rows, peer, spelling, function in passes:
        if peer == "cupy" and cupy_version is None:
            continue
        if peer == "torch.compile":
            function = torch.compile(function, dynamic=False)
        for row in rows:
            data = expected = None
            if not run.is_over():
                torch.manual_seed(7)
                data = [row.make(device) for _ in range(buffer_sets(row, properties.L2_cache_size))]
                expected = row.reference(*data[0])
            if peer == "cupy":
                run.attempt(row, peer, spelling, lambda: measure_cupy(row, data, expected))
            else:
                run.attempt(row, peer, spelling,
                            lambda: measure_torch(row, function, data, expected))
            data = expected = None  # the memory is the next row's
            torch.cuda.empty_cache()
    run.write()
    return 0
