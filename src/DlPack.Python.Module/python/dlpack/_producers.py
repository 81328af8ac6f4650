"""What lends: every kind of object that asdlpack must take, and how one is made."""

import array
import ctypes
import mmap
import tempfile

from . import _elements as elements
from ._libraries import Producer, Unavailable, at_least, library

_NO_HALF = tuple(d for d in elements.ALL if d != "float16" and d not in elements.COMPLEX)
_REAL = elements.INTEGERS + elements.FLOATS
_NARROW = tuple(d for d in elements.ALL if not d.endswith("64") or d == "complex64")[:-1]
_VECTOR = (1,)


def _bytes(dtype, shape):
    return elements.pack(dtype, elements.values(dtype, elements.count(shape)))


def _memoryview(dtype, shape):
    return memoryview(bytearray(_bytes(dtype, shape))).cast(elements.FORMATS[dtype], shape)


def _array(dtype, shape):
    return array.array(elements.FORMATS[dtype], elements.values(dtype, elements.count(shape)))


def _ctypes(dtype, shape):
    kind = getattr(ctypes, {"float32": "c_float", "float64": "c_double"}.get(dtype, "c_" + dtype))
    for extent in reversed(shape):
        kind = kind * extent
    return kind.from_buffer_copy(_bytes(dtype, shape))


def _mmap(dtype, shape):
    data = _bytes(dtype, shape)
    result = mmap.mmap(-1, max(len(data), 1))
    result[: len(data)] = data
    return result


def _numpy(dtype, shape):
    return library("numpy").array(elements.values(dtype, elements.count(shape)), dtype=dtype).reshape(shape)


def _memmap(dtype, shape):
    with tempfile.TemporaryFile() as file:
        result = library("numpy").memmap(file, dtype=dtype, mode="w+", shape=shape)
    result[...] = _numpy(dtype, shape)
    return result


def _torch(dtype, shape, device="cpu"):
    torch = library("torch")
    items = elements.values(dtype, elements.count(shape))
    return torch.tensor(items, dtype=getattr(torch, dtype), device=device).reshape(shape)


def torch_dtypes():
    lacks = () if at_least("torch", 2, 3) else ("uint16", "uint32", "uint64")
    lacks += () if at_least("torch", 2, 2) else ("bool",)
    return tuple(d for d in elements.ALL if d not in lacks)


def _pyarrow_array(dtype, shape):
    pyarrow = library("pyarrow")
    return pyarrow.array(_numpy(dtype, shape), type=getattr(pyarrow, dtype)())


def _pyarrow_tensor(dtype, shape):
    return library("pyarrow").Tensor.from_numpy(_numpy(dtype, shape))


def _pillow(dtype, shape):
    return library("PIL.Image").frombytes("L", shape[::-1], _bytes(dtype, shape))


def _jax(dtype, shape, platform="cpu"):
    jax = library("jax")
    return jax.device_put(_numpy(dtype, shape), jax.devices(platform)[0])


def jax_cuda():
    if not any(d.platform in ("gpu", "cuda") for d in library("jax").devices()):
        raise Unavailable("jax has no CUDA device")


PRODUCERS = (
    Producer("bytes", "", dtypes=("uint8",), make=_bytes, ranks=_VECTOR, readonly=True),
    Producer("bytearray", "", dtypes=("uint8",), make=lambda d, s: bytearray(_bytes(d, s)), ranks=_VECTOR),
    Producer("memoryview", "", dtypes=_NO_HALF, make=_memoryview),
    Producer("array.array", "", dtypes=_NO_HALF[1:], make=_array, ranks=_VECTOR),
    Producer("ctypes array", "", dtypes=_NO_HALF, make=_ctypes),
    Producer("mmap", "", dtypes=("uint8",), make=_mmap, ranks=_VECTOR),
    Producer("numpy.ndarray", "numpy", make=_numpy),
    Producer("numpy.memmap", "numpy", make=_memmap, ranks=(1, 2, 3)),
    Producer("torch.Tensor", "torch", dtypes=torch_dtypes, make=_torch),
    Producer("pyarrow.Array", "pyarrow", dtypes=_REAL, make=_pyarrow_array, ranks=_VECTOR, readonly=True),
    Producer(
        "pyarrow.Buffer",
        "pyarrow",
        dtypes=("int8",),  # So its buffer says.
        make=lambda d, s: library("pyarrow").py_buffer(_bytes(d, s)),
        ranks=_VECTOR,
        readonly=True,
    ),
    Producer("pyarrow.Tensor", "pyarrow", dtypes=_REAL, make=_pyarrow_tensor, ranks=(1, 2, 3)),
    Producer("PIL.Image", "PIL.Image", dtypes=("uint8",), make=_pillow, ranks=(2,), readonly=True),
    Producer("jax.Array", "jax", dtypes=_NARROW, make=_jax, readonly=True),
    Producer("tf.Tensor", "tensorflow", make=lambda d, s: library("tensorflow").constant(_numpy(d, s)), readonly=True),
    Producer("torch.Tensor, CUDA", "torch", "cuda", dtypes=torch_dtypes, make=lambda d, s: _torch(d, s, "cuda")),
    Producer("cupy.ndarray", "cupy", "cuda", make=lambda d, s: library("cupy").asarray(_numpy(d, s))),
    Producer("numba array", "numba.cuda", "cuda", make=lambda d, s: library("numba.cuda").to_device(_numpy(d, s))),
    Producer(
        "jax.Array, CUDA",
        "jax",
        "cuda",
        jax_cuda,
        dtypes=_NARROW,
        make=lambda d, s: _jax(d, s, "cuda"),
        readonly=True,
    ),
)
