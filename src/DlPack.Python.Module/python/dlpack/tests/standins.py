"""Libraries that few machines have, played by what each is known to ask for and to refuse.

They show that those demands are met, and prove nothing about the libraries themselves: test_gpu and the peers in
dlpack._consumers run those wherever they are.
"""

import ctypes

from dlpack import _elements as elements

from . import foreign
from .foreign import LEGACY, VERSIONED, Borrower

CPU, CUDA, CUDA_HOST, CUDA_MANAGED = 1, 2, 3, 13
CODES = {"int": 0, "uint": 1, "float": 2, "complex": 5, "bool": 6}
NAMES = {(CODES[name.rstrip("0123456789")], elements.itemsize(name) * 8, 1): name for name in elements.ALL}
TYPESTRS = {"bool": "b", "int": "i", "uint": "u", "float": "f", "complex": "c"}


class Refused(Exception):
    """The library raises an error of its own."""


class ProcessEnds(AssertionError):
    """The library takes the whole process down, or works on wrong memory."""


def read(address, dtype, shape, strides):
    """The elements in C order; strides are in elements."""
    if not shape:
        size = elements.itemsize(dtype)
        return elements.unpack(dtype, ctypes.string_at(address, size))
    step = strides[0] * elements.itemsize(dtype)
    return [item for i in range(shape[0]) for item in read(address + i * step, dtype, shape[1:], strides[1:])]


def row_major(shape):
    strides, step = [], 1
    for extent in reversed(shape):
        strides.insert(0, step)
        step *= extent
    return tuple(strides)


class Taken:
    """What a library has of a capsule, until it is let go."""

    def __init__(self, capsule, names):
        if foreign.get_name(capsule) not in names:
            raise Refused(f"a capsule named {foreign.get_name(capsule)}")
        self.borrower = Borrower(capsule)
        self.shape, self.strides = self.borrower.shape, self.borrower.strides
        self.address, self.device = self.borrower.address, self.borrower.device
        self.dtype = NAMES.get(self.borrower.dtype)
        self.copy = None

    def check(self, holds, reason):
        if not holds:
            self.release()
            raise Refused(reason)

    def take_copy(self):
        self.copy = self.values()
        self.release()

    def values(self):
        return self.copy if self.copy is not None else read(self.address, self.dtype, self.shape, self.strides)

    def release(self):
        if self.borrower is not None:
            self.borrower.delete()
            self.borrower = None


def jax_from_dlpack(x):
    """JAX: an object, asked for its device and with the stream alone. Legacy only, dense in any order of the axes."""
    kind, _ = x.__dlpack_device__()
    if kind not in (CPU, CUDA):
        raise Refused(f"device type {kind}")
    taken = Taken(x.__dlpack__(stream=None if kind == CPU else 1), (LEGACY,))
    axes = sorted(range(len(taken.shape)), key=lambda i: (-taken.strides[i], i))
    step = 1
    for i in reversed(axes):
        taken.check(taken.shape[i] == 1 or taken.strides[i] == step, f"strides {taken.strides}")
        step *= taken.shape[i]
    taken.check(taken.dtype is not None, "dtype")
    if kind == CPU and taken.address % 64:
        taken.take_copy()
    return taken


def tensorflow_from_dlpack(capsule):
    """TensorFlow: a legacy capsule, strictly row-major. It looks at neither the offset nor the alignment."""
    taken = Taken(capsule, (LEGACY,))
    taken.check(taken.device[0] in (CPU, CUDA), f"device {taken.device}")
    taken.check(taken.dtype is not None and taken.dtype not in elements.COMPLEX, "dtype")
    expected = 1
    for extent, stride in zip(reversed(taken.shape), reversed(taken.strides)):
        taken.check(stride == expected, f"strides {taken.strides}")
        expected = extent * stride
    misplaced = taken.borrower.tensor.byte_offset or (taken.device[0] == CPU and taken.address % 64)
    if misplaced:
        taken.release()
        raise ProcessEnds("an offset, or memory that is not aligned to 64 bytes")
    return taken


def cudf_from_dlpack(capsule):
    """cuDF: a legacy capsule of one dimension of unit stride, or of two, column by column. It copies."""
    taken = Taken(capsule, (LEGACY,))
    taken.check(taken.device[0] in (CPU, CUDA, CUDA_HOST), f"device {taken.device}")
    taken.check(taken.dtype in elements.INTEGERS + elements.FLOATS[1:], "dtype")
    shape, strides = taken.shape, taken.strides
    if len(shape) == 1:
        taken.check(strides[0] == 1 or shape[0] == 0, f"strides {strides}")
    else:
        taken.check(len(shape) == 2, f"{len(shape)} dimensions")
        by_columns = strides[0] == 1 and (shape[1] == 1 or strides[1] >= shape[0])
        taken.check(0 in shape or by_columns, f"strides {strides}")
    taken.take_copy()
    return taken


def cupy_from_dlpack(x, stream=1):
    """CuPy: an object on CUDA, asked with its stream, its version and copy, and again with the stream alone."""
    kind, _ = x.__dlpack_device__()
    if kind not in (CUDA, CUDA_MANAGED):
        raise Refused(f"device type {kind}")
    try:
        capsule = x.__dlpack__(stream=stream, max_version=(1, 0), copy=None)
    except TypeError:
        capsule = x.__dlpack__(stream=stream)
    taken = Taken(capsule, (LEGACY, VERSIONED))
    if taken.borrower.name == VERSIONED:
        taken.check(taken.borrower.managed.version.major == 1, "version")
    taken.check(taken.dtype is not None, "dtype")
    return taken


class NumbaArray:
    """numba.cuda.as_cuda_array: the CUDA array interface and nothing else; it holds the object itself."""

    def __init__(self, x):
        interface = getattr(x, "__cuda_array_interface__", None)
        if interface is None:
            raise Refused("no __cuda_array_interface__")
        if interface.get("mask") is not None:
            raise Refused("a mask")
        self.owner, self.stream = x, interface.get("stream")
        self.dtype = next(
            name for name in elements.ALL
            if interface["typestr"][1:] == f"{TYPESTRS[name.rstrip('0123456789')]}{elements.itemsize(name)}"
        )  # fmt: skip
        self.shape, self.address = interface["shape"], interface["data"][0]
        steps = interface.get("strides")
        size = elements.itemsize(self.dtype)
        self.strides = row_major(self.shape) if steps is None else tuple(step // size for step in steps)

    def values(self):
        return read(self.address, self.dtype, self.shape, self.strides)

    def release(self):
        self.owner = None


def nanobind_take(x):
    """nanobind before its version 2.5: a bare call, and with a version where that fails."""
    try:
        capsule = x.__dlpack__()
    except (TypeError, BufferError):
        capsule = x.__dlpack__(max_version=(1, 1))
    return Taken(capsule, (LEGACY, VERSIONED))


def lender(dtype, shape, *, strides=None, device=(CPU, 0), alignment=64, kind=foreign.Lender, **fields):
    """elements.values(dtype) in memory of its own, at a multiple of the alignment that is none of its double."""
    items = elements.pack(dtype, elements.values(dtype, elements.count(shape)))
    memory = (ctypes.c_char * (len(items) + 3 * alignment))()
    start = -(-ctypes.addressof(memory) // alignment) * alignment
    start += 0 if start % (2 * alignment) else alignment
    ctypes.memmove(start, items, len(items))
    code = next(code for code, name in NAMES.items() if name == dtype)
    result = kind(
        shape, strides or row_major(shape), dtype=code, device=device, data=start if items else None, **fields
    )
    result.memory, result.start = memory, start
    return result
