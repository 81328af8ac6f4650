"""Everything with elements goes in: its values, where it lies, and the references that it has afterwards."""

import gc
import sys

import pytest

from dlpack import _elements as elements
from dlpack import asdlpack
from dlpack._libraries import library
from dlpack._producers import PRODUCERS

SHAPES = ((), (1,), (7,), (2, 3), (3, 1, 2))


def gpu_mark(peer):
    return [pytest.mark.gpu] if peer.device == "cuda" else []


def cases():
    return [pytest.param(producer, id=producer.name, marks=gpu_mark(producer)) for producer in PRODUCERS]


def values(dl):
    """The elements as another protocol shows them: by DLPack and torch on a GPU, by the buffer protocol elsewhere."""
    if dl.device[0] != 1:
        return elements.flat(library("torch").from_dlpack(dl).tolist())
    return elements.unpack(dl.dtype, memoryview(dl).tobytes())


@pytest.mark.parametrize("producer", cases())
def test_every_dtype_and_shape_keeps_its_values(producer):
    producer.require()
    for dtype in producer.supported():
        for shape in (s for s in SHAPES if len(s) in producer.ranks):
            source = producer.make(dtype, shape)
            dl = asdlpack(source)
            want = elements.values(dtype, elements.count(shape))
            assert (dl.dtype, values(dl)) == (dtype, want), (dtype, shape)
            assert dl.shape == shape


@pytest.mark.parametrize("producer", cases())
def test_no_reference_is_left_behind(producer):
    producer.require()
    shape = (2, 3) if 2 in producer.ranks else (6,)
    source = producer.make(producer.supported()[0], shape)
    before = sys.getrefcount(source)
    for _ in range(50):
        asdlpack(source)
    gc.collect()
    assert sys.getrefcount(source) == before


@pytest.mark.parametrize("producer", cases())
def test_memory_outlives_its_source(producer):
    producer.require()
    shape = (2, 3) if 2 in producer.ranks else (6,)
    dtype = producer.supported()[0]
    dl = asdlpack(producer.make(dtype, shape))
    gc.collect()
    [bytearray(64) for _ in range(1000)]
    assert values(dl) == elements.values(dtype, 6)
