#!/usr/bin/env python3
"""Tries the Python wheel with the libraries of this machine: the table of `python -m dlpack`, then its own tests.

    python3 wheel.py [PYTEST-ARGUMENTS, such as: -m gpu -rs]

Needs Linux x64 and Python 3.9 or later, for the tests pytest; no .NET. The package is in the folder wheel beside this file
(eng/build-gpu-suite.sh makes it). The status is not 0 if a cell of the table or a test failed.
"""

import os
import pathlib
import subprocess
import sys

WHEEL = pathlib.Path(__file__).resolve().parent / "wheel"


def main():
    paths = [str(WHEEL), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    tests = "import sys, dlpack; sys.exit(dlpack.tests.run(*sys.argv[1:]))"
    commands = ["-m", "dlpack"], ["-c", tests, *(sys.argv[1:] or ["-q", "-rs"])]
    # One after the other, and each in a process of its own: a crash must not hide the other's answer.
    states = [subprocess.run([sys.executable, *command], env=environment).returncode for command in commands]
    return max(map(abs, states))


if __name__ == "__main__":
    sys.exit(main())
