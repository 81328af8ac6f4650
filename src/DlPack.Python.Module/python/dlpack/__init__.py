"""Lend buffers to any array library, and take its tensors, without copying.

>>> from dlpack import asdlpack
>>> dl = asdlpack(b"Hello!")
>>> dl.shape, dl.dtype, dl.device
((6,), 'uint8', (1, 0))
"""

from ._dlpack import DLPackObject, __version__, asdlpack, from_dlpack, inspect

__all__ = ["DLPackObject", "asdlpack", "from_dlpack", "inspect", "tests"]


def __getattr__(name):
    # The tests are most of the package: who does not run them does not load them.
    if name == "tests":
        from importlib import import_module

        return import_module(".tests", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
