#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the library costs a program that is compiled with it, and checks it against limits.

    compile.py [--out compile.json] [--gates compile_gates.csv] [--check | --set-gates]

Compiled are a file per public header that only includes it (.hpp by $CXX or g++, .cuh by nvcc for
sm_90), and a few typical launcher calls. A header-only library is compiled again in every file that
uses it, so this is where its size is felt. Without nvcc only the .hpp files are measured.

A time is user CPU time, the least of several: others on the machine disturb it less than the wall
clock's. Limits of times are ratios to a file with nothing of ours (<vector>, <string> and, by nvcc,
<cuda_runtime.h>) that the same compiler compiled in the same run, so they hold on slow machines,
too. What a call adds counts without the header it needs. Limits of bytes are absolute and hold for
the compilers named in the same file (metric `version`); with others they are not checked.

--check exits with 1 where a limit is exceeded (what seems too slow is tried again first), with 2
where something does not compile. --set-gates writes the limits anew: what was measured and 25 % of
time, 5 % of bytes. Standard library only.
"""

import argparse
import csv
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include"
FLAGS = ["-std=c++17", "-O3", "-DNDEBUG"]  # a Release build of CMake
ARCHITECTURE = "sm_90"
TIME_MARGIN = 1.25
BYTES_MARGIN = 1.05
# Where a ratio is small, the noise of the empty file is more than 25 % of it.
LEAST_TIME_MARGIN = 0.1
RETRIES = 3  # of what --check finds too slow

EMPTY = {
    "cpp": "#include <vector>\n#include <string>\n",
    "cu": "#include <vector>\n#include <string>\n#include <cuda_runtime.h>\n",
}

# Calls as they stand in a program: (name, header, source).
RESAMPLE = """
robocache::status call(const robocache::source_view<{value}, float>& source,
                       const robocache::target_view<float>& targets,
                       const robocache::tensor_view<{value}, 3>& output, cudaStream_t stream) {{
  return robocache::resample(source, targets, output, robocache::resample_options<float>{{}},
                             stream);
}}
"""
FUSE = """
using view = robocache::source_view<robocache::bfloat16, float>;
robocache::status call(const view& vision, const view& proprioception, const view& imu,
                       const robocache::target_view<float>& targets,
                       const robocache::tensor_view<robocache::bfloat16, 3>& output,
                       cudaStream_t stream) {
  using robocache::bfloat16;
  const robocache::sensor_stream<float, bfloat16> streams[] = {{vision}, {proprioception}, {imu}};
  return robocache::fuse(streams, targets, output, stream);
}
"""
COUNT = """
robocache::status call(const robocache::point_view<float>& points,
                       const robocache::voxel_grid<float>& grid,
                       const robocache::tensor_view<std::uint32_t, 3>& output,
                       const robocache::workspace& space, cudaStream_t stream) {
  return robocache::voxelize<robocache::reduction::count>(points, grid, output, {}, {}, space,
                                                          stream);
}
"""
MEAN = """
robocache::status call(const robocache::point_view<float>& points,
                       const robocache::feature_view<float>& features,
                       const robocache::voxel_grid<float>& grid,
                       const robocache::tensor_view<float, 4>& output,
                       const robocache::workspace& space, cudaStream_t stream) {
  return robocache::voxelize<robocache::reduction::mean>(points, features, grid, output, {}, {},
                                                         space, stream);
}
"""
CALLS = [
    ("resample<bf16>", "resample.cuh", RESAMPLE.format(value="robocache::bfloat16")),
    ("resample<float>", "resample.cuh", RESAMPLE.format(value="float")),
    ("fuse<3 streams of bf16>", "fuse.cuh", FUSE),
    ("voxelize<count>", "voxelize.cuh", COUNT),
    ("voxelize<mean> of float", "voxelize.cuh", MEAN),
]


class CompileError(Exception):
    """A file did not compile; the message is the compiler's."""


def code_bytes(path):
    """Bytes of the executable sections of a 64-bit ELF file: an object, or a cubin's kernels."""
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        raise SystemExit(f"compile.py: {path.name} is not a 64-bit little-endian ELF file")
    (offset,) = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    if count == 0:  # more sections than the field holds: the first one tells
        (count,) = struct.unpack_from("<Q", data, offset + 32)
    total = 0
    for i in range(count):
        _, kind, flags, _, _, length = struct.unpack_from("<IIQQQQ", data, offset + i * size)
        if kind == 1 and flags & 4:  # SHT_PROGBITS, SHF_EXECINSTR
            total += length
    return total


class Compiler:
    """g++ or nvcc: sources are written to, and compiled in, a temporary folder."""

    def __init__(self, command, language, folder):
        self.command = command
        self.language = language
        self.folder = folder
        # A cache would be what is measured.
        self.environment = {**os.environ, "CCACHE_DISABLE": "1"}

    def version(self):
        try:
            text = subprocess.run([*self.command, "--version"], env=self.environment, check=True,
                                  capture_output=True, text=True).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"compile.py: {' '.join(self.command)}: {error}", file=sys.stderr)
            raise SystemExit(2) from error
        if self.language == "cu":
            return re.findall(r"\bV(\d+\.\d+\.\d+)", text)[0]
        # Without the path that the first word may be: "g++ (Debian 12.2.0-14) 12.2.0"
        name, _, rest = text.splitlines()[0].partition(" ")
        return f"{pathlib.Path(name).name} {rest}".strip()

    def compile(self, source, *options, output="out.o"):
        """(wall seconds, user CPU seconds, path of the output)"""
        path = self.folder / f"source.{self.language}"
        path.write_text(source, encoding="utf-8")
        result = self.folder / output
        command = [*self.command, *FLAGS, *options, "-I", str(INCLUDE), str(path),
                   "-o", str(result)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        start = time.monotonic()
        done = subprocess.run(command, env=self.environment, cwd=self.folder, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wall = time.monotonic() - start
        if done.returncode != 0:
            raise CompileError(done.stdout)
        return wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, result

    def compile_object(self, source):
        options = [f"-arch={ARCHITECTURE}", "-c"] if self.language == "cu" else ["-c"]
        return self.compile(source, *options)

    def device_bytes(self, source):
        options = [f"-arch={ARCHITECTURE}", "-cubin"]
        return code_bytes(self.compile(source, *options, output="out.cubin")[2])


def include(header):
    return f"#include <robocache/{header}>\n"


def things_to_compile(compilers):
    """One dict per thing; `measure` adds the times."""
    items = []
    for language, compiler in compilers.items():
        extension = "hpp" if language == "cpp" else "cuh"
        items.append({"what": f"nothing ({language})", "compiler": compiler, "kind": "empty",
                      "source": EMPTY[language]})
        for header in sorted((INCLUDE / "robocache").glob(f"*.{extension}")):
            items.append({"what": header.name, "compiler": compiler, "kind": "header",
                          "source": include(header.name)})
    if "cu" in compilers:
        for name, of_call, source in CALLS:
            items.append({"what": name, "compiler": compilers["cu"], "kind": "call",
                          "header": of_call, "source": include(of_call) + source})
    return items


def measure(items, rounds):
    """The rounds go through all items, so that a busy moment does not hit all tries of one."""
    # Everything else is divided by the empty files, so these are tried more often.
    empty = [item for item in items if item["kind"] == "empty"]
    for item in (items + 2 * empty) * rounds:
        if sys.stderr.isatty():
            print(f"\r\033[K{item['what']}", end="", file=sys.stderr, flush=True)
        try:
            wall, cpu, result = item["compiler"].compile_object(item["source"])
        except CompileError as error:
            print(f"compile.py: {item['what']} does not compile:\n{error}", file=sys.stderr)
            raise SystemExit(2) from error
        item["wall_s"] = min(wall, item.get("wall_s", wall))
        item["cpu_s"] = min(cpu, item.get("cpu_s", cpu))
        if item["kind"] == "call" and "device_bytes" not in item:
            item["host_bytes"] = code_bytes(result)
            item["device_bytes"] = item["compiler"].device_bytes(item["source"])
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def finished(item, items):
    """What of `item` is written down, with ratios and without the header's part of a call."""
    language = item["compiler"].language
    empty = next(i for i in items if i["kind"] == "empty" and i["compiler"].language == language)
    result = {"what": item["what"], "kind": item["kind"],
              "wall_s": round(item["wall_s"], 3), "cpu_s": round(item["cpu_s"], 3)}
    if item["kind"] == "header":
        result["cpu_ratio"] = round(item["cpu_s"] / empty["cpu_s"], 3)
    elif item["kind"] == "call":
        header = next(i for i in items if i["what"] == item["header"])
        result["header"] = item["header"]
        result["extra_wall_s"] = round(item["wall_s"] - header["wall_s"], 3)
        result["extra_cpu_s"] = round(item["cpu_s"] - header["cpu_s"], 3)
        result["extra_cpu_ratio"] = round((item["cpu_s"] - header["cpu_s"]) / empty["cpu_s"], 3)
        result["device_bytes"] = item["device_bytes"]
        result["host_bytes"] = item["host_bytes"]
    return result


def commit():
    """As run_gpu.sh has it."""
    given = os.environ.get("ROBOCACHE_COMMIT")
    if given:
        return given
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty", "--exclude=*"],
            cwd=ROOT, check=False, capture_output=True, text=True)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def context_of(compilers):
    """What a result is worth nothing without; nothing that names the machine."""
    context = {"commit": commit(), "flags": " ".join(FLAGS),
               "num_cpus": len(os.sched_getaffinity(0))}
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        context["cpu"] = next(line.partition(":")[2].strip() for line in lines
                              if line.startswith("model name"))
    except (OSError, StopIteration):
        context["cpu"] = "unknown"
    context["cxx"] = compilers["cpp"].version()
    if "cu" in compilers:
        context["nvcc"] = compilers["cu"].version()
        context["architecture"] = ARCHITECTURE
    return context


def print_table(results):
    columns = [("what", "what", ""), ("cpu_s", "cpu s", ".2f"), ("wall_s", "wall s", ".2f"),
               ("cpu_ratio", "/nothing", ".2f"), ("extra_cpu_s", "call s", ".2f"),
               ("extra_cpu_ratio", "/nothing", ".2f"), ("device_bytes", "device B", "d"),
               ("host_bytes", "host B", "d")]
    lines = [[title for _, title, _ in columns]]
    for result in results:
        lines.append([format(result[key], how) if key in result else "" for key, _, how in columns])
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        print(line[0].ljust(widths[0]),
              *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:])), sep="  ")


# ------------------------------------------------------------------------------------------- gates

GATED = ("cpu_ratio", "extra_cpu_ratio", "device_bytes", "host_bytes")
# Whose version the bytes depend on.
COMPILER_OF = {"device_bytes": ["nvcc"], "host_bytes": ["nvcc", "cxx"]}


def release(version):
    """12.2 of "g++ (Debian 12.2.0-14) 12.2.0", 13.0 of "13.0.88"."""
    found = re.search(r"\d+\.\d+", re.sub(r"\(.*?\)", "", version))
    return found.group() if found else version


def set_gates(path, context, results):
    rows = [(name, "version", release(context[name]))
            for name in ("cxx", "nvcc") if name in context]
    for result in results:
        for metric in GATED:
            if metric not in result:
                continue
            value = result[metric]
            limit = (round(value * BYTES_MARGIN) if metric.endswith("_bytes") else
                     f"{max(value * TIME_MARGIN, value + LEAST_TIME_MARGIN):.2f}")
            rows.append((result["what"], metric, limit))
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("what", "metric", "limit"), *rows])


def compare(path, context, results, slack):
    """(number of limits, what exceeds one as (what, metric, message), messages on the unchecked)"""
    with open(path, encoding="utf-8", newline="") as file:
        gates = list(csv.DictReader(file))
    versions = {gate["what"]: gate["limit"] for gate in gates if gate["metric"] == "version"}
    other = [name for name, wanted in versions.items()
             if name in context and release(context[name]) != wanted]
    measured = {result["what"]: result for result in results}
    failures, unchecked, limited = [], [], set()
    for gate in gates:
        what, metric = gate["what"], gate["metric"]
        if metric == "version":
            continue
        limited.add((what, metric))
        if metric not in measured.get(what, {}):
            if "nvcc" in context or what.endswith(".hpp"):
                failures.append((what, metric, "was not measured; is it still there?"))
            else:
                unchecked.append(f"{what} {metric}: no nvcc")
        elif any(name in COMPILER_OF.get(metric, []) for name in other):
            unchecked.append(f"{what} {metric}: a limit for other compilers")
        else:
            value, limit = measured[what][metric], float(gate["limit"])
            if not metric.endswith("_bytes"):
                limit *= slack
            if value > limit:
                percent = 100 * (value / limit - 1) if limit > 0 else float("inf")
                failures.append((what, metric,
                                 f"{value:g}, {percent:.1f} % more than the limit {limit:g}"))
    failures += [(result["what"], metric, f"has no limit in {path.name}")
                 for result in results for metric in GATED
                 if metric in result and (result["what"], metric) not in limited]
    return len(limited), failures, unchecked


def needed_again(items, failures):
    """What to compile once more: what seems too slow, and what it is compared with."""
    slow = {what for what, metric, _ in failures if metric.endswith("cpu_ratio")}
    slow |= {item["header"] for item in items if item["what"] in slow and "header" in item}
    again = [item for item in items if item["what"] in slow]
    languages = {item["compiler"].language for item in again}
    return again + [item for item in items
                    if item["kind"] == "empty" and item["compiler"].language in languages]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, help="JSON of what was measured")
    parser.add_argument("--gates", type=pathlib.Path, help="the limits",
                        default=ROOT / "bench" / "compile_gates.csv")
    parser.add_argument("--rounds", type=int, default=2, help="tries (2); the fastest counts")
    parser.add_argument("--slack", type=float, default=1, metavar="FACTOR",
                        help="times may be so many times their limits (1): for a machine that does "
                             "other things besides")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="exit with 1 if a limit is exceeded")
    what.add_argument("--set-gates", action="store_true", help="write the limits anew")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("--rounds: at least 1")

    cxx = shlex.split(os.environ.get("CXX", "")) or ["g++"]
    nvcc = shutil.which("nvcc") or shutil.which("nvcc", path="/usr/local/cuda/bin")
    with tempfile.TemporaryDirectory(prefix="robocache-compile-") as folder:
        compilers = {"cpp": Compiler(cxx, "cpp", pathlib.Path(folder))}
        if nvcc:
            compilers["cu"] = Compiler([nvcc], "cu", pathlib.Path(folder))
        elif arguments.set_gates:
            parser.error("--set-gates needs nvcc")
        context = context_of(compilers)

        items = things_to_compile(compilers)
        measure(items, arguments.rounds)
        results = [finished(item, items) for item in items]
        if arguments.check:
            # A busy machine is no reason to fail: the fastest of more tries counts.
            for _ in range(RETRIES):
                _, failures, _ = compare(arguments.gates, context, results, arguments.slack)
                again = needed_again(items, failures)
                if not again:
                    break
                measure(again, arguments.rounds)
                results = [finished(item, items) for item in items]

    if arguments.out:
        text = json.dumps({"context": context, "results": results}, indent=1) + "\n"
        arguments.out.write_text(text, encoding="utf-8")
    print_table(results)
    if not nvcc:
        print("no nvcc: the .cuh headers and the calls were not measured")
    if arguments.set_gates:
        set_gates(arguments.gates, context, results)
    if arguments.check:
        number, failures, unchecked = compare(arguments.gates, context, results,
                                                  arguments.slack)
        for line in unchecked:
            print("not checked:", line)
        for what, metric, message in failures:
            print(f"FAILED: {what} {metric}: {message}")
        print(f"{number} limits, {len(unchecked)} not checked, {len(failures)} failed")
        raise SystemExit(1 if failures else 0)


if __name__ == "__main__":
    main()
