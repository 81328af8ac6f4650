"""What takes: every library that must understand a DLPackObject, and how what it took is looked at."""

import ctypes

from . import _elements as elements
from ._libraries import Consumer, at_least, library, numpy_from_dlpack
from ._producers import jax_cuda, torch_dtypes

_FORMAT_NAMES = {
    "?": "bool", "b": "int8", "h": "int16", "i": "int32", "l": "int64", "q": "int64", "B": "uint8", "H": "uint16",
    "I": "uint32", "L": "uint64", "Q": "uint64", "e": "float16", "f": "float32", "d": "float64", "Zf": "complex64",
    "Zd": "complex128",
}  # fmt: skip


def _numpy_dtypes():
    return elements.ALL if at_least("numpy", 1, 25) else elements.ALL[1:]


def _list(view):
    return elements.flat(view.tolist())


def _memory_values(view):
    return elements.unpack(_FORMAT_NAMES[view.format], view.tobytes())


class _Buffer(ctypes.Structure):
    """Python's Py_buffer: its first field is the address, the others are not looked at."""

    _fields_ = [("buf", ctypes.c_void_p), ("others", ctypes.c_void_p * 15)]


def _memory_address(view):
    buffer = _Buffer()
    get = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(_Buffer), ctypes.c_int)(
        ("PyObject_GetBuffer", ctypes.pythonapi)
    )
    get(view, ctypes.byref(buffer), 0x11C)  # PyBUF_FULL_RO
    ctypes.PYFUNCTYPE(None, ctypes.POINTER(_Buffer))(("PyBuffer_Release", ctypes.pythonapi))(ctypes.byref(buffer))
    return buffer.buf


def _numpy_address(view):
    return view.__array_interface__["data"][0]


def _put(view):
    view[(0,) * len(view.shape)] = 1


def _pillow_values(image):
    return list(image.tobytes())


CONSUMERS = (
    Consumer(
        "numpy.from_dlpack",
        "numpy",
        check=numpy_from_dlpack,
        dtypes=_numpy_dtypes,
        take=lambda dl: numpy_from_dlpack()(dl),
        values=_list,
        address=_numpy_address,
        put=_put,
        refuses_readonly=True,
    ),
    Consumer(
        "numpy.asarray",
        "numpy",
        take=lambda dl: library("numpy").asarray(dl),
        values=_list,
        address=_numpy_address,
        put=_put,
    ),
    Consumer("memoryview", "", take=memoryview, values=_memory_values, address=_memory_address),
    Consumer(
        "torch.from_dlpack",
        "torch",
        dtypes=torch_dtypes,
        take=lambda dl: library("torch").from_dlpack(dl),
        values=_list,
        address=lambda view: view.data_ptr(),
        put=_put,
        strided=False,
    ),
    Consumer(
        "torch, capsule",
        "torch",
        dtypes=torch_dtypes,
        take=lambda dl: library("torch.utils.dlpack").from_dlpack(dl.__dlpack__()),
        values=_list,
        address=lambda view: view.data_ptr(),
        put=_put,
        strided=False,
    ),
    Consumer(
        "PIL.Image.fromarray",
        "PIL.Image",
        dtypes=("uint8",),
        take=lambda dl: library("PIL.Image").fromarray(dl),
        values=_pillow_values,
        copies=True,
    ),
    Consumer(
        "pyarrow.py_buffer",
        "pyarrow",
        take=lambda dl: library("pyarrow").py_buffer(dl),
        values=lambda buffer: list(buffer.to_pybytes()),
        address=lambda buffer: buffer.address,
        dtypes=("uint8",),
        strided=False,
        compact=True,
    ),
    Consumer(
        "nanobind",
        "dlpack_nanobind_peer",
        dtypes=elements.ALL[:-2],
        take=lambda dl: library("dlpack_nanobind_peer").take(dl),
        values=lambda view: view.values(),
        address=lambda view: view.address(),
    ),
    Consumer(
        "jax.dlpack.from_dlpack",
        "jax",
        dtypes=tuple(d for d in elements.ALL if "64" not in d and d != "complex128"),
        take=lambda dl: library("jax.dlpack").from_dlpack(dl),
        values=_list,
        strided=False,
        compact=True,
    ),
    Consumer(
        "tensorflow, capsule",
        "tensorflow",
        # It ends the process over memory that is aligned to less than 64 bytes, as NumPy's is: a copy is to 256.
        take=lambda dl: library("tensorflow").experimental.dlpack.from_dlpack(dl.__dlpack__(copy=True)),
        values=lambda view: _list(view.numpy()),
        strided=False,
        compact=True,
    ),
    Consumer(
        "torch.from_dlpack, CUDA",
        "torch",
        "cuda",
        dtypes=torch_dtypes,
        take=lambda dl: library("torch").from_dlpack(dl),
        values=_list,
        address=lambda view: view.data_ptr(),
        put=_put,
        strided=False,
    ),
    Consumer(
        "cupy.from_dlpack",
        "cupy",
        "cuda",
        take=lambda dl: library("cupy").from_dlpack(dl),
        values=_list,
        address=lambda view: view.data.ptr,
        put=_put,
    ),
    Consumer(
        "cudf, capsule",
        "cudf",
        "cuda",
        dtypes=elements.INTEGERS + elements.FLOATS[1:],
        take=lambda dl: library("cudf").from_dlpack(dl.__dlpack__()),
        values=lambda series: series.to_pandas().tolist(),
        copies=True,
        strided=False,
    ),
    Consumer(
        "numba as_cuda_array",
        "numba.cuda",
        "cuda",
        take=lambda dl: library("numba.cuda").as_cuda_array(dl),
        values=lambda view: _list(view.copy_to_host()),
        address=lambda view: view.device_ctypes_pointer.value,
    ),
    Consumer(
        "jax.dlpack.from_dlpack, CUDA",
        "jax",
        "cuda",
        jax_cuda,
        dtypes=tuple(d for d in elements.ALL if "64" not in d and d != "complex128"),
        take=lambda dl: library("jax.dlpack").from_dlpack(dl),
        values=_list,
        address=lambda view: view.unsafe_buffer_pointer(),
        strided=False,
        compact=True,
    ),
)
