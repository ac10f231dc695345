#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_references.py finds each kind of mistake: a copy of the repository has one at a time."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECK = ROOT / "tests/docs/check_references.py"

# Appended to a page, and what has to be said about it.
MISTAKES = [
    ("README.md", "[gone](docs/gone.md)", "link to docs/gone.md"),
    ("README.md", "[gone](docs/semantics.md#no-such-rule)", "no such heading"),
    ("docs/cuda.md", "see `tests/resample/gone.cpp`", "tests/resample/gone.cpp is not there"),
    ("docs/traceability.md", "| x | `voxelize/rules/gone.hpp` | |", "gone.hpp is not there"),
    ("docs/traceability.md", "| x | `bracket_lost` | |", "bracket_lost is not in the code"),
    ("docs/traceability.md", "| x | | `robocache_test_gone` |", "no test or target"),
    ("docs/traceability.md", "| x | | `consumer.gone` |", "no test or target"),
    ("docs/cuda.md", "see `robocache_test_gone`", "no test or target"),
    ("docs/cuda.md", "see `example.supervised.gone`", "no test or target"),
    ("docs/traceability.md", "| x | | `voxelize/faces.cpp`: random sizes, no such title |",
     "no test with 'no such title'"),
]


def run(root):
    return subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True,
                          check=False)


def main():
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "copy"
        skipped = {path.name for path in ROOT.iterdir()
                   if path.name in (".git", "out") or path.name.startswith("build")}
        shutil.copytree(ROOT, copy, ignore=lambda place, _: skipped if place == str(ROOT) else ())
        before = run(copy)
        if before.returncode != 0:
            sys.exit("not right to begin with:\n" + before.stdout + before.stderr)
        for page, text, message in MISTAKES:
            original = (copy / page).read_text()
            (copy / page).write_text(original + "\n" + text + "\n")
            after = run(copy)
            (copy / page).write_text(original)
            if after.returncode != 1 or message not in after.stdout:
                sys.exit(f"not found: {text} in {page}\n{after.stdout}{after.stderr}")
    print(f"{len(MISTAKES)} mistakes found")


if __name__ == "__main__":
    main()
