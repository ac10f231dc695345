#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The operators against references, on the CPU and, where there is one, on the GPU.

    PYTHONPATH=<build> python3 test_operators.py
"""

import ctypes
import resource
import sys
import unittest

import numpy as np
import robocache_torch
import torch
from references import (
    GRID,
    RESAMPLE_TYPES,
    cloud,
    recording,
    resampled,
    stamps,
    targets_for,
    voxelized,
)
from torch.library import opcheck

ops = torch.ops.robocache
DEVICES = ["cpu"] + (["cuda"] if torch.cuda.is_available() else [])
TOLERANCE = {torch.float32: 2e-6, torch.bfloat16: 2 ** -8, torch.float64: 1e-13}


def to(device, *tensors):
    """Copies that keep the strides."""
    moved = []
    for t in tensors:
        copy = torch.empty_strided(t.size(), t.stride(), dtype=t.dtype, device=device)
        copy.copy_(t)
        moved.append(copy)
    return moved


class OnEachDevice(unittest.TestCase):
    def each(self, cases):
        for device in DEVICES:
            for case in cases:
                try:
                    yield device, case
                except GeneratorExit:  # the body of the loop failed
                    print(f"{self.id()} failed on {device} with {case}", file=sys.stderr)
                    raise

    def near(self, result, expected):
        self.assertEqual(tuple(result.shape), expected.shape)
        bound = TOLERANCE[result.dtype] * (1 + np.nanmax(np.abs(expected), initial=0))
        np.testing.assert_allclose(result.cpu().double().numpy(), expected, rtol=0, atol=bound)


class Resample(OnEachDevice):
    def test_types_shapes_and_strides(self):
        for device, (values_type, out_type, time_type) in self.each(RESAMPLE_TYPES):
            g = torch.Generator().manual_seed(7)
            for batch, samples, channels, rows in [(1, 2, 1, 3), (3, 40, 7, 25), (2, 9, 64, 50)]:
                values, times = recording(g, time_type, values_type, batch, samples, channels)
                targets = targets_for(g, time_type, samples, rows, batch if rows % 2 else None)
                expected = resampled(values, times, targets)
                result = ops.resample(*to(device, values, times, targets), dtype=out_type)
                self.assertEqual(result.dtype, out_type)
                self.assertEqual(result.device.type, device)
                self.near(result, expected)

    def test_policies(self):
        g = torch.Generator().manual_seed(8)
        values, times = recording(g, "int64", torch.float32, 2, 20, 3)
        targets = targets_for(g, "int64", 20, 60)
        for device, policy in self.each(
                [dict(interpolation=i) for i in ("linear", "nearest", "previous", "next")]
                + [dict(extrapolation=e, fill_value=-3.5) for e in ("hold", "fill", "nan")]
                + [dict(gap=p, max_gap=2_000_000, fill_value=9)
                   for p in ("hold", "fill", "nan", "interpolate")]
                + [dict(time_offset=-1_500_000), dict(max_gap=float("inf"))]):
            result = ops.resample(*to(device, values, times, targets), **policy)
            self.near(result, resampled(values, times, targets, **policy))

    def test_default_types(self):
        for device, (given, expected) in self.each([
                (torch.float32, torch.float32), (torch.bfloat16, torch.bfloat16),
                (torch.float16, torch.float32), (torch.uint8, torch.float32),
                (torch.float64, torch.float64)]):
            g = torch.Generator().manual_seed(9)
            values, times = to(device, *recording(g, "int64", given, 1, 4, 2))
            self.assertEqual(ops.resample(values, times, times[0]).dtype, expected)

    def test_lengths_and_packed(self):
        g = torch.Generator().manual_seed(10)
        values, times = recording(g, "float64", torch.float32, 3, 12, 2)
        targets = targets_for(g, "float64", 12, 30)
        lengths = torch.tensor([12, 5, 1])
        expected = resampled(values, times, targets, lengths=lengths)
        packed_values = torch.cat([values[b, :n] for b, n in enumerate(lengths)])
        packed_times = torch.cat([times[b, :n] for b, n in enumerate(lengths)])
        offsets = torch.tensor([0, 12, 17, 18])
        for device, _ in self.each([""]):
            self.near(ops.resample(*to(device, values, times, targets, lengths)), expected)
            v, t, at, o = to(device, packed_values, packed_times, targets, offsets)
            self.near(ops.resample(v, t, at, offsets=o), expected)

    def test_windows_and_normalization(self):
        g = torch.Generator().manual_seed(11)
        values, times = recording(g, "int64", torch.float32, 2, 30, 3)
        anchors = times[:, 5:25:5].contiguous()
        windows = torch.tensor([-3_000_000, 0, 1_000_000])
        targets = (anchors[:, :, None] + windows).reshape(2, -1)
        scale, shift = torch.tensor([2.0, 0.5, -1.0]), torch.tensor([1.0, 0.0, 3.0])
        expected = resampled(values, times, targets) * scale.numpy() + shift.numpy()
        for device, _ in self.each([""]):
            v, t, a, w, s, h = to(device, values, times, anchors, windows, scale, shift)
            self.near(ops.resample(v, t, a, windows=w, scale=s, shift=h), expected)

    def test_out_is_written_in_place(self):
        g = torch.Generator().manual_seed(12)
        values, times = recording(g, "int64", torch.float32, 2, 20, 3)
        targets = targets_for(g, "int64", 20, 11)
        for device, _ in self.each([""]):
            v, t, at = to(device, values, times, targets)
            room = torch.full((2, 11, 8), 7.0, device=device)
            where = room.data_ptr()
            out = room[:, :, 1:7:2]
            statuses = torch.empty((2, 11), dtype=torch.uint8, device=device)
            self.assertIsNone(ops.resample_out(v, t, at, out=out, statuses=statuses))
            expected = ops.resample(v, t, at)
            self.assertTrue(torch.equal(out, expected))
            # Neither through `out`: another tensor of the same memory, and the bare address.
            self.assertTrue(torch.equal(room[:, :, 1:7:2], expected))
            if device == "cpu":
                memory = np.array((ctypes.c_float * room.numel()).from_address(where))
                np.testing.assert_array_equal(memory.reshape(2, 11, 8)[:, :, 1:7:2],
                                              expected.numpy())
            self.assertTrue(bool((room[:, :, ::2] == 7).all()), "between the columns")
            outside = [[1 if x < row[0] else 2 if x > row[-1] else 0 for x in stamps(targets)]
                       for row in stamps(times)]
            self.assertEqual(statuses.tolist(), outside)

    def test_views_are_not_copied(self):
        """Sliding windows over one recording: copies of the views would be 4 and 2 TB."""
        samples, window, channels = 1_000_000, 500_000, 4
        items = samples - window + 1
        for device, _ in self.each([""]):
            times = 1_000_000 * torch.arange(samples, device=device)
            values = torch.arange(channels * samples, device=device).float()
            values = values.remainder(1009).reshape(samples, channels)
            v = values.as_strided((items, window, channels), (channels, channels, 1))
            t = times.as_strided((items, window), (1, 1))
            at = times[window // 2:window // 2 + items, None] + 250_000  # in the middle of each
            expected = ops.resample(values[None], times[None], at.reshape(1, -1))[0]
            self.assertTrue(torch.equal(ops.resample(v, t, at)[:, 0], expected))
            fused = ops.fuse([v, v], [t, t], at)[:, 0]
            self.assertTrue(torch.equal(fused, torch.cat([expected, expected], dim=1)))

    def test_epochs_stay_exact(self):
        start = 1_700_000_000_000_000_001
        times = torch.tensor([[start, start + 3, start + 6]])
        values = torch.tensor([[[0.0], [3.0], [6.0]]])
        for device, _ in self.each([""]):
            v, t = to(device, values, times)
            at = torch.tensor([start + 1, start + 5], device=device)
            self.assertEqual(ops.resample(v, t, at).flatten().tolist(), [1.0, 5.0])

    def test_nothing_to_do(self):
        for device, (b, s, d, t) in self.each([(0, 3, 2, 4), (2, 3, 2, 0), (2, 3, 0, 4)]):
            values = torch.zeros((b, s, d), device=device)
            times = torch.zeros((b, s), device=device)
            result = ops.resample(values, times, torch.zeros(t, device=device))
            self.assertEqual(tuple(result.shape), (b, t, d))


class Fuse(OnEachDevice):
    def test_streams_are_side_by_side(self):
        for device, time_type in self.each(["int64", "uint64", "float64", "float32"]):
            g = torch.Generator().manual_seed(20)
            recordings = [recording(g, time_type, v, 2, s, d) for v, s, d in
                          [(torch.float32, 30, 5), (torch.bfloat16, 10, 8), (torch.float32, 2, 1)]]
            targets = targets_for(g, time_type, 30, 21)
            ways = ["linear", "previous", "next"]
            expected = np.concatenate(
                [resampled(*r, targets, interpolation=w) for r, w in zip(recordings, ways)], axis=2)
            values = to(device, *[r[0] for r in recordings])
            times = to(device, *[r[1] for r in recordings])
            (at,) = to(device, targets)
            result = ops.fuse(values, times, at, interpolation=ways)
            self.near(result, expected)
            single = torch.cat([ops.resample(v, t, at, interpolation=w, dtype=torch.float32)
                                for v, t, w in zip(values, times, ways)], dim=2)
            self.assertTrue(torch.equal(result, single), "the bits of resample")
            self.assertEqual(ops.fuse(values, times, at, dtype=torch.bfloat16).dtype,
                             torch.bfloat16)

    def test_reports(self):
        for device, _ in self.each([""]):
            times = torch.tensor([[100, 200, 300]], device=device)
            values = torch.arange(6.0, device=device).reshape(1, 3, 2)
            slow = torch.tensor([[100, 300]], device=device)
            at = torch.tensor([50, 250, 350], device=device)
            out = torch.empty((1, 3, 3), device=device)
            statuses = torch.empty((1, 3, 2), dtype=torch.uint8, device=device)
            ages = torch.empty((1, 3, 2), dtype=torch.int64, device=device)
            ops.fuse_out([values, values[:, :2, :1]], [times, slow], at, out=out,
                         statuses=statuses, ages=ages, interpolation=["linear", "previous"],
                         tolerance=[0, 100], max_gap=[50, 1000], time_offset=[0, 1],
                         lengths=[torch.tensor([3], device=device),
                                  torch.tensor([2], device=device)])
            self.assertEqual(statuses.tolist(), [[[1, 1], [4, 8], [2, 2]]])
            self.assertEqual(ages.tolist(), [[[-50, -51], [50, 149], [50, 49]]])

    def test_the_thin_function(self):
        g = torch.Generator().manual_seed(21)
        vision = recording(g, "int64", torch.float32, 2, 5, 4)
        joints = recording(g, "int64", torch.float32, 2, 50, 7)
        imu = recording(g, "int64", torch.float32, 2, 20, 6)
        targets = targets_for(g, "int64", 20, 9)
        for device, _ in self.each([""]):
            arguments = to(device, *vision, *joints, *imu, targets)
            result = robocache_torch.fuse_multimodal(*arguments)
            self.near(result, np.concatenate(
                [resampled(*r, targets) for r in (vision, joints, imu)], axis=2))
            out = torch.empty_like(result)
            self.assertIs(robocache_torch.fuse_multimodal(*arguments, out=out), out)
            self.assertTrue(torch.equal(out, result))


class Voxelize(OnEachDevice):
    def test_marks(self):
        g = torch.Generator().manual_seed(30)
        points, _ = cloud(g, 700, 1)
        for device, r in self.each(["count", "occupancy"]):
            (p,) = to(device, points)
            result = ops.voxelize(p, None, **GRID, reduction=r)
            expected = voxelized(points, None, **GRID, reduction=r)
            np.testing.assert_array_equal(result.cpu().numpy(), expected)
        for device, _ in self.each([""]):
            (p,) = to(device, points[:, :3])
            bits = ops.voxelize(p, None, **GRID, reduction="occupancy_bits")
            marks = ops.voxelize(p, None, **GRID, reduction="occupancy")
            columns = torch.arange(8, device=device)
            self.assertTrue(torch.equal((bits >> columns) & 1, marks.int()))

    def test_features(self):
        for device, (kind, r) in self.each(
                [(k, r) for k in (torch.float32, torch.bfloat16)
                 for r in ("sum", "mean", "max", "min", "variance", "first")]):
            g = torch.Generator().manual_seed(31)
            points, features = cloud(g, 900, 5, kind)
            p, f = to(device, points, features)
            result = ops.voxelize(p, f, **GRID, reduction=r)
            self.assertEqual(result.dtype, kind)
            self.near(result, voxelized(points, features, **GRID, reduction=r))

    def test_out_counts_counters_and_accumulation(self):
        g = torch.Generator().manual_seed(32)
        points, features = cloud(g, 500, 2)
        for device, _ in self.each([""]):
            p, f = to(device, points, features)
            out = torch.full((6, 7, 8, 2), 5.0, device=device)
            counts = torch.empty((6, 7, 8), dtype=torch.int32, device=device)
            counters = torch.empty(4, dtype=torch.int64, device=device)
            options = dict(**GRID, reduction="max", out=out, counts=counts, counters=counters)
            ops.voxelize_out(p[:200], f[:200], **options)
            ops.voxelize_out(p[200:], f[200:], accumulate=True, **options)
            self.assertTrue(torch.equal(out, ops.voxelize(p, f, **GRID, reduction="max")))
            self.assertTrue(torch.equal(counts, ops.voxelize(p, None, **GRID)))
            self.assertEqual(int(counters.sum()), 300)

    def test_transform_and_count(self):
        g = torch.Generator().manual_seed(33)
        points, _ = cloud(g, 300, 1)
        turned = points.clone()  # by 90 degrees about z, then moved: x' = 2 - y, y' = x
        turned[:, 0], turned[:, 1] = 2 - points[:, 1], points[:, 0]
        for device, _ in self.each([""]):
            (p,) = to(device, points)
            result = ops.voxelize(p, None, **GRID,
                                  transform=[0, -1, 0, 2, 1, 0, 0, 0, 0, 0, 1, 0])
            np.testing.assert_array_equal(
                result.cpu().numpy(), voxelized(turned, None, **GRID, reduction="count"))
            some = torch.tensor([120], dtype=torch.int32, device=device)
            self.assertTrue(torch.equal(ops.voxelize(p, None, count=some, **GRID),
                                        ops.voxelize(p[:120], None, **GRID)))

    def test_the_thin_function(self):
        g = torch.Generator().manual_seed(34)
        points, features = cloud(g, 300, 2)
        for device, _ in self.each([""]):
            p, f = to(device, points, features)
            grid = dict(origin=[0, 0, 0], voxel_size=0.5, extents=[8, 7, 6])
            marks = robocache_torch.voxelize_pointcloud(p, **grid)
            np.testing.assert_array_equal(
                marks.cpu().numpy(), voxelized(points, None, **GRID, reduction="occupancy"))
            means = robocache_torch.voxelize_pointcloud(p, f, **grid)
            self.near(means, voxelized(points, features, **GRID, reduction="mean"))
            out = torch.empty_like(means)
            self.assertIs(robocache_torch.voxelize_pointcloud(p, f, out=out, **grid), out)
            self.assertTrue(torch.equal(out, means))


class WrongArguments(OnEachDevice):
    def refused(self, message, call, *arguments, **options):
        with self.assertRaises(RuntimeError) as raised:
            call(*arguments, **options)
        self.assertIn(message, str(raised.exception))

    def test_resample(self):
        for device, _ in self.each([""]):
            v = torch.zeros((2, 5, 3), device=device)
            t = torch.arange(10, device=device).reshape(2, 5)
            at = torch.arange(4, device=device)
            out = torch.full((2, 4, 3), 7.0, device=device)
            for message, arguments, options in [
                    ("resample: values has 2 dimensions, must have 3", (v[0], t, at), {}),
                    ("resample: times has 1 dimensions, must have 2", (v, t[0], at), {}),
                    ("targets has 0 dimensions, must have 2", (v, t, at[0]), {}),
                    ("resample: source.times has extent 4 in dimension 1, source.values has 5",
                     (v, t[:, :4], at), {}),
                    ("resample: targets is float64, must be int64", (v, t, at.double()), {}),
                    ("values of int64 at times of int64", (v.long(), t, at), {}),
                    ("values of float16 at times of float32 to float32 are not supported",
                     (v.half(), t.float(), at.float()), {}),
                    ("to float16 are not supported", (v, t, at), dict(dtype=torch.float16)),
                    ("interpolation is 'cubic', must be linear, nearest, previous or next",
                     (v, t, at), dict(interpolation="cubic")),
                    ("max_gap is 0.5, must be a whole number", (v, t, at), dict(max_gap=0.5)),
                    ("max_gap is -1, must not be negative", (v, t, at), dict(max_gap=-1)),
                    ("time_offset is inf, must be finite", (v, t, at),
                     dict(time_offset=float("inf"))),
                    ("time_offset is -inf, must be finite", (v, t.double(), at.double()),
                     dict(time_offset=-float("inf"))),
                    ("time_offset is nan, must be finite", (v, t, at),
                     dict(time_offset=float("nan"))),
                    ("tolerance is 36028797018963968, must be a whole number of at most 2^53",
                     (v, t, at), dict(tolerance=2 ** 55)),
                    ("lengths is int32, must be int64", (v, t, at),
                     dict(lengths=torch.tensor([5, 5], dtype=torch.int32, device=device))),
                    ("scale has extent 2", (v, t, at),
                     dict(scale=torch.ones(2, device=device))),
                    ("lengths and offsets are given", (v[0], t[0], at),
                     dict(lengths=t[0], offsets=t[0]))]:
                self.refused(message, ops.resample, *arguments, **options)
            self.refused("output has extent 3 in dimension 0", ops.resample_out, v, t, at,
                         out=out.new_empty((3, 4, 3)))
            self.refused("output overlaps source.values", ops.resample_out, v, t, at, out=v[:, :4])
            self.refused("overlaps itself", ops.resample_out, v, t, at,
                         out=out[:, :1].expand(2, 4, 3))
            self.refused("statuses is int64, must be uint8", ops.resample_out, v, t, at, out=out,
                         statuses=at)
            self.refused("extrapolation is 'mirror'", ops.resample_out, v, t, at, out=out,
                         extrapolation="mirror")
            self.assertTrue(bool((out == 7).all()), "nothing is written")

    def test_fuse(self):
        for device, _ in self.each([""]):
            v = torch.zeros((2, 5, 3), device=device)
            t = torch.arange(10, device=device).reshape(2, 5)
            at = torch.arange(4, device=device)
            for message, arguments, options in [
                    ("fuse: times has 1 tensors, values has 2", ([v, v], [t], at), {}),
                    ("fuse: values[1] is float16, must be float32 or bfloat16",
                     ([v, v.half()], [t, t], at), {}),
                    ("fuse: times[1] is float64, must be int64", ([v, v], [t, t.double()], at), {}),
                    ("fuse: streams[1]: source.times has extent 4",
                     ([v, v], [t, t[:, :4]], at), {}),
                    ("fuse: interpolation has 1 elements for 2 streams", ([v, v], [t, t], at),
                     dict(interpolation=["linear"])),
                    ("fuse: interpolation[1] is 'x', must be linear", ([v, v], [t, t], at),
                     dict(interpolation=["linear", "x"]))]:
                self.refused(message, ops.fuse, *arguments, **options)
            self.refused("out has extent 7 in dimension 2, values have 6 channels", ops.fuse_out,
                         [v, v], [t, t], at, out=v.new_empty((2, 4, 7)))
        self.refused("values is empty", ops.fuse, [], [], torch.arange(4))

    def test_voxelize(self):
        for device, _ in self.each([""]):
            p = torch.zeros((9, 3), device=device)
            f = torch.zeros((9, 2), device=device)
            wrong: list[tuple[str, tuple, dict]] = [
                ("points has extent 2 in dimension 1, must be 3 or more", (p[:, :2], None), {}),
                ("points is float64, must be float32", (p.double(), None), {}),
                ("reduction is 'median', must be count, occupancy", (p, None),
                 dict(reduction="median")),
                ("features are missing, reduction 'mean' needs them", (p, None),
                 dict(reduction="mean")),
                ("features are given, reduction 'count' takes none", (p, f), {}),
                ("features has size 8, points has 9", (p, f[:8]), dict(reduction="mean")),
                ("features is float64", (p, f.double()), dict(reduction="mean")),
                ("transform has 3 numbers, must have 12", (p, None),
                 dict(transform=[1, 2, 3])),
                ("is not rigid", (p, None), dict(transform=[2.0] + [0] * 11))]
            for message, arguments, options in wrong:
                self.refused(message, ops.voxelize, *arguments, **GRID, **options)
            self.refused("extents[1] is 0", ops.voxelize, p, None, [0, 0, 0], [1, 1, 1], [2, 0, 2])
            self.refused("voxel_size", ops.voxelize, p, None, [0, 0, 0], [1, 0, 1], [2, 2, 2])
            self.refused("origin has 2 numbers", ops.voxelize, p, None, [0, 0], [1, 1, 1],
                         [2, 2, 2])
            self.refused("output has extent 5 in dimension 0, grid.extents (z) has 6",
                         ops.voxelize_out, p, None, **GRID,
                         out=torch.empty((5, 7, 8), dtype=torch.int32, device=device))


def samples(device):
    """A call of each operator, with and without what is optional."""
    g = torch.Generator().manual_seed(40)
    v, t, at, lengths, windows = to(device, *recording(g, "int64", torch.float32, 2, 8, 3),
                                    targets_for(g, "int64", 8, 5), torch.tensor([8, 3]),
                                    torch.tensor([-1_000_000, 0]))
    p, f = to(device, *cloud(g, 50, 2))

    def empty(*shape, dtype=torch.float32):
        return torch.zeros(shape, dtype=dtype, device=device)

    byte, word, long = torch.uint8, torch.int32, torch.int64
    return [
        (ops.resample, (v, t, at), {}),
        (ops.resample, (v.bfloat16(), t, at), {}),
        (ops.resample, (v.to(torch.uint8), t, at), {}),
        (ops.resample, (v, t, at), dict(lengths=lengths, windows=windows, interpolation="nearest",
                                        max_gap=3.0, dtype=torch.bfloat16)),
        (ops.resample, (v[0], t[0], at), dict(offsets=torch.tensor([0, 3, 8], device=device))),
        (ops.resample_out, (v, t, at), dict(out=empty(2, 5, 3))),
        (ops.resample_out, (v, t, at), dict(out=empty(2, 5, 3), statuses=empty(2, 5, dtype=byte))),
        (ops.fuse, ([v, v], [t, t], at), dict(interpolation=["linear", "next"])),
        (ops.fuse_out, ([v, v], [t, t], at),
         dict(out=empty(2, 5, 6), statuses=empty(2, 5, 2, dtype=byte),
              ages=empty(2, 5, 2, dtype=long), max_gap=[1.0, 2.0])),
        (ops.voxelize, (p, None), dict(**GRID)),
        (ops.voxelize, (p, None), dict(**GRID, reduction="occupancy")),
        (ops.voxelize, (p, None), dict(**GRID, reduction="occupancy_bits")),
        (ops.voxelize, (p, f), dict(**GRID, reduction="max")),
        (ops.voxelize_out, (p, f), dict(**GRID, reduction="mean", out=empty(6, 7, 8, 2),
                                        counts=empty(6, 7, 8, dtype=word),
                                        counters=empty(4, dtype=long))),
    ]


class Compiled(OnEachDevice):
    def test_opcheck(self):
        for device in DEVICES:
            for op, arguments, options in samples(device):
                with self.subTest(device=device, op=str(op), options=list(options)):
                    opcheck(op.default, arguments, options)

    def test_compile_in_one_graph(self):
        def model(values, times, targets, features, points):
            fused = ops.fuse([values * 2, features], [times, times], targets)
            rows = ops.resample(values, times, targets, interpolation="nearest") + 1
            grid = ops.voxelize(points, None, **GRID)
            return torch.cat([fused, rows], dim=2).sum(dim=1), grid.float().mean()

        for device, backend in self.each(["aot_eager", "inductor"]):
            torch._dynamo.reset()
            compiled = torch.compile(model, fullgraph=True, dynamic=True, backend=backend)
            for batch, count in [(2, 8), (3, 12), (5, 9)]:
                g = torch.Generator().manual_seed(batch)
                v, t = recording(g, "int64", torch.float32, batch, count, 4)
                at = targets_for(g, "int64", count, 2 * count)
                arguments = to(device, v.contiguous(), t.contiguous(), at, v.contiguous().cos(),
                               torch.rand((17 * batch, 3), generator=g))
                for result, expected in zip(compiled(*arguments), model(*arguments)):
                    torch.testing.assert_close(result, expected)

    def test_compile_with_out(self):
        def model(values, times, targets, out, statuses):
            ops.resample_out(values.sin(), times, targets, out=out, statuses=statuses)
            return out * 2, statuses + 1

        for device, _ in self.each([""]):
            torch._dynamo.reset()
            g = torch.Generator().manual_seed(50)
            v, t, at = to(device, *recording(g, "int64", torch.float32, 2, 8, 3),
                          targets_for(g, "int64", 8, 5))
            results = []
            for call in (model, torch.compile(model, fullgraph=True, backend="aot_eager")):
                out = torch.zeros((2, 5, 3), device=device)
                statuses = torch.zeros((2, 5), dtype=torch.uint8, device=device)
                results.append((*call(v, t, at, out, statuses), out, statuses))
            for eager, compiled in zip(*results):
                torch.testing.assert_close(compiled, eager)

    def test_meta_tensors(self):
        for op, arguments, options in samples("meta"):
            result = op(*arguments, **options)
            if result is not None:
                self.assertEqual(result.device.type, "meta")

    def test_meta_tensors_among_others(self):
        """PyTorch calls no kernel for these: without an error the result would be of no call."""
        v = torch.zeros((2, 5, 3))
        t = torch.arange(10).reshape(2, 5)
        at = torch.arange(4)
        out = torch.zeros((2, 4, 3))
        p = torch.zeros((9, 3))
        for message, call in [
                ("resample: times is on meta, values is on cpu",
                 lambda: ops.resample(v, t.to("meta"), at)),
                ("resample_out: times is on cpu, values is on meta",
                 lambda: ops.resample_out(v.to("meta"), t, at, out=out)),
                ("resample_out: out is on meta, values is on cpu",
                 lambda: ops.resample_out(v, t, at, out=out.to("meta"))),
                ("fuse: values[1] is on meta, values[0] is on cpu",
                 lambda: ops.fuse([v, v.to("meta")], [t, t], at)),
                ("fuse_out: times[0] is on meta, values[0] is on cpu",
                 lambda: ops.fuse_out([v], [t.to("meta")], at, out=out)),
                ("voxelize: features is on cpu, points is on meta",
                 lambda: ops.voxelize(p.to("meta"), p, **GRID, reduction="mean")),
                ("voxelize_out: out is on cpu, points is on meta",
                 lambda: ops.voxelize_out(p.to("meta"), None, **GRID,
                                          out=torch.zeros((6, 7, 8), dtype=torch.int32)))]:
            with self.subTest(message), self.assertRaises(RuntimeError) as raised:
                call()
            self.assertIn(message, str(raised.exception))


class Gradients(OnEachDevice):
    def test_there_are_none_and_it_is_said(self):
        for device, _ in self.each([""]):
            g = torch.Generator().manual_seed(60)
            v, t, at = to(device, *recording(g, "int64", torch.float32, 2, 8, 3),
                          targets_for(g, "int64", 8, 5))
            v.requires_grad_()
            points = torch.rand((9, 3), device=device)
            features = torch.rand((9, 2), device=device, requires_grad=True)
            for name, result in [
                    ("resample", ops.resample(v, t, at)), ("fuse", ops.fuse([v], [t], at)),
                    ("voxelize", ops.voxelize(points, features, **GRID, reduction="mean"))]:
                with self.assertRaisesRegex(NotImplementedError,
                                            f"robocache::{name} has no gradient"):
                    result.sum().backward()
            with torch.no_grad():
                self.assertFalse(ops.resample(v, t, at).requires_grad)
            self.assertFalse(ops.resample(v.detach(), t, at).requires_grad)


class Memory(unittest.TestCase):
    def test_calls_leave_nothing_behind(self):
        # The stable ABI's own conversion of strings would: 30,000 calls lose 3 MB.
        v, t = torch.zeros((1, 2, 1)), torch.tensor([[0, 1]])
        at, out, both = torch.tensor([0]), torch.empty((1, 1, 1)), torch.empty((1, 1, 2))
        p, grid = torch.zeros((1, 3)), torch.empty((1, 1, 1), dtype=torch.int32)

        def calls(n):
            for _ in range(n):
                ops.resample_out(v, t, at, out=out, interpolation="previous")
                ops.fuse_out([v, v], [t, t], at, out=both, interpolation=["previous", "next"],
                             max_gap=[1, 2])
                ops.voxelize_out(p, None, [0, 0, 0], [1, 1, 1], [1, 1, 1], out=grid)

        calls(1000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        calls(30000)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        self.assertLess(grown, 1000, "KB")


if __name__ == "__main__":
    unittest.main()
