"""Two libraries work on the same numbers: what one writes, the other reads."""

import array

from dlpack import asdlpack

numbers = array.array("f", [1, 2, 3, 4])
dl = asdlpack(numbers)
memoryview(dl)[0] = 10
print("array.array:", numbers.tolist())
assert numbers[0] == 10

try:
    import numpy as np
except ImportError:
    print("NumPy is not here.")
else:
    # numpy.from_dlpack does, too; old ones take everything as read-only.
    view = np.asarray(dl)
    view *= 2
    print("after NumPy:", numbers.tolist())
    assert numbers[0] == 20

try:
    import torch
except ImportError:
    print("PyTorch is not here.")
else:
    torch.from_dlpack(dl).add_(1)
    print("after PyTorch:", numbers.tolist())
    assert numbers[0] in (11, 21)
