# SPDX-License-Identifier: Apache-2.0
"""Prints Python;folder of PyTorch;its version;its version of CUDA or 0, without importing it."""

import importlib.util
import pathlib
import sys

spec = importlib.util.find_spec("torch")
if spec is None or not spec.origin:
    sys.exit(1)
folder = pathlib.Path(spec.origin).parent
version: dict[str, str] = {}
exec((folder / "version.py").read_text(), version)
print(sys.executable, folder, version["__version__"].split("+")[0], version.get("cuda") or 0,
      sep=";")
