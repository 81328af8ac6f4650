"""Every consumer sees the values where they lie, and what it writes is seen by the producer."""

import gc
import sys

import pytest

from dlpack import _dlpack, asdlpack
from dlpack import _elements as elements
from dlpack._consumers import CONSUMERS
from dlpack._libraries import at_least, library
from dlpack._producers import PRODUCERS

from .test_producers import SHAPES, gpu_mark

NUMPY = next(p for p in PRODUCERS if p.name == "numpy.ndarray")
CUDA = next(p for p in PRODUCERS if p.name == "torch.Tensor, CUDA")


def cases():
    return [pytest.param(consumer, id=consumer.name, marks=gpu_mark(consumer)) for consumer in CONSUMERS]


def producer_for(consumer):
    consumer.require()
    producer = CUDA if consumer.device == "cuda" else NUMPY
    producer.require()
    return producer


def shapes_for(consumer):
    return [s for s in SHAPES if len(s) == 2 or not consumer.copies]


def address_of(array):
    return array.data_ptr() if hasattr(array, "data_ptr") else array.__array_interface__["data"][0]


@pytest.mark.parametrize("consumer", cases())
def test_every_dtype_and_shape_arrives_where_it_lies(consumer):
    producer = producer_for(consumer)
    for dtype in (d for d in consumer.supported() if d in producer.supported()):
        for shape in shapes_for(consumer):
            source = producer.make(dtype, shape)
            view = consumer.take(asdlpack(source))
            assert consumer.values(view) == elements.values(dtype, elements.count(shape)), (dtype, shape)
            if consumer.address and consumer.address(view) is not None:
                assert consumer.address(view) == address_of(source), (dtype, shape)


@pytest.mark.parametrize("consumer", cases())
def test_a_write_is_seen_by_the_producer(consumer):
    producer = producer_for(consumer)
    if consumer.put is None:
        return
    source = producer.make("float32", (2, 3))
    source[0, 0] = 7
    view = consumer.take(asdlpack(source))
    if consumer.name == "numpy.from_dlpack" and not consumer.take(source).flags.writeable:
        # Before 2.3 NumPy takes everything as read-only, its own arrays too.
        assert not view.flags.writeable
        return
    consumer.put(view)
    assert float(source[0, 0]) == 1


@pytest.mark.parametrize("consumer", cases())
def test_the_view_outlives_object_and_source(consumer):
    producer = producer_for(consumer)
    dtype = consumer.supported()[0]
    view = consumer.take(asdlpack(producer.make(dtype, (2, 3))))
    gc.collect()
    [bytearray(64) for _ in range(1000)]
    assert consumer.values(view) == elements.values(dtype, 6)


@pytest.mark.parametrize("consumer", cases())
def test_two_views_of_one_object_share_and_let_go(consumer):
    producer = producer_for(consumer)
    source = producer.make(consumer.supported()[0], (2, 3))
    references, live = sys.getrefcount(source), _dlpack._live()
    dl = asdlpack(source)
    first, second = consumer.take(dl), consumer.take(dl)
    assert consumer.values(first) == consumer.values(second)
    del dl, first
    gc.collect()
    assert consumer.values(second) == elements.values(consumer.supported()[0], 6)
    del second
    gc.collect()
    assert sys.getrefcount(source) == references
    assert _dlpack._live() == live


@pytest.mark.parametrize("consumer", [c for c in cases() if c.values[0].device == "cpu"])
def test_views_of_any_layout_arrive(consumer):
    if consumer.copies or consumer.name == "pyarrow.py_buffer":
        layouts = ("compact",)
    elif consumer.strided:
        layouts = LAYOUTS
    else:
        layouts = [name for name in LAYOUTS if "reversed" not in name]
    producer = producer_for(consumer)
    dtype = "uint8" if "uint8" in consumer.supported() else consumer.supported()[0]
    for name in layouts:
        view = LAYOUTS[name](producer.make(dtype, (4, 6)))
        taken = consumer.take(asdlpack(view))
        assert consumer.values(taken) == elements.flat(view.tolist()), name


LAYOUTS = {
    "compact": lambda a: a,
    "Fortran": lambda a: library("numpy").asfortranarray(a),
    "transposed": lambda a: a.T,
    "sliced": lambda a: a[1:3, 2:],
    "stepped": lambda a: a[::2, 1::3],
    "reversed rows": lambda a: a[::-1],
    "reversed both": lambda a: a[::-1, ::-2],
    "one row": lambda a: a[1:2],
    "one column": lambda a: a[:, 3:4],
    "broadcast": lambda a: library("numpy").broadcast_to(a, (2, 4, 6)).copy()[:1],
}


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0, 3), (1, 8, 0, 128)])
@pytest.mark.parametrize("consumer", [c for c in cases() if c.values[0].device == "cpu"])
def test_empty_tensors_arrive(consumer, shape):
    producer = producer_for(consumer)
    if consumer.copies:
        return
    if consumer.module.startswith("torch") and not at_least("torch", 2):
        pytest.skip("PyTorch 1 never calls the deleter of a tensor without an address")
    dtype = "float32" if "float32" in consumer.supported() else consumer.supported()[0]
    taken = consumer.take(asdlpack(producer.make(dtype, shape)))
    assert consumer.values(taken) == []


def test_numba_compiled_code_works_on_what_numpy_takes():
    numba, numpy = library("numba"), library("numpy")

    @numba.njit
    def total(a):
        result = 0.0
        for x in a.flat:
            result += x
        return result

    assert total(numpy.asarray(asdlpack(NUMPY.make("float64", (2, 3))))) == sum(elements.values("float64", 6))
