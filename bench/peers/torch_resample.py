#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The resample rows in PyTorch (eager and torch.compile) and CuPy, on the GPU.

    torch_resample.py --out peers.json [--rows-of bench.json --filter REGEX] [--budget 80]

Times as the C++ benchmarks do: many calls captured in one CUDA graph, events around its replays,
the median; "warm" on the same tensors, "cold" rotating through more than four times the L2. Each
peer has several spellings of the same computation and is credited with its fastest. Every result is
checked against a reference in double. `report.py --peers` merges the output by row name.
"""

import argparse
import csv
import json
import pathlib
import re
import statistics
import sys
import time

import torch

SCALARS = {"bf16": torch.bfloat16, "f16": torch.float16, "f32": torch.float32, "u8": torch.uint8}
ROW = re.compile(r"resample/(?P<b>\d+)x(?P<s>\d+)->(?P<t>\d+)x(?P<d>\d+)/(?P<scalar>\w+)"
                 r"(->(?P<out>\w+))?(?P<int64>/int64)?(?P<shuffled>/shuffled)?/"
                 r"(?P<regime>warm|cold)")
PERIOD = 0.002  # s


# ------------------------------------------------------------------------------- the computation

def brackets(times, targets):
    right = torch.searchsorted(times, targets, right=True).clamp(1, times.shape[1] - 1)
    left = right - 1
    t_left = times.gather(1, left)
    whole = times.gather(1, right) - t_left
    part = targets - t_left
    if not times.is_floating_point():
        part, whole = part.double(), whole.double()
    return left, right, (part / whole).float().clamp(0, 1).unsqueeze(-1)


def gather_float(values, times, targets, out_dtype):
    left, right, weight = brackets(times, targets)
    channels = values.shape[2]
    a = values.gather(1, left.unsqueeze(-1).expand(-1, -1, channels))
    b = values.gather(1, right.unsqueeze(-1).expand(-1, -1, channels))
    return torch.lerp(a.float(), b.float(), weight).to(out_dtype)


def index_float(values, times, targets, out_dtype):
    left, right, weight = brackets(times, targets)
    item = torch.arange(values.shape[0], device=values.device).unsqueeze(-1)
    return torch.lerp(values[item, left].float(), values[item, right].float(), weight).to(out_dtype)


def index_native(values, times, targets, out_dtype):
    """The weight rounded to the values' type: fewer kernels in eager mode, less exact."""
    left, right, weight = brackets(times, targets)
    item = torch.arange(values.shape[0], device=values.device).unsqueeze(-1)
    a, b = values[item, left].to(out_dtype), values[item, right].to(out_dtype)
    return torch.lerp(a, b, weight.to(out_dtype))


def reference(values, times, targets):
    """The same in double, one item at a time; integer stamps are subtracted as integers."""
    result = []
    for v, s, t in zip(values, times, targets):
        right = torch.bucketize(t, s, right=True).clamp(1, len(s) - 1)
        left = right - 1
        weight = ((t - s[left]).double() / (s[right] - s[left]).double()).clamp(0, 1).unsqueeze(-1)
        a, b = v[left].double(), v[right].double()
        result.append((a + weight * (b - a)).float())
    return torch.stack(result)


# ----------------------------------------------------------------------------------- the inputs

class Row:
    def __init__(self, name):
        match = ROW.fullmatch(name)
        if match is None:
            raise ValueError(f"not a resample row: {name}")
        self.name = name
        self.shape = tuple(int(match[k]) for k in "bstd")
        self.values_type = SCALARS[match["scalar"]]
        self.out_type = SCALARS[match["out"] or match["scalar"]]
        self.integer_times = match["int64"] is not None
        self.shuffled = match["shuffled"] is not None
        self.cold = match["regime"] == "cold"

    def make(self, device):
        """As workload.cuh: 500 Hz with jitter, targets on a grid with a random phase per item."""
        b, s, t, d = self.shape
        if self.values_type == torch.uint8:
            values = torch.randint(0, 256, (b, s, d), device=device, dtype=torch.uint8)
        else:
            values = (2 * torch.rand(b, s, d, device=device) - 1).to(self.values_type)
        jitter = 0.4 * (torch.rand(b, s, device=device, dtype=torch.float64) - 0.5)
        times = PERIOD * (torch.arange(s, device=device) + 0.5 + jitter)
        phase = torch.rand(b, 1, device=device, dtype=torch.float64)
        targets = PERIOD * s * (torch.arange(t, device=device) + phase) / t
        if self.shuffled:
            targets = targets.gather(1, torch.rand(b, t, device=device).argsort(1))
        if self.integer_times:
            times, targets = ((x * 1e9).long() + 1700000000000000000 for x in (times, targets))
        else:
            times, targets = times.float(), targets.float()
        return values, times.contiguous(), targets.contiguous()

    def sets(self, l2_bytes):
        if not self.cold:
            return 1
        b, s, t, d = self.shape
        stamp = 8 if self.integer_times else 4
        touched = min(s, 2 * t)  # samples that some target needs
        size = (b * touched * (d * self.values_type.itemsize + stamp)
                + b * t * (d * self.out_type.itemsize + stamp))
        return 4 * l2_bytes // size + 1


def tolerance(row):
    """Room for one rounding of the weight and one of the output, in the output's type."""
    scale = 255.0 if row.values_type == torch.uint8 else 1.0
    unit = {torch.bfloat16: 2.0 ** -8, torch.float16: 2.0 ** -11, torch.float32: 2.0 ** -20}
    return 4 * scale * unit[row.out_type]


# ----------------------------------------------------------------------------------- the timing

def median_us(call, sets, graph_us=1000.0, measure_us=60000.0):
    """Median time of `call(set)` over replays of a graph of many."""
    for i in range(min(sets, 3)):
        call(i)
    torch.cuda.synchronize()

    def capture(calls):
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for i in range(calls):
                call(i % sets)
        graph.replay()
        torch.cuda.synchronize()
        return graph

    def replay_us(graph):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda._sleep(60000)  # the GPU is busy while the CPU enqueues
        begin.record()
        graph.replay()
        end.record()
        end.synchronize()
        return 1000 * begin.elapsed_time(end)

    probe = capture(5)
    estimate = min(replay_us(probe) for _ in range(2)) / 5
    calls = min(max(round(graph_us / estimate), 10), 300)
    calls = -(-calls // sets) * sets
    graph = capture(calls)
    spent = 0.0
    while spent < 20000:
        spent += replay_us(graph)
    samples, spent = [], 0.0
    while len(samples) < 400 and (spent < measure_us or len(samples) < 15):
        us = replay_us(graph)
        spent += us
        samples.append(us / calls)
    return statistics.median(samples), calls, len(samples)


def measure(row, peer, spelling, function, data, expected):
    outputs = [None] * len(data)

    def call(i):
        outputs[i] = None  # so that a warm call may reuse the memory, and a cold one may not
        outputs[i] = function(*data[i], row.out_type)

    call(0)
    error = (outputs[0].float() - expected).abs().max().item()
    if not error <= tolerance(row):
        raise RuntimeError(f"{spelling} differs from the reference by {error}")
    us, calls, replays = median_us(call, len(data))
    return {"name": row.name, "peer": peer, "spelling": spelling, "real_time": us,
            "time_unit": "us", "calls": calls, "replays": replays, "largest_error": error}


# ---------------------------------------------------------------------------------------- CuPy

def cupy_calls(row, data):
    """CuPy has no batched search: the items' stamps go into one ascending array of doubles. No BF16
    either: those rows are computed in float16, which has as many bytes."""
    import cupy

    b, s, t, d = row.shape
    span = 2 * PERIOD * s
    dtype = {torch.bfloat16: "float16", torch.float16: "float16", torch.float32: "float32"}[
        row.values_type]
    shift = cupy.arange(b, dtype="float64")[:, None] * span
    first = cupy.arange(b)[:, None] * s
    prepared = []
    for values, times, targets in data:
        prepared.append((cupy.asarray(values.float()).astype(dtype).reshape(b * s, d),
                         cupy.asarray(times), cupy.asarray(targets)))

    def call(i):
        values, times, targets = prepared[i]
        flat = (times + shift).ravel()
        wanted = (targets + shift).ravel()
        right = cupy.searchsorted(flat, wanted, side="right").reshape(b, t)
        right = cupy.clip(right, first + 1, first + s - 1).ravel()
        left = right - 1
        weight = (wanted - flat[left]) / (flat[right] - flat[left])
        weight = cupy.clip(weight, 0, 1).astype("float32")[:, None]
        a = values[left].astype("float32")
        return (a + weight * (values[right] - a)).astype(dtype).reshape(b, t, d)

    return cupy, call, dtype


def measure_cupy(row, data, expected):
    cupy, call, dtype = cupy_calls(row, data)
    torch.cuda.synchronize()  # the inputs are PyTorch's
    stream = cupy.cuda.Stream(non_blocking=True)
    with stream:
        error = float(cupy.abs(call(0).astype("float32") - cupy.asarray(expected)).max())
        if not error <= tolerance(row):
            raise RuntimeError(f"CuPy differs from the reference by {error}")
        kept = [None] * len(data)
        calls = max(20, len(data))

        def burst():
            for i in range(calls):
                kept[i % len(data)] = None
                kept[i % len(data)] = call(i % len(data))

        burst()
        stream.synchronize()
        graph = None
        try:  # allocation inside a capture works only from memory that the pool already holds
            stream.begin_capture()
            burst()
            graph = stream.end_capture()
        except Exception:
            if stream.is_capturing():
                try:
                    stream.end_capture()
                except Exception:
                    pass
        samples = []
        for _ in range(23):
            begin, end = cupy.cuda.Event(), cupy.cuda.Event()
            begin.record(stream)
            graph.launch(stream) if graph is not None else burst()
            end.record(stream)
            end.synchronize()
            samples.append(1000 * cupy.cuda.get_elapsed_time(begin, end) / calls)
    return {"name": row.name, "peer": "cupy", "spelling": f"flat searchsorted, {dtype}, "
            + ("graph" if graph is not None else "no graph"), "real_time":
            statistics.median(samples[3:]), "time_unit": "us", "calls": calls, "replays": 20,
            "largest_error": error}


# ---------------------------------------------------------------------------------------- main

def wanted_rows(arguments):
    if arguments.rows_of:
        with open(arguments.rows_of, encoding="utf-8") as file:
            names = [re.sub(r"/(iterations:\d+|manual_time)(?=/|$)", "", entry["name"])
                     for entry in json.load(file)["benchmarks"]]
    else:
        with open(arguments.gates, encoding="utf-8", newline="") as file:
            names = [line["row"] for line in csv.DictReader(file)]
    seen = dict.fromkeys(n for n in names if ROW.fullmatch(n) and re.search(arguments.filter, n))
    return [Row(name) for name in seen]


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
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
        print("torch_resample.py: PyTorch sees no GPU", file=sys.stderr)
        return 1

    started = time.monotonic()
    torch.manual_seed(7)
    for limit in ("recompile_limit", "cache_size_limit"):  # each shape is a compilation of its own
        if hasattr(torch._dynamo.config, limit):
            setattr(torch._dynamo.config, limit, 1000)
    device = torch.device("cuda")
    properties = torch.cuda.get_device_properties(device)
    rows = wanted_rows(arguments)
    results = []

    def left():
        return arguments.budget - (time.monotonic() - started)

    def attempt(row, peer, spelling, body):
        try:
            results.append(body())
            print(f"{row.name} {peer} {spelling}: {results[-1]['real_time']:.2f} us "
                  f"({time.monotonic() - started:.0f} s)", file=sys.stderr)
        except Exception as error:  # a peer that fails is reported, and the others go on
            text = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            results.append({"name": row.name, "peer": peer, "spelling": spelling,
                            "error_message": text})
            print(f"{row.name} {peer} {spelling}: {text}", file=sys.stderr)

    # What counts most first: a pass over all rows per spelling, as far as the budget goes.
    passes = [("torch", index_float), ("torch", gather_float), ("torch", index_native)]
    if not arguments.no_compile:
        passes[1:1] = [("torch.compile", gather_float), ("torch.compile", index_float)]
    passes.append(("cupy", None))
    cut_off = []
    for peer, function in passes:
        spelling = function.__name__ if function else "arrays"
        compiled = (torch.compile(function, dynamic=False)
                    if peer == "torch.compile" else function)
        for row in rows:
            if left() <= 0:
                cut_off.append(f"{row.name} {peer} {spelling}")
                continue
            if peer == "cupy" and (row.integer_times or row.values_type == torch.uint8):
                continue
            data = [row.make(device) for _ in range(row.sets(properties.L2_cache_size))]
            expected = reference(*data[0])
            if peer == "cupy":
                attempt(row, peer, spelling, lambda: measure_cupy(row, data, expected))
            else:
                attempt(row, peer, spelling,
                        lambda: measure(row, peer, spelling, compiled, data, expected))
            del data, expected
            torch.cuda.empty_cache()

    document = {
        "context": {
            "device": properties.name, "torch": torch.__version__, "cuda": torch.version.cuda,
            "seconds": round(time.monotonic() - started, 1),
            "not_measured_for_lack_of_time": cut_off,
        },
        "benchmarks": results,
    }
    text = json.dumps(document, indent=1) + "\n"
    if arguments.out:
        pathlib.Path(arguments.out).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    if cut_off:
        print(f"{len(cut_off)} measurements left out for lack of time", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
