#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do the tests notice a wrong rule? Changes one place of level 0 at a time, and runs the CPU tests.

    tests/mutate.py                            # 300 mutants, some of every file
    tests/mutate.py --all --seconds 3600
    tests/mutate.py --only time.hpp --count 50
    tests/mutate.py --mutant 1234 --mutant 77  # these again
    tests/mutate.py --list                     # which there are; builds nothing

Ends with 1 if fewer than 95 % of the mutants were killed. Not counted are those that do not compile
and those that `mutants_equivalent.txt` says change nothing, with the reason. `mutants.py` has what
is changed, and how.

Everything is built once, without a GPU and without optimization (which takes longer than the tests
then save). For a mutant only what includes its header is compiled again, with the changed header
before the others, and linked with the rest: no copy of the tree, and jobs cannot meet. Programs
run from the cheapest to the dearest, until one fails, crashes, or takes five times as long as it
should: of each the test cases that take less than half a second, then, for who survives them,
all. Tables of cases are thinned out (ROBOCACHE_TEST_EVERY); `--thorough` gives survivors all.

Needs a C++ compiler, CMake, Ninja and Catch2. Results: build/mutate/mutants.csv.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include" / "robocache"
EQUIVALENT = Path(__file__).with_name("mutants_equivalent.txt")
PROGRAMS = ("units", "stencils", "resample", "fuse", "voxelize", "voxelize_fast_math")
MUST_KILL = 0.95
# With x86-64-v3 fma needs no library function, and the back end has its loops only once.
FLAGS = "-O0 -g0 -w -march=x86-64-v3 -ffp-contract=off"
MEMORY = 8 << 20  # KiB that a compiler or a test may have
COMPILE_SECONDS = 300.0
SLOW_SECONDS = 0.5  # test cases that take longer come later
ALL = ["~[threads]~[.]"]  # but hidden ones, and those about the division among threads

KILLED, SURVIVED, STILLBORN, EQUAL = "killed", "survived", "stillborn", "equivalent"


def stop(reason: str) -> None:
    print(f"mutate: {reason}", file=sys.stderr)
    sys.exit(2)


# --------------------------------------------------------------------------------- running programs


@dataclass
class Run:
    code: int  # negative: the signal
    seconds: float  # on the clock
    output: str
    timed_out: bool


def run(command: str | list[str], folder: Path, seconds: float, every: int = 1) -> Run:
    """Runs it within limits: of memory, of processor time, and thrice of it on the clock."""
    words = ["/bin/sh", "-c", command] if isinstance(command, str) else command
    limits = f'ulimit -t {int(seconds) + 1}; ulimit -v {MEMORY}; ulimit -c 0; exec "$@"'
    environment = {"ROBOCACHE_TEST_EVERY": str(every), "OMP_NUM_THREADS": "2"}
    started = time.monotonic()
    child = subprocess.Popen(
        ["/bin/sh", "-c", limits, "sh", *words],
        cwd=folder,
        env=os.environ | environment | {"OMP_WAIT_POLICY": "passive", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    timed_out = False
    try:
        output, _ = child.communicate(timeout=3 * seconds + 5)
    except subprocess.TimeoutExpired:
        timed_out = True
        os.killpg(child.pid, signal.SIGKILL)
        output, _ = child.communicate()
    took = time.monotonic() - started
    # What is killed with nobody killing it has used up its processor time.
    timed_out = timed_out or child.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    return Run(child.returncode, took, output, timed_out)


# --------------------------------------------------------------------------------- the build's plan


@dataclass
class Pass:
    """A run of some test cases."""

    arguments: list[str]
    every: int  # ROBOCACHE_TEST_EVERY
    seconds: float  # that it takes without a mutant


@dataclass
class Program:
    name: str
    link: str  # command
    objects: list[str]
    passes: list[Pass]

    @property
    def file(self) -> str:
        return f"tests/robocache_test_{self.name}"


class Build:
    """What was built without a mutant, and how."""

    def __init__(self, folder: Path, jobs: int, compiler: str | None) -> None:
        self.folder = folder
        self.compile: dict[str, str] = {}  # command of each object
        self.seconds: dict[str, float] = {}  # what it took to compile
        self.headers: dict[str, set[str]] = {}  # of ours, that it includes
        self.programs: list[Program] = []
        self._make(jobs, compiler)
        self._read()

    def _make(self, jobs: int, compiler: str | None) -> None:
        options = {
            "CMAKE_BUILD_TYPE": "Debug",
            "CMAKE_CXX_FLAGS_DEBUG": FLAGS,
            "CMAKE_CXX_COMPILER_LAUNCHER": "",
            "CMAKE_DISABLE_PRECOMPILE_HEADERS": "ON",
            "ROBOCACHE_CUDA": "OFF",
            "ROBOCACHE_BUILD_BENCH": "OFF",
            "ROBOCACHE_BUILD_EXAMPLES": "OFF",
            "ROBOCACHE_BUILD_DOCS": "OFF",
        }
        if compiler:
            options["CMAKE_CXX_COMPILER"] = compiler
        command = ["cmake", "-S", str(ROOT), "-B", str(self.folder), "-G", "Ninja"]
        command += [f"-D{name}={value}" for name, value in options.items()]
        targets = [f"robocache_test_{name}" for name in PROGRAMS]
        build = ["cmake", "--build", str(self.folder), "--parallel", str(jobs), "--target"]
        for step in (command, build + targets):
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                stop(f"{' '.join(step)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")

    def _ninja(self, *arguments: str) -> str:
        command = ["ninja", "-C", str(self.folder), "-t", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def _read(self) -> None:
        for entry in self._ninja("deps").split("\n\n"):
            name, *rest = entry.strip().split("\n")
            self.headers[name.split(":")[0]] = {
                path.relative_to(INCLUDE).as_posix()
                for path in (Path(os.path.normpath(self.folder / line.strip())) for line in rest)
                if path.is_relative_to(INCLUDE)
            }
        for line in (self.folder / ".ninja_log").read_text().split("\n")[1:]:
            fields = line.split("\t")
            if len(fields) >= 4:
                self.seconds[fields[3]] = (int(fields[1]) - int(fields[0])) / 1000
        for name in PROGRAMS:
            link = ""
            objects = []
            for line in self._ninja("commands", f"robocache_test_{name}").splitlines():
                made = re.search(r" -o (\S+\.o) -c ", line)
                if made:
                    self.compile[made.group(1)] = line
                elif f" -o tests/robocache_test_{name} " in line:
                    link = line
            objects = [word for word in link.split() if word in self.compile]
            if not objects:
                stop(f"robocache_test_{name} is not made by one compiler and one linker command")
            self.programs.append(Program(name, link, objects, []))

    def check(self, every: int, jobs: int) -> None:
        """What is not mutated must pass. Takes the times."""
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(lambda program: self._check(program, every), self.programs))

    def _check(self, program: Program, every: int) -> None:
        command = [str(self.folder / program.file), "--durations", "yes", *ALL]
        done = run(command, self.folder, 1800, every)
        if done.code != 0:
            stop(f"{program.file} fails without any mutant\n{done.output[-4000:]}")
        cases = re.findall(r"^ *(\d+\.\d+) s: (.+)$", done.output, re.MULTILINE)
        quick = [(float(took), name) for took, name in cases if float(took) < SLOW_SECONDS]
        if len(quick) < len(cases) and not program.passes:
            names = ",".join(re.sub(r'([\\,\[\]"])', r"\\\1", name) for _, name in quick)
            program.passes.append(Pass([names], every, sum(took for took, _ in quick)))
        program.passes.append(Pass(ALL, every, done.seconds))

    def dirty(self, program: Program, header: str) -> list[str]:
        return [name for name in program.objects if header in self.headers.get(name, ())]

    def cheapest_first(self, header: str) -> list[Program]:
        def cost(program: Program) -> float:
            compiled = sum(self.seconds.get(name, 1) for name in self.dirty(program, header))
            return compiled + program.passes[0].seconds

        return sorted((p for p in self.programs if self.dirty(p, header)), key=cost)


# ------------------------------------------------------------------------------------ one by one


@dataclass
class Verdict:
    mutant: Mutant
    outcome: str
    by: str = ""  # the program that killed it, or why it is not counted
    compile_seconds: float = 0
    run_seconds: float = 0


class Trial:
    """One mutant in a folder of its own: `changed` to be found before the headers, and objects."""

    def __init__(self, build: Build, mutant: Mutant, source: str, folder: Path) -> None:
        self.build = build
        self.mutant = mutant
        self.folder = folder
        self.verdict = Verdict(mutant, SURVIVED)
        self._objects: dict[str, Path] = {}
        changed = folder / "include" / "robocache" / mutant.file
        changed.parent.mkdir(parents=True)
        changed.write_text(mutant.apply(source), encoding="utf-8")

    def _timed(self, command: str) -> Run:
        done = run(command, self.build.folder, COMPILE_SECONDS)
        self.verdict.compile_seconds += done.seconds
        return done

    def _make(self, program: Program) -> bool:
        link = program.link
        for name in self.build.dirty(program, self.mutant.file):
            if name not in self._objects:
                made = self.folder / f"{len(self._objects)}.o"
                command = self.build.compile[name]
                command = re.sub(r" -MD -MT \S+ -MF \S+", "", command)
                command = command.replace(f" -o {name} ", f" -o {made} ")
                compiler, rest = command.split(" ", 1)
                command = f"{compiler} -I{self.folder}/include {rest}"
                if self._timed(command).code != 0:
                    return False
                self._objects[name] = made
        for name in program.objects:
            if name in self._objects:
                link = link.replace(f" {name} ", f" {self._objects[name]} ")
        link = link.replace(f" -o {program.file} ", f" -o {self.folder / program.name} ")
        return self._timed(link).code == 0

    def judge(self) -> Verdict:
        verdict = self.verdict
        programs = self.build.cheapest_first(self.mutant.file)
        for number in range(max((len(program.passes) for program in programs), default=0)):
            for program in programs:
                if number == 0 and not self._make(program):
                    verdict.outcome = STILLBORN
                    return verdict
                for tests in program.passes[number : number + 1]:
                    command = [str(self.folder / program.name), "--abort", *tests.arguments]
                    done = run(command, self.folder, 2 + 5 * tests.seconds, tests.every)
                    verdict.run_seconds += done.seconds
                    if done.code != 0:
                        how = "time" if done.timed_out else "crash" if done.code < 0 else "failed"
                        verdict.outcome = KILLED
                        verdict.by = f"{program.name} ({how}{', later' if number else ''})"
                        return verdict
        return verdict


# ------------------------------------------------------------------------------ known to be equal


Key = tuple[str, str, str, str]  # file, mutator, line before, line after


def read_equivalent(path: Path) -> dict[Key, str]:
    """Entries are `file: mutator`, `- line`, `+ line` and the reason, blank lines between them."""
    found: dict[Key, str] = {}
    for entry in path.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in entry.strip().split("\n") if line and not line.startswith("#")]
        if not lines:
            continue
        if len(lines) < 4 or lines[1][:2] != "- " or lines[2][:2] != "+ " or ": " not in lines[0]:
            stop(f"{path.name}: not an entry:\n{entry}")
        file, mutator = lines[0].split(": ", 1)
        found[file, mutator, lines[1][2:], lines[2][2:]] = " ".join(lines[3:])
    return found


# ---------------------------------------------------------------------------------------- choosing


def sample(all_mutants: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """At least six of each file, the rest by the number of mutants that a file has."""
    source = random.Random(seed)
    by_file: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in all_mutants:
        by_file[mutant.file].append(mutant)
    chosen: list[Mutant] = []
    rest: list[Mutant] = []
    least = min(6, max(1, count // len(by_file)))
    for file in sorted(by_file):
        source.shuffle(by_file[file])
        chosen += by_file[file][:least]
        rest += by_file[file][least:]
    source.shuffle(rest)
    chosen += rest[: max(0, count - len(chosen))]
    source.shuffle(chosen)  # what a limit of time leaves out is not always the same files
    return chosen[:count]


# --------------------------------------------------------------------------------------- reporting


def table(title: str, verdicts: list[Verdict], key: str) -> None:
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        rows[getattr(verdict.mutant, key)][verdict.outcome] += 1
    print(f"\n{title:34} killed survived stillborn equivalent")
    for name in sorted(rows):
        n = rows[name]
        print(f"{name:34} {n[KILLED]:6} {n[SURVIVED]:8} {n[STILLBORN]:9} {n[EQUAL]:10}")


def show(verdict: Verdict, texts: dict[str, str]) -> None:
    mutant = verdict.mutant
    before, after = mutant.lines(texts[mutant.file])
    print(f"\n{mutant.number}: include/robocache/{mutant.file}:{mutant.line}")
    print(f"{mutant.file}: {mutant.mutator}\n- {before}\n+ {after}")
    if verdict.by:
        print(verdict.by)


def write_results(path: Path, verdicts: list[Verdict], texts: dict[str, str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            "number file line mutator outcome by compile_s run_s before after".split())
        for v in sorted(verdicts, key=lambda v: v.mutant.number):
            m = v.mutant
            figures = [f"{v.compile_seconds:.1f}", f"{v.run_seconds:.1f}"]
            writer.writerow([m.number, m.file, m.line, m.mutator, v.outcome, v.by, *figures,
                             *m.lines(texts[m.file])])


# -------------------------------------------------------------------------------------------- main


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300, help="how many, of all")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--all", action="store_true", help="all of them")
    parser.add_argument("--only", action="append", metavar="FILE", help="of these files only")
    parser.add_argument("--mutant", action="append", type=int, metavar="N", help="these numbers")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seconds", type=float, help="begin no further mutant after so long")
    parser.add_argument("--every", type=int, default=29, help="thinning; 1: all cases of tables")
    parser.add_argument("--thorough", action="store_true", help="survivors get all cases of tables")
    parser.add_argument("--compiler", help="C++ compiler, if not CMake's choice")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "mutate", metavar="FOLDER")
    parser.add_argument("--list", action="store_true", help="show them, build nothing")
    options = parser.parse_args()
    started = time.monotonic()

    all_mutants = mutants(INCLUDE)
    texts = {m.file: (INCLUDE / m.file).read_text(encoding="utf-8") for m in all_mutants}
    chosen = all_mutants
    if options.mutant:
        chosen = [m for m in chosen if m.number in options.mutant]
    if options.only:
        chosen = [m for m in chosen if any(m.file.endswith(name) for name in options.only)]
    if not chosen:
        stop("no such mutants")
    equivalent = read_equivalent(EQUIVALENT)
    keys = {(m.file, m.mutator, *m.lines(texts[m.file])) for m in all_mutants}
    for key in equivalent:
        if key not in keys:
            stop(f"{EQUIVALENT.name}: there is no such mutant any more: {': '.join(key)}")
    if not (options.all or options.mutant):
        chosen = sample(chosen, options.count, options.seed)
    if options.list:
        for m in sorted(chosen, key=lambda m: m.number):
            show(Verdict(m, ""), texts)
        return 0

    verdicts: list[Verdict] = []
    to_try: list[Mutant] = []
    for m in chosen:
        reason = equivalent.get((m.file, m.mutator, *m.lines(texts[m.file])))
        if reason:
            verdicts.append(Verdict(m, EQUAL, reason))
        else:
            to_try.append(m)

    build = Build(options.build.resolve(), options.jobs, options.compiler)
    for every in [options.every, 1] if options.thorough else [options.every]:
        build.check(every, options.jobs)
    prepared = time.monotonic() - started
    for program in build.programs:
        times = ", ".join(f"{tests.seconds:.1f}" for tests in program.passes)
        print(f"{program.file}: {len(program.objects)} objects, runs of {times} s")
    print(f"built and passed without mutants in {prepared:.0f} s; {len(to_try)} of "
          f"{len(all_mutants)} mutants, {options.jobs} at once", flush=True)

    scratch = options.build.resolve() / "mutants"
    shutil.rmtree(scratch, ignore_errors=True)

    def attempt(mutant: Mutant) -> Verdict | None:
        if options.seconds is not None and time.monotonic() - started > options.seconds:
            return None
        folder = scratch / str(mutant.number)
        try:
            return Trial(build, mutant, texts[mutant.file], folder).judge()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    results = options.build.resolve() / "mutants.csv"
    with ThreadPoolExecutor(options.jobs) as pool:
        for done in as_completed([pool.submit(attempt, mutant) for mutant in to_try]):
            verdict = done.result()
            if verdict is None:
                continue
            verdicts.append(verdict)
            m = verdict.mutant
            print(f"{verdict.outcome:9} {m.number:5} {m.file}:{m.line} {m.mutator}  {verdict.by}  "
                  f"{verdict.compile_seconds:.0f} + {verdict.run_seconds:.0f} s", flush=True)
            write_results(results, verdicts, texts)
    write_results(results, verdicts, texts)

    table("file", verdicts, "file")
    table("mutator", verdicts, "mutator")
    for outcome, title in ((EQUAL, "equivalent"), (SURVIVED, "survived")):
        of_outcome = [v for v in verdicts if v.outcome == outcome]
        if of_outcome:
            print(f"\n{'-' * 80}\n{title}:")
        for verdict in sorted(of_outcome, key=lambda v: v.mutant.number):
            show(verdict, texts)

    n = Counter(v.outcome for v in verdicts)
    counted = n[KILLED] + n[SURVIVED]
    left = len(chosen) - len(verdicts)
    took = [v.compile_seconds + v.run_seconds for v in verdicts if v.outcome != EQUAL]
    print(f"\n{n[KILLED]} of {counted} mutants killed"
          + (f" ({100 * n[KILLED] / counted:.1f} %)" if counted else "")
          + f"; {n[STILLBORN]} do not compile, {n[EQUAL]} are equivalent"
          + (f", {left} not tried for lack of time" if left else "")
          + f"; {time.monotonic() - started:.0f} s, "
          + f"{sum(took) / max(1, len(took)):.1f} s each. All: {results}")
    return 0 if counted and n[KILLED] >= MUST_KILL * counted else 1


if __name__ == "__main__":
    sys.exit(main())
