#!/usr/bin/env python3
"""Tries everything that only a GPU can show, and prints a table.

    python3 run.py [--cpu] [--only TEXT,TEXT] [--table FILE] [--timeout SECONDS] [--budget SECONDS] [--jobs COUNT]
                   [--list]

Needs Linux x64, Python 3.9 or later with NumPy, and an NVIDIA driver; PyTorch, CuPy, JAX and Numba where they are
there. The .NET side is in the folder host beside this file (eng/build-gpu-suite.sh makes it), or where --host says.
Each case runs in a process of its own, so that one that crashes is a row like any other. Probes of what crosses CUDA
contexts come first, several cases at a time (--jobs); then streams and timings, each alone; and then, where
compute-sanitizer is there, some cases once more under it. --only picks cases by parts of their names; sanitizer is one.
--table is written after each case, and cases whose rows in it are there already are not run again. --budget ends in
time, for a machine that is lent: 540 is enough for all on 16 cores. --cpu runs what it can on ILGPU's CPU accelerator,
which tries the plumbing and nothing of a GPU.
"""

import argparse
import concurrent.futures
import datetime
import itertools
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
NOT_HERE, FAILED, UNSANITARY = 3, 1, 99
SANITIZED = ("primary_accelerator[library first]", "strides_both_ways[torch]", "algorithms[torch]", "lifetimes[torch]",
             "copy_to_cpu[strided]", "buffer_to_library[cupy]")

# What measures, or what a busy neighbour could disturb, runs alone.
ALONE = "stream_", "timing_", "primary_memory_cost", "primary_disposal_on_a_full_GPU"


def phase(title):
    return 2 if title.startswith("sanitizer: ") else 1 if title.startswith(ALONE) else 0


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
        print(f"=> {type(error).__name__}: {error}", flush=True)
        return FAILED


def in_child(name, options, timeout, prefix=()):
    command = [*prefix, sys.executable, __file__, "--case", name, "--host", str(options.host)]
    command += ["--cpu"] if options.cpu else []
    environment = {**os.environ, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", env=environment,
        start_new_session=True)
    try:
        out, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        # The whole group: a sanitizer's own child would hold the pipes open.
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return "hangs", f"no end after {timeout:.0f} s"
    text = out.partition("=> ")[2].strip()
    last = (err.strip().splitlines() or ["no output"])[-1]
    if prefix and child.returncode == UNSANITARY:
        return "fails", next((line for line in out.splitlines() if "Invalid" in line or "ERROR" in line), text or last)
    if child.returncode == 0 and text:
        return "passes", text
    if child.returncode == NOT_HERE and text:
        return "not here", text
    if child.returncode == FAILED and text:
        return "fails", text
    return f"crashes ({child.returncode})", text or last


def gpu_name():
    try:
        query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
        return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip().replace("\n", "; ")
    except (OSError, subprocess.CalledProcessError):
        return name_by_driver()


def name_by_driver():
    from driver import Driver
    try:
        return Driver().name()
    except OSError:
        return "no GPU"


def versions():
    import importlib.metadata
    found = []
    for name in ("numpy", "torch", "cupy-cuda13x", "cupy-cuda12x", "cupy", "jax", "numba", "numba-cuda"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            pass
    return ", ".join(found) or "none of the array libraries"


def what_is_missing(options):
    """What nothing works without, in words; None if it is all there."""
    import importlib.util
    if not (options.host / "DlPack.GpuHost.dll").exists():
        return f"there is no .NET side in {options.host}: make it by eng/build-gpu-suite.sh, or pass --host"
    if importlib.util.find_spec("numpy") is None:
        return f"{sys.executable} has no NumPy"
    if options.cpu:
        return None
    from driver import Driver
    try:
        count = Driver().count()
    except OSError as error:
        return f"there is no usable CUDA driver ({error}); --cpu tries the plumbing without one"
    return None if count else "the CUDA driver sees no GPU (CUDA_VISIBLE_DEVICES?); --cpu tries the plumbing without one"


def sanitizer():
    """compute-sanitizer with its arguments, or nothing. What the driver is asked and denies is no error of ours."""
    path = shutil.which("compute-sanitizer") or shutil.which("/usr/local/cuda/bin/compute-sanitizer")
    return [path, "--tool", "memcheck", "--report-api-errors", "no", "--target-processes", "all",
            "--error-exitcode", str(UNSANITARY)] if path else []


class Table:
    """Rows, printed as they come and kept in a file, with those that are in it already."""

    def __init__(self, path):
        self._path, self.rows, self._kept = path, [], {}
        if path and path.exists():
            for line in path.read_text().splitlines():
                match = re.match(r"\| ([\w\[\]: ]+) \| ((?:passes|not here|fails|hangs|crashes).*?) \| (.*) \|$", line)
                if match:
                    self._kept[match[1]] = match[2], match[3]
        self._head = [f"{gpu_name()}; Python {platform.python_version()}; {versions()}; {datetime.date.today()}", "",
                      "| case | result | detail |", "|---|---|---|"]
        print("\n".join(self._head), flush=True)

    def find(self, name):
        """What a file that is continued says, or nothing."""
        return self._kept.get(name)

    def row(self, name, result, detail):
        """A row, of that file or of a run."""
        detail = " ".join(detail.replace("|", "/").split())[:600]
        self.rows.append(result)
        self._kept[name] = result, detail
        print(self._line(name), flush=True)
        if self._path:
            # In one step: a run that is cut short must not take the file with it.
            new = self._path.with_suffix(".new")
            new.write_text("\n".join([*self._head, *map(self._line, self._kept)]) + "\n")
            new.replace(self._path)

    def _line(self, name):
        return f"| {name} | {' | '.join(self._kept[name])} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default=HERE / "host", type=pathlib.Path)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--timeout", default=90, type=int)
    parser.add_argument("--budget", default=86400, type=int)
    parser.add_argument("--jobs", default=max(1, min(4, (os.cpu_count() or 1) // 4)), type=int)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    if options.case:
        sys.exit(run_case(options.case, options.host, options.cpu))

    missing = what_is_missing(options)
    if missing:
        print(f"Cannot run: {missing}.", file=sys.stderr)
        sys.exit(2)

    from cases import CASES
    wanted = [(name, name, ()) for name, (_, _, has_cpu) in CASES.items() if has_cpu or not options.cpu]
    if not options.cpu and sanitizer():
        wanted += [(f"sanitizer: {name}", name, sanitizer()) for name in SANITIZED]
    texts = options.only.split(",")
    wanted = [row for row in wanted if any(text in row[0] for text in texts)]
    if options.list:
        print("\n".join(row[0] for row in wanted))
        sys.exit(0)

    end, left = time.monotonic() + options.budget, 0
    table = Table(options.table)

    def attempt(row):
        title, name, prefix = row
        full = options.timeout * (4 if prefix else 1)
        timeout = min(full, end - time.monotonic() - 5)
        found = table.find(title) or (in_child(name, options, timeout, prefix) if timeout >= 15 else None)

        # What the budget cut short has shown nothing.
        return None if found and found[0] == "hangs" and timeout < full else found

    by_phase = sorted(wanted, key=lambda row: phase(row[0]))
    for number, rows in itertools.groupby(by_phase, key=lambda row: phase(row[0])):
        rows = list(rows)
        with concurrent.futures.ThreadPoolExecutor(1 if number == 1 else options.jobs) as pool:
            for (title, _, _), found in zip(rows, pool.map(attempt, rows)):
                if found:
                    table.row(title, *found)
                else:
                    left += 1
    bad = [result for result in table.rows if result not in ("passes", "not here")]
    print(f"\n{len(table.rows)} cases, {table.rows.count('passes')} pass, {table.rows.count('not here')} not here, "
          f"{len(bad)} do not pass; {left} not run for want of time")
    sys.exit(1 if bad or left or not table.rows else 0)


if __name__ == "__main__":
    main()
