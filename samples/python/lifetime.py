"""The memory lives as long as anybody looks at it."""

import gc
import mmap

from dlpack import asdlpack, inspect


def lend():
    pages = mmap.mmap(-1, 4096)
    pages[:5] = b"pages"
    return asdlpack(pages).__dlpack__(max_version=(1, 0))


capsule = lend()
gc.collect()
fields = inspect(capsule)  # Every field, and the capsule can still be consumed.
print({name: fields[name] for name in ("name", "shape", "dtype", "device")})


class Holder:
    """What a library with from_dlpack wants: an object, not a capsule."""

    def __dlpack__(self, **arguments):
        return capsule

    def __dlpack_device__(self):
        return 1, 0


view = memoryview(asdlpack(Holder()))
del capsule
gc.collect()
print(view[:5].tobytes())
assert view[:5].tobytes() == b"pages"
