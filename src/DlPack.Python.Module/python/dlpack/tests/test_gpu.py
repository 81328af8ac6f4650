"""What only a CUDA device can show. Skipped, with the reason, where there is none."""

import gc
import warnings

import pytest

from dlpack import _elements as elements
from dlpack import asdlpack, from_dlpack
from dlpack._consumers import CONSUMERS
from dlpack._libraries import Unavailable, cuda, library
from dlpack._producers import PRODUCERS

from . import foreign
from .interfaces import CudaInterface

pytestmark = pytest.mark.gpu
PAIRS = [
    pytest.param(p, c, id=f"{p.name} -> {c.name}")
    for p in PRODUCERS
    for c in CONSUMERS
    if p.device == c.device == "cuda"
]


@pytest.fixture
def torch():
    cuda()
    module = library("torch")
    if not module.cuda.is_available():
        raise Unavailable("torch-with-CUDA is not installed")
    return module


@pytest.fixture
def numba(monkeypatch):
    """numba.cuda, able to compile kernels."""
    cuda()
    module, numpy = library("numba.cuda"), library("numpy")
    # When it compiles the first kernel, numba-cuda 0.30 takes hold of numpy.row_stack, an old name of vstack that NumPy
    # 2.5 has no more: of itself it compiles none there. Its arrays need no kernel, so all other tests are as for users.
    if not hasattr(numpy, "row_stack"):
        warnings.warn("This numba.cuda compiles kernels with this NumPy only because row_stack is put back here")
        monkeypatch.setattr(numpy, "row_stack", numpy.vstack, raising=False)
    return module


@pytest.mark.parametrize("producer, consumer", PAIRS)
def test_every_pair_of_libraries(producer, consumer):
    producer.require()
    consumer.require()
    for dtype in (d for d in producer.supported() if d in consumer.supported()):
        view = consumer.take(asdlpack(producer.make(dtype, (6,))))
        gc.collect()
        assert consumer.values(view) == elements.values(dtype, 6), dtype


def test_where_the_memory_is(torch):
    source = torch.arange(6.0, device="cuda").reshape(2, 3)
    dl = asdlpack(source)
    assert dl.device == (2, source.device.index)
    interface = dl.__cuda_array_interface__
    assert interface["data"] == (source.data_ptr(), False)
    assert not hasattr(dl, "__array_interface__")
    with pytest.raises(BufferError):
        memoryview(dl)


@pytest.mark.parametrize("stream", [None, 1, 2, -1])
def test_streams_that_a_consumer_may_name(torch, stream):
    dl = asdlpack(torch.arange(6.0, device="cuda"))
    borrower = foreign.Borrower(dl.__dlpack__(stream=stream, max_version=(1, 3)))
    assert borrower.device == (2, 0)
    borrower.delete()


@pytest.mark.parametrize("stream", [0, -2])
def test_streams_that_are_forbidden(torch, stream):
    with pytest.raises((ValueError, BufferError)):
        asdlpack(torch.arange(6.0, device="cuda")).__dlpack__(stream=stream)


def test_a_consumers_stream_waits_for_the_producers(torch):
    size = 4 << 20
    for _ in range(5):
        producer, consumer = torch.cuda.Stream(), torch.cuda.Stream()
        with torch.cuda.stream(producer):
            source = torch.zeros(size, device="cuda")
            for _ in range(50):
                source += 1
            dl = asdlpack(source)
            capsule = dl.__dlpack__(stream=consumer.cuda_stream)
        with torch.cuda.stream(consumer):
            assert torch.utils.dlpack.from_dlpack(capsule).min().item() == 50


def test_pending_work_is_done_before_the_host_sees_it(torch):
    source = torch.zeros(1 << 22, device="cuda")
    for _ in range(100):
        source += 1
    dl = asdlpack(source, device=(1, 0))
    assert dl.device == (1, 0)
    assert set(elements.unpack("float32", memoryview(dl).tobytes())[:1000]) == {100.0}
    with pytest.raises(BufferError):
        asdlpack(source, device=(1, 0), copy=False)


def test_a_stream_of_the_cuda_array_interface_is_honoured(torch):
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        source = torch.zeros(1 << 22, device="cuda")
        for _ in range(50):
            source += 1

    class Holder(CudaInterface):
        keep = source

    holder = Holder(shape=(1 << 22,), data=(source.data_ptr(), False), stream=stream.cuda_stream)
    assert torch.from_dlpack(asdlpack(holder)).min().item() == 50


def test_pinned_memory_is_the_hosts(torch):
    source = torch.arange(6.0).pin_memory()
    dl = from_dlpack(asdlpack(source))
    assert dl.device[0] in (1, 3)
    assert memoryview(dl).tolist() == [0, 1, 2, 3, 4, 5]


def test_a_kernel_of_numba_works_on_what_was_lent(torch, numba):
    source = torch.arange(256.0, device="cuda")

    @numba.jit
    def double(items):
        items[numba.grid(1)] *= 2

    double[2, 128](numba.as_cuda_array(asdlpack(source)))
    numba.synchronize()
    assert source.tolist() == [2.0 * i for i in range(256)]
