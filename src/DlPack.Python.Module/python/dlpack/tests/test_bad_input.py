"""Whatever is wrong with the input is a Python exception; nothing leaks, and the process lives."""

import array
import ctypes
import datetime
import random
import sys

import pytest

from dlpack import _dlpack, asdlpack, from_dlpack, inspect
from dlpack._libraries import library

from . import foreign
from .interfaces import ArrayInterface, ArrayStruct, CudaInterface, Version2

REFUSED = (TypeError, ValueError, BufferError, OverflowError)


@pytest.mark.parametrize(
    "x", [None, 1, 1.5, "text", [1, 2], (1,), {}, object(), object, type, len, datetime.date.today()]
)
def test_objects_with_none_of_the_protocols(x):
    with pytest.raises(TypeError) as caught:
        asdlpack(x)
    assert type(x).__name__ in str(caught.value)


GARBAGE = [None, 0, -1, 1.5, "x", b"x", (), [], {}, object(), (None,), ("a", "b"), (1, 2, 3, 4), float("nan"), 2**80]
WRONG = {
    "shape": [None, 1, "ab", (-1,), (2, -3), (1.5,), ("2",), (None,), (2**63,), (2**62, 2**62), (2**80,), [[1]]],
    "typestr": [None, 4, "", "<", "<f", "f4", "<f3", "<f4x", "<z4", ">f4", ">i8", "<f-4", "<f99999999999999999999",
                "|O8", "|S5", "<U3", "<M8", "<m8", "|V4", "<t4", "é4", b"<f4", "<b4", "<c4", "<f16", "<i16"],
    "data": [(), (1,), (None, None), ("x", False), (-1, False), (1.5, False), (2**80, False), 5, "x", object(),
             b"too short", (0, False)],
    "strides": [(), (4,), (4, 4, 4), ("a", "b"), (1.5, 2), (None, None), (3, 1), (12, 3), 4, "ab", (2**63, 4),
                (4, 2**62), (4, -(2**62 + 4))],
    "version": ["3", None, -1],
    "mask": [b"\1\1\1\1\1\1", object()],
    "offset": [2**40, "x", 1.5],
}  # fmt: skip


def wrong_fields():
    return [
        pytest.param(name, value, id=f"{name}={'object' if type(value) is object else repr(value):.30}")
        for name, wrongs in WRONG.items()
        for value in wrongs
    ]


@pytest.mark.parametrize("name, value", wrong_fields())
def test_garbage_in_the_array_interface(name, value):
    changes = {name: value}
    if name == "offset":
        changes["data"] = bytearray(64)
    if name == "version":
        try:
            asdlpack(ArrayInterface(**changes))
        except REFUSED:
            pass
        return
    with pytest.raises(REFUSED):
        asdlpack(ArrayInterface(**changes))


@pytest.mark.parametrize("name, value", [p for p in wrong_fields() if p.values[0] not in ("version", "offset")])
def test_garbage_in_the_cuda_array_interface(name, value):
    with pytest.raises(REFUSED):
        asdlpack(CudaInterface(**{name: value}))


@pytest.mark.parametrize("data", [{}, {"data": None}, {"data": bytearray(24)}], ids=["missing", "None", "a buffer"])
def test_main_memory_is_not_lent_as_memory_of_a_gpu(data):
    class Buffer(bytearray):
        __cuda_array_interface__ = {"version": 3, "shape": (24,), "typestr": "|u1", **data}

    assert asdlpack(Buffer(24)).device == (1, 0)


@pytest.mark.parametrize("stream", [0, -1, -2, "x", 1.5, (), 2**80])
def test_wrong_streams_of_the_cuda_array_interface(stream):
    with pytest.raises(REFUSED):
        asdlpack(CudaInterface(version=3, stream=stream))


@pytest.mark.parametrize("interface", [None, 1, "x", (), [], {}, {"shape": (1,)}, {1: 2}])
@pytest.mark.parametrize("kind", [ArrayInterface, CudaInterface])
def test_interfaces_that_are_none(kind, interface):
    class Other(kind):
        def __init__(self):
            self.interface = interface

    with pytest.raises(REFUSED):
        asdlpack(Other())


def test_keys_that_are_missing():
    for name in ("shape", "typestr"):
        with pytest.raises(REFUSED, match=name):
            asdlpack(ArrayInterface(without=(name,)))


def test_random_interfaces():
    """Every key any garbage, many times: an exception or a tensor, and no crash."""
    chance = random.Random(1)
    taken = 0
    for _ in range(3000):
        changes = {k: chance.choice(GARBAGE + v) for k, v in WRONG.items() if k != "data" and chance.random() < 0.3}
        try:
            asdlpack(chance.choice((ArrayInterface, CudaInterface))(**changes))
            taken += 1
        except REFUSED:
            pass
    assert taken > 0


class Wrong(Version2):
    pass


@pytest.mark.parametrize(
    "name, value",
    [("__array_shape__", v) for v in WRONG["shape"]]
    + [("__array_typestr__", v) for v in WRONG["typestr"]]
    + [("__array_data__", v) for v in (("zz", False), (), ("",), ("0x", False), (1.5, False), ("-1", False))]
    + [("__array_strides__", v) for v in WRONG["strides"]],
    ids=lambda v: f"{v!r:.30}",
)
def test_garbage_in_the_version_2_attributes(name, value):
    with pytest.raises(REFUSED):
        asdlpack(type("Wrong", (Version2,), {name: value})())


@pytest.mark.parametrize(
    "changes",
    [
        {"two": 3},
        {"nd": -1},
        {"nd": 65},
        {"nd": 2**31 - 1},
        {"typekind": b"O"},
        {"typekind": b"V"},
        {"typekind": b"\0"},
        {"itemsize": 3},
        {"itemsize": -4},
        {"itemsize": 0},
        {"flags": 0x400},
        {"shape": (2, -3)},
        {"shape": (2**62, 2**62)},
        {"strides": (3, 1)},
        {"strides": (12, 2)},
        {"data": 0},
        {"name": b"other"},
    ],
    ids=str,
)
def test_garbage_in_the_array_struct(changes):
    with pytest.raises(REFUSED):
        asdlpack(ArrayStruct(**changes))


def test_an_array_struct_that_is_none():
    class Other:
        __array_struct__ = 5

    with pytest.raises(REFUSED):
        asdlpack(Other())


@pytest.mark.parametrize(
    "fields",
    [
        {"shape": (-1,)},
        {"shape": (2**62, 2**62)},
        {"shape": (3,), "shape_pointer": False},
        {"ndim": -1},
        {"shape": (1,) * 65},
        {"data": None},
        {"dtype": (2, 32, 0)},
        {"dtype": (2, 0, 1)},
        {"strides": (2**62,)},
        {"byte_offset": 2**64 - 1},
        {"version": (2, 0)},
        {"version": (0, 9)},
    ],
    ids=str,
)
@pytest.mark.parametrize("versioned", [True, False])
def test_garbage_in_a_tensor(fields, versioned):
    if not versioned and "version" in fields:
        return
    lender = foreign.Lender(versioned=versioned, **fields)
    with pytest.raises(REFUSED):
        from_dlpack(lender)
    with pytest.raises(REFUSED):
        from_dlpack(lender.capsule())
    assert lender.deletes == lender.lent


@pytest.mark.parametrize("dtype", [(99, 32, 1), (3, 64, 1), (2, 32, 4)])
def test_strange_dtypes_pass_through_or_are_refused(dtype):
    lender = foreign.Lender(dtype=dtype)
    try:
        dl = from_dlpack(lender)
        repr(dl), dl.dtype
        with pytest.raises((BufferError, AttributeError)):
            memoryview(dl).tolist()
        del dl
    except REFUSED:
        pass
    assert lender.deletes == lender.lent


@pytest.mark.parametrize(
    "name", [b"dltensor2", b"used_dltensor", b"used_dltensor_versioned", b"DLTENSOR", b"", b"x" * 999]
)
def test_capsules_of_other_names(name):
    capsule = foreign.new_capsule(foreign.Lender().address, foreign.intern(name), None)
    with pytest.raises(REFUSED):
        from_dlpack(capsule)

    class Returns(foreign.Lender):
        def __dlpack__(self, **arguments):
            return capsule

    with pytest.raises(REFUSED):
        from_dlpack(Returns())


@pytest.mark.parametrize("versioned", [True, False])
def test_a_capsule_is_consumed_once(versioned):
    lender = foreign.Lender(versioned=versioned)
    capsule = lender.capsule()
    dl = from_dlpack(capsule)
    with pytest.raises(REFUSED, match="(?i)consumed|used"):
        from_dlpack(capsule)
    assert lender.deletes == 0
    del dl
    del capsule
    assert lender.deletes == 1


def test_our_own_capsule_is_consumed_once():
    capsule = asdlpack(bytearray(3)).__dlpack__()
    from_dlpack(capsule)
    with pytest.raises(REFUSED):
        from_dlpack(capsule)
    with pytest.raises(REFUSED):
        inspect(capsule)


@pytest.mark.parametrize("result", [None, 1, "dltensor", object(), b"dltensor", (1,)])
def test_a_dlpack_method_that_returns_nonsense(result):
    class Nonsense(foreign.Lender):
        def __dlpack__(self, **arguments):
            return result

    for take in (asdlpack, from_dlpack):
        with pytest.raises(REFUSED):
            take(Nonsense())


@pytest.mark.parametrize("device", [None, 1, (), (1,), (1, 2, 3), ("cpu", 0), (1.5, 0), (2**40, 0), "ab"])
def test_a_device_method_that_returns_nonsense(device):
    class Nonsense(foreign.Lender):
        def __dlpack_device__(self):
            return device

    try:
        dl = from_dlpack(Nonsense())
        assert dl.device == (1, 0)
    except REFUSED:
        pass


@pytest.mark.parametrize("failure", [BufferError, TypeError, ValueError, RuntimeError, MemoryError, AttributeError])
def test_a_dlpack_method_that_raises(failure):
    class Raises(foreign.Lender):
        def __dlpack__(self, **arguments):
            raise failure("the reason")

    for take in (asdlpack, from_dlpack):
        with pytest.raises((failure,) + REFUSED, match="the reason"):
            take(Raises())


@pytest.mark.parametrize("name", ["__dlpack__", "__dlpack_device__", "__array_interface__", "__cuda_array_interface__",
                                  "__array_struct__", "__array_shape__"])  # fmt: skip
@pytest.mark.parametrize("failure", [RuntimeError, ValueError, AttributeError])
def test_attributes_that_raise(name, failure):
    def raises(self):
        raise failure("the reason")

    with pytest.raises((failure,) + REFUSED):
        asdlpack(type("Raises", (), {name: property(raises)})())


def test_exchange_apis_that_are_none():
    for value in (None, 5, b"", foreign.new_capsule(foreign.Lender().address, foreign.intern(b"other"), None)):

        class Other(foreign.Lender):
            __dlpack_c_exchange_api__ = value

        lender = Other()
        assert memoryview(asdlpack(lender)).tolist() == [1, 2, 3]
        assert lender.deletes == lender.lent == 1


def test_an_exchange_api_of_another_major_version_is_passed_by():
    api = foreign.DLPackExchangeAPI()
    api.version = foreign.DLPackVersion(2, 0)

    class Other(foreign.Lender):
        __dlpack_c_exchange_api__ = foreign.new_capsule(
            ctypes.addressof(api), foreign.intern(b"dlpack_exchange_api"), None
        )

    assert memoryview(asdlpack(Other())).tolist() == [1, 2, 3]


@pytest.mark.parametrize("dtype", ["object", "S5", "U3", "M8[s]", "m8[s]", "V4", [("a", "f4"), ("b", "i4")]], ids=str)
def test_numpy_dtypes_that_cannot_be_exchanged(dtype):
    numpy = library("numpy")
    source = numpy.zeros(3, dtype=dtype)
    with pytest.raises(REFUSED) as caught:
        asdlpack(source)
    assert any(way in str(caught.value) for way in ("view(", "astype(", ".view", ".astype", "convert", "Convert"))


def test_structs_are_refused_for_what_they_are():
    source = library("numpy").zeros(3, dtype="f4,i4")
    with pytest.raises(REFUSED, match="one field") as caught:
        asdlpack(source)
    assert "byte order" not in str(caught.value)


@pytest.mark.parametrize("dtype", [">f4", ">i8", ">c16"])
def test_foreign_byte_order(dtype):
    source = library("numpy").arange(3).astype(dtype)
    with pytest.raises(REFUSED, match="(?i)byte.?order|swap|endian"):
        asdlpack(source)


def test_strides_that_are_no_multiple_of_the_item():
    numpy = library("numpy")
    records = numpy.zeros(4, dtype=[("a", "u1"), ("b", "<f4")])
    with pytest.raises(REFUSED, match="(?i)strides?"):
        asdlpack(records["b"])


def test_numpy_masked_arrays_are_refused_or_their_mask_is_none():
    numpy = library("numpy")
    masked = numpy.ma.masked_array([1.0, 2.0], mask=[True, False])
    with pytest.raises(REFUSED, match="(?i)mask"):
        asdlpack(masked)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("letters", ["w", "u"])
def test_arrays_of_characters(letters):
    if letters not in array.typecodes:
        letters = "u"
    source = array.array(letters, "abc")
    with pytest.raises(REFUSED):
        asdlpack(source)


def test_structs_and_pointers_of_ctypes():
    class Pair(ctypes.Structure):
        _fields_ = [("a", ctypes.c_int), ("b", ctypes.c_float)]

    for source in (Pair(), (Pair * 3)(), (ctypes.c_void_p * 2)(), (ctypes.c_char_p * 2)(), ctypes.py_object(1)):
        with pytest.raises(REFUSED):
            asdlpack(source)


def test_big_endian_ctypes():
    with pytest.raises(REFUSED, match="(?i)byte.?order|swap|endian"):
        asdlpack((ctypes.c_int.__ctype_be__ * 3)())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="classes have no __buffer__ before Python 3.12")
@pytest.mark.parametrize("answer, reason", [(5, "memoryview"), (TypeError("not today"), "not today")], ids=["5", "an error"])
def test_a_buffer_method_that_returns_nonsense_or_raises(answer, reason):
    class Wrong:
        def __buffer__(self, flags):
            if isinstance(answer, Exception):
                raise answer
            return answer

    with pytest.raises(BufferError, match=f"buffer protocol: TypeError: .*{reason}"):
        asdlpack(Wrong())


def test_a_released_memoryview():
    view = memoryview(b"abc")
    view.release()
    with pytest.raises(REFUSED):
        asdlpack(view)


def test_inspect_of_nonsense():
    for x in (None, 1, object(), b"Hello!"):
        try:
            assert isinstance(inspect(x), dict)
        except REFUSED:
            pass


def test_failures_leave_nothing():
    before = _dlpack._live()
    for _ in range(200):
        for x in (object(), ArrayInterface(typestr=">f4"), foreign.Lender(shape=(-1,)), ArrayStruct(two=1)):
            with pytest.raises(REFUSED):
                asdlpack(x)
    assert _dlpack._live() == before
