"""Memory is released once, when the last who uses it lets go, in whatever order that is."""

import gc
import sys
import threading
import weakref

import pytest

from dlpack import _dlpack, asdlpack, from_dlpack, inspect
from dlpack._libraries import numpy_from_dlpack

from . import foreign
from .foreign import Borrower


class Buffer(bytearray):
    """A buffer that can be watched."""


def versions():
    return pytest.mark.parametrize("arguments", [{}, {"max_version": (1, 3)}], ids=["legacy", "versioned"])


@versions()
def test_a_capsule_that_nobody_consumes_lets_go(arguments):
    source = Buffer(b"abc")
    gone = weakref.ref(source)
    capsule = asdlpack(source).__dlpack__(**arguments)
    del source
    gc.collect()
    assert gone() is not None
    del capsule
    assert gone() is None


@versions()
def test_a_consumed_capsule_lets_go_when_its_consumer_does(arguments):
    source = Buffer(b"abc")
    gone = weakref.ref(source)
    dl = asdlpack(source)
    del source
    capsule = dl.__dlpack__(**arguments)
    borrower = Borrower(capsule)
    del capsule, dl
    gc.collect()
    assert gone() is not None
    borrower.delete()
    assert gone() is None


@versions()
def test_each_capsule_is_a_tensor_of_its_own(arguments):
    lender = foreign.Lender()
    dl = asdlpack(lender)
    first, second = Borrower(dl.__dlpack__(**arguments)), Borrower(dl.__dlpack__(**arguments))
    assert first.pointer != second.pointer
    assert first.address == second.address == lender.address
    first.delete()
    del dl
    assert lender.deletes == 0
    assert second.shape == (3,)
    second.delete()
    assert lender.deletes == 1


def test_the_object_may_go_before_its_source_and_after_it():
    lender = foreign.Lender()
    dl = asdlpack(lender)
    gone = weakref.ref(lender)
    del dl
    assert lender.deletes == 1
    dl = asdlpack(lender)
    del lender
    assert gone() is not None
    del dl
    assert foreign.Lender.double_deletes == 0


def test_a_chain_of_objects_keeps_its_source():
    lender = foreign.Lender()
    dl = asdlpack(lender)
    for _ in range(10):
        dl = from_dlpack(dl)
    assert lender.deletes == 0
    assert memoryview(dl).tolist() == [1, 2, 3]
    del dl
    assert lender.deletes == 1


def test_buffers_are_released():
    source = bytearray(b"abc")
    dl = asdlpack(source)
    with pytest.raises(BufferError):
        source.append(1)
    del dl
    source.append(1)


def test_a_memoryview_can_be_released_afterwards():
    view = memoryview(bytearray(8))
    dl = asdlpack(view)
    with pytest.raises(BufferError):
        view.release()
    del dl
    view.release()


@pytest.mark.parametrize("lock_held", [True, False])
@versions()
def test_the_deleter_runs_with_the_lock_or_without_it(arguments, lock_held):
    source = Buffer(b"abc")
    gone = weakref.ref(source)
    borrower = Borrower(asdlpack(source).__dlpack__(**arguments))
    del source
    kind = foreign.ctypes.PYFUNCTYPE if lock_held else foreign.ctypes.CFUNCTYPE
    kind(None, foreign.c_void_p)(borrower.managed.deleter)(borrower.pointer)
    drain()
    assert gone() is None


def drain():
    """What was put off until Python's lock is held is done by the next call."""
    asdlpack(b"")
    gc.collect()


@versions()
def test_the_deleter_runs_on_threads_that_python_does_not_know(arguments):
    ctypes = foreign.ctypes
    libc = ctypes.CDLL(None)
    source = Buffer(b"abc")
    gone = weakref.ref(source)
    dl = asdlpack(source)
    del source
    for _ in range(20):
        borrower = Borrower(dl.__dlpack__(**arguments))
        thread = ctypes.c_void_p()
        start = ctypes.c_void_p(borrower.managed.deleter)
        assert libc.pthread_create(ctypes.byref(thread), None, start, ctypes.c_void_p(borrower.pointer)) == 0
        assert libc.pthread_join(thread, None) == 0
    borrower = Borrower(dl.__dlpack__(**arguments))
    del dl
    assert libc.pthread_create(ctypes.byref(thread), None, ctypes.c_void_p(borrower.managed.deleter),
                               ctypes.c_void_p(borrower.pointer)) == 0  # fmt: skip
    assert libc.pthread_join(thread, None) == 0
    drain()
    assert gone() is None


def test_threads_lend_and_borrow_at_once():
    lender = foreign.Lender()
    shared = asdlpack(lender)
    failures = []

    def work():
        try:
            for _ in range(300):
                borrower = Borrower(shared.__dlpack__(max_version=(1, 3)))
                assert borrower.shape == (3,)
                again = from_dlpack(shared)
                assert memoryview(again).tolist() == [1, 2, 3]
                borrower.delete()
                asdlpack(bytearray(8)).__dlpack__()
        except BaseException as e:
            failures.append(e)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    del shared
    assert lender.deletes == 1


def test_of_threads_that_take_one_capsule_one_gets_it():
    for _ in range(50):
        lender = foreign.Lender()
        capsule = lender.capsule()
        gate, taken, refused = threading.Barrier(4), [], []

        def take():
            gate.wait()
            try:
                taken.append(from_dlpack(capsule))
            except (BufferError, ValueError, TypeError):
                refused.append(1)

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(taken), len(refused)) == (1, 3)
        taken.clear()
        assert lender.deletes == 1


def test_objects_and_capsules_may_cross_threads():
    results = []
    dl = asdlpack(bytearray(b"abc"))
    thread = threading.Thread(target=lambda: results.append(dl.__dlpack__()))
    thread.start()
    thread.join()
    assert from_dlpack(results.pop()).shape == (3,)


def test_collection_while_things_are_alive():
    kept = []
    for i in range(200):
        lender = foreign.Lender()
        dl = asdlpack(lender)
        kept.append((dl, dl.__dlpack__(), memoryview(dl), lender))
        if i % 20 == 0:
            gc.collect()
    assert all(view.tolist() == [1, 2, 3] and not lender.deletes for _, _, view, lender in kept)
    lenders = [lender for *_, lender in kept]
    kept.clear()
    del lender, dl
    gc.collect()
    assert all(lender.deletes == 1 for lender in lenders)


def test_cycles_through_an_object_are_collected():
    class Node(bytearray):
        pass

    node = Node(b"abc")
    gone = weakref.ref(node)
    node.capsule_holder = [asdlpack(b"Hello!"), node]
    del node
    gc.collect()
    assert gone() is None


class Watched(bytearray):
    """Runs Python code when it goes."""

    def __del__(self):
        str(self)
        try:
            raise IndexError
        except IndexError:
            pass


@pytest.mark.parametrize(
    "lend", [lambda dl: dl, lambda dl: dl.__dlpack__(), lambda dl: dl.__dlpack__(max_version=(1, 3))]
)
def test_a_pending_error_survives_the_release(lend):
    # What abs() was given goes while its error is pending.
    with pytest.raises(TypeError, match="abs"):
        abs(lend(asdlpack(Watched(b"abc"))))
    with pytest.raises(TypeError, match="abs"):
        abs(lend(asdlpack(foreign.Lender())))


def test_a_numpy_error_is_not_lost_in_a_capsules_destructor():
    take = numpy_from_dlpack()
    lender = foreign.Lender(dtype=(3, 64, 1))
    with pytest.raises((BufferError, RuntimeError, TypeError)):
        take(from_dlpack(lender))
    gc.collect()
    assert lender.deletes == 1


def test_exceptions_in_between_leave_nothing():
    lender = foreign.Lender()
    for _ in range(20):
        with pytest.raises(LookupError):
            dl = asdlpack(lender)
            capsule = dl.__dlpack__()
            view = memoryview(dl)
            raise LookupError
        del dl, capsule, view
    gc.collect()
    assert lender.deletes == lender.lent


def test_a_reentrant_deleter_is_fine():
    """What a release runs may use the module itself."""

    class Reentrant(Buffer):
        def __del__(self):
            seen.append(asdlpack(b"Hello!").shape)

    seen = []
    dl = asdlpack(Reentrant(b"abc"))
    del dl
    drain()
    assert seen == [(6,)]


def test_a_dlpack_method_may_use_the_module_and_collect():
    class Nested(foreign.Lender):
        def __dlpack__(self, **arguments):
            asdlpack(bytearray(3)).__dlpack__()
            gc.collect()
            return super().__dlpack__(**arguments)

    assert memoryview(asdlpack(Nested())).tolist() == [1, 2, 3]


def test_references_to_names_and_types_stay_where_they_are():
    watched = [None, True, False, (1, 0), type(asdlpack(b"")), _dlpack]
    for _ in range(100):
        exercise()
    before = [sys.getrefcount(x) for x in watched]
    for _ in range(1000):
        exercise()
    after = [sys.getrefcount(x) for x in watched]
    assert all(b - a < 100 for a, b in zip(before, after)), (before, after)


def exercise():
    dl = asdlpack(bytearray(3))
    dl.__dlpack__(max_version=(1, 3), copy=None, stream=None, dl_device=(1, 0))
    dl.__dlpack_device__(), dl.shape, dl.strides, dl.dtype, dl.device, dl.readonly, repr(dl), dl.__array_interface__
    memoryview(dl).tolist()
    inspect(dl)
    for wrong in ({"stream": 1}, {"copy": 5}, {"x": 1}, {"dl_device": (2, 0)}):
        with pytest.raises((ValueError, TypeError, BufferError)):
            dl.__dlpack__(**wrong)
    with pytest.raises(TypeError):
        asdlpack(5)


def test_memory_does_not_grow():
    import resource

    def rounds(n):
        for _ in range(n):
            dl = asdlpack(b"Hello!")
            dl.__dlpack__(max_version=(1, 3))
            dl.__dlpack__()
            from_dlpack(dl)
            memoryview(dl)
            try:
                asdlpack(5)
            except TypeError:
                pass

    # Until the collector's heap has found its size, which takes some tens of thousands of rounds, and keeps it then.
    rounds(50000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rounds(150000)
    # KiB: one leaked tensor a round would be more than 24 MiB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16000


def test_a_copy_lets_go_of_its_source_at_once():
    lender = foreign.Lender()
    dl = asdlpack(lender, copy=True)
    assert lender.deletes == 1
    assert memoryview(dl).tolist() == [1, 2, 3]
