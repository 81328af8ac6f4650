"""The few CUDA driver calls of the probes."""

import ctypes

CONTEXT, MEMORY_TYPE = 1, 2


class Driver:
    """libcuda, with every error an exception."""

    def __init__(self):
        self._library = ctypes.CDLL("libcuda.so.1")
        self.call("cuInit", 0)

    def code(self, name, *arguments):
        return getattr(self._library, name)(*arguments)

    def call(self, name, *arguments):
        code = self.code(name, *arguments)
        if code != 0:
            text = ctypes.c_char_p()
            self._library.cuGetErrorName(code, ctypes.byref(text))
            raise OSError(f"{name}: {code} {(text.value or b'').decode()}")

    def primary(self, ordinal=0):
        context = ctypes.c_void_p()
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), ordinal)
        return context.value

    def make_current(self, context):
        self.call("cuCtxSetCurrent", ctypes.c_void_p(context))

    def current(self):
        context = ctypes.c_void_p()
        self.call("cuCtxGetCurrent", ctypes.byref(context))
        return context.value or 0

    def context_of_stream(self, stream):
        context = ctypes.c_void_p()
        self.call("cuStreamGetCtx", ctypes.c_void_p(stream), ctypes.byref(context))
        return context.value

    def count(self):
        count = ctypes.c_int()
        self.call("cuDeviceGetCount", ctypes.byref(count))
        return count.value

    def name(self, ordinal=0):
        text, version = ctypes.create_string_buffer(256), ctypes.c_int()
        self.call("cuDeviceGetName", text, len(text), ordinal)
        self.call("cuDriverGetVersion", ctypes.byref(version))
        return f"{text.value.decode()}, driver for CUDA {version.value // 1000}.{version.value % 1000 // 10}"

    def attribute(self, pointer, kind):
        value = ctypes.c_uint64(0)
        self.call("cuPointerGetAttribute", ctypes.byref(value), kind, ctypes.c_uint64(pointer))
        return value.value

    def allocate(self, name, size, *flags):
        pointer = ctypes.c_uint64()
        self.call(name, ctypes.byref(pointer), ctypes.c_size_t(size), *flags)
        return pointer.value

    def read_floats(self, pointer, count):
        values = (ctypes.c_float * count)()
        self.call("cuMemcpyDtoH_v2", values, ctypes.c_uint64(pointer), ctypes.c_size_t(4 * count))
        return list(values)

    def free_bytes(self):
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        self.call("cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(total))
        return free.value
