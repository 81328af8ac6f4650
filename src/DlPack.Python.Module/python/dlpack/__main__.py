"""python -m dlpack: the array libraries that are here, and every producer tried against every consumer."""

import sys

from . import __version__, asdlpack
from . import _elements as elements
from ._consumers import CONSUMERS
from ._libraries import Unavailable, version
from ._producers import PRODUCERS

LIBRARIES = (
    "numpy", "torch", "numba", "pyarrow", "PIL", "ml_dtypes", "jax", "tensorflow", "cupy", "cudf", "dlpack_nanobind_peer"
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
    """What came of lending: "shared", "copied", or the reason why it failed."""
    shape = (2, 3) if 2 in producer.ranks else (6,)
    dtype = DTYPE if DTYPE in producer.supported() else producer.supported()[0]
    want = elements.values(dtype, 6)
    if dtype not in consumer.supported():
        return f"not tried: {dtype}"
    try:
        source = producer.make(dtype, shape)
        dl = asdlpack(source)
        lent = dl.__array_interface__["data"][0] if producer.device == "cpu" else None
        view = consumer.take(dl)
        got = consumer.values(view)
        if list(got) != want:
            return f"wrong values: {got}"
        shared = consumer.address is not None and lent is not None and consumer.address(view) == lent
        return "shared" if shared or producer.device != "cpu" else "copied"
    except Exception as e:  # Whatever a library raises is the cell's answer.
        return f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"


def main():
    print(f"dlpack {__version__}, Python {sys.version.split()[0]}\n")
    for name, text in libraries():
        print(f"  {name:<22}{text}")
    producers, no_producers = available(PRODUCERS)
    consumers, no_consumers = available(CONSUMERS)
    print()
    failures = []
    for producer in producers:
        for consumer in consumers:
            if producer.device == consumer.device:
                result = exchange(producer, consumer)
                failures += [] if result.startswith(("shared", "copied", "not tried")) else [result]
                print(f"  {producer.name:<20} -> {consumer.name:<28} {result}")
    for name, reason in no_producers + no_consumers:
        print(f"  {name:<20} not tried: {reason}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
