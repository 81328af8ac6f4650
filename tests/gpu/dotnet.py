"""Loads .NET into this Python process and exchanges tensors with it, by ctypes alone."""

import ctypes
import pathlib

VERSIONED, LEGACY = b"dltensor_versioned", b"dltensor"
DELETER_OFFSET = {VERSIONED: 16, LEGACY: 56}

_api = ctypes.pythonapi
_api.PyCapsule_New.restype = ctypes.py_object
_api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_api.PyCapsule_IsValid.argtypes = [ctypes.py_object, ctypes.c_char_p]
_api.PyCapsule_GetPointer.restype = ctypes.c_void_p
_api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_api.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]

# A destructor gets a capsule that is being destroyed, so it must be seen as a plain address there.
_is_valid_at = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_IsValid", _api))
_pointer_at = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_GetPointer", _api))


@ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
def _destroy(capsule):
    for name in (VERSIONED, LEGACY):
        if _is_valid_at(capsule, name):
            delete(_pointer_at(capsule, name), name)


def delete(tensor, name):
    """Calls a tensor's deleter."""
    deleter = ctypes.c_void_p.from_address(tensor + DELETER_OFFSET[name]).value
    if deleter:
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(deleter)(tensor)


class DotNet:
    """The .NET side. Its commands are listed in DlPack.GpuHost/Commands.cs."""

    def __init__(self, folder):
        self.folder = folder = pathlib.Path(folder).resolve()
        coreclr = ctypes.CDLL(str(folder / "libcoreclr.so"))
        properties = {
            "TRUSTED_PLATFORM_ASSEMBLIES": ":".join(str(path) for path in sorted(folder.glob("*.dll"))),
            "NATIVE_DLL_SEARCH_DIRECTORIES": f"{folder}/",
            "APP_CONTEXT_BASE_DIRECTORY": f"{folder}/",
            "System.Globalization.Invariant": "true",
        }
        text = ctypes.c_char_p * len(properties)
        self._runtime, domain, function = ctypes.c_void_p(), ctypes.c_uint(), ctypes.c_void_p()
        self._check(coreclr.coreclr_initialize(
            str(folder / "DlPack.GpuHost").encode(), b"gpu-suite", len(properties),
            text(*[key.encode() for key in properties]), text(*[value.encode() for value in properties.values()]),
            ctypes.byref(self._runtime), ctypes.byref(domain)), "start .NET")
        self._check(coreclr.coreclr_create_delegate(
            self._runtime, domain, b"DlPack.GpuHost", b"DlPackNet.GpuHost.Program", b"Run", ctypes.byref(function)),
            "find the suite's .NET side")
        self._run = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int)(function.value)

    def __call__(self, *words):
        answer = ctypes.create_string_buffer(1 << 16)
        self._run(" ".join(str(word) for word in words).encode(), answer, len(answer))
        text = answer.value.decode()
        if text.startswith("!"):
            raise DotNetError(text[1:])
        return text

    @staticmethod
    def _check(code, what):
        if code != 0:
            raise OSError(f"could not {what}: 0x{code & 0xffffffff:08x}")

    def take(self, array, stream=None):
        """The number of the .NET tensor over an array of any library with __dlpack__."""
        arguments = {} if stream is None else {"stream": stream}
        try:
            capsule = array.__dlpack__(max_version=(1, 3), **arguments)
        except TypeError:
            capsule = array.__dlpack__(**arguments)
        name = VERSIONED if _api.PyCapsule_IsValid(capsule, VERSIONED) else LEGACY
        tensor = _api.PyCapsule_GetPointer(capsule, name)
        _api.PyCapsule_SetName(capsule, b"used_dltensor_versioned" if name == VERSIONED else b"used_dltensor")
        return self("take", tensor, 1 if name == VERSIONED else 0)


class DotNetError(Exception):
    """What .NET threw."""


_NAMES = {name: ctypes.c_char_p(name) for name in (VERSIONED, LEGACY)}


class Lent:
    """A .NET tensor as Python sees it. `stream` in place of the consumer's is for control runs."""

    def __init__(self, dotnet, number, force_stream=None):
        self._dotnet, self._number, self._force = dotnet, number, force_stream

    def __dlpack_device__(self):
        kind, ordinal = self._dotnet("device", self._number).split()
        return int(kind), int(ordinal)

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        stream = self._force if self._force is not None else stream
        major = 1 if max_version is not None and max_version[0] >= 1 else 0
        device = "-" if dl_device is None else f"{int(dl_device[0])},{int(dl_device[1])}"
        try:
            tensor = int(self._dotnet(
                "dlpack", self._number, "-" if stream is None else int(stream), major, device,
                "-" if copy is None else bool(copy)))
        except DotNetError as error:
            raise BufferError(str(error)) from error
        name = VERSIONED if major else LEGACY
        return _api.PyCapsule_New(tensor, _NAMES[name], ctypes.cast(_destroy, ctypes.c_void_p))
