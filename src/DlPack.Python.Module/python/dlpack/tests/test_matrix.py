"""Every protocol, layout and element type, to every consumer: one source behind each protocol alone."""

import ctypes
import gc
import sys

import pytest

from dlpack import _elements as elements
from dlpack import asdlpack
from dlpack._consumers import CONSUMERS
from dlpack._libraries import at_least, library

from . import foreign
from .interfaces import NOT_SWAPPED, WRITEABLE, PyArrayInterface
from .test_exchange_api import Table, producer_with

LAYOUTS = {
    "0-d": ((), lambda a: a),
    "empty": ((0,), lambda a: a),
    "empty, 4-d": ((1, 8, 0, 128), lambda a: a),
    "one row": ((1, 5), lambda a: a),
    "one column": ((5, 1), lambda a: a),
    "ones": ((1, 1, 1), lambda a: a),
    "compact": ((2, 3, 4), lambda a: a),
    "compact, 2-d": ((4, 6), lambda a: a),
    "Fortran": ((2, 3, 4), lambda a: library("numpy").asfortranarray(a)),
    "transposed": ((4, 6), lambda a: a.T),
    "axes exchanged": ((2, 3, 4), lambda a: a.transpose(1, 2, 0)),
    "sliced": ((4, 6), lambda a: a[1:3, 2:]),
    "stepped": ((4, 6), lambda a: a[::2, 1::3]),
    "reversed": ((6,), lambda a: a[::-1]),
    "reversed rows": ((4, 6), lambda a: a[::-1]),
    "reversed both": ((4, 6), lambda a: a[::-1, ::-2]),
}
CODES = {"i": 0, "u": 1, "f": 2, "c": 5, "b": 6}


class Behind:
    """A NumPy array of which nothing can be seen but one protocol."""

    def __init__(self, array):
        self.array = array


class ByArrayInterface(Behind):
    @property
    def __array_interface__(self):
        return dict(self.array.__array_interface__, strides=self.array.strides)


class ByArrayStruct(Behind):
    @property
    def __array_struct__(self):
        a = self.array
        self.parts = (ctypes.c_ssize_t * max(a.ndim, 1))(*a.shape), (ctypes.c_ssize_t * max(a.ndim, 1))(*a.strides)
        self.struct = PyArrayInterface(
            two=2,
            nd=a.ndim,
            typekind=a.dtype.kind.encode(),
            itemsize=a.itemsize,
            flags=NOT_SWAPPED | WRITEABLE,
            shape=self.parts[0],
            strides=self.parts[1],
            data=a.ctypes.data,
        )
        return foreign.new_capsule(ctypes.addressof(self.struct), None, None)


class ByVersion2(Behind):
    @property
    def __array_shape__(self):
        return self.array.shape

    @property
    def __array_strides__(self):
        return self.array.strides

    @property
    def __array_typestr__(self):
        return self.array.dtype.str

    @property
    def __array_data__(self):
        return hex(self.array.ctypes.data), False


def lender(array, kind=foreign.Lender, **fields):
    """Lends the array's memory by DLPack's structs."""
    strides = [step // array.itemsize for step in array.strides]
    dtype = CODES[array.dtype.kind], array.itemsize * 8, 1
    result = kind(array.shape, strides, dtype=dtype, data=array.ctypes.data, **fields)
    result.array = array
    return result


def by_offset(array):
    """The address is 64 bytes too low, and byte_offset makes up for it."""
    result = lender(array, byte_offset=64)
    result.fields["data"] = array.ctypes.data - 64
    return result


PROTOCOLS = {
    "exchange API": lambda a: lender(a, lambda *s, **fields: producer_with(Table, *s, **fields)),
    "__dlpack__, versioned": lender,
    "__dlpack__, legacy": lambda a: lender(a, versioned=False),
    "__dlpack__, byte_offset": by_offset,
    "__array_interface__": ByArrayInterface,
    "__array_struct__": ByArrayStruct,
    "version 2": ByVersion2,
    "buffer": memoryview,
}


def takes(consumer, layout):
    """What a library is known to take, whoever lends it."""
    if consumer.copies:
        return layout in ("compact, 2-d", "one row", "one column")
    if consumer.compact:
        return layout in ("0-d", "one row", "one column", "ones", "compact", "compact, 2-d")
    if "reversed" in layout and not consumer.strided:
        return False
    # PyTorch 1 never calls the deleter of a tensor without an address.
    return not (consumer.module.startswith("torch") and layout.startswith("empty") and not at_least("torch", 2))


HOST = [pytest.param(c, id=c.name) for c in CONSUMERS if c.device == "cpu"]


@pytest.mark.parametrize("consumer", HOST)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_layout_of_every_dtype_arrives(protocol, consumer):
    numpy = library("numpy")
    consumer.require()
    tried = 0
    for dtype in consumer.supported():
        for layout, (shape, view) in LAYOUTS.items():
            if not takes(consumer, layout):
                continue
            values = elements.values(dtype, elements.count(shape))
            source = view(numpy.array(values, dtype=dtype).reshape(shape))
            taken = consumer.take(asdlpack(PROTOCOLS[protocol](source)))
            assert list(consumer.values(taken)) == elements.flat(source.tolist()), (dtype, layout)
            if consumer.address and source.size and consumer.address(taken) is not None:
                assert consumer.address(taken) == source.ctypes.data, (dtype, layout)
            tried += 1
    assert tried


@pytest.mark.parametrize("consumer", HOST)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_memory_is_shared_and_nothing_stays_behind(protocol, consumer):
    numpy = library("numpy")
    consumer.require()
    dtype = "float32" if "float32" in consumer.supported() else consumer.supported()[0]
    source = numpy.array(elements.values(dtype, 6), dtype=dtype).reshape(2, 3)
    producer = PROTOCOLS[protocol](source)
    references = sys.getrefcount(source), sys.getrefcount(producer)
    taken = consumer.take(asdlpack(producer))
    source[0, 0] = 7
    if not consumer.copies:
        assert consumer.values(taken)[0] == 7
        if consumer.put and not is_readonly(taken):
            consumer.put(taken)
            assert source[0, 0] == 1
    del taken
    foreign.live()
    gc.collect()
    assert (sys.getrefcount(source), sys.getrefcount(producer)) == references


def is_readonly(taken):
    """As NumPy's views by from_dlpack are before 2.3, whatever it was told."""
    return hasattr(taken, "flags") and not taken.flags.writeable
