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

import argparse
import csv
import json
import pathlib
import re
import sys
import time

import torch

import timing


def buffer_sets(row, l2_bytes):
    return 4 * l2_bytes // row.touched_bytes() + 1 if row.cold else 1


def largest_difference(result, expected):
    return (result.float() - expected).abs().max().item()


def checked_error(row, spelling, result, expected):
    error = getattr(row, "difference", largest_difference)(result, expected)
    if not error <= row.tolerance():
        raise RuntimeError(f"{spelling} differs from the reference by {error}")
    return error


def entry(row, peer, spelling, us, calls, replays, error):
    return {"name": row.name, "peer": peer, "spelling": spelling, "real_time": us,
            "time_unit": "us", "calls": calls, "replays": replays, "largest_error": error}


def measure_torch(row, peer, spelling, function, data, expected):
    outputs = [None] * len(data)

    def call(i):
        outputs[i] = None  # so that a warm call may reuse the memory, and a cold one may not
        outputs[i] = function(*data[i], row.out_type)

    call(0)
    error = checked_error(row, spelling, outputs[0], expected)
    return entry(row, peer, spelling, *timing.median_us(call, len(data)), error)


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
        error = checked_error(row, "CuPy", torch.as_tensor(result, device="cuda"), expected)
        torch.cuda.synchronize()
        us, calls, replays, by_graph = timing.cupy_median_us(cupy, stream, call, len(data))
    spelling = f"{row.CUPY_SPELLING}, {result.dtype}, " + ("graph" if by_graph else "no graph")
    return entry(row, "cupy", spelling, us, calls, replays, error)


def wanted_rows(operations, arguments):
    """The rows of each operation, by the names in a file."""
    if arguments.rows_of:
        with open(arguments.rows_of, encoding="utf-8") as file:
            names = [re.sub(r"/(iterations:\d+|manual_time)(?=/|$)", "", line["name"])
                     for line in json.load(file)["benchmarks"]]
    else:
        with open(arguments.gates, encoding="utf-8", newline="") as file:
            names = [line["row"] for line in csv.DictReader(file)]
    names = [n for n in dict.fromkeys(names) if re.search(arguments.filter, n)]
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
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", help="JSON file; default: stdout")
    parser.add_argument("--gates", default=here.parent / "gates.csv",
                        help="take the rows from here (default)")
    parser.add_argument("--rows-of", help="take the rows from this benchmark JSON instead")
    parser.add_argument("--filter", default="", help="only rows that this regex finds")
    parser.add_argument("--no-compile", action="store_true", help="eager mode and CuPy only")
    parser.add_argument("--budget", type=float, default=80, metavar="SECONDS",
                        help="start no new measurement after this time (default 80)")
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        print("PyTorch sees no GPU", file=sys.stderr)
        return 1

    started = time.monotonic()
    for limit in ("recompile_limit", "cache_size_limit"):  # each shape is a compilation of its own
        if hasattr(torch._dynamo.config, limit):
            setattr(torch._dynamo.config, limit, 1000)
    device = torch.device("cuda")
    properties = torch.cuda.get_device_properties(device)
    results, cut_off = [], []
    try:
        import cupy
        cupy_version = cupy.__version__
    except ImportError:
        cupy_version = None
        print("left out: no CuPy", file=sys.stderr)

    def write():
        """All so far, after each measurement: a run that is stopped leaves what it had."""
        document = {
            "context": {
                "device": properties.name, "torch": torch.__version__, "cuda": torch.version.cuda,
                "cupy": cupy_version, "seconds": round(time.monotonic() - started, 1),
                "not_measured_for_lack_of_time": cut_off,
            },
            "benchmarks": results,
        }
        text = json.dumps(document, indent=1) + "\n"
        if arguments.out:
            pathlib.Path(arguments.out).write_text(text, encoding="utf-8")
        return text

    def attempt(row, peer, spelling, body):
        try:
            result = body()
            if result is None:
                return
            results.append(result)
            print(f"{row.name} {peer} {spelling}: {result['real_time']:.2f} us "
                  f"({time.monotonic() - started:.0f} s)", file=sys.stderr)
        except Exception as error:  # a peer that fails is reported, and the others go on
            text = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            results.append({"name": row.name, "peer": peer, "spelling": spelling,
                            "error_message": text})
            print(f"{row.name} {peer} {spelling}: {text}", file=sys.stderr)
        write()

    passes = passes_of(operations, wanted_rows(operations, arguments), not arguments.no_compile)
    for rows, peer, spelling, function in passes:
        if peer == "cupy" and cupy_version is None:
            continue
        if peer == "torch.compile":
            function = torch.compile(function, dynamic=False)
        for row in rows:
            if time.monotonic() - started > arguments.budget:
                cut_off.append(f"{row.name} {peer} {spelling}")
                continue
            torch.manual_seed(7)
            data = [row.make(device) for _ in range(buffer_sets(row, properties.L2_cache_size))]
            expected = row.reference(*data[0])
            if peer == "cupy":
                attempt(row, peer, spelling, lambda: measure_cupy(row, data, expected))
            else:
                attempt(row, peer, spelling,
                        lambda: measure_torch(row, peer, spelling, function, data, expected))
            del data, expected
            torch.cuda.empty_cache()

    text = write()
    if not arguments.out:
        sys.stdout.write(text)
    if cut_off:
        print(f"{len(cut_off)} measurements left out for lack of time", file=sys.stderr)
    return 0
