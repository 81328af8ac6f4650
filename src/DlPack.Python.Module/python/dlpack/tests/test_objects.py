"""What a DLPackObject says of itself."""

import ast
import copy
import hashlib
import inspect
import pathlib
import pickle

import pytest

import dlpack
from dlpack import DLPackObject, _dlpack, asdlpack, from_dlpack

from . import foreign


def test_the_package_re_exports_the_module():
    assert dlpack.__version__ == _dlpack.__version__
    for name in ("DLPackObject", "asdlpack", "from_dlpack", "inspect"):
        assert getattr(dlpack, name).__module__ == "dlpack"
        assert name in dir(dlpack)


def test_the_stubs_have_what_the_module_has():
    package = pathlib.Path(dlpack.__file__).parent
    assert (package / "py.typed").is_file()
    tree = ast.parse((package / "__init__.pyi").read_text())
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert functions | {"DLPackObject", "tests"} == set(dlpack.__all__)
    (cls,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    names = {n.name for n in cls.body if isinstance(n, ast.FunctionDef)} | {
        n.target.id for n in cls.body if isinstance(n, ast.AnnAssign)
    }
    there = {n for n in vars(DLPackObject) if n not in ("__doc__", "__module__", "__new__", "__repr__")}
    # Before 3.12 Python has the buffer protocol without a method.
    assert names - {"__buffer__"} == there - {"__buffer__", "__release_buffer__"}


def test_help_says_what_the_stubs_say():
    tree = ast.parse((pathlib.Path(dlpack.__file__).parent / "__init__.pyi").read_text())
    (cls,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    said = {node.name: (node, getattr(dlpack, node.name)) for node in tree.body if isinstance(node, ast.FunctionDef)}
    said[cls.name] = cls, DLPackObject
    # Python itself documents what it makes of the buffer protocol.
    methods = [node for node in cls.body if isinstance(node, ast.FunctionDef) and node.name != "__buffer__"]
    said.update((node.name, (node, vars(DLPackObject)[node.name])) for node in methods)
    for name, (node, there) in said.items():
        assert inspect.cleandoc(there.__doc__) == ast.get_docstring(node), name
    assert str(inspect.signature(asdlpack)) == "(obj, /, *, stream=None, copy=None, device=None)"


def test_bytes_are_read_only_elements():
    dl = asdlpack(b"Hello!")
    assert type(dl) is DLPackObject
    assert (dl.shape, dl.strides, dl.dtype, dl.device, dl.readonly) == ((6,), (1,), "uint8", (1, 0), True)
    assert dl.__dlpack_device__() == (1, 0)


def test_bytearray_is_writable():
    assert not asdlpack(bytearray(4)).readonly


def test_repr_shows_what_the_object_is():
    text = repr(asdlpack(foreign.Lender((2, 3))))
    for part in ("DLPackObject", "(2, 3)", "float32", "(3, 1)"):
        assert part in text
    assert "readonly" in repr(asdlpack(b"Hello!")).lower().replace("-", "").replace("_", "")


def test_attributes_cannot_be_set():
    dl = asdlpack(b"Hello!")
    for name in ("shape", "strides", "dtype", "device", "readonly"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(dl, name, None)


def test_objects_are_made_by_the_functions_only():
    with pytest.raises(TypeError):
        DLPackObject()
    with pytest.raises(TypeError):

        class Derived(DLPackObject):
            pass


def test_an_object_is_no_value_to_compare_copy_or_store():
    """Copies are made by asdlpack(dl, copy=True), and what holds a tensor is told so by Python's own errors."""
    dl = asdlpack(b"Hello!")
    assert dl == dl and dl != asdlpack(b"Hello!") and {dl: 1}[dl] == 1
    for store in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="DLPackObject"):
            store(dl)
    with pytest.raises(TypeError, match="DLPackObject"):
        object.__new__(DLPackObject)
    with pytest.raises(TypeError):
        dl.__class__ = object


def test_an_object_goes_in_again():
    source = bytearray(b"Hello!")
    dl = asdlpack(asdlpack(asdlpack(source)))
    memoryview(dl)[0] = 104
    assert source == b"hello!"
    assert from_dlpack(dl).shape == (6,)


def test_array_interface_of_host_memory():
    lender = foreign.Lender((2, 3), (1, 2))
    interface = asdlpack(lender).__array_interface__
    assert interface["version"] == 3
    assert interface["shape"] == (2, 3)
    assert interface["typestr"] == "<f4"
    assert interface["data"] == (lender.address, False)
    assert tuple(interface["strides"]) == (4, 8)


def test_array_interface_says_read_only():
    assert asdlpack(b"Hello!").__array_interface__["data"][1] is True


def test_host_memory_has_no_cuda_array_interface():
    dl = asdlpack(b"Hello!")
    assert not hasattr(dl, "__cuda_array_interface__")
    with pytest.raises(AttributeError):
        dl.__cuda_array_interface__


def test_memory_of_a_device_has_cuda_array_interface_and_no_host_views():
    lender = foreign.Lender((2, 3), device=(2, 0))
    dl = asdlpack(lender)
    assert dl.device == (2, 0)
    interface = dl.__cuda_array_interface__
    assert (interface["version"], interface["shape"], interface["typestr"]) == (3, (2, 3), "<f4")
    assert interface["data"] == (lender.address, False)
    assert not hasattr(dl, "__array_interface__")
    with pytest.raises(BufferError):
        memoryview(dl)


@pytest.mark.parametrize("device", [(3, 0), (11, 1)])
def test_memory_that_the_host_can_read_has_host_views(device):
    dl = asdlpack(foreign.Lender(device=device))
    assert dl.device == device
    assert memoryview(dl).tolist() == [1, 2, 3]


def test_buffer_protocol_has_shape_strides_and_format():
    view = memoryview(asdlpack(foreign.Lender((2, 3), (1, 2))))
    assert (view.shape, view.strides, view.format, view.itemsize, view.readonly) == ((2, 3), (4, 8), "f", 4, False)
    assert view.tolist() == [[1, 3, 5], [2, 4, 6]]
    assert view.suboffsets == ()


def test_buffer_protocol_says_read_only():
    view = memoryview(asdlpack(b"Hello!"))
    assert view.readonly
    with pytest.raises(TypeError):
        view[0] = 1


def test_readinto_refuses_what_is_read_only():
    import io

    with pytest.raises((BufferError, TypeError)):
        io.BytesIO(b"abcdef").readinto(asdlpack(b"Hello!"))


def test_contiguous_bytes_are_refused_for_strided_memory():
    with pytest.raises((BufferError, TypeError)):  # join says TypeError, whatever the object says.
        b"".join([asdlpack(foreign.Lender((2, 3), (1, 2)))])
    assert len(b"".join([asdlpack(foreign.Lender((2, 3)))])) == 24


def test_who_asks_for_bytes_gets_them_of_any_dimensions():
    dl = asdlpack(foreign.Lender((2, 3)))
    assert hashlib.sha256(dl).digest() == hashlib.sha256(memoryview(dl)).digest() == hashlib.sha256(bytes(dl)).digest()


def test_a_buffer_keeps_the_memory():
    lender = foreign.Lender()
    view = memoryview(asdlpack(lender))
    assert lender.deletes == 0
    assert view.tolist() == [1, 2, 3]
    view.release()
    assert lender.deletes == 1


DTYPES = [
    ((0, 8, 1), "int8", "b"), ((0, 64, 1), "int64", "q"), ((1, 16, 1), "uint16", "H"), ((2, 16, 1), "float16", "e"),
    ((2, 64, 1), "float64", "d"), ((4, 16, 1), "bfloat16", None), ((5, 64, 1), "complex64", "Zf"),
    ((5, 128, 1), "complex128", "Zd"), ((6, 8, 1), "bool", "?"), ((7, 8, 1), "float8_e3m4", None),
    ((8, 8, 1), "float8_e4m3", None), ((9, 8, 1), "float8_e4m3b11fnuz", None), ((10, 8, 1), "float8_e4m3fn", None),
    ((11, 8, 1), "float8_e4m3fnuz", None), ((12, 8, 1), "float8_e5m2", None), ((13, 8, 1), "float8_e5m2fnuz", None),
    ((14, 8, 1), "float8_e8m0fnu", None), ((15, 6, 1), "float6_e2m3fn", None), ((16, 6, 1), "float6_e3m2fn", None),
    ((17, 4, 1), "float4_e2m1fn", None),
]  # fmt: skip


@pytest.mark.parametrize("dtype, name, letter", DTYPES, ids=[d[1] for d in DTYPES])
def test_dtypes_have_names_and_pass_through(dtype, name, letter):
    lender = foreign.Lender((2,), dtype=dtype)
    dl = from_dlpack(lender)
    assert dl.dtype == name
    borrower = foreign.Borrower(dl.__dlpack__(max_version=(1, 3)))
    assert borrower.dtype == dtype
    borrower.delete()
    if letter is None:
        # The buffer protocol and the array interface have no code for it.
        with pytest.raises(BufferError):
            memoryview(dl)
        assert not hasattr(dl, "__array_interface__")
    else:
        view = memoryview(dl)
        assert view.itemsize == dtype[1] // 8
        assert view.format == letter or view.format in "lq" and letter in "lq"
