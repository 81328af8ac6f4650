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
