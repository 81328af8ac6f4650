"""Which array libraries are here, and what it takes to lend to one and to borrow from it."""

import ctypes
import importlib
import os
from dataclasses import dataclass
from typing import Callable, Optional, Tuple, Union

from . import _elements as elements

Dtypes = Union[Tuple[str, ...], Callable[[], Tuple[str, ...]]]


class Unavailable(Exception):
    """The library is not here, or what it needs is not; the text says which."""


# What makes a library take of a GPU what it uses. By themselves JAX takes three quarters of its memory and TensorFlow
# nearly all: more than is there where two processes do so, and more than the few bytes tried here are worth.
_FRUGAL = {"jax": ("XLA_PYTHON_CLIENT_PREALLOCATE", "false"), "tensorflow": ("TF_FORCE_GPU_ALLOW_GROWTH", "true")}


def library(name):
    """The module of that name, or Unavailable with the reason."""
    frugal = _FRUGAL.get(name.split(".")[0])
    if frugal:
        # What the user has set stays, and processes started from here inherit it.
        os.environ.setdefault(*frugal)
    try:
        return importlib.import_module(name)
    except ImportError as e:
        missing = isinstance(e, ModuleNotFoundError) and e.name == name.split(".")[0]
        raise Unavailable(f"{name} is not installed" if missing else f"{name} cannot be imported: {e}") from e


def version(name):
    return str(getattr(library(name), "__version__", "?"))


def at_least(name, *wanted):
    """Whether the library is of that version or a later one."""
    found = version(name).split("+")[0].split(".")
    return tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in found[: len(wanted)]) >= wanted


def numpy_from_dlpack():
    """NumPy's function, or Unavailable."""
    function = getattr(library("numpy"), "from_dlpack", None)
    if function is None:
        raise Unavailable("numpy.from_dlpack is not there before NumPy 1.22")
    return function


def cuda():
    """Does nothing where there is a CUDA device; elsewhere it raises Unavailable."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        raise Unavailable("no CUDA device: there is no driver") from None
    count = ctypes.c_int()
    if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)) or not count.value:
        raise Unavailable("no CUDA device")


@dataclass(frozen=True)
class Peer:
    name: str
    module: str  # What must be importable; "" for Python itself.
    device: str = "cpu"
    check: Optional[Callable[[], None]] = None  # Raises Unavailable.
    dtypes: Dtypes = elements.ALL

    def require(self):
        """Raises Unavailable, unless this can be tried here."""
        if self.device == "cuda":
            cuda()
        if self.module:
            library(self.module)
        if self.check:
            self.check()

    def supported(self):
        """The names of the element types that it has."""
        return self.dtypes() if callable(self.dtypes) else self.dtypes


@dataclass(frozen=True)
class Producer(Peer):
    """What lends."""

    make: Callable = None  # (dtype, shape) -> an object that holds elements.values(dtype, count) in C order
    ranks: Tuple[int, ...] = (0, 1, 2, 3)
    readonly: bool = False


@dataclass(frozen=True)
class Consumer(Peer):
    """What takes."""

    take: Callable = None  # (dl) -> the library's view of a DLPackObject
    values: Callable = None  # (view) -> its elements in C order
    address: Optional[Callable] = None  # (view) -> where its first element is
    put: Optional[Callable] = None  # (view) -> writes a 1 to its first element
    strided: bool = True  # Whether any strides do, negative ones included.
    compact: bool = False  # Whether only row-major tensors do.
    copies: bool = False
    refuses_readonly: bool = False
