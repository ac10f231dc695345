#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What only a GPU can show: the current CUDA stream, no allocations, graphs, the CPU's bits.

    PYTHONPATH=<build> python3 test_gpu.py

Ends with 77 (skipped) where there is no GPU, or the library was built without CUDA.
"""

import sys
import time
import unittest

import robocache_torch
import torch
from references import GRID, RESAMPLE_TYPES, cloud, recording, targets_for
from test_operators import ops, to

MS = 1_000_000


def why_not():
    if not torch.cuda.is_available():
        return "PyTorch finds no GPU"
    try:
        ops.voxelize(torch.zeros((1, 3), device="cuda"), None, **GRID)
    except RuntimeError as error:
        if "built without CUDA" in str(error):
            return str(error)
        raise
    return None


def calls(device, batch=4, samples=100, rows=64, seed=1):
    """name, call of (inputs, outputs), inputs, outputs: each operator writing to given memory."""
    g = torch.Generator().manual_seed(seed)
    v, t = recording(g, "int64", torch.float32, batch, samples, 16)
    w, u = recording(g, "int64", torch.bfloat16, batch, samples // 2, 8)
    at = targets_for(g, "int64", samples, rows)
    p, f = cloud(g, 5000, 4)
    v, t, w, u, at, p, f = to(device, v, t, w, u, at, p, f)
    byte = torch.uint8

    def new(*shape, dtype=torch.float32):
        return torch.empty(shape, dtype=dtype, device=device)

    def resample(i, o):
        ops.resample_out(*i, out=o[0], statuses=o[1])

    def fuse(i, o):
        ops.fuse_out([i[0], i[2]], [i[1], i[3]], i[4], out=o[0], statuses=o[1], ages=o[2])

    def count(i, o):
        ops.voxelize_out(i[0], None, **GRID, out=o[0], counters=o[1])

    def mean(i, o):
        ops.voxelize_out(i[0], i[1], **GRID, reduction="mean", out=o[0], counts=o[1])

    return [
        ("resample", resample, [v, t, at],
         [new(batch, rows, 16), new(batch, rows, dtype=byte)]),
        ("fuse", fuse, [v, t, w, u, at],
         [new(batch, rows, 24), new(batch, rows, 2, dtype=byte),
          new(batch, rows, 2, dtype=torch.int64)]),
        ("voxelize count", count, [p], [new(6, 7, 8, dtype=torch.int32),
                                        new(4, dtype=torch.int64)]),
        ("voxelize mean", mean, [p, f], [new(6, 7, 8, 4), new(6, 7, 8, dtype=torch.int32)]),
    ]


def bits(tensor):
    """The bytes, so that NaNs compare, too."""
    return tensor.detach().cpu().contiguous().view(torch.uint8)


def spread(tensor):
    """A larger tensor, and the same numbers as every other column of it."""
    room = torch.full((*tensor.shape[:-1], 2 * tensor.shape[-1]), 7, dtype=tensor.dtype,
                      device=tensor.device)
    room[..., 1::2].copy_(tensor)
    return room, room[..., 1::2]


class SameBits(unittest.TestCase):
    def test_of_resample(self):
        for values_type, out_type, time_type in RESAMPLE_TYPES:
            policies: list[dict] = [
                dict(), dict(interpolation="nearest"), dict(extrapolation="nan"),
                dict(max_gap=2 * MS if "int" in time_type else 0.04, gap="nan")]
            for policy in policies:
                with self.subTest(types=(values_type, out_type, time_type), policy=policy):
                    g = torch.Generator().manual_seed(3)
                    v, t = recording(g, time_type, values_type, 5, 70, 13)
                    at = targets_for(g, time_type, 70, 90)
                    cpu = ops.resample(v, t, at, dtype=out_type, **policy)
                    gpu = ops.resample(*to("cuda", v, t, at), dtype=out_type, **policy)
                    self.assertTrue(torch.equal(bits(gpu), bits(cpu)))

    def test_of_fuse_and_voxelize(self):
        for cpu, gpu in zip(calls("cpu"), calls("cuda")):
            with self.subTest(call=cpu[0]):
                cpu[1](cpu[2], cpu[3])
                gpu[1](gpu[2], gpu[3])
                for a, b in zip(cpu[3], gpu[3]):
                    self.assertTrue(torch.equal(bits(a), bits(b)))
        g = torch.Generator().manual_seed(4)
        for kind in (torch.float32, torch.bfloat16):
            p, f = cloud(g, 20000, 3, kind)
            for r in ("sum", "mean", "max", "min", "variance", "first"):
                with self.subTest(reduction=r, features=kind):
                    cpu = ops.voxelize(p, f, **GRID, reduction=r)
                    gpu = ops.voxelize(*to("cuda", p, f), **GRID, reduction=r)
                    self.assertTrue(torch.equal(bits(gpu), bits(cpu)))


class CurrentStream(unittest.TestCase):
    """Late inputs: a long kernel before them on a side stream, and nobody waits."""

    def run_in(self, stream, cycles, call, inputs, late, outputs):
        with torch.cuda.stream(stream):
            torch.cuda._sleep(cycles)
            for x, given in zip(late, inputs):
                x.copy_(given)
            call(late, outputs)
            return [x + x for x in outputs]  # a consumer in the same stream

    def test_calls_come_after_what_is_in_the_stream(self):
        for (name, call, inputs, outputs), expected in zip(calls("cuda"), calls("cpu")):
            with self.subTest(call=name):
                expected[1](expected[2], expected[3])
                late = [torch.empty_like(x) for x in inputs]
                side = torch.cuda.Stream()
                # Everything once before: what loads a kernel or allocates may wait for the device.
                self.run_in(side, 1, call, inputs, late, outputs)
                side.synchronize()
                for x in (*late, *outputs):
                    x.zero_()
                torch.cuda.synchronize()
                doubled = self.run_in(side, 400_000_000, call, inputs, late, outputs)
                self.assertFalse(side.query(), "the call waited for the stream")
                side.synchronize()
                for x, twice, e in zip(outputs, doubled, expected[3]):
                    self.assertTrue(torch.equal(bits(x), bits(e)))
                    self.assertTrue(torch.equal(bits(twice), bits(e + e)))

    def test_calls_do_not_wait_for_other_streams(self):
        for name, call, inputs, outputs in calls("cuda"):
            with self.subTest(call=name):
                busy, side = torch.cuda.Stream(), torch.cuda.Stream()
                late = [torch.empty_like(x) for x in inputs]
                self.run_in(side, 1, call, inputs, late, outputs)
                torch.cuda.synchronize()
                with torch.cuda.stream(busy):
                    torch.cuda._sleep(400_000_000)
                self.run_in(side, 1, call, inputs, late, outputs)
                side.synchronize()
                self.assertFalse(busy.query(), "the call went into another stream")
                torch.cuda.synchronize()


class Allocations(unittest.TestCase):
    def allocated(self, call, inputs, outputs):
        call(inputs, outputs)
        torch.cuda.synchronize()
        before = torch.cuda.memory_stats()
        for _ in range(10):
            call(inputs, outputs)
        after = torch.cuda.memory_stats()
        return [after[k] - before[k] for k in ("allocation.all.allocated", "segment.all.allocated")]

    def test_none_with_out_but_for_the_workspace(self):
        for (name, call, inputs, outputs), expected in zip(calls("cuda"), calls("cpu")):
            expected[1](expected[2], expected[3])
            for given in (inputs, [spread(x)[1] for x in inputs]):
                with self.subTest(call=name, strides=[x.stride() for x in given]):
                    room, out = spread(outputs[0])
                    blocks, from_driver = self.allocated(call, given, [out, *outputs[1:]])
                    self.assertEqual(blocks, 10 if name.startswith("voxelize") else 0)
                    self.assertEqual(from_driver, 0)
                    # Not through `out`: the memory that it showed before the call.
                    self.assertTrue(torch.equal(bits(room[..., 1::2]), bits(expected[3][0])))
                    self.assertTrue(bool((room[..., ::2] == 7).all()), "between the columns")

    def test_errors_leave_nothing_behind(self):
        v = torch.zeros((2, 50, 3), device="cuda")
        t = torch.zeros((2, 50), device="cuda")
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated()
        for _ in range(20):
            with self.assertRaises(RuntimeError):
                ops.resample(v, t[:, :4], t[0])
        self.assertEqual(torch.cuda.memory_allocated(), before)


class Graphs(unittest.TestCase):
    def test_replays_on_new_data(self):
        for name, call, inputs, outputs in calls("cuda"):
            with self.subTest(call=name):
                warm = torch.cuda.Stream()
                with torch.cuda.stream(warm):
                    call(inputs, outputs)
                torch.cuda.synchronize()
                graph = torch.cuda.CUDAGraph()
                with torch.cuda.graph(graph):
                    call(inputs, outputs)
                for seed in (11, 12, 13):
                    fresh = next(c for c in calls("cpu", seed=seed) if c[0] == name)
                    fresh[1](fresh[2], fresh[3])
                    for x, new in zip(inputs, fresh[2]):
                        x.copy_(new)
                    graph.replay()
                    torch.cuda.synchronize()
                    for x, e in zip(outputs, fresh[3]):
                        self.assertTrue(torch.equal(bits(x), bits(e)), f"seed {seed}")

    def test_allocating_calls_and_clouds_of_other_sizes(self):
        g = torch.Generator().manual_seed(14)
        points = torch.zeros((2000, 3), device="cuda")
        count = torch.zeros(1, dtype=torch.int32, device="cuda")
        ops.voxelize(points, None, count=count, **GRID)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = ops.voxelize(points, None, count=count, **GRID)
        for size in (2000, 1, 0, 777):
            p, _ = cloud(g, size, 1)
            points[:size].copy_(p[:, :3])
            count.fill_(size)
            graph.replay()
            expected = ops.voxelize(p, None, **GRID)
            self.assertTrue(torch.equal(result.cpu(), expected), f"{size} points")


class Devices(unittest.TestCase):
    def test_mixed_devices_are_refused(self):
        (_, resample, r, ro), (_, fuse, s, so), (_, count, p, po), (_, mean, m, mo) = calls("cuda")
        here = {id(x): x.cpu() for x in (*r, *ro, *s, *so, *p, *po, *m, *mo)}
        for call, inputs, outputs in ((resample, r, ro), (fuse, s, so), (count, p, po),
                                      (mean, m, mo)):
            for x in outputs:
                x.fill_(3)
            for n in range(len(inputs) + len(outputs)):
                mixed = [here[id(x)] if k == n else x for k, x in enumerate((*inputs, *outputs))]
                with self.assertRaisesRegex(RuntimeError, r"is on (cpu|cuda:0), \S+ is on") as e:
                    call(mixed[:len(inputs)], mixed[len(inputs):])
                self.assertRegex(str(e.exception), "^robocache::(resample|fuse|voxelize): ")
            torch.cuda.synchronize()
            for x in outputs:
                self.assertTrue(bool((x == 3).all()), "nothing is written")

    @unittest.skipUnless(torch.cuda.device_count() > 1, "needs two GPUs")
    def test_a_device_that_is_not_the_current_one(self):
        expected = calls("cpu")
        for (name, call, inputs, outputs), e in zip(calls("cuda:1"), expected):
            with self.subTest(call=name):
                self.assertEqual(torch.cuda.current_device(), 0)
                call(inputs, outputs)
                self.assertEqual(torch.cuda.current_device(), 0)
                e[1](e[2], e[3])
                for x, y in zip(outputs, e[3]):
                    self.assertTrue(torch.equal(bits(x), bits(y)))
        one, other = calls("cuda:1")[0], calls("cuda:0")[0]
        with self.assertRaisesRegex(RuntimeError, "times is on cuda:0, values is on cuda:1"):
            one[1]([one[2][0], other[2][1], one[2][2]], one[3])


class HostTime(unittest.TestCase):
    def test_is_told(self):
        """No limit, as it depends on the machine: the time of a call, as Python sees it."""
        for name, call, inputs, outputs in calls("cuda"):
            for n in (50, 500):
                torch.cuda.synchronize()
                start = time.perf_counter()
                for _ in range(n):
                    call(inputs, outputs)
                spent = (time.perf_counter() - start) / n
            torch.cuda.synchronize()
            print(f"{name}_out: {1e6 * spent:.1f} us of host time per call")


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    print(torch.cuda.get_device_name(), "PyTorch", torch.__version__, robocache_torch.__file__)
    unittest.main()
