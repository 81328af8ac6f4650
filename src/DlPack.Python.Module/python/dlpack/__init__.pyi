from typing import Any, ClassVar, Optional, Tuple, final

from typing_extensions import CapsuleType

from . import tests as tests

__all__ = ["DLPackObject", "asdlpack", "from_dlpack", "inspect", "tests"]
__version__: str

@final
class DLPackObject:
    """A tensor that somebody may borrow: by __dlpack__, the buffer protocol or an array interface.

    Made by asdlpack() or from_dlpack(). It keeps its memory valid, and so does everything that is made of it.
    """

    __dlpack_c_exchange_api__: ClassVar[CapsuleType]
    @property
    def shape(self) -> Tuple[int, ...]:
        """Elements along each dimension."""
    @property
    def strides(self) -> Tuple[int, ...]:
        """The distance of neighbours along each dimension, in elements; it may be negative."""
    @property
    def dtype(self) -> str:
        """The element type, such as 'float32' or 'bfloat16'."""
    @property
    def device(self) -> Tuple[int, int]:
        """DLPack's device type (1 is the CPU, 2 CUDA) and the device's number."""
    @property
    def readonly(self) -> bool:
        """Whether the elements must not be written to."""
    def __dlpack__(
        self,
        *,
        stream: Optional[int] = None,
        max_version: Optional[Tuple[int, int]] = None,
        dl_device: Optional[Tuple[int, int]] = None,
        copy: Optional[bool] = None,
    ) -> CapsuleType:
        """A capsule for one consumer, as the array API standard has it.

        Without max_version, or with a major version of 0, it is a legacy capsule. That cannot say read-only, so what is
        read-only goes out as a copy, or with copy=False not at all.

        Raises BufferError if the exchange cannot be done, ValueError and TypeError for wrong arguments.
        """
    def __dlpack_device__(self) -> Tuple[int, int]:
        """The same as device."""
    @property
    def __array_interface__(self) -> dict[str, Any]:
        """Only where the CPU can read the memory; elsewhere an AttributeError."""
    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        """Version 3. Only for CUDA memory; elsewhere an AttributeError."""
    def __buffer__(self, flags: int, /) -> memoryview: ...

def asdlpack(
    obj: Any,
    /,
    *,
    stream: Optional[int] = None,
    copy: Optional[bool] = None,
    device: Optional[Tuple[int, int]] = None,
) -> DLPackObject:
    """A DLPackObject on the memory of whatever has elements.

    What the object has is tried in this order: the C exchange API of its type, __dlpack__,
    __cuda_array_interface__, __array_interface__, __array_struct__, the attributes __array_shape__ and its
    siblings, the buffer protocol.

    stream: the stream that the data will be used on, and None in main memory, also if that is asked for by
    device=(1, 0): what is copied there is complete. copy: True always copies, False never, None if it must.
    device: where the data shall be, as (type, number).

    Raises BufferError, or ValueError, saying what was tried and why it failed; TypeError for an object with none of
    them.
    """

def from_dlpack(
    x: Any,
    /,
    *,
    device: Optional[Tuple[int, int]] = None,
    copy: Optional[bool] = None,
) -> DLPackObject:
    """A DLPackObject on the memory of an object with __dlpack__, or of what a capsule carries, which is consumed.

    device and copy are those of asdlpack(), and so are the exceptions.
    """

def inspect(x: Any, /) -> dict[str, Any]:
    """Every field of a capsule's tensor, or of what an object lends, as a dict. A capsule is not consumed."""
