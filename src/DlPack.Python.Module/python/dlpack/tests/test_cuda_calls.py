"""What the CUDA driver is asked for, shown by one that only records it: the order of calls, and nothing of a GPU."""

import os

import pytest

from dlpack._libraries import Unavailable

from . import children

STUB = "DLPACK_TESTS_CUDA_STUB"
PREPARE = """
import ctypes, os
from dlpack import _dlpack, asdlpack, from_dlpack
from dlpack.tests import foreign
from dlpack.tests.interfaces import CudaInterface
stub = ctypes.CDLL(os.environ["DLPACK_CUDA_DRIVER"])
before = _dlpack._live()

def calls():
    room = ctypes.create_string_buffer(1 << 16)
    length = stub.stub_take_journal(room, len(room))
    return room.raw[:length].decode().splitlines()
"""


@pytest.fixture
def run(monkeypatch):
    """Runs a program with the stub as its driver."""
    if not os.environ.get(STUB):
        raise Unavailable(f"cuda_stub is not here: {STUB} names no library made of tests/native/cuda_stub.c")
    monkeypatch.setenv("DLPACK_CUDA_DRIVER", os.environ[STUB])
    return lambda program: children.run(PREPARE + program)


def test_nothing_is_asked_where_nothing_must_wait(run):
    run(
        """
dl = from_dlpack(foreign.Lender(device=(2, 0)))       # It was asked for the default stream, which is 1.
for stream in (None, 1, -1):
    dl.__dlpack__(stream=stream)
dl.__cuda_array_interface__, dl.shape, repr(dl)
asdlpack(CudaInterface(version=3)).__dlpack__(stream=5)  # Complete: it names no stream.
assert calls() == []
"""
    )


@pytest.mark.parametrize("stream", [2, 4096])
def test_a_consumers_stream_waits_for_the_producers(run, stream):
    run(
        f"""
dl = from_dlpack(foreign.Lender(device=(2, 1)))
capsule = dl.__dlpack__(stream={stream}, max_version=(1, 3))
assert calls() == [
    "retain primary context of 1",
    "create event 3000",
    "record event 3000 on stream 1 in 1f01",
    "stream {stream:x} waits for event 3000 in 1f01",
]
dl.__dlpack__(stream={stream})                         # The event is used again.
assert calls() == ["record event 3000 on stream 1 in 1f01", "stream {stream:x} waits for event 3000 in 1f01"]
assert stub.stub_current_context() == 0
del dl, capsule
assert _dlpack._live() == before, _dlpack._live()
"""
    )


def test_the_stream_of_the_cuda_array_interface_is_waited_for(run):
    run(
        """
dl = asdlpack(CudaInterface(version=3, stream=7))
dl.__dlpack__(stream=9)
assert calls()[2:] == ["record event 3000 on stream 7 in 1f00", "stream 9 waits for event 3000 in 1f00"]
dl.__dlpack__()                                        # Who names no stream means the default one.
assert calls() == ["record event 3000 on stream 7 in 1f00", "stream 1 waits for event 3000 in 1f00"]
dl.__dlpack__(stream=7)
dl.__dlpack__(stream=-1)
assert calls() == []
assert dl.__cuda_array_interface__["stream"] == 7
"""
    )


def test_a_producers_per_thread_stream_is_waited_for_on_whatever_thread(run):
    # The legacy default stream comes after those of all threads.
    run(
        """
import threading
dl = asdlpack(CudaInterface(version=3, stream=2))
other = threading.Thread(target=lambda: dl.__dlpack__(stream=2))
other.start()
other.join()
assert calls()[2:] == ["record event 3000 on stream 1 in 1f00", "stream 2 waits for event 3000 in 1f00"]
assert dl.__cuda_array_interface__["stream"] == 1
"""
    )


def test_the_caller_of_asdlpack_names_the_stream_that_waits(run):
    run(
        """
dl = asdlpack(CudaInterface(version=3, stream=7), stream=9)
assert calls()[2:] == ["record event 3000 on stream 7 in 1f00", "stream 9 waits for event 3000 in 1f00"]
assert dl.__cuda_array_interface__["stream"] == 9       # On which the content is complete from now on.
dl.__dlpack__(stream=9)
asdlpack(CudaInterface(version=3, stream=7), stream=7)
assert asdlpack(CudaInterface(version=3, stream=7), stream=-1).__cuda_array_interface__["stream"] == 7
assert calls() == []
try:
    asdlpack(CudaInterface(version=3, stream=7), stream=0)
    raise AssertionError("lent")
except ValueError:
    pass
del dl
assert _dlpack._live() == before, _dlpack._live()
"""
    )


def test_a_copy_within_a_gpu_is_complete_on_the_callers_stream(run):
    run(
        """
for arguments, queue in (({"stream": 9}, 9), ({}, 1)):
    dl = asdlpack(CudaInterface(version=3, stream=7), copy=True, **arguments)
    copied = [c for c in calls() if "event" in c or "copy" in c]
    at = copied.index(f"copy 24 bytes on {queue} in 1f00")
    event = copied[at - 2].split()[2]
    assert copied[at - 2:at] == [
        f"record event {event} on stream 7 in 1f00", f"stream {queue} waits for event {event} in 1f00"
    ]
    assert (dl.device, dl.__cuda_array_interface__["stream"]) == ((2, 0), queue)
    dl.__dlpack__(stream=11)
    ordered = [c for c in calls() if c.startswith(("record", "stream"))]
    assert [c.split(" event ")[0] + c.split(" event ")[1][4:] for c in ordered] == [
        f"record on stream {queue} in 1f00", "stream b waits for in 1f00"
    ], ordered
    del dl
    stub.stub_wait_for_frees(0)
    calls()
"""
    )


def test_the_source_of_a_copy_within_a_gpu_is_held_until_the_gpu_has_read_it(run):
    run(
        """
import threading
given_back = threading.Event()
class Source(CudaInterface):
    def __del__(self):
        given_back.set()
stub.stub_hold_events(1)
dl = asdlpack(Source(version=3, stream=7), copy=True, stream=9)
copied = [call for call in calls() if "a thread waits" not in call]
assert copied[-2:] == ["copy 24 bytes on 9 in 1f00", "record event 3000 on stream 9 in 1f00"], copied
assert not given_back.is_set()                         # Its owner would use the memory again at once.
stub.stub_hold_events(0)
assert given_back.wait(60)
del dl
stub.stub_wait_for_frees(0)
"""
    )


def test_the_device_of_memory_is_asked_of_the_same_driver(run):
    run(
        """
stub.stub_allocate.restype = ctypes.c_void_p
stub.stub_allocate.argtypes = [ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int, ctypes.c_int]
of_gpu_1 = stub.stub_allocate(256, 0x1f01, 2, 1)
assert asdlpack(CudaInterface(version=3, data=(of_gpu_1, False))).device == (2, 1)
"""
    )


def test_a_release_that_fails_is_told_of_and_leaves_signals_alone(run):
    told = run(
        """
import contextlib, signal, tempfile
def handlers():
    libc, action = ctypes.CDLL(None), (ctypes.c_ulong * 20)()
    return [libc.sigaction(s, None, action) or action[0] for s in range(1, 32)]
dl = asdlpack(CudaInterface(version=3, stream=7), copy=True)
before = handlers()
with tempfile.TemporaryFile() as told:
    error = os.dup(2)
    os.dup2(told.fileno(), 2)
    stub.stub_fail_waits(1)
    del dl
    stub.stub_wait_for_frees(0)                        # A GPU that has failed works on nothing any more.
    os.dup2(error, 2)
    told.seek(0)
    print(told.read().decode())
assert handlers() == before
"""
    )
    assert "releasing a tensor failed" in told and "719" in told, told


def test_a_copy_on_a_gpu_is_freed_when_the_gpu_is_done_with_it(run):
    run(
        """
dl = asdlpack(CudaInterface(version=3, stream=7), copy=True)
borrower = foreign.Borrower(dl.__dlpack__(stream=1, max_version=(1, 3)))
del dl
assert stub.stub_live_blocks() == 1
calls()
borrower.delete()
stub.stub_wait_for_frees(0)
asked = [call.split(" event")[0] for call in calls()]
assert "record" in asked and asked[-2:] == ["a thread waits for", "free in 1f00"], asked
"""
    )


def test_who_takes_by_the_c_functions_finds_all_complete_on_the_stream_they_tell(run):
    run(
        """
import ctypes
from dlpack import DLPackObject
from dlpack.tests.test_exchange_api import exchange_api, function, tensor_of
api = exchange_api(DLPackObject)
dl = asdlpack(CudaInterface(version=3, stream=7))
order = ["record event 3000 on stream 7 in 1f00", "stream 1 waits for event 3000 in 1f00"]
tensor, pointer = tensor_of(api, dl)
assert calls()[2:] == order
foreign.delete(pointer, foreign.VERSIONED)
view, stream = foreign.DLTensor(), ctypes.c_void_p(5)
look = function(api, "dltensor_from_py_object_no_sync", ctypes.py_object, ctypes.POINTER(foreign.DLTensor))
assert look(dl, ctypes.byref(view)) == 0 and calls() == order
tell = function(api, "current_work_stream", ctypes.c_int32, ctypes.c_int32, ctypes.POINTER(ctypes.c_void_p))
assert tell(2, 0, ctypes.byref(stream)) == 0 and not stream.value
del dl, tensor
assert _dlpack._live() == before, _dlpack._live()
"""
    )


def test_who_reads_managed_memory_waits_for_the_stream_that_was_named(run):
    run(
        """
source = foreign.Lender(device=(13, 1))
dl = asdlpack(source)
assert source.calls[0]["stream"] == 1 and calls() == []
assert memoryview(dl).tolist() == [1, 2, 3] and dl.__array_interface__["shape"] == (3,)
assert [c for c in calls() if "waits" in c] == ["host waits for stream 1 in 1f01"] * 2
assert memoryview(asdlpack(source, stream=-1)).tolist() == [1, 2, 3] and calls() == []
"""
    )


def test_who_names_a_stream_for_pinned_memory_reads_it_on_that_stream(run):
    run(
        """
source = foreign.Lender(device=(3, 0))
dl = asdlpack(source)
assert "stream" not in source.calls[0] and dl.device == (3, 0)  # For the main processor: complete.
for stream in (None, 1, 2, 9, -1):
    dl.__dlpack__(stream=stream)
assert asdlpack(dl, stream=9).device == (3, 0) and calls() == []
dl = asdlpack(source, stream=7)                        # Complete on 7, as the producer was asked for.
assert source.calls[-1]["stream"] == 7
assert foreign.Borrower(dl.__dlpack__(stream=9)).device == (3, 0)
assert calls()[2:] == ["record event 3000 on stream 7 in 1f00", "stream 9 waits for event 3000 in 1f00"]
asdlpack(dl, stream=9)
assert calls() == ["record event 3000 on stream 7 in 1f00", "stream 9 waits for event 3000 in 1f00"]
dl.__dlpack__(stream=7), dl.__dlpack__(stream=-1)
assert calls() == []
for lend in (lambda: dl.__dlpack__(), lambda: dl.__dlpack__(stream=9, dl_device=(1, 0)), lambda: memoryview(dl)):
    lend()
    assert [c for c in calls() if "waits" in c] == ["host waits for stream 7 in 1f00"]
try:
    dl.__dlpack__(stream=0)
    raise AssertionError("lent")
except ValueError:
    pass
"""
    )


@pytest.mark.parametrize("kind", [3, 13])
def test_memory_of_a_gpu_is_not_lent_as_pinned_or_managed_memory(run, kind):
    """Such copies, in main memory by their names, would end a process that reads them."""
    run(
        f"""
dl = asdlpack(foreign.Lender(device=({kind}, 0)))
try:
    dl.__dlpack__(copy=True)
    raise AssertionError("lent")
except BufferError as e:
    assert "on cuda:0" in str(e), e
assert asdlpack(dl, copy=True).device in ((1, 0), (2, 0))  # By another protocol.
assert memoryview(asdlpack(dl, copy=True, device=(1, 0))).tolist() == [1, 2, 3]
"""
    )


def test_memory_of_a_gpu_is_copied_to_the_host_after_its_stream(run):
    run(
        """
dl = asdlpack(CudaInterface(version=3, stream=7))
host = asdlpack(dl, device=(1, 0))
assert calls() == [
    "retain primary context of 0", "copy 24 bytes on 7 in 1f00", "host waits for stream 7 in 1f00"
]
assert (host.device, memoryview(host).tolist()) == ((1, 0), [[1, 2, 3], [4, 5, 6]])
borrower = foreign.Borrower(dl.__dlpack__(dl_device=(1, 0), max_version=(1, 3)))
assert (borrower.device, borrower.flags) == ((1, 0), foreign.COPIED)
borrower.delete()
host = asdlpack(foreign.Lender((2, 3), (1, 2), device=(2, 0)), device=(1, 0))
assert memoryview(host).tolist() == [[1, 3, 5], [2, 4, 6]]
for lend in (lambda: asdlpack(dl, device=(1, 0), copy=False), lambda: dl.__dlpack__(dl_device=(1, 0), copy=False)):
    try:
        lend()
        raise AssertionError("copied")
    except BufferError:
        pass
del dl, host, borrower, lend
assert _dlpack._live() == before, _dlpack._live()
"""
    )


def test_who_knows_no_other_device_is_asked_for_the_default_stream_which_the_copy_waits_for(run):
    run(
        """
class Old(foreign.Lender):
    def __dlpack__(self, stream=None):
        return super().__dlpack__(stream=stream)

for kind, named in ((Old, [{"stream": 1}]), (foreign.Lender, [{"stream": None, "dl_device": (1, 0)}])):
    source = kind(device=(2, 0))
    assert memoryview(asdlpack(source, device=(1, 0))).tolist() == [1, 2, 3]
    assert [{k: a[k] for k in ("stream", "dl_device") if k in a} for a in source.calls] == named
    assert calls()[-2:] == ["copy 12 bytes on 1 in 1f00", "host waits for stream 1 in 1f00"]
    source = kind(device=(13, 0))
    assert memoryview(asdlpack(source, device=(1, 0))).tolist() == [1, 2, 3]
    assert calls() == ["host waits for stream 1 in 1f00"]
"""
    )


@pytest.mark.parametrize(
    "read",
    [
        "asdlpack(gpu, device=(1, 0))",
        "from_dlpack(gpu, device=(1, 0))",
        "gpu.__dlpack__(dl_device=(1, 0), max_version=(1, 3))",
        "gpu.__dlpack__(dl_device=(1, 0))",
        "strided.__dlpack__(copy=True)",
        "pinned.__dlpack__()",
        "memoryview(pinned)",
        "managed.__array_interface__",
        "numpy_like(managed)",
    ],
)
def test_a_stream_may_call_python_before_it_lets_somebody_go_on(run, read):
    run(
        f"""
import threading
gpu = asdlpack(CudaInterface(version=3, stream=7))
strided = asdlpack(CudaInterface(version=3, strides=(4, 8), stream=7))
pinned = asdlpack(foreign.Lender(device=(3, 0)), stream=7)
managed = asdlpack(foreign.Lender(device=(13, 0)))
numpy_like = lambda x: x.__dlpack__(dl_device=(1, 0), max_version=(1, 0), copy=None)
ran = []

def call():
    stub.stub_await_stream_wait()
    ran.append(asdlpack(gpu).shape)
    stub.stub_hold_streams(0)

stub.stub_hold_streams(1)
thread = threading.Thread(target=call)
thread.start()
result = {read}
thread.join()
assert ran == [(2, 3)] and [c for c in calls() if "waits" in c and "stream" in c][-1][:15] == "host waits for "
del result, gpu, strided, pinned, managed
stub.stub_wait_for_frees(0)
assert _dlpack._live() == before, _dlpack._live()
"""
    )


def test_who_borrows_while_another_thread_waits_is_told_of_the_copy_and_nobody_else(run):
    run(
        """
import threading
dl = asdlpack(foreign.Lender(device=(13, 0), flags=foreign.COPIED))
stub.stub_hold_streams(1)
thread = threading.Thread(target=lambda: memoryview(dl))
thread.start()
stub.stub_await_stream_wait()
flags = [foreign.Borrower(dl.__dlpack__(stream=1, max_version=(1, 3))).flags]
stub.stub_hold_streams(0)
thread.join()
flags.append(foreign.Borrower(dl.__dlpack__(stream=1, max_version=(1, 3))).flags)
assert flags == [foreign.COPIED, 0], flags
"""
    )


def test_python_ends_while_a_thread_waits_for_a_gpu(run):
    """A thread that asks for the lock once Python has ended never gets it: so Python's end waits for it."""
    out = run(
        """
import atexit, sys, threading
gpu = asdlpack(CudaInterface(version=3, stream=7))
ending, done = threading.Lock(), []
ending.acquire()

class Last:
    def __del__(self, done=done):  # After all that was registered for Python's end.
        print(done)

def let_go_on():
    ending.acquire()
    stub.stub_hold_streams(0)

def end():
    sys.setswitchinterval(1000)  # Others have the lock from when dlpack, which comes next, lets go of it.
    ending.release()

stub.stub_hold_streams(1)
for work in (let_go_on, lambda: done.append(asdlpack(gpu, device=(1, 0)).shape)):
    threading.Thread(target=work, daemon=True).start()
stub.stub_await_stream_wait()
atexit.register(end)
last = Last()
"""
    )
    assert out == "[(2, 3)]"


def test_a_fork_waits_for_who_waits_for_a_gpu(run):
    """The child would inherit what the waiting thread has locked, and there is nobody there to unlock it."""
    run(
        """
import signal, sys, threading, warnings
warnings.simplefilter("ignore")
gpu = asdlpack(CudaInterface(version=3, stream=7))
forking = threading.Lock()
forking.acquire()
done = []

def let_go_on():
    forking.acquire()
    stub.stub_hold_streams(0)

def wait():
    done.append(asdlpack(gpu, device=(1, 0)))

stub.stub_hold_streams(1)
threads = [threading.Thread(target=work) for work in (let_go_on, wait)]
for thread in threads:
    thread.start()
stub.stub_await_stream_wait()
forking.release()
child = os.fork()
if child == 0:
    signal.alarm(60)
    assert len(asdlpack(gpu, device=(1, 0)).shape) == 2
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
for thread in threads:
    thread.join()
assert memoryview(done[0]).tolist() == [[1, 2, 3], [4, 5, 6]]
"""
    )


def test_a_forked_child_frees_nothing_of_its_parents_gpu(run):
    run(
        """
import warnings
warnings.simplefilter("ignore")
dl = asdlpack(CudaInterface(version=3), copy=True)
child = os.fork()
if child == 0:
    calls()  # Those of the parent, whose thread that frees may have made one until the fork.
    del dl
    os._exit(len(calls()))
assert os.waitpid(child, 0)[1] == 0
del dl
stub.stub_wait_for_frees(0)
"""
    )


def test_a_forked_child_frees_what_it_allocated_on_a_gpu_that_its_parent_did_not_use(run):
    run(
        """
import warnings
warnings.simplefilter("ignore")
child = os.fork()
if child == 0:
    asdlpack(CudaInterface(version=3), copy=True)
    stub.stub_wait_for_frees(0)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    )


def test_what_the_driver_refuses_is_a_buffer_error(run):
    run(
        """
dl = from_dlpack(foreign.Lender(device=(2, 0)))
stub.stub_fail_records(1)
try:
    dl.__dlpack__(stream=5)
    raise AssertionError("lent")
except BufferError as e:
    assert "CUDA error" in str(e) and "record" in str(e), e
assert foreign.Borrower(dl.__dlpack__(stream=5)).device == (2, 0)
assert stub.stub_current_context() == 0
"""
    )


def test_a_gpu_that_is_not_there_is_a_buffer_error(run):
    run(
        """
dl = from_dlpack(foreign.Lender(device=(2, 7)))
try:
    dl.__dlpack__(stream=5)
    raise AssertionError("lent")
except BufferError as e:
    assert "GPU 7" in str(e), e
"""
    )


def test_without_a_driver_the_error_says_what_was_looked_for():
    children.run(
        """
        import os
        os.environ["DLPACK_CUDA_DRIVER"] = "/nowhere/libcuda.so"
        from dlpack import from_dlpack
        from dlpack.tests import foreign
        dl = from_dlpack(foreign.Lender(device=(2, 0)))
        try:
            dl.__dlpack__(stream=5)
            raise AssertionError("lent")
        except BufferError as e:
            assert "/nowhere/libcuda.so" in str(e), e
        """
    )
