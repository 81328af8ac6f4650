"""What is tried, each case in a process of its own. A case returns what its row of the table says."""

import ctypes
import gc
import os
import pathlib
import subprocess
import sys
import sysconfig
import threading
import time

import numpy as np

from dotnet import DotNetError, Lent
from driver import CONTEXT, Driver
from libraries import DTYPES, Missing, open_library

CASES = {}
FLOAT32 = "2,32,1"


def case(*parameters, cpu=False):
    """Registers a case, once for each parameter."""
    def register(function):
        for parameter in parameters or (None,):
            name = function.__name__ if parameter is None else f"{function.__name__}[{parameter}]"
            CASES[name] = (function, parameter, cpu)
        return function
    return register


def expect(actual, wanted, what):
    actual, wanted = np.asarray(actual), np.asarray(wanted)
    if actual.shape != wanted.shape:
        raise AssertionError(f"{what}: expected shape {wanted.shape}, found {actual.shape}")
    wrong = np.argwhere(actual != wanted)
    if len(wrong):
        first = tuple(wrong[0])
        raise AssertionError(
            f"{what}: {len(wrong)} of {wanted.size} wrong, the first at {list(first)}: expected {wanted[first]}, "
            f"found {actual[first]}")


def buffer_of(dotnet, values, stream=0):
    """An ILGPU buffer of floats and the tensor over it, filled through a library."""
    buffer = dotnet("alloc", 4, len(values))
    tensor = dotnet("lend", 4, buffer, FLOAT32, len(values), 1, 0, stream)
    return buffer, tensor


# Contexts: what crosses them. These decide whether the library's guard is right; run them first.

@case()
def context_of_plain_accelerator(dotnet, _):
    driver = Driver()
    dotnet("open", "plain", 0)
    own, pointer = int(dotnet("context")), int(dotnet("address", dotnet("alloc", 4, 16)))
    return f"own {own:#x}, primary {driver.primary():#x}, pointer's {driver.attribute(pointer, CONTEXT):#x}"


@case("torch", "cupy")
def probe_library_kernel_on_plain_memory(dotnet, name):
    library = open_library(name, False)
    library.settle()
    dotnet("open", "plain", 0)
    address = dotnet("address", dotnet("alloc", 4, 16))
    dotnet("sync")
    Driver().make_current(Driver().primary())
    array = library.view(Lent(dotnet, dotnet("raw", address, FLOAT32, 16), force_stream=-1))
    array += 1
    library.settle()
    return f"works, first value {library.numpy(array)[0]}"


@case()
def probe_copy_of_plain_memory(dotnet, _):
    driver = Driver()
    dotnet("open", "plain", 0)
    address = int(dotnet("address", dotnet("alloc", 4, 16)))
    driver.make_current(driver.primary())
    driver.read_floats(address, 16)
    return "a copy from the primary context works"


@case("torch", "cupy")
def probe_plain_kernel_on_library_memory(dotnet, name):
    library = open_library(name, False)
    array = library.make([1.0] * 16, "float32")
    library.settle()
    dotnet("open", "plain", 0)
    pointer = array.data_ptr() if name == "torch" else array.data.ptr
    dotnet("rawkernel", pointer, 16)
    Driver().make_current(Driver().primary())
    expect(library.numpy(array), [2.0] * 16, "after ILGPU's kernel")
    return "works, values right"


@case()
def probe_peer_access_between_contexts(dotnet, _):
    driver = Driver()
    dotnet("open", "plain", 0)
    own = int(dotnet("context"))
    driver.make_current(driver.primary())
    to_own = driver.code("cuCtxEnablePeerAccess", ctypes.c_void_p(own), 0)
    driver.make_current(own)
    to_primary = driver.code("cuCtxEnablePeerAccess", ctypes.c_void_p(driver.primary()), 0)
    return f"primary to own: error {to_own}; own to primary: error {to_primary}"


@case()
def probe_event_between_contexts(dotnet, _):
    driver = Driver()
    dotnet("open", "plain", 0)
    event = ctypes.c_void_p()
    driver.make_current(int(dotnet("context")))
    driver.call("cuEventCreate", ctypes.byref(event), 2)
    driver.call("cuEventRecord", event, ctypes.c_void_p(0))
    driver.make_current(driver.primary())
    code = driver.code("cuStreamWaitEvent", ctypes.c_void_p(2), event, 0)
    return f"waiting in the primary context for an event of the other: error {code}"


@case()
def guard_refuses_plain_accelerator(dotnet, _):
    dotnet("open", "plain", 0)
    try:
        buffer_of(dotnet, [0.0] * 4)
    except DotNetError as error:
        if "CreateAccelerator" in str(error):
            return "refused"
        raise
    raise AssertionError("lent without a word")


@case("library first", "ILGPU first")
def primary_accelerator(dotnet, order):
    def library():
        found = open_library("torch", False)
        found.settle()
        return found

    torch = library() if order == "library first" else None
    dotnet("open", "primary", 0)
    torch = torch or library()
    driver = Driver()
    buffer, tensor = buffer_of(dotnet, [0.0] * 16)
    pointer = int(dotnet("address", buffer))
    if driver.attribute(pointer, CONTEXT) != driver.primary():
        raise AssertionError("ILGPU's memory is not in the primary context")
    array = torch.view(Lent(dotnet, tensor))
    array.fill_(2)
    dotnet("slowkernel", tensor, 5, 10, 0)
    dotnet("sync")
    expect(torch.numpy(array), [5.0] * 16, "after ILGPU's kernel")
    del array
    dotnet("drop", tensor)
    dotnet("drop", buffer)
    return "memory shared both ways"


@case()
def primary_kernels_before_and_after(dotnet, _):
    expect([float(value) for value in dotnet("prekernel").split()], [7, 7, 7], "plain, primary, plain")
    return "kernels right in both contexts, side by side"


@case()
def primary_streams(dotnet, _):
    driver = Driver()
    dotnet("open", "primary", 0)
    _, handle = dotnet("stream").split()
    found, primary = driver.context_of_stream(int(handle)), driver.primary()
    if found != primary:
        raise AssertionError(f"ILGPU's stream is in {found:#x}, the primary context is {primary:#x}")
    return "ILGPU's streams are in the primary context"


@case()
def primary_other_thread(dotnet, _):
    torch = open_library("torch", False)
    dotnet("open", "primary", 0)
    buffer, tensor = buffer_of(dotnet, [0.0] * 16)
    failures = []

    def work():
        try:
            dotnet("slowkernel", tensor, 5, 10, 0)
            dotnet("alloc", 4, 16)
            dotnet("sync")
        except DotNetError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    expect(torch.numpy(torch.view(Lent(dotnet, tensor))), [5.0] * 16, "a kernel that another thread started")
    return "a thread that had no context works"


@case("left alone", "made current")
def primary_disposal_leaves_others_working(dotnet, context):
    torch = open_library("torch", False)
    kept = torch.make(range(8), "float32")
    dotnet("open", "primary", 0)
    buffer, tensor = buffer_of(dotnet, [0.0] * 8)
    torch.view(Lent(dotnet, tensor)).fill_(1)
    dotnet("drop", tensor)
    dotnet("drop", buffer)
    gc.collect()
    dotnet("settle")
    dotnet("close")
    if context == "made current":
        Driver().make_current(Driver().primary())
    expect(torch.numpy(kept * 2), [2.0 * i for i in range(8)], "after ILGPU has gone")
    return "PyTorch works on"


@case()
def primary_memory_cost(dotnet, _):
    driver = Driver()
    driver.make_current(driver.primary())
    before = driver.free_bytes()
    dotnet("open", "primary", 0)
    driver.make_current(driver.primary())
    cost = (before - driver.free_bytes()) / 2**20
    if cost > 32:
        raise AssertionError(f"the accelerator takes {cost:.0f} MiB: the context that ILGPU made is still there")
    return f"{cost:.0f} MiB for an accelerator in the primary context"


@case()
def primary_disposal_on_a_full_GPU(dotnet, _):
    torch = open_library("torch", False)
    kept = torch.make(range(8), "float32")
    dotnet("open", "primary", 0)
    driver = Driver()
    driver.make_current(driver.primary())
    pieces, size = [], 1 << 36
    while size >= 1 << 20:
        pointer = ctypes.c_uint64()
        if driver.code("cuMemAlloc_v2", ctypes.byref(pointer), ctypes.c_size_t(size)) == 0:
            pieces.append(pointer.value)
        else:
            size //= 2
    try:
        dotnet("close")
        said = "nothing"
    except DotNetError as error:
        said = str(error)
    driver.make_current(driver.primary())
    for piece in pieces:
        driver.call("cuMemFree_v2", ctypes.c_uint64(piece))
    expect(torch.numpy(kept * 2), [2.0 * i for i in range(8)], "after ILGPU has gone")
    return f"disposal says: {said}; PyTorch works on"


# Exchange with each library.

@case("numpy", "torch", "cupy", "jax", cpu=True)
def buffer_to_library(dotnet, name):
    library = open_library(name, dotnet.cpu)
    buffer, tensor = buffer_of(dotnet, [0.0] * 1000)
    dotnet("slowkernel", tensor, 3, 10, 0)
    array = library.view(Lent(dotnet, tensor))
    expect(library.numpy(array), [3.0] * 1000, "ILGPU's values")
    if library.may_write(array):
        array += 1
        library.settle()
        again = dotnet("take", *consumed(dotnet, tensor))
        target, copy = buffer_of(dotnet, [0.0] * 1000)
        dotnet("copykernel", 4, again, copy, 0)
        expect(library.numpy(library.view(Lent(dotnet, copy))), [4.0] * 1000, "the library's values in ILGPU")
        return "same memory, written by both"
    return "same memory, read-only there"


def consumed(dotnet, tensor):
    return dotnet("dlpack", tensor, "-", 1, "-", "-"), 1


@case("numpy", "torch", "cupy", "jax", cpu=True)
def dtypes_both_ways(dotnet, name):
    library = open_library(name, dotnet.cpu)
    done = []
    for dtype in library.dtypes:
        code, bits = DTYPES[dtype]
        values = np.array([0, 1, 1, 0, 1, 0]) if dtype == "bool" else np.array([0, 1, 2, 3, 100, 7])
        try:
            original = library.make(values, dtype)
            library.settle(original)
            taken = dotnet.take(original)
        except (Missing, TypeError, AttributeError, ValueError, RuntimeError, BufferError):
            continue
        buffer = dotnet("alloc", bits // 8, 6)
        tensor = dotnet("lend", bits // 8, buffer, f"{code},{bits},1", 6, 1, 0, 0)
        dotnet("copykernel", bits // 8, taken, tensor, 0)
        dotnet("sync")
        expect(library.numpy(library.view(Lent(dotnet, tensor))), library.numpy(original), dtype)
        done.append(dtype)
    if len(done) < 6:
        raise AssertionError(f"only {done} went through")
    return f"{len(done)}: {' '.join(done)}"


@case("numpy", "torch", "cupy", cpu=True)
def strides_both_ways(dotnet, name):
    library = open_library(name, dotnet.cpu)
    whole = library.make(np.arange(120).reshape(4, 5, 6), "float32")
    views = [whole[1], whole[1:3, ::2, 1:5], whole[2].T, whole[:, 3, 2], whole[3, 1:, ::3]]
    for view in views:
        shape = tuple(view.shape)
        count = int(np.prod(shape))
        buffer = dotnet("alloc", 4, 2 * count)
        steps = [2 * int(np.prod(shape[:i])) for i in range(len(shape))]
        tensor = dotnet("lend", 4, buffer, FLOAT32, ",".join(map(str, shape)), ",".join(map(str, steps)), 1, 0)
        dotnet("copykernel", 4, dotnet.take(view), tensor, 0)
        dotnet("sync")
        back = library.numpy(library.view(Lent(dotnet, tensor)))
        expect(back, library.numpy(view), f"shape {shape}")
    return f"{len(views)} views, lent on with column-major gaps"


@case("numpy", "torch", "cupy", cpu=True)
def algorithms(dotnet, name):
    library = open_library(name, dotnet.cpu)
    values = (np.arange(1000) * 387 % 1000 + 1).astype("int32")
    items, sums = library.make(values, "int32"), library.make(np.zeros(1000), "int32")
    library.settle()
    total = int(dotnet("algorithms", dotnet.take(items), dotnet.take(sums)))
    ordered = np.arange(1, 1001)
    expect(total, ordered.sum(), "reduce")
    expect(library.numpy(items), ordered, "radix sort")
    expect(library.numpy(sums), -np.cumsum(ordered), "scan and transform")
    return "reduce, radix sort, scan, transform"


@case("cupy", "torch")
def numba_kernel(dotnet, name):
    library = open_library(name, False)
    try:
        # Numba's CUDA part asks for a name that NumPy 2.5 no longer has.
        np.row_stack = getattr(np, "row_stack", np.vstack)
        from numba import cuda
    except ImportError as error:
        raise Missing("numba.cuda is not installed") from error
    if not cuda.is_available():
        raise Missing("this Numba sees no GPU")
    buffer, tensor = buffer_of(dotnet, [0.0] * 256)
    dotnet("slowkernel", tensor, 1, 10, 0)

    @cuda.jit
    def double(items):
        items[cuda.grid(1)] *= 2

    array = library.view(Lent(dotnet, tensor))
    double[2, 128](cuda.as_cuda_array(array))
    cuda.synchronize()
    expect(library.numpy(array), [2.0] * 256, "after Numba's kernel")
    target, copy = buffer_of(dotnet, [0.0] * 256)
    dotnet("copykernel", 4, tensor, copy, 0)
    dotnet("sync")
    expect(library.numpy(library.view(Lent(dotnet, copy))), [2.0] * 256, "Numba's values in ILGPU")
    return f"same memory, written by both; from {name}'s view by __cuda_array_interface__"


# Streams: the slow kernel writes at its end, so that who does not wait sees what was there before.

SLOW, COUNT = 20_000_000, 64


def after_slow_kernel(dotnet, force_stream):
    torch = open_library("torch", False).module
    number, _ = dotnet("stream").split()
    buffer, tensor = buffer_of(dotnet, [0.0] * COUNT, stream=number)
    dotnet("slowkernel", tensor, 1, 1, number)
    dotnet("sync")
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        # All that is loaded or allocated on first use may wait for the whole GPU, and would give order by accident.
        for warm_up in (None, -1):
            torch.from_dlpack(Lent(dotnet, tensor, warm_up)).clone()
    torch.cuda.synchronize()
    start = time.perf_counter()
    dotnet("slowkernel", tensor, 7, SLOW, number)
    with torch.cuda.stream(stream):
        seen = torch.from_dlpack(Lent(dotnet, tensor, force_stream)).clone()
        lent = time.perf_counter() - start
    stream.synchronize()
    total = time.perf_counter() - start
    dotnet("sync")
    return seen.cpu().tolist(), lent, total


@case()
def stream_order_ILGPU_to_torch(dotnet, _):
    seen, lent, total = after_slow_kernel(dotnet, None)
    expect(seen, [7.0] * COUNT, "what PyTorch saw")
    if lent > total / 2:
        raise AssertionError(f"the host waited: {lent:.3f} s of {total:.3f} s")
    return f"right; lending took {1e3 * lent:.2f} ms of {1e3 * total:.0f} ms"


@case()
def stream_control_without_order(dotnet, _):
    seen, _, _ = after_slow_kernel(dotnet, -1)
    if seen == [7.0] * COUNT:
        raise AssertionError("-1 came out right too: the kernel is too quick to prove anything")
    return f"wrong as it should be: {seen[0]} in place of 7.0"


@case("ordered", "control")
def stream_order_torch_to_ILGPU(dotnet, kind):
    torch = open_library("torch", False).module
    number, handle = dotnet("stream").split()
    source = torch.zeros(COUNT, device="cuda")
    buffer, tensor = buffer_of(dotnet, [0.0] * COUNT, stream=number)
    torch.cuda.synchronize()
    dotnet("copykernel", 4, dotnet.take(source, stream=-1), tensor, number)
    dotnet("sync")
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        # Nothing may be loaded or allocated for the first time behind the sleep: that could wait for it.
        torch.cuda._sleep(1)
        source.fill_(0)
        dotnet("drop", dotnet.take(source, stream=int(handle)))
        torch.cuda.synchronize()
        torch.cuda._sleep(1_000_000_000)
        source.fill_(7)
        taken = dotnet.take(source, stream=int(handle) if kind == "ordered" else -1)
    dotnet("copykernel", 4, taken, tensor, number)
    dotnet("sync")
    seen = torch.from_dlpack(Lent(dotnet, tensor)).tolist()
    torch.cuda.synchronize()
    if kind == "ordered":
        expect(seen, [7.0] * COUNT, "what ILGPU saw")
        return "right"
    if seen == [7.0] * COUNT:
        raise AssertionError("-1 came out right too: nothing is proven")
    return f"wrong as it should be: {seen[0]} in place of 7.0"


# Lifetimes, copies, kinds of memory, devices.

@case("numpy", "torch", "cupy", cpu=True)
def lifetimes(dotnet, name):
    library = open_library(name, dotnet.cpu)
    for i in range(500):
        buffer, tensor = buffer_of(dotnet, [0.0] * 4096)
        dotnet("slowkernel", tensor, i, 1, 0)
        array = library.view(Lent(dotnet, tensor))
        dotnet("drop", buffer)
        dotnet("drop", tensor)
        expect(library.numpy(array), [float(i)] * 4096, "memory of a disposed buffer that is lent")
        if library.may_write(array):
            dotnet("drop", dotnet.take(array))
        del array
        unused = buffer_of(dotnet, [0.0] * 4)
        Lent(dotnet, unused[1]).__dlpack__(stream=None)
        dotnet("drop", unused[1])
        dotnet("drop", unused[0])
    gc.collect()
    dotnet("settle")
    objects, capsules, blocks, imports = map(int, dotnet("counts").split())
    expect([objects, capsules, blocks, imports], [0, 0, 0, 0], "objects, capsules, blocks, imports")
    return "500 rounds, nothing left"


@case("compact", "strided")
def copy_to_cpu(dotnet, kind):
    torch = open_library("torch", False)
    source = torch.make(np.arange(24).reshape(4, 6), "float32")
    view = source if kind == "compact" else source[1:, ::2].T
    number, _ = dotnet("stream").split()
    tensor = dotnet.take(view)
    array = np.from_dlpack(OnCpu(dotnet, tensor))
    expect(array, torch.numpy(view), "the copy")
    if array.ctypes.data % 256:
        raise AssertionError("the copy is not 256-byte aligned")
    return "values right, 256-byte aligned"


@case("torch", "NumPy")
def large_copies_are_used_again(dotnet, borrower):
    torch = open_library("torch", False).module
    side = torch.cuda.Stream()
    count, places, results = 1 << 20, set(), []
    for i in range(20):
        tensor = dotnet.take(torch.full((count,), float(i), device="cuda"))
        array = np.from_dlpack(OnCpu(dotnet, tensor))
        dotnet("drop", tensor)
        places.add(array.ctypes.data)
        copy = torch.from_numpy(array)
        if copy.is_pinned():
            raise AssertionError("PyTorch takes the copy for pinned memory, and would not stage what is queued from it")
        if borrower == "torch":
            # Queued behind a sleep, and the source is let go of before it runs.
            with torch.cuda.stream(side):
                torch.cuda._sleep(10_000_000)
                results.append(copy.to("cuda", non_blocking=True))
        else:
            results.append(torch.from_numpy(array.copy()))
        del array, copy
    side.synchronize()
    for i, result in enumerate(results):
        expect(result.cpu().numpy()[:: 1 << 16], [float(i)] * 16, f"copy {i}")
    if len(places) > 2:
        raise AssertionError(f"20 copies took {len(places)} places")
    return f"20 copies in {len(places)} place(s), all right"


@case()
def forked_child_keeps_what_it_sees(dotnet, _):
    torch = open_library("torch", False).module
    array = np.from_dlpack(OnCpu(dotnet, dotnet.take(torch.full((1 << 20,), 5.0, device="cuda"))))
    place = array.ctypes.data
    waits, goes_on = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(waits, 1)
        os._exit(0 if bool((array == 5).all()) else 1)
    del array
    gc.collect()
    dotnet("settle")
    others = [np.from_dlpack(OnCpu(dotnet, dotnet.take(torch.full((1 << 20,), 6.0 + i, device="cuda")))) for i in range(4)]
    os.write(goes_on, b".")
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise AssertionError("the child's copy was overwritten by a later one")
    again = place in [other.ctypes.data for other in others]
    return f"right, while the parent made {len(others)} copies; the address was {'mapped anew' if again else 'not used again'}"


@case()
def capture_is_not_disturbed(dotnet, _):
    torch = open_library("torch", False).module
    number, handle = dotnet("stream").split()
    x = torch.ones(64, device="cuda")
    source = torch.full((1 << 20,), 3.0, device="cuda")
    seen = {}

    def prepare():
        buffer, tensor = buffer_of(dotnet, [0.0] * 4096, stream=number)
        dotnet("slowkernel", tensor, 2, 10, number)
        dotnet("sync")
        return buffer, tensor, dotnet.take(source, stream=int(handle))

    def work(buffer, tensor, taken):
        try:
            Lent(dotnet, tensor).__dlpack__(stream=int(handle))
            Lent(dotnet, tensor).__dlpack__(stream=int(handle), copy=True)
            small, large = (np.from_dlpack(OnCpu(dotnet, number)) for number in (tensor, taken))
            seen["copies"] = float(small[7]), float(large[-1])
            del small, large
            for thing in (buffer, tensor, taken):
                dotnet("drop", thing)
            dotnet("clear")
        except Exception as error:
            seen["error"] = error

    # What is compiled, loaded or allocated for the first time is not what this is about.
    work(*prepare())
    others = threading.Thread(target=work, args=prepare())
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="global"):
        y = x * 2
        others.start()
        others.join()
        z = y + 1
    if "error" in seen:
        raise seen["error"]
    graph.replay()
    torch.cuda.synchronize()
    expect(z.tolist(), [3.0] * 64, "what the graph computed")
    expect(seen["copies"], [2.0, 3.0], "the copies that were made meanwhile")
    return "a thread lends, copies and releases while another one captures"


@case()
def capture_with_lending_inside(dotnet, _):
    torch = open_library("torch", False).module
    number, _ = dotnet("stream").split()
    buffer, tensor = buffer_of(dotnet, [0.0] * 64, stream=number)
    dotnet("slowkernel", tensor, 2, 10, number)
    dotnet("sync")
    before = torch.from_dlpack(Lent(dotnet, tensor))
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    try:
        with torch.cuda.graph(graph):
            inside = torch.from_dlpack(Lent(dotnet, tensor)) + 1
        said = "nothing"
    except Exception as error:
        said = f"{type(error).__name__}: {error}".splitlines()[0]
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        after = before + 1
    dotnet("slowkernel", tensor, 5, 10, number)
    dotnet("sync")
    graph.replay()
    torch.cuda.synchronize()
    expect(after.tolist(), [6.0] * 64, "a graph over a tensor that was lent before")
    return f"lent before: right; lent inside: {said}"


@case()
def capture_of_a_blocking_stream(dotnet, _):
    # While one is captured, CUDA refuses the legacy stream, which ILGPU's default stream is.
    driver = Driver()
    driver.make_current(driver.primary())
    torch = open_library("torch", False)
    source = torch.make([0.0] * 64, "float32")
    torch.settle()
    tensor = dotnet.take(source)
    dotnet("slowkernel", tensor, 1, 10, 0)
    view = dotnet("view", tensor)
    dotnet("sync")
    dotnet("slowkernel", tensor, 7, SLOW, 0)
    dotnet("drop", tensor)
    stream, graph = ctypes.c_void_p(), ctypes.c_void_p()
    driver.make_current(driver.primary())
    driver.call("cuStreamCreate", ctypes.byref(stream), 0)
    driver.call("cuStreamBeginCapture_v2", stream, 0)
    dropped = threading.Thread(target=lambda: dotnet("drop", view))
    dropped.start()
    dropped.join()
    time.sleep(0.2)
    during = dotnet("counts")
    code = driver.code("cuStreamEndCapture", stream, ctypes.byref(graph))
    dotnet("clear")
    after = dotnet("counts")
    torch.settle()
    if code != 0:
        raise AssertionError(f"the capture ended with error {code}")
    if not during.endswith(" 1") or not after.endswith(" 0"):
        raise AssertionError(f"objects, capsules, blocks, imports: {during} during the capture, {after} after it")
    expect(torch.numpy(source), [7.0] * 64, "after the kernel")
    return "the capture goes on, and the tensor is released after it"


def output_of(program, environment):
    """What one of the suite's .NET programs prints."""
    ran = subprocess.run([program], env=environment, capture_output=True, text=True)
    if ran.returncode == 3:
        raise Missing(ran.stdout)
    if ran.returncode != 0:
        raise AssertionError(f"it ended with {ran.returncode}: {ran.stdout} {ran.stderr}")
    return ran.stdout


@case()
def sample_IlgpuToPython(dotnet, _):
    program = pathlib.Path(dotnet.folder) / "IlgpuToPython"
    library = pathlib.Path(sysconfig.get_config_var("LIBDIR") or "/") / (sysconfig.get_config_var("INSTSONAME") or "-")
    if not program.exists() or not library.exists():
        raise Missing(f"there is no {program if not program.exists() else 'shared library of this Python'}")
    environment = {**os.environ, "LD_LIBRARY_PATH": str(library.parent), "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                   "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    text = output_of(program, environment)
    if "on cuda:0" not in text or "what Python has doubled" not in text:
        raise AssertionError(f"it said: {text}")
    return next(line.strip() for line in text.splitlines() if " sees " in line)


@case()
def torchsharp_both_ways(dotnet, _):
    torch = open_library("torch", False).module
    program = pathlib.Path(dotnet.folder) / "DlPack.TorchHost"
    environment = {**os.environ, "LD_LIBRARY_PATH": str(pathlib.Path(torch.__file__).parent / "lib")}
    return output_of(program, environment).strip()


class OnCpu(Lent):
    """A consumer that wants the tensor on the CPU."""

    def __dlpack_device__(self):
        return 1, 0

    def __dlpack__(self, **arguments):
        return super().__dlpack__(**{**arguments, "stream": None, "dl_device": (1, 0)})


@case()
def kinds_of_memory(dotnet, _):
    driver = Driver()
    driver.make_current(driver.primary())
    wanted = {
        "device": (driver.allocate("cuMemAlloc_v2", 256), "2 0"),
        "managed": (driver.allocate("cuMemAllocManaged", 256, 1), "13 0"),
        "pinned": (driver.allocate("cuMemHostAlloc", 256, 0), "3 0"),
    }
    for kind, (pointer, device) in wanted.items():
        found = dotnet("device", dotnet("truth", pointer, FLOAT32, 16))
        if found != device:
            raise AssertionError(f"{kind}: expected {device}, found {found}")
    torch = open_library("torch", False)
    pooled = torch.make([1.0] * 16, "float32")
    expect(dotnet("device", dotnet("truth", pooled.data_ptr(), FLOAT32, 16)), "2 0", "PyTorch's memory")
    _, tensor = dotnet("pagelocked", 16).split()
    expect(dotnet("device", tensor), "3 0", "a page-locked array")
    expect(np.from_dlpack(Lent(dotnet, tensor)), [3.0] * 16, "NumPy's view of a page-locked array")
    return "device, managed, pinned, PyTorch's, page-locked"


@case()
def second_gpu(dotnet, _):
    torch = open_library("torch", False).module
    if torch.cuda.device_count() < 2:
        raise Missing("there is one GPU")
    tensor = dotnet.take(torch.ones(4, device="cuda:1"))
    expect(dotnet("device", tensor), "2 1", "device")
    return "number kept"


# Timings, of one run on one machine.

@case()
def timing_hand_over(dotnet, _):
    torch = open_library("torch", False).module
    number, _ = dotnet("stream").split()
    _, tensor = buffer_of(dotnet, [0.0] * 1024, stream=number)
    ours = float(dotnet("bench", tensor, 1, 20_000))
    dotnet("sync")
    other = torch.cuda.Stream().cuda_stream
    rows = [f".NET {ours:.0f} ns", f"torch {per_call(lambda x: x.__dlpack__(stream=other), torch.ones(1024, device='cuda')):.0f} ns"]
    try:
        cupy = open_library("cupy", False).module
        rows.append(f"cupy {per_call(lambda x: x.__dlpack__(stream=other), cupy.ones(1024)):.0f} ns")
    except Missing:
        rows.append("no cupy")
    others = [float(row.split()[1]) for row in rows[1:] if row.endswith("ns")]
    return f"{', '.join(rows)}: {'met' if ours <= min(others) else 'MISSED'}"


def per_call(function, argument, rounds=20_000):
    for _ in range(1000):
        function(argument)
    start = time.perf_counter()
    for _ in range(rounds):
        function(argument)
    return (time.perf_counter() - start) / rounds * 1e9


@case()
def timing_copy_to_cpu(dotnet, _):
    torch = open_library("torch", False).module
    source = torch.ones(64 << 20, device="cuda")
    pinned = torch.empty(64 << 20, pin_memory=True)
    pinned.copy_(source)
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(10):
        pinned.copy_(source, non_blocking=True)
    torch.cuda.synchronize()
    best = 10 * source.numel() * 4 / (time.perf_counter() - start) / 1e9
    ours = float(dotnet("benchcopy", dotnet.take(source), 10))
    return (f".NET {ours:.1f} GB/s, pinned cudaMemcpyAsync {best:.1f} GB/s, {ours / best:.0%} of 95%: "
            f"{'met' if ours >= 0.95 * best else 'MISSED'}")
