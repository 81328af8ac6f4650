"""Objects that have one protocol each, made by hand."""

import ctypes

from . import foreign

NOT_SWAPPED, WRITEABLE = 0x200, 0x400


class PyArrayInterface(ctypes.Structure):
    _fields_ = [
        ("two", ctypes.c_int),
        ("nd", ctypes.c_int),
        ("typekind", ctypes.c_char),
        ("itemsize", ctypes.c_int),
        ("flags", ctypes.c_int),
        ("shape", ctypes.POINTER(ctypes.c_ssize_t)),
        ("strides", ctypes.POINTER(ctypes.c_ssize_t)),
        ("data", ctypes.c_void_p),
        ("descr", ctypes.c_void_p),
    ]


class Holder:
    """float32 1, 2, 3 … at an address of its own."""

    def __init__(self):
        self.memory = (ctypes.c_float * 64)(*range(1, 65))
        self.address = ctypes.addressof(self.memory)


class ArrayInterface(Holder):
    """`without` names keys that the interface shall not have; a Python name is a key's value."""

    def __init__(self, *, without=(), interface=None, **changes):
        super().__init__()
        fields = {"version": 3, "shape": (2, 3), "typestr": "<f4", "data": (self.address, False), **changes}
        self.interface = {k: v for k, v in fields.items() if k not in without} if interface is None else interface

    @property
    def __array_interface__(self):
        return self.interface


class CudaInterface(ArrayInterface):
    @property
    def __cuda_array_interface__(self):
        return self.interface

    __array_interface__ = property()


class ArrayStruct(Holder):
    def __init__(self, *, name=None, shape=(2, 3), strides=(12, 4), **changes):
        super().__init__()
        self.name = name
        self.struct = PyArrayInterface(
            **{
                "two": 2,
                "nd": len(shape),
                "typekind": b"f",
                "itemsize": 4,
                "flags": NOT_SWAPPED | WRITEABLE,
                "data": self.address,
                **changes,
            }
        )
        self.shape = (ctypes.c_ssize_t * max(len(shape), 1))(*shape)
        self.struct.shape = self.shape
        if strides is not None:
            self.strides = (ctypes.c_ssize_t * max(len(strides), 1))(*strides)
            self.struct.strides = self.strides

    @property
    def __array_struct__(self):
        return foreign.new_capsule(ctypes.addressof(self.struct), self.name and foreign.intern(self.name), None)


class Version2(Holder):
    __array_shape__ = (2, 3)
    __array_typestr__ = "<f4"

    @property
    def __array_data__(self):
        # Version 2 has the address as text.
        return hex(self.address), False


class BufferOwner(ArrayInterface, bytearray):
    """The interface without data: the object's own buffer holds it."""
