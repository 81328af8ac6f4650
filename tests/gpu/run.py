#!/usr/bin/env python3
"""Tries everything that only a GPU can show, and prints a table.

    python3 run.py [--cpu] [--only TEXT] [--table FILE] [--timeout SECONDS] [--sanitizer compute-sanitizer]

Needs Linux x64, Python 3.9 or later with NumPy, and an NVIDIA driver; PyTorch, CuPy, JAX and Numba where they are
there. The .NET side is in the folder host beside this file (eng/build-gpu-suite.sh makes it), or where --host says.
Each case runs in a process of its own, so that one that crashes is a row like any other. --cpu runs what it can on
ILGPU's CPU accelerator, which tries the plumbing and nothing of a GPU.
"""

import argparse
import datetime
import pathlib
import platform
import shlex
import subprocess
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
NOT_HERE, FAILED = 3, 1


def run_case(name, host, cpu):
    from cases import CASES
    from dotnet import DotNet
    from libraries import Missing
    function, parameter, _ = CASES[name]
    try:
        dotnet = DotNet(host)
        dotnet.cpu = cpu
        if not name.startswith(("context_", "probe_", "guard_", "primary_")):
            dotnet("open", "cpu" if cpu else "primary", 0)
        print("=> " + function(dotnet, parameter), flush=True)
        return 0
    except Missing as missing:
        print(f"=> {missing}", flush=True)
        return NOT_HERE
    except Exception as error:
        traceback.print_exc()
        print(f"=> {type(error).__name__}: {error}".replace("\n", " "), flush=True)
        return FAILED


def in_child(name, options):
    command = [sys.executable, __file__, "--case", name, "--host", str(options.host)]
    command = shlex.split(options.sanitizer) + command + (["--cpu"] if options.cpu else [])
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=options.timeout)
    except subprocess.TimeoutExpired:
        return "hangs", f"no end after {options.timeout} s"
    answer = [line[3:] for line in done.stdout.splitlines() if line.startswith("=> ")]
    last = (done.stderr.strip().splitlines() or ["no output"])[-1]
    if done.returncode == 0 and answer:
        return "passes", answer[-1]
    if done.returncode == NOT_HERE and answer:
        return "not here", answer[-1]
    if done.returncode == FAILED and answer:
        return "fails", answer[-1]
    return f"crashes ({done.returncode})", answer[-1] if answer else last


def gpu_name():
    try:
        query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
        return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip().replace("\n", "; ")
    except (OSError, subprocess.CalledProcessError):
        return "no GPU"


def versions():
    import importlib.metadata
    found = []
    for name in ("numpy", "torch", "cupy-cuda13x", "cupy-cuda12x", "cupy", "jax", "numba", "numba-cuda"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            pass
    return ", ".join(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default=HERE / "host", type=pathlib.Path)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--timeout", default=120, type=int)
    parser.add_argument("--sanitizer", default="")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    if options.case:
        sys.exit(run_case(options.case, options.host, options.cpu))

    from cases import CASES
    lines = [f"{gpu_name()}; Python {platform.python_version()}; {versions()}; {datetime.date.today()}", "",
             "| case | result | detail |", "|---|---|---|"]
    print("\n".join(lines), flush=True)
    results = []
    for name, (_, _, has_cpu) in CASES.items():
        if options.only in name and (has_cpu or not options.cpu):
            result, detail = in_child(name, options)
            results.append(result)
            lines.append(f"| {name} | {result} | {detail} |")
            print(lines[-1], flush=True)
            if options.table:
                options.table.write_text("\n".join(lines) + "\n")
    bad = [result for result in results if result not in ("passes", "not here")]
    print(f"\n{len(results)} cases, {results.count('passes')} pass, {results.count('not here')} not here, {len(bad)} do not pass")
    sys.exit(1 if bad or not results else 0)


if __name__ == "__main__":
    main()
