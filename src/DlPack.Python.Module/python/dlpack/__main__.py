"""python -m dlpack: the array libraries that are here, and every producer tried against every consumer."""

import sys

from . import __version__, asdlpack
from . import _elements as elements
from ._consumers import CONSUMERS
from ._libraries import Unavailable, version
from ._producers import PRODUCERS

LIBRARIES = (
    "numpy", "torch", "numba", "numba_cuda", "pyarrow", "PIL", "ml_dtypes", "jax", "tensorflow", "cupy", "cudf",
    "dlpack_nanobind_peer",
)  # fmt: skip
DTYPE = "uint8"


def libraries():
    """(name, version or the reason why it is not here) of each library."""
    for name in LIBRARIES:
        try:
            yield name, version(name)
        except Unavailable as e:
            yield name, str(e)


def available(peers):
    """Splits peers into those that can be tried here and (name, reason) of the others."""
    here, absent = [], []
    for peer in peers:
        try:
            peer.require()
            here.append(peer)
        except Unavailable as e:
            absent.append((peer.name, str(e)))
    return here, absent


def exchange(producer, consumer):
    """What came of lending: "shared", "copied", "taken" if nobody tells where to, or the reason why it failed."""
    shape = (2, 3) if 2 in producer.ranks else (6,)
    dtype = DTYPE if DTYPE in producer.supported() else producer.supported()[0]
    want = elements.values(dtype, 6)
    if dtype not in consumer.supported():
        return f"not tried: it has no {dtype}"
    try:
        source = producer.make(dtype, shape)
        dl = asdlpack(source)
        interface = dl.__array_interface__ if producer.device == "cpu" else dl.__cuda_array_interface__
        lent = interface["data"][0]
        view = consumer.take(dl)
        got = consumer.values(view)
        if list(got) != want:
            return f"wrong values: {got}"
        if consumer.address is None:
            return "copied" if consumer.copies else "taken"
        return "shared" if consumer.address(view) == lent else "copied"
    except Exception as e:  # Whatever a library raises is the cell's answer.
        return f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"


class Matrix:
    """Producers down, consumers across; what is more than a word stands below, by its number."""

    def __init__(self, producers, consumers):
        self.producers, self.consumers = producers, consumers
        self.notes = []
        self.failures = 0

    def cell(self, producer, consumer):
        if producer.device != consumer.device:
            return "-"
        result = exchange(producer, consumer)
        if result in ("shared", "copied", "taken"):
            return result
        self.failures += not result.startswith("not tried")
        note = f"{producer.name} -> {consumer.name}: {result}"
        self.notes.append(note)
        return f"[{len(self.notes)}]"

    def lines(self):
        letters = [chr(ord("a") + i) for i in range(len(self.consumers))]
        yield from (f"  {letter} = {c.name}" for letter, c in zip(letters, self.consumers))
        yield ""
        yield f"  {'producer, consumer':<20}" + "".join(f"{letter:<8}" for letter in letters).rstrip()
        for p in self.producers:
            yield f"  {p.name:<20}" + "".join(f"{self.cell(p, c):<8}" for c in self.consumers).rstrip()
        yield from (f"  [{i}] {note}" for i, note in enumerate(self.notes, 1))


def main():
    print(f"dlpack {__version__}, Python {sys.version.split()[0]}\n")
    for name, text in libraries():
        print(f"  {name:<22}{text}")
    producers, no_producers = available(PRODUCERS)
    consumers, no_consumers = available(CONSUMERS)
    matrix = Matrix(producers, consumers)
    print()
    for line in matrix.lines():
        print(line)
    print("\n  not tried:")
    for name, reason in no_producers + no_consumers:
        print(f"  {name:<30}{reason}")
    return 1 if matrix.failures else 0


if __name__ == "__main__":
    sys.exit(main())
