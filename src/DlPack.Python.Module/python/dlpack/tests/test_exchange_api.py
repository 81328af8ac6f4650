"""The C exchange API of the type, called as C code calls it, and that of others."""

import ctypes
import gc
import weakref
from ctypes import POINTER, c_char_p, c_int, c_int32, c_void_p, py_object

import pytest

from dlpack import DLPackObject, asdlpack
from dlpack._libraries import Unavailable, library

from . import foreign
from .foreign import DLManagedTensorVersioned, DLPackExchangeAPI, DLTensor

SetError = ctypes.CFUNCTYPE(None, c_void_p, c_char_p, c_char_p)


@pytest.fixture
def api():
    return exchange_api(DLPackObject)


def exchange_api(kind):
    capsule = kind.__dlpack_c_exchange_api__
    return DLPackExchangeAPI.from_address(foreign.get_pointer(capsule, b"dlpack_exchange_api"))


def function(api, name, *arguments):
    return ctypes.PYFUNCTYPE(c_int, *arguments)(getattr(api, name))


def tensor_of(api, obj):
    result = c_void_p()
    call = function(api, "managed_tensor_from_py_object_no_sync", py_object, POINTER(c_void_p))
    assert call(obj, ctypes.byref(result)) == 0
    return DLManagedTensorVersioned.from_address(result.value), result.value


def test_the_table(api):
    assert foreign.get_name(DLPackObject.__dlpack_c_exchange_api__) == b"dlpack_exchange_api"
    assert (api.version.major, api.version.minor) == (1, 3)
    assert not api.prev_api
    for name, kind in DLPackExchangeAPI._fields_[2:]:
        assert getattr(api, name), name


def test_from_an_object_to_a_tensor(api):
    class Buffer(bytearray):
        pass

    source = Buffer(b"abc")
    gone = weakref.ref(source)
    dl = asdlpack(source)
    address = dl.__array_interface__["data"][0]
    tensor, pointer = tensor_of(api, dl)
    del dl, source
    gc.collect()
    assert gone() is not None
    assert tensor.dl_tensor.data + tensor.dl_tensor.byte_offset == address
    assert (tensor.version.major, tensor.flags, tensor.dl_tensor.shape[0]) == (1, 0, 3)
    foreign.delete(pointer, foreign.VERSIONED)
    asdlpack(b"")
    assert gone() is None


def test_read_only_is_flagged(api):
    tensor, pointer = tensor_of(api, asdlpack(b"abc"))
    assert tensor.flags == foreign.READ_ONLY
    foreign.delete(pointer, foreign.VERSIONED)


def test_a_view_of_an_object(api):
    lender = foreign.Lender((2, 3), (1, 2))
    dl = asdlpack(lender)
    view = DLTensor()
    call = function(api, "dltensor_from_py_object_no_sync", py_object, POINTER(DLTensor))
    assert call(dl, ctypes.byref(view)) == 0
    assert view.data + view.byte_offset == lender.address
    assert (view.ndim, view.shape[0], view.shape[1], view.strides[0], view.strides[1]) == (2, 2, 3, 1, 2)


def test_from_a_tensor_to_an_object(api):
    lender = foreign.Lender((2, 3))
    result = c_void_p()
    call = function(api, "managed_tensor_to_py_object_no_sync", c_void_p, POINTER(c_void_p))
    assert call(lender.tensor(), ctypes.byref(result)) == 0
    dl = ctypes.cast(result, py_object).value
    foreign.api("Py_DecRef", None, c_void_p)(result.value)
    assert type(dl) is DLPackObject
    assert memoryview(dl).tolist() == [[1, 2, 3], [4, 5, 6]]
    del dl
    assert lender.deletes == 1


def test_allocation(api):
    shape = (ctypes.c_int64 * 2)(3, 5)
    prototype = DLTensor(device=foreign.DLDevice(1, 0), ndim=2, dtype=foreign.DLDataType(2, 32, 1), shape=shape)
    result = c_void_p()
    call = function(api, "managed_tensor_allocator", POINTER(DLTensor), POINTER(c_void_p), c_void_p, SetError)
    assert call(ctypes.byref(prototype), ctypes.byref(result), None, SetError()) == 0
    tensor = DLManagedTensorVersioned.from_address(result.value).dl_tensor
    assert tensor.data % 256 == 0
    assert (tensor.shape[0], tensor.shape[1], tensor.strides[0], tensor.strides[1]) == (3, 5, 5, 1)
    ctypes.memset(tensor.data, 1, 60)
    foreign.delete(result.value, foreign.VERSIONED)


@pytest.mark.parametrize(
    "extents, ndim, reason",
    [
        ((-3, 5), 2, b"negative extent"),
        ((2**40,), 1, b"no memory"),
        ((3, 5), -1, b"ndim"),
        ((3, 5), 65, b"ndim"),
        ((3, 5), 2**31 - 1, b"ndim"),
        (None, 2, b"no shape"),
    ],
)
def test_allocation_tells_why_it_fails(api, extents, ndim, reason):
    shape = extents and (ctypes.c_int64 * len(extents))(*extents)
    prototype = DLTensor(device=foreign.DLDevice(1, 0), ndim=ndim, dtype=foreign.DLDataType(2, 32, 1), shape=shape)
    told = []
    result = c_void_p()
    tell = SetError(lambda context, kind, message: told.append((context, kind, message)))
    call = function(api, "managed_tensor_allocator", POINTER(DLTensor), POINTER(c_void_p), c_void_p, SetError)
    assert call(ctypes.byref(prototype), ctypes.byref(result), 77, tell) != 0
    assert len(told) == 1 and told[0][0] == 77 and told[0][1] and reason in told[0][2]
    assert b"(Parameter" not in told[0][2]


def test_the_stream_of_the_host(api):
    stream = c_void_p(1)
    call = function(api, "current_work_stream", c_int32, c_int32, POINTER(c_void_p))
    assert call(1, 0, ctypes.byref(stream)) == 0
    assert not stream.value


@pytest.mark.parametrize("name", ["managed_tensor_from_py_object_no_sync", "dltensor_from_py_object_no_sync"])
def test_objects_of_other_types_are_an_error(api, name):
    room = (ctypes.c_char * 128)()
    call = function(api, name, py_object, c_void_p)
    with pytest.raises((TypeError, BufferError)):
        call(b"Hello!", ctypes.addressof(room))


def test_no_tensor_is_an_error(api):
    call = function(api, "managed_tensor_to_py_object_no_sync", c_void_p, POINTER(c_void_p))
    result = c_void_p()
    with pytest.raises((ValueError, BufferError, TypeError)):
        call(None, ctypes.byref(result))


def test_torch_is_taken_by_its_exchange_api():
    torch = library("torch")
    if not hasattr(torch.Tensor, "__dlpack_c_exchange_api__"):
        raise Unavailable("torch-with-exchange-api is not installed")
    source = torch.arange(6.0).reshape(2, 3)
    asked = []
    patched = torch.Tensor.__dlpack__
    torch.Tensor.__dlpack__ = lambda *a, **k: asked.append(1) or patched(*a, **k)
    try:
        dl = asdlpack(source)
    finally:
        torch.Tensor.__dlpack__ = patched
    assert not asked
    assert dl.__array_interface__["data"][0] == source.data_ptr()
    assert not dl.readonly
    del source
    assert memoryview(dl).tolist() == [[0, 1, 2], [3, 4, 5]]


class Table:
    """A producer whose type has an exchange API, made by hand."""

    FromObject = ctypes.PYFUNCTYPE(c_int, c_void_p, POINTER(c_void_p))

    def __init__(self, body, *, version=(1, 3), prev=None):
        self.function = self.FromObject(body)
        self.table = DLPackExchangeAPI(
            version=foreign.DLPackVersion(*version),
            prev_api=prev and ctypes.addressof(prev.table),
            managed_tensor_from_py_object_no_sync=ctypes.cast(self.function, c_void_p),
        )
        self.prev = prev
        self.capsule = foreign.new_capsule(
            ctypes.addressof(self.table), foreign.intern(b"dlpack_exchange_api"), None
        )


_kept = []


def producer_with(make_table, *arguments, **fields):
    def lend(obj, out):
        out[0] = ctypes.cast(obj, py_object).value.tensor()
        return 0

    table = make_table(lend)
    _kept.append(table)  # An exchange API lives forever.

    class Producer(foreign.Lender):
        __dlpack_c_exchange_api__ = table.capsule

        def __dlpack__(self, **arguments):
            raise AssertionError("the exchange API goes first")

    return Producer(*arguments, **fields)


def test_an_exchange_api_goes_before_the_method():
    lender = producer_with(Table)
    assert memoryview(asdlpack(lender)).tolist() == [1, 2, 3]
    assert lender.deletes == 1


def test_an_older_api_is_found_behind_a_newer_one():
    def fail(obj, out):
        return -1

    lender = producer_with(lambda lend: Table(fail, version=(2, 0), prev=Table(lend)))
    assert memoryview(asdlpack(lender)).tolist() == [1, 2, 3]


def test_a_failing_exchange_api_gives_way_to_the_method():
    def fail(obj, out):
        return -1

    table = Table(fail)
    _kept.append(table)

    class Producer(foreign.Lender):
        __dlpack_c_exchange_api__ = table.capsule

    lender = Producer()
    assert memoryview(asdlpack(lender)).tolist() == [1, 2, 3]
    assert lender.deletes == 1


def test_types_with_apis_of_their_own_may_take_turns_and_die():
    """The functions that came last are remembered, and must not be taken for those of another type."""
    for i in range(100):
        first, second = producer_with(Table, (i % 3 + 1,)), producer_with(Table, (i % 5 + 1,))
        for lender in (first, second, first, first):
            assert asdlpack(lender).shape == lender.shape
        del type(first).__dlpack_c_exchange_api__
        with pytest.raises(AssertionError, match="goes first"):
            first.__dlpack__()
        with pytest.raises(BufferError, match="goes first"):
            asdlpack(first)
        assert asdlpack(second).shape == second.shape
        del first, second, lender
        gc.collect()


def test_types_may_be_changed_and_die():
    """What is remembered of a type must not outlive it, nor its changes."""
    for i in range(300):

        class Producer(foreign.Lender):
            pass

        assert asdlpack(Producer()).shape == (3,)
        Producer.__dlpack__ = None
        del Producer.__dlpack__
        Producer.__dlpack__ = lambda self, **arguments: foreign.Lender((i % 7 + 1,)).capsule()
        assert asdlpack(Producer()).shape == (i % 7 + 1,)
        del Producer
    gc.collect()


def test_attributes_of_one_object_are_not_another_ones():
    class Both(bytearray):
        pass

    plain, special = Both(b"abc"), Both(b"abc")
    assert asdlpack(plain).dtype == "uint8"
    special.__array_interface__ = {"version": 3, "shape": (1,), "typestr": "|i1", "data": (dlpack_address(), 0)}
    assert asdlpack(special).dtype == "int8"
    assert asdlpack(plain).dtype == "uint8"


_room = (ctypes.c_char * 16)()


def dlpack_address():
    return ctypes.addressof(_room)
