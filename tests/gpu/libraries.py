"""The array libraries that exchange with .NET, each in the same few words."""

import importlib

import numpy as np

DTYPES = {
    "bool": (6, 8), "int8": (0, 8), "int16": (0, 16), "int32": (0, 32), "int64": (0, 64),
    "uint8": (1, 8), "uint16": (1, 16), "uint32": (1, 32), "uint64": (1, 64),
    "float16": (2, 16), "float32": (2, 32), "float64": (2, 64), "bfloat16": (4, 16),
    "complex64": (5, 64), "complex128": (5, 128),
}


class Missing(Exception):
    """Something that a case needs is not on this machine."""


class Library:
    """What is common to libraries with from_dlpack."""

    dtypes = [name for name in DTYPES if name != "bfloat16"]

    def __init__(self, name, cpu):
        try:
            self.module = importlib.import_module(name)
        except ImportError as error:
            raise Missing(f"{name} is not installed") from error
        self.name, self.cpu = name, cpu

    def make(self, values, dtype):
        return self.module.asarray(values, dtype=dtype)

    def view(self, lent):
        return self.module.from_dlpack(lent)

    def numpy(self, array):
        return np.asarray(array)

    def settle(self, array=None):
        """Waits until an array, or all that has been asked for, is there."""

    def may_write(self, array):
        return True


class NumPy(Library):
    def __init__(self, cpu):
        super().__init__("numpy", cpu)
        if not cpu:
            raise Missing("NumPy has no GPU arrays")

    def may_write(self, array):
        return array.flags.writeable


class Torch(Library):
    dtypes = list(DTYPES)

    def __init__(self, cpu):
        super().__init__("torch", cpu)
        if not cpu and not self.module.cuda.is_available():
            raise Missing("this PyTorch sees no GPU")
        self.device = "cpu" if cpu else "cuda"

    def make(self, values, dtype):
        torch = self.module
        if not hasattr(torch, dtype):
            raise Missing(f"this PyTorch has no {dtype}")
        return torch.as_tensor(np.asarray(values).tolist()).to(dtype=getattr(torch, dtype), device=self.device)

    def numpy(self, array):
        array = array.detach().cpu()
        return (array.float() if array.dtype == self.module.bfloat16 else array).numpy()

    def settle(self, array=None):
        if not self.cpu:
            self.module.cuda.synchronize()


class CuPy(Library):
    def __init__(self, cpu):
        if cpu:
            raise Missing("CuPy has no CPU arrays")
        super().__init__("cupy", cpu)

    def numpy(self, array):
        return self.module.asnumpy(array)

    def settle(self, array=None):
        self.module.cuda.Device().synchronize()


class Jax(Library):
    def __init__(self, cpu):
        super().__init__("jax", cpu)
        self.jax = self.module
        self.jax.config.update("jax_enable_x64", True)
        if not cpu and self.jax.default_backend() != "gpu":
            raise Missing(f"this JAX works on {self.jax.default_backend()}")
        self.module = importlib.import_module("jax.numpy")

    def may_write(self, array):
        return False

    def settle(self, array=None):
        self.jax.block_until_ready(array)


KINDS = {"numpy": NumPy, "torch": Torch, "cupy": CuPy, "jax": Jax}


def open_library(name, cpu):
    """A library by its name."""
    return KINDS[name](cpu)
