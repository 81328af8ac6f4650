"""Times the wheel beside its peers on one Python, and prints the figures and what they are against the targets."""

import os
import statistics
import subprocess
import sys
import timeit

import dlpack_nanobind_peer as nanobind
import numpy
import torch

import dlpack
from dlpack import asdlpack, from_dlpack

ROUNDS, SECONDS = 15, 0.02

# The nanoseconds in which nanobind took bytes where the targets in nanoseconds were set. Machines, and moments of one,
# differ by a factor of two and more.
TARGETS_MACHINE = 402

array = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
tensor = torch.arange(6, dtype=torch.float32).reshape(2, 3)
lent, lent_tensor, peer = asdlpack(array), asdlpack(tensor), nanobind.make()

STATEMENTS = {
    "asdlpack(bytes)": 'asdlpack(b"Hello!")',
    "nanobind takes bytes": 'nanobind.accept(b"Hello!")',
    "asdlpack(ndarray)": "asdlpack(array)",
    "nanobind takes an ndarray": "nanobind.accept(array)",
    "asdlpack(torch.Tensor)": "asdlpack(tensor)",
    "nanobind takes a torch.Tensor": "nanobind.accept(tensor)",
    "from_dlpack(dl)": "from_dlpack(lent)",
    "dl.__dlpack__(max_version=(1, 3)), dropped": "lent.__dlpack__(max_version=(1, 3))",
    "nanobind's, dropped": "peer.__dlpack__(max_version=(1, 3))",
    "NumPy's, dropped": "array.__dlpack__(max_version=(1, 3))",
    "torch's, dropped": "tensor.__dlpack__(max_version=(1, 3))",
    "dl.__dlpack__(), dropped": "lent.__dlpack__()",
    "nanobind's __dlpack__(), dropped": "peer.__dlpack__()",
    "numpy.from_dlpack(dl)": "numpy.from_dlpack(lent)",
    "numpy.from_dlpack(nanobind's)": "numpy.from_dlpack(peer)",
    "numpy.from_dlpack(ndarray)": "numpy.from_dlpack(array)",
    "torch.from_dlpack(dl)": "torch.from_dlpack(lent)",
    "torch.from_dlpack(nanobind's)": "torch.from_dlpack(peer)",
    "memoryview(dl)": "memoryview(lent)",
    "numpy.asarray(dl)": "numpy.asarray(lent)",
    "object()": "object()",
}


def measure():
    """Nanoseconds of each statement: (fastest, median) over rounds in which each has its turn."""
    timers = {name: timeit.Timer(statement, globals=globals()) for name, statement in STATEMENTS.items()}
    loops = {name: max(1, int(SECONDS / (timer.timeit(2000) / 2000))) for name, timer in timers.items()}
    found = {name: [] for name in timers}
    for _ in range(ROUNDS):
        for name, timer in timers.items():
            found[name].append(timer.timeit(loops[name]) / loops[name] * 1e9)
    return {name: (min(times), statistics.median(times)) for name, times in found.items()}


def import_time():
    """Milliseconds of `import dlpack` in new processes: (fastest, median)."""
    program = "import time; t = time.perf_counter(); import dlpack; print((time.perf_counter() - t) * 1e3)"
    times = [float(subprocess.check_output([sys.executable, "-c", program])) for _ in range(11)]
    return min(times), statistics.median(times)


def targets(found, imported, size):
    def ns(name):
        return [found[name][i] for i in (0, 1)]

    def ratio(one, other):
        return [a / b for a, b in zip(ns(one), ns(other))]

    def scaled(name):
        peer = "nanobind takes bytes"
        return [figure / base * TARGETS_MACHINE for figure, base in zip(ns(name), ns(peer))]

    ours = "dl.__dlpack__(max_version=(1, 3)), dropped"
    for name in ("asdlpack(bytes)", "asdlpack(ndarray)", "asdlpack(torch.Tensor)"):
        yield name + ", ns", 500, ns(name)
        yield name + f", ns where nanobind takes bytes in {TARGETS_MACHINE}", 500, scaled(name)
    yield "__dlpack__ / nanobind's", 1.3, ratio(ours, "nanobind's, dropped")
    yield "__dlpack__ / NumPy's", 1, ratio(ours, "NumPy's, dropped")
    yield "numpy.from_dlpack: of dl / of nanobind's", 1, ratio("numpy.from_dlpack(dl)", "numpy.from_dlpack(nanobind's)")
    yield "import dlpack, ms", 20, list(imported)
    yield "native module, MB", 3, [size / 1e6] * 2


def main():
    versions = f"Python {sys.version.split()[0]}, NumPy {numpy.__version__}, PyTorch {torch.__version__}"
    print(f"{versions}, nanobind {nanobind.__version__}, dlpack {dlpack.__version__}\n")
    found, imported = measure(), import_time()
    size = os.path.getsize(dlpack._dlpack.__file__)
    print("| what | fastest | median |\n|---|---|---|")
    for name, (fastest, median) in found.items():
        print(f"| `{name}` | {fastest:,.0f} ns | {median:,.0f} ns |")
    print(f"| `import dlpack` | {imported[0]:.1f} ms | {imported[1]:.1f} ms |")
    print("\n| target | at most | by the fastest | by the medians |\n|---|---|---|---|")
    for name, limit, figures in targets(found, imported, size):
        cells = [f"{figure:,.2f}, {'met' if figure <= limit else '**missed**'}" for figure in figures]
        print(f"| {name} | {limit} | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    main()
