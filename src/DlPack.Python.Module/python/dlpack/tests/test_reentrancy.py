"""Python code that runs in the middle of an exchange may do anything, and harms nobody but itself."""

import gc
import sys
import threading
import time
import weakref

import pytest

from dlpack import DLPackObject, asdlpack, from_dlpack, inspect

from . import foreign
from .interfaces import ArrayInterface, ArrayStruct, CudaInterface


def test_an_object_that_is_asked_while_it_answers():
    class Twice(foreign.Lender):
        depth = 0

        def __dlpack__(self, **arguments):
            if self.depth < 5:
                self.depth += 1
                return asdlpack(self).__dlpack__(**arguments)
            return super().__dlpack__(**arguments)

    source = Twice()
    dl = asdlpack(source)
    assert memoryview(dl).tolist() == [1, 2, 3]
    del dl
    assert source.deletes == source.lent == 1


@pytest.mark.parametrize("name", ["__dlpack__", "__array_interface__"])
def test_an_object_that_asks_for_itself_without_end(name):
    """Python's own error comes at once, and not the next protocol's turn at each of the levels."""

    class Endless:
        calls = 0

        def ask(self, **arguments):
            type(self).calls += 1
            return getattr(asdlpack(self), name)

    for attribute in {name, "__array_struct__"}:
        setattr(Endless, attribute, Endless.ask if attribute == "__dlpack__" else property(Endless.ask))
    with pytest.raises(RecursionError):
        asdlpack(Endless())
    assert Endless.calls < 100000


def test_an_object_that_is_dropped_while_it_answers():
    class Dropped(foreign.Lender):
        def __dlpack__(self, **arguments):
            holder.clear()
            gc.collect()
            return super().__dlpack__(**arguments)

    holder = [Dropped()]
    memory = weakref.ref(holder[0])
    dl = asdlpack(holder[0])
    assert memoryview(dl).tolist() == [1, 2, 3]
    del dl
    foreign.live()
    gc.collect()
    assert memory() is None


@pytest.mark.parametrize("then", ["lends", "fails"])
def test_an_object_that_becomes_another_while_it_answers(then):
    """Its class, which nobody else holds, goes while the object is being read."""

    class Butterfly(ArrayInterface):
        pass

    def make():
        class Caterpillar(ArrayInterface):
            def __dlpack__(self, **arguments):
                self.__class__ = Butterfly
                gc.collect()
                [type(f"Filler{i}", (), {}) for i in range(50)]
                if then == "fails":
                    raise BufferError("no")
                return foreign.Lender((2, 3)).capsule()

            def __dlpack_device__(self):
                return 1, 0

        return Caterpillar()

    for _ in range(20):
        dl = asdlpack(make())
        assert memoryview(dl).tolist() == [[1, 2, 3], [4, 5, 6]]
        del dl
        foreign.live()


@pytest.mark.parametrize("kind", [ArrayInterface, CudaInterface])
def test_numbers_that_empty_their_dict_when_asked(kind):
    class Number:
        def __index__(self):
            interface.clear()
            gc.collect()
            raise TypeError("no number")

    for key in ("version", "stream", "offset"):
        interface = {"version": 3, "shape": (2,), "typestr": "<f4", "data": bytearray(8), key: Number()}
        try:
            asdlpack(kind(interface=interface))
        except (TypeError, BufferError, ValueError):
            pass


def test_an_array_struct_that_changes_while_its_object_is_asked():
    class Changing(ArrayStruct):
        @property
        def dtype(self):
            self.struct.nd = 1 << 16
            return type("BFloat16", (), {"name": "bfloat16"})

    dl = asdlpack(Changing(typekind=b"V", itemsize=2, shape=(2, 3), strides=None))
    assert (dl.shape, dl.dtype) == ((2, 3), "bfloat16")


def test_names_that_call_again_when_they_go():
    """The names of keyword arguments are remembered from call to call; dropping them may run code."""
    dl = asdlpack(bytearray(3))

    class Name(str):
        __hash__ = str.__hash__

        def __del__(self):
            dl.__dlpack__(dl_device=(1, 0), copy=None, max_version=(1, 3), stream=None)

    for _ in range(50):
        dl.__dlpack__(**{Name("copy"): None})
        capsule = dl.__dlpack__(max_version=(1, 3))
        assert foreign.get_name(capsule) == foreign.VERSIONED
        capsule = dl.__dlpack__(**{Name("max_version"): (1, 3)})
        assert foreign.get_name(capsule) == foreign.VERSIONED


def test_other_threads_run_while_an_object_answers():
    """The lock is let go in the middle: who comes in then finds everything as it should be."""

    class Slow(foreign.Lender):
        def __dlpack__(self, **arguments):
            time.sleep(0)
            return super().__dlpack__(**arguments)

        def __dlpack_device__(self):
            time.sleep(0)
            return 1, 0

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    failures = []

    def work():
        try:
            for i in range(200):
                dl = asdlpack(Slow((i % 5 + 1,)))
                assert memoryview(dl).tolist() == [1, 2, 3, 4, 5][: i % 5 + 1]
                dl.__dlpack__(max_version=(1, 3), **({"copy": None} if i % 2 else {}))
                try:
                    asdlpack(object())
                except TypeError:
                    pass
        except BaseException as e:
            failures.append(e)

    try:
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not failures
    gc.collect()


def test_cycles_through_a_tensor_are_collected():
    """An object that holds the tensor that holds it: by its buffer, and by an array interface."""

    class Buffer(bytearray):
        pass

    for kind in (Buffer, ArrayInterface):
        source = kind()
        source.lent = asdlpack(source)
        source.chain = [asdlpack(memoryview(source.lent)), source]
        gone = weakref.ref(source)
        assert any(x is source for x in gc.get_referents(source.lent))
        del source
        gc.collect()
        assert gone() is None


def test_cycles_that_somebody_borrows_are_kept():
    class Buffer(bytearray):
        pass

    source = Buffer(b"abc")
    source.lent = asdlpack(source)
    gone = weakref.ref(source)
    borrower = foreign.Borrower(source.lent.__dlpack__(max_version=(1, 3)))
    del source
    gc.collect()
    assert gone() is not None and foreign.ctypes.string_at(borrower.address, 3) == b"abc"
    borrower.delete()
    gc.collect()
    assert gone() is None


def test_collection_in_the_middle_of_everything():
    thresholds = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(50):
            dl = asdlpack(bytearray(b"abc"))
            kept = [dl, dl.__dlpack__(), dl.__dlpack__(max_version=(1, 3), copy=True), memoryview(dl), inspect(dl)]
            assert from_dlpack(kept[2]).shape == (3,)
            assert isinstance(kept[0], DLPackObject)
    finally:
        gc.set_threshold(*thresholds)


class Wrecker(foreign.ctypes.c_float * 3):
    """A buffer that fails when it is let go of."""

    def __del__(self):
        raise RuntimeError("in a release")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_error_in_a_release_is_told_and_not_raised():
    told = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda arguments: told.append(arguments.exc_value)
    try:
        asdlpack(Wrecker(1, 2, 3))
        with pytest.raises(LookupError):
            dl = asdlpack(Wrecker(1, 2, 3))
            raise LookupError(dl)
        del dl
        gc.collect()
    finally:
        sys.unraisablehook = hook
    assert [type(e) for e in told] == [RuntimeError] * 2


@pytest.mark.parametrize("pending", [False, True])
def test_an_error_that_a_foreign_deleter_leaves_behind_is_told_and_not_raised(pending):
    """Written in C it may well: it calls into Python and forgets to look."""
    set_error = foreign.ctypes.cast(foreign.ctypes.pythonapi.PyErr_BadArgument, foreign.c_void_p).value
    source = foreign.Lender()
    pointer = source.tensor()
    foreign.managed(pointer, foreign.VERSIONED).deleter = set_error
    told = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda arguments: told.append(arguments.exc_type)
    try:
        dl = [from_dlpack(foreign.new_capsule(pointer, foreign.intern(foreign.VERSIONED), None))]
        if pending:
            with pytest.raises(TypeError, match="abs"):
                abs(dl.pop())
        else:
            dl.clear()
    finally:
        sys.unraisablehook = hook
    assert told == [TypeError]
    source.forget()
