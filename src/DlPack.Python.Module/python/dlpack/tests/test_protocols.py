"""Each protocol is understood, in the order of the standard's preference, and a failing one gives way to the next."""

import ctypes
import sys

import pytest

from dlpack import _elements as elements
from dlpack import asdlpack, from_dlpack
from dlpack._libraries import library

from . import foreign
from .interfaces import ArrayInterface, ArrayStruct, CudaInterface, Version2


def address(dl):
    return dl.__array_interface__["data"][0]


@pytest.mark.parametrize("kind", [ArrayInterface, ArrayStruct, Version2])
def test_array_interfaces_share_their_memory(kind):
    holder = kind()
    references = sys.getrefcount(holder)
    dl = asdlpack(holder)
    assert (dl.shape, dl.strides, dl.dtype, dl.readonly) == ((2, 3), (3, 1), "float32", False)
    assert address(dl) == holder.address
    assert memoryview(dl).tolist() == [[1, 2, 3], [4, 5, 6]]
    del dl
    assert sys.getrefcount(holder) == references


@pytest.mark.parametrize("kind", [ArrayInterface, ArrayStruct, Version2])
def test_array_interfaces_keep_their_object(kind):
    dl = asdlpack(kind())
    assert memoryview(dl).tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    "typestr, dtype",
    [("|b1", "bool"), ("|i1", "int8"), ("|u1", "uint8"), ("<i2", "int16"), ("<u2", "uint16"), ("<i4", "int32"),
     ("<u4", "uint32"), ("<i8", "int64"), ("<u8", "uint64"), ("<f2", "float16"), ("<f4", "float32"),
     ("<f8", "float64"), ("<c8", "complex64"), ("<c16", "complex128")],
)  # fmt: skip
def test_typestrs(typestr, dtype):
    assert asdlpack(ArrayInterface(typestr=typestr)).dtype == dtype


def test_strides_are_in_bytes():
    dl = asdlpack(ArrayInterface(strides=(4, 8)))
    assert dl.strides == (1, 2)
    assert memoryview(dl).tolist() == [[1, 3, 5], [2, 4, 6]]
    assert asdlpack(ArrayStruct(strides=(4, 8))).strides == (1, 2)


def test_negative_strides():
    holder = ArrayInterface()
    holder.interface.update(data=(holder.address + 20, False), strides=(-12, -4))
    assert memoryview(asdlpack(holder)).tolist() == [[6, 5, 4], [3, 2, 1]]


def test_strides_of_none_are_compact():
    assert asdlpack(ArrayInterface(strides=None)).strides == (3, 1)


def test_read_only_of_each_protocol():
    holder = ArrayInterface()
    holder.interface["data"] = (holder.address, True)
    assert asdlpack(holder).readonly
    assert asdlpack(ArrayStruct(flags=0x200)).readonly


def test_data_may_be_a_buffer_with_an_offset():
    data = bytearray(elements.pack("float32", [9.0, 1.0, 2.0, 3.0]))
    references = sys.getrefcount(data)
    dl = asdlpack(ArrayInterface(shape=(3,), data=data, offset=4))
    assert memoryview(dl).tolist() == [1, 2, 3]
    with pytest.raises(BufferError):
        data.append(1)
    del dl
    data.append(1)
    assert sys.getrefcount(data) == references


def test_data_of_none_is_the_objects_own_buffer():
    class Own(bytearray):
        __array_interface__ = {"version": 3, "shape": (3,), "typestr": "<f4", "data": None}

    dl = asdlpack(Own(elements.pack("float32", [1.0, 2.0, 3.0])))
    assert (dl.dtype, memoryview(dl).tolist()) == ("float32", [1, 2, 3])


def test_a_read_only_buffer_makes_read_only_data():
    assert asdlpack(ArrayInterface(shape=(3,), data=bytes(12))).readonly


def test_scalars_have_no_shape():
    dl = asdlpack(ArrayInterface(shape=()))
    assert (dl.shape, dl.strides) == ((), ())
    assert memoryview(dl).tolist() == 1


def test_dlpack_goes_before_array_interface():
    class Both(ArrayInterface):
        lender = foreign.Lender((5,))

        def __dlpack__(self, **arguments):
            return self.lender.capsule()

        def __dlpack_device__(self):
            return 1, 0

    assert asdlpack(Both()).shape == (5,)


def test_the_buffer_protocol_comes_last():
    class Both(bytearray):
        __array_interface__ = ArrayInterface(shape=(1,)).interface

    assert asdlpack(Both(b"abc")).dtype == "float32"


@pytest.mark.parametrize("failure", [BufferError("not me"), TypeError("not me"), RuntimeError("not me")])
def test_a_failing_protocol_gives_way_to_the_next(failure):
    class Both(ArrayInterface):
        def __dlpack__(self, **arguments):
            raise failure

        def __dlpack_device__(self):
            return 1, 0

    assert asdlpack(Both()).dtype == "float32"


def test_the_error_lists_what_was_tried_and_why_it_failed():
    class Both(ArrayInterface):
        def __dlpack__(self, **arguments):
            raise BufferError("the first reason")

        def __dlpack_device__(self):
            return 1, 0

    with pytest.raises((BufferError, ValueError, TypeError)) as caught:
        asdlpack(Both(typestr=">f4"))
    text = str(caught.value)
    for part in ("__dlpack__", "the first reason", "__array_interface__", ">f4"):
        assert part in text


@pytest.mark.parametrize("failure", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_is_passed_on(failure):
    class Stubborn(ArrayInterface):
        def __dlpack__(self, **arguments):
            raise failure

        def __dlpack_device__(self):
            return 1, 0

    with pytest.raises(failure):
        asdlpack(Stubborn())


@pytest.mark.parametrize("failure", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("asked", ["requires_grad", "is_neg", "is_conj", "dtype"])
def test_what_ends_the_program_is_passed_on_by_questions_beside_the_protocols(asked, failure):
    class Stubborn(ArrayInterface):
        requires_grad = False

        @property
        def dtype(self):
            raise failure

        def is_neg(self):
            if asked == "is_neg":
                raise failure

        def is_conj(self):
            raise failure

    if asked == "requires_grad":
        Stubborn.requires_grad = Stubborn.dtype
    typestr = {"dtype": "<V2", "is_conj": "<c8"}.get(asked, "<f4")
    with pytest.raises(failure):
        asdlpack(Stubborn(typestr=typestr))


def test_numpy_dtypes_that_dlpack_lacks_there_go_by_another_protocol():
    numpy = library("numpy")
    source = numpy.arange(4, dtype="float32").astype(numpy.bool_)
    assert asdlpack(source).dtype == "bool"


def test_read_only_numpy_arrays_are_read_only_here():
    numpy = library("numpy")
    source = numpy.arange(3.0)
    source.flags.writeable = False
    assert asdlpack(source).readonly


ML_DTYPES = (
    "bfloat16", "float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2",
    "float8_e5m2fnuz", "float8_e8m0fnu",
)  # fmt: skip


@pytest.mark.parametrize("name", ML_DTYPES)
def test_extension_dtypes_of_ml_dtypes(name):
    numpy, ml_dtypes = library("numpy"), library("ml_dtypes")
    source = numpy.array([[0.5, 1.0], [2.0, 4.0]]).astype(getattr(ml_dtypes, name))
    dl = asdlpack(source)
    assert (dl.dtype, dl.shape, dl.strides) == (name, (2, 2), (2, 1))
    borrower = foreign.Borrower(dl.__dlpack__(max_version=(1, 3)))
    assert borrower.address == source.__array_interface__["data"][0]
    assert ctypes.string_at(borrower.address, source.nbytes) == source.tobytes()
    borrower.delete()


def test_bfloat16_reaches_torch():
    numpy, ml_dtypes, torch = library("numpy"), library("ml_dtypes"), library("torch")
    source = numpy.array([0.5, -3.0, 100.0]).astype(ml_dtypes.bfloat16)
    tensor = torch.from_dlpack(asdlpack(source))
    assert tensor.dtype is torch.bfloat16
    assert tensor.float().tolist() == [0.5, -3.0, 100.0]


def test_bfloat16_comes_from_torch():
    torch = library("torch")
    source = torch.tensor([0.5, -3.0], dtype=torch.bfloat16)
    dl = asdlpack(source)
    assert dl.dtype == "bfloat16"
    assert torch.from_dlpack(dl).data_ptr() == source.data_ptr()


def test_tensors_with_gradients_are_refused_with_the_way_out():
    torch = library("torch")
    with pytest.raises((BufferError, RuntimeError, ValueError, TypeError), match="detach"):
        asdlpack(torch.ones(3, requires_grad=True))


def test_torch_tensors_with_pending_signs_keep_their_values():
    torch = library("torch")
    conjugate = torch.tensor([1 + 2j, 3 - 4j]).conj()
    for source in (conjugate, conjugate.imag):
        try:
            dl = asdlpack(source)
        except (BufferError, RuntimeError, ValueError, TypeError):
            continue
        assert elements.unpack(dl.dtype, memoryview(dl).tobytes()) == source.tolist()


@pytest.mark.parametrize("version", [2, 3])
def test_cuda_array_interface_of_nothing(version):
    dl = asdlpack(CudaInterface(version=version, shape=(0, 3), data=(0, False)))
    assert (dl.shape, dl.dtype) == ((0, 3), "float32")


def test_from_dlpack_takes_objects_and_capsules_only():
    lender = foreign.Lender()
    assert memoryview(from_dlpack(lender)).tolist() == [1, 2, 3]
    assert memoryview(from_dlpack(lender.capsule())).tolist() == [1, 2, 3]
    assert lender.deletes == 2
    with pytest.raises(TypeError):
        from_dlpack(b"Hello!")


@pytest.mark.parametrize("versioned", [True, False])
def test_foreign_layouts(versioned):
    dl = from_dlpack(foreign.Lender((2, 3), None, versioned=versioned))
    assert dl.strides == (3, 1)
    dl = from_dlpack(foreign.Lender((3,), versioned=versioned, byte_offset=8))
    assert memoryview(dl).tolist() == [3, 4, 5]
    dl = from_dlpack(foreign.Lender((), versioned=versioned, shape_pointer=False))
    assert memoryview(dl).tolist() == 1
    dl = from_dlpack(foreign.Lender((0, 3), versioned=versioned, data=None))
    assert dl.shape == (0, 3)


def test_flags_of_a_foreign_tensor_are_kept():
    assert from_dlpack(foreign.Lender(flags=foreign.READ_ONLY)).readonly
    assert not from_dlpack(foreign.Lender(flags=foreign.COPIED)).readonly


@pytest.mark.parametrize("versioned", [True, False])
def test_a_null_deleter_is_legal(versioned):
    lender = foreign.Lender(versioned=versioned, deleter=False)
    dl = from_dlpack(lender)
    assert memoryview(dl).tolist() == [1, 2, 3]
    del dl
    lender.forget()
