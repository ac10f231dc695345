#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what the fuzzers begin with, a folder for each: seeds.py FOLDER."""

import pathlib
import random
import struct
import sys

root = pathlib.Path(__file__).resolve().parents[2]


def launchers():
    """Calls are made of any bytes: the longer, the more of them is not zero."""
    source = random.Random(1)
    for name in ("resample", "fuse", "voxelize", "point_cloud2"):
        for size in (16, 64, 128, 256, 512, 1024, 2048):
            for copy in range(8):
                yield name, f"random_{size}_{copy}", source.randbytes(size)


def texts():
    files = root / "examples" / "tests" / "files"
    for path in sorted(files.iterdir()):
        if path.suffix in (".csv", ".txt"):
            yield "text", path.name, b"\n" + path.read_bytes()
    tables = {
        "commas": ";;\nt,a,b\n0.5,1,2\n1.5,nan,\n2.5,-inf,1e400\n",
        "told": "stamp;a,c;ms\na,stamp,c\n1,10,2\n3,20.5,4\n",
        "numbers": "0;1;ns\n1700000000000000001 2\n1700000000000000002 3\n",
        "tabs": ";;us\n# comment\n#time\tx\n1\t2\n3\t4\n",
        "quoted": '-1.5e-3;"a,b";s\n"time [s]","a,b";\n1,"2"\n2,3\n',
        "pose": ";;\n# timestamp tx ty tz qx qy qz qw\n1 0 0 0 0 0 0 1\n2 1 1 1 0 0 1 0\n",
        "ends": ";;\n\xef\xbb\xbft,v\r\n9223372036,1\r\n-9223372036.854775808,2\r\n",
    }
    for name, table in tables.items():
        yield "text", name, table.encode("latin-1")


def scans():
    files = root / "examples" / "tests" / "files"
    for path in sorted(files.iterdir()):
        if path.suffix in (".pcd", ".ply"):
            yield "scan", path.name, path.read_bytes()
    head = (
        "VERSION .7\nFIELDS x y z i\nSIZE 4 4 8 2\nTYPE F F F U\nCOUNT 1 1 1 2\n"
        "WIDTH 2\nHEIGHT 1\nPOINTS 2\nDATA "
    )
    one = struct.pack("<ffdHH", 1, 2, 3, 4, 5)
    yield "scan", "binary.pcd", (head + "binary\n").encode() + one * 2
    # By field, and as LZF that repeats nothing: a run of up to 32 bytes after its length less one.
    fields = struct.pack("<ff", 1, 1) + struct.pack("<ff", 2, 2) + struct.pack("<dd", 3, 3)
    fields += struct.pack("<4H", 4, 5, 4, 5)
    packed = b"".join(
        bytes([len(fields[at : at + 32]) - 1]) + fields[at : at + 32]
        for at in range(0, len(fields), 32)
    )
    sizes = struct.pack("<II", len(packed), len(fields))
    yield "scan", "compressed.pcd", (head + "binary_compressed\n").encode() + sizes + packed
    ply = (
        "ply\nformat binary_little_endian 1.0\nelement vertex 2\nproperty float x\n"
        "property double y\nproperty short z\nelement face 1\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    yield "scan", "binary.ply", ply.encode() + struct.pack("<fdh", 1, 2, 3) * 2 + b"\3" + bytes(12)


def logs():
    def message(kind, payload):
        return struct.pack("<H", len(payload)) + kind + payload

    head = b"ULog\x01\x12\x35\x01" + struct.pack("<Q", 42)
    formats = message(
        b"F",
        b"imu:uint64_t timestamp;float[2] gyro;uint8_t count;uint8_t[3] _padding0;"
        b"part inner;bool on;",
    ) + message(b"F", b"part:int16_t low;double high;")
    topics = message(b"A", b"\0" + struct.pack("<H", 3) + b"imu") + message(
        b"A", b"\1" + struct.pack("<H", 4) + b"imu"
    )
    sample = struct.pack("<ffB3xhd?", 1, 2, 7, -2, 0.25, True)
    samples = b"".join(
        message(b"D", struct.pack("<HQ", topic, stamp) + sample)
        for topic, stamp in ((3, 1000), (4, 7), (3, 9223372036854775))
    )
    yield "ulog", "imu.ulg", head + formats + topics + samples + message(b"O", b"\x1a\0")
    flags = message(b"B", bytes(40))
    info = message(b"I", b"\x09char[4] sysPX4") + message(b"?", b"later versions")
    yield "ulog", "flags.ulg", head + flags + info + formats + topics + samples[:-5]


def states():
    """A byte for the capacity, one for what is asked, the length of the state's head, records."""

    def state(capacity, produced, following, done, dropped, in_work, work):
        numbers = struct.pack("<5Q", produced, following, done, dropped, in_work)
        head = struct.pack("<2Q40xI4x", 0x726F626F73760001, capacity, 1) + bytes(40) + numbers
        return head + bytes(96) + struct.pack("<Q", work)

    def records(count):
        return b"".join(b"%20d %016x\n" % (n, n * 7919) for n in range(count))

    heads = {
        "new": (4, b"", b""),
        "started": (4, state(4, 3, 0, 0, 0, 0, 0), b""),
        "full": (4, state(4, 9, 5, 3, 2, 0, 0), records(3)),
        "in_work": (2, state(2, 10, 9, 8, 0, 1, 8), records(9)),
    }
    for name, (capacity, head, text) in heads.items():
        for asked in (1, 3):
            start = struct.pack("<BBH", capacity - 1, asked, len(head))
            yield "supervised", f"{name}_{asked}", start + head + text


for fuzzer, name, data in (*launchers(), *texts(), *scans(), *logs(), *states()):
    folder = pathlib.Path(sys.argv[1]) / fuzzer
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
