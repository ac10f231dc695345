#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the compiler made of the library's kernels, for architectures that no device is at hand for.

    check.sh --list LIST --keep FOLDER [ARCHITECTURE ...]
    describe.py LIST FOLDER [PAGE]

Prints a table; with PAGE it takes the place of what stands there between its marks. Needs cuobjdump
(CUDA toolkit; PyPI: nvidia-cuda-cuobjdump), which CUOBJDUMP may name; half a minute for each
architecture. Instructions are counted as they stand in the code, not as they are executed.
"""

import collections
import os
import pathlib
import re
import subprocess
import sys

BEGIN, END = "<!-- begin compiled -->\n", "<!-- end compiled -->\n"
OPERATIONS = ("resample", "fuse", "voxelize")  # as the sources are called


def operation_of(kernel):
    name = re.findall(r"cuda_detail::(\w+)", kernel)[0]
    if name == "fuse_kernel":
        return "fuse"
    return "resample" if "rows" in name or "brackets" in name else "voxelize"


def listed(path):
    """The library's kernels of each architecture, from check.sh's list."""
    kernels = collections.defaultdict(list)
    for line in path.read_text().splitlines()[1:]:
        architecture, registers, stack, stores, loads, shared, name = line.split(" ", 6)
        if "robocache::cuda_" in name:
            kernels[int(architecture)].append(
                (int(registers), int(stack), int(stores) + int(loads), int(shared), name))
    return kernels


def instructions(cubin):
    """How often each instruction, with its suffixes, stands in a file's machine code."""
    text = subprocess.run([os.environ.get("CUOBJDUMP", "cuobjdump"), "-sass", cubin],
                          capture_output=True, text=True, check=True).stdout
    return collections.Counter(
        re.findall(r"/\*[0-9a-f]{4,}\*/ +(?:@!?U?P\w+ )?([A-Z][A-Z0-9]*(?:\.\w+)*)", text))


def width(name):
    """Bits that a memory access moves per thread."""
    found = re.search(r"\.(256|128|64|[US]?16|[US]8)(?:\.|$)", name)
    return int(found.group(1).strip("US")) if found else 32


def summed(counts, pattern, condition=lambda name: True):
    return sum(n for name, n in counts.items() if re.match(pattern, name) and condition(name))


def accesses(counts, pattern):
    """Shares of the accesses by width, in percent."""
    total = summed(counts, pattern)
    parts = [summed(counts, pattern, lambda name, b=bits: width(name) in b)
             for bits in ((256,), (128,), (64,), (32,), (8, 16))]
    return total, [100 * part / total if total else 0 for part in parts]


def columns(kernels, counts):
    yield "kernels of these types", len(kernels)
    yield "most registers", max(kernel[0] for kernel in kernels)
    yield "most shared memory, bytes", max(kernel[3] for kernel in kernels)
    yield "with a stack frame", sum(kernel[1] > 0 for kernel in kernels)
    for operation in OPERATIONS:
        spills = [kernel[2] for kernel in kernels if operation_of(kernel[4]) == operation]
        many = sum(spill > 0 for spill in spills)
        yield f"of {operation} spill; most bytes", f"{many} of {len(spills)}; {max(spills)}"
    for title, pattern in (("reads", r"LDG?\."), ("writes", r"STG?\.")):
        total, shares = accesses(counts, pattern)
        yield f"{title} of global memory", total
        yield (f"of the {title} 256, 128, 64, 32, fewer bits, %",
               " ".join(f"{share:.0f}" for share in shares))
    yield "waits for the kernel before (ACQBULK)", summed(counts, r"ACQBULK")
    yield "lets the next one start (PREEXIT)", summed(counts, r"PREEXIT")
    yield "copies by the tensor memory accelerator", summed(counts, r"U?TMA|UBLKCP")


def main():
    kernels = listed(pathlib.Path(sys.argv[1]))
    folder = pathlib.Path(sys.argv[2])
    table = {}
    for architecture in sorted(kernels):
        counts: collections.Counter[str] = collections.Counter()
        for operation in OPERATIONS:
            counts += instructions(folder / f"{architecture}.{operation}.cubin")
        table[architecture] = list(columns(kernels[architecture], counts))
    rows = ["| compute capability | " + " | ".join(f"{a // 10}.{a % 10}" for a in table) + " |",
            "|---|" + "---:|" * len(table)]
    for number, (title, _) in enumerate(next(iter(table.values()))):
        rows.append(f"| {title} | " + " | ".join(str(table[a][number][1]) for a in table) + " |")
    text = "\n".join(rows) + "\n"
    if len(sys.argv) > 3:
        page = pathlib.Path(sys.argv[3])
        before, rest = page.read_text().split(BEGIN)
        page.write_text(before + BEGIN + text + END + rest.split(END)[1])
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
