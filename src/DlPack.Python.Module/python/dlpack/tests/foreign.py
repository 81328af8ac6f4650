"""A producer of which every field can be set, made with ctypes, and a consumer that looks at every field."""

import ctypes
import sys
import threading
from ctypes import c_char_p, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, py_object

LEGACY, VERSIONED = b"dltensor", b"dltensor_versioned"
READ_ONLY, COPIED, PADDED = 1, 2, 4
FLOAT32 = (2, 32, 1)


class DLDevice(ctypes.Structure):
    _fields_ = [("type", c_int32), ("id", c_int32)]


class DLDataType(ctypes.Structure):
    _fields_ = [("code", c_uint8), ("bits", c_uint8), ("lanes", c_uint16)]


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", c_void_p),
        ("device", DLDevice),
        ("ndim", c_int32),
        ("dtype", DLDataType),
        ("shape", ctypes.POINTER(c_int64)),
        ("strides", ctypes.POINTER(c_int64)),
        ("byte_offset", c_uint64),
    ]


class DLManagedTensor(ctypes.Structure):
    _fields_ = [("dl_tensor", DLTensor), ("manager_ctx", c_void_p), ("deleter", c_void_p)]


class DLPackVersion(ctypes.Structure):
    _fields_ = [("major", c_uint32), ("minor", c_uint32)]


class DLManagedTensorVersioned(ctypes.Structure):
    _fields_ = [
        ("version", DLPackVersion),
        ("manager_ctx", c_void_p),
        ("deleter", c_void_p),
        ("flags", c_uint64),
        ("dl_tensor", DLTensor),
    ]


class DLPackExchangeAPI(ctypes.Structure):
    _fields_ = [
        ("version", DLPackVersion),
        ("prev_api", c_void_p),
        ("managed_tensor_allocator", c_void_p),
        ("managed_tensor_from_py_object_no_sync", c_void_p),
        ("managed_tensor_to_py_object_no_sync", c_void_p),
        ("dltensor_from_py_object_no_sync", c_void_p),
        ("current_work_stream", c_void_p),
    ]


Deleter = ctypes.CFUNCTYPE(None, c_void_p)


def api(name, result, *arguments):
    function = getattr(ctypes.pythonapi, name)
    # A function object of our own: others set the types of the shared one to what they need.
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, c_void_p).value)


new_capsule = api("PyCapsule_New", py_object, c_void_p, c_char_p, c_void_p)
get_name = api("PyCapsule_GetName", c_char_p, py_object)
set_name = api("PyCapsule_SetName", ctypes.c_int, py_object, c_char_p)
get_pointer = api("PyCapsule_GetPointer", c_void_p, py_object, c_char_p)

_lent = {}
_lock = threading.Lock()


def live():
    """The foreign tensors that are lent and whose deleters have not run."""
    sweep()
    return len(_lent)


def managed(pointer, name):
    return (DLManagedTensorVersioned if VERSIONED in name else DLManagedTensor).from_address(pointer)


def delete(pointer, name):
    deleter = managed(pointer, name).deleter
    if deleter:
        Deleter(deleter)(pointer)


_capsules = []


def sweep():
    """Deletes what lies in capsules that nobody else holds any more and nobody has consumed.

    That is what their destructor would do. It would have to be native: Python code cannot run while an error is pending,
    and that is when capsules are dropped.
    """
    for i in reversed(range(len(_capsules))):
        if sys.getrefcount(_capsules[i]) == ONE_HOLDER:
            capsule = _capsules.pop(i)
            name = get_name(capsule)
            if name in (LEGACY, VERSIONED):
                delete(get_pointer(capsule, name), name)


_capsules.append(object())
ONE_HOLDER = sys.getrefcount(_capsules[0])
_capsules.clear()


@Deleter
def _count_delete(pointer):
    with _lock:
        tensor = _lent.pop(pointer, None)
        if tensor is None:
            Lender.double_deletes += 1
        else:
            tensor.lender.counted += 1


class Lender:
    """Lends float32 1, 2, 3 … unless told otherwise. `deletes` counts the calls of its deleter."""

    double_deletes = 0

    def __init__(self, shape=(3,), strides="compact", *, versioned=True, dtype=FLOAT32, device=(1, 0), **fields):
        self.shape, self.dtype, self.device, self.versioned = shape, dtype, device, versioned
        self.strides = strides
        self.fields = fields
        self.calls = []
        self.lent = self.counted = 0
        self.memory = (ctypes.c_float * 64)(*range(1, 65))

    @property
    def address(self):
        return ctypes.addressof(self.memory)

    @property
    def deletes(self):
        sweep()
        return self.counted

    def tensor(self):
        """A new managed tensor, which the deleter ends."""
        kind = DLManagedTensorVersioned if self.versioned else DLManagedTensor
        m = kind()
        t = m.dl_tensor
        t.data = self.fields.get("data", self.address)
        t.device = DLDevice(*self.device)
        t.dtype = DLDataType(*self.dtype)
        t.byte_offset = self.fields.get("byte_offset", 0)
        if self.shape is not None:
            t.ndim = len(self.shape)
            m.shape = (c_int64 * max(t.ndim, 1))(*self.shape)
            if self.fields.get("shape_pointer", True):
                t.shape = m.shape
        t.ndim = self.fields.get("ndim", t.ndim)
        strides = self.strides
        if strides == "compact":
            strides, step = [], 1
            for extent in reversed(self.shape or ()):
                strides.insert(0, step)
                step *= extent
        if strides is not None:
            m.strides = (c_int64 * max(len(strides), 1))(*strides)
            t.strides = m.strides
        if self.versioned:
            m.version = DLPackVersion(*self.fields.get("version", (1, 3)))
            m.flags = self.fields.get("flags", 0)
        if self.fields.get("deleter", True):
            m.deleter = ctypes.cast(_count_delete, c_void_p).value
        m.lender = self
        pointer = ctypes.addressof(m)
        with _lock:
            _lent[pointer] = m
        self.lent += 1
        return pointer

    def capsule(self, name=None):
        name = name or (VERSIONED if self.versioned else LEGACY)
        capsule = new_capsule(self.tensor(), intern(name), None)
        _capsules.append(capsule)
        return capsule

    def __dlpack__(self, **arguments):
        self.calls.append(arguments)
        return self.capsule()

    def __dlpack_device__(self):
        return self.device

    def forget(self):
        """Ends what was lent without a deleter."""
        with _lock:
            for pointer in [p for p, m in _lent.items() if m.lender is self]:
                del _lent[pointer]


_names = {}


def intern(name):
    """A name that stays where it is: a capsule keeps only the pointer."""
    buffer = _names.setdefault(name, ctypes.create_string_buffer(name))
    return ctypes.cast(buffer, c_char_p)


class Borrower:
    """Consumes a capsule as libraries do: renames it at once, and then owns the deleter's call."""

    def __init__(self, capsule):
        self.name = get_name(capsule)
        self.pointer = get_pointer(capsule, self.name)
        set_name(capsule, intern(b"used_" + self.name))
        self.managed = managed(self.pointer, self.name)
        self.tensor = self.managed.dl_tensor

    @property
    def shape(self):
        return tuple(self.tensor.shape[i] for i in range(self.tensor.ndim))

    @property
    def strides(self):
        return tuple(self.tensor.strides[i] for i in range(self.tensor.ndim))

    @property
    def address(self):
        return (self.tensor.data or 0) + self.tensor.byte_offset

    @property
    def dtype(self):
        return self.tensor.dtype.code, self.tensor.dtype.bits, self.tensor.dtype.lanes

    @property
    def device(self):
        return self.tensor.device.type, self.tensor.device.id

    @property
    def flags(self):
        return self.managed.flags

    def delete(self):
        delete(self.pointer, self.name)
