"""The README's first example: bytes become a tensor of any library, and nothing is copied that need not be."""

from dlpack import asdlpack

dl = asdlpack(b"Hello!")
print(dl)

try:
    import torch

    tensor = torch.from_dlpack(dl)  # A copy: old PyTorch cannot be told that bytes are read-only.
    print(tensor)
    assert bytes(tensor.tolist()) == b"Hello!"
except ImportError:
    print("PyTorch is not here; memoryview is:", memoryview(dl).tolist())
assert bytes(memoryview(dl)) == b"Hello!"
