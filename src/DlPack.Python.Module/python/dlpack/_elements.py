"""Element types by their names, and values of them to exchange."""

import struct

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
FLOATS = ("float16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
ALL = ("bool",) + INTEGERS + FLOATS + COMPLEX

# The letters of the struct module, which are those of the buffer protocol.
FORMATS = dict(zip(ALL, ("?", "b", "h", "i", "q", "B", "H", "I", "Q", "e", "f", "d", "ff", "dd")))


def itemsize(dtype):
    return struct.calcsize("=" + FORMATS[dtype])


def values(dtype, count):
    """Values that every one of the types can hold exactly, neighbours unlike each other."""
    if dtype == "bool":
        return [i % 3 == 0 for i in range(count)]
    if dtype in COMPLEX:
        return [complex(i % 50 + 0.5, -(i % 7)) for i in range(count)]
    if dtype in FLOATS:
        return [i % 100 - 20.5 for i in range(count)]
    sign = -1 if dtype.startswith("int") else 1
    return [sign * (i % 100) for i in range(count)]


def pack(dtype, items):
    """The bytes of the values, in native order."""
    if dtype in COMPLEX:
        items = [part for item in items for part in (item.real, item.imag)]
    letter = FORMATS[dtype][0]
    return struct.pack(f"={len(items)}{letter}", *items)


def unpack(dtype, data):
    """The values in the bytes: the reverse of pack."""
    letter = FORMATS[dtype][0]
    items = list(struct.unpack(f"={len(data) // struct.calcsize('=' + letter)}{letter}", data))
    return [complex(*pair) for pair in zip(items[::2], items[1::2])] if dtype in COMPLEX else items


def count(shape):
    total = 1
    for extent in shape:
        total *= extent
    return total


def flat(nested):
    """The elements of nested lists, in order."""
    return [leaf for item in nested for leaf in flat(item)] if isinstance(nested, list) else [nested]
