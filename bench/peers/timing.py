# SPDX-License-Identifier: Apache-2.0
"""Times as the C++ benchmarks take them: many calls captured in one CUDA graph, events around its
replays, the median."""

import statistics

import torch


def median_us(call, sets, graph_us=1000.0, measure_us=60000.0):
    """(median time of `call(set)` over replays of a graph of many, calls per graph, replays)"""
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
    samples: list[float] = []
    spent = 0.0
    while len(samples) < 400 and (spent < measure_us or len(samples) < 15):
        us = replay_us(graph)
        spent += us
        samples.append(us / calls)
    return statistics.median(samples), calls, len(samples)


def cupy_median_us(cupy, stream, call, sets):
    """(median time of `call(set)` on `stream`, calls per burst, replays, whether by a graph)"""
    kept = [None] * sets
    calls = max(20, sets)

    def burst():
        for i in range(calls):
            kept[i % sets] = None
            kept[i % sets] = call(i % sets)

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
    return statistics.median(samples[3:]), calls, len(samples) - 3, graph is not None
