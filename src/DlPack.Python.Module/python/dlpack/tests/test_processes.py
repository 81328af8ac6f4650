"""The end of the interpreter, forks, sub-interpreters, signals and what else takes a process of its own."""

import shutil
import subprocess
import sys

import pytest

from dlpack._libraries import library, numpy_from_dlpack

from . import children


def test_import_is_quiet_and_clean():
    assert children.run("import dlpack; print(dlpack.asdlpack(b'Hello!').shape)") == "(6,)"


def test_the_interpreter_ends_with_live_exports():
    children.run(
        """
        import builtins, sys
        from dlpack import asdlpack
        kept = [asdlpack(bytearray(100)) for _ in range(10)]
        builtins.capsules = [dl.__dlpack__() for dl in kept] + [dl.__dlpack__(max_version=(1, 3)) for dl in kept]
        sys.views = [memoryview(dl) for dl in kept]

        class Buffer(bytearray):
            pass

        cycle = Buffer(100)
        cycle.lent = asdlpack(cycle)
        """
    )


def test_a_native_holder_lets_go_after_the_interpreter_has_ended():
    """A deleter that runs at exit, from C: nothing of Python may be touched then."""
    children.run(
        """
        import ctypes
        from dlpack import asdlpack
        from dlpack.tests import foreign
        kept = [foreign.Borrower(asdlpack(bytearray(100)).__dlpack__(**k)) for k in ({}, {"max_version": (1, 3)})]
        at_exit = ctypes.CDLL(None)["__cxa_atexit"]
        for borrower in kept:
            deleter, pointer = ctypes.c_void_p(borrower.managed.deleter), ctypes.c_void_p(borrower.pointer)
            assert at_exit(deleter, pointer, None) == 0
        """
    )


def test_a_thread_that_lets_go_while_the_interpreter_ends():
    children.run(
        """
        import threading
        from dlpack import asdlpack
        from dlpack.tests import foreign

        def work():
            while True:
                foreign.Borrower(asdlpack(bytearray(100)).__dlpack__()).delete()

        for _ in range(4):
            threading.Thread(target=work, daemon=True).start()
        for _ in range(2000):
            asdlpack(b"Hello!").__dlpack__()
        """
    )


def test_a_forked_child_uses_host_memory():
    if not hasattr(__import__("os"), "fork"):
        return
    out = children.run(
        """
        import os, warnings
        from dlpack import asdlpack, from_dlpack
        warnings.simplefilter("ignore")
        dl = asdlpack(bytearray(b"abc"))
        capsule = dl.__dlpack__()
        child = os.fork()
        if child == 0:
            assert memoryview(dl).tobytes() == b"abc"
            assert from_dlpack(capsule).shape == (3,)
            for _ in range(10000):
                asdlpack(b"Hello!").__dlpack__(max_version=(1, 3))
            del dl, capsule
            import gc
            gc.collect()
            print("child", flush=True)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert from_dlpack(capsule).shape == (3,)
        """
    )
    assert out == "child"


@pytest.mark.parametrize("size", [6, 1 << 22], ids=["little is copied", "much is copied"])
def test_a_forked_child_collects_garbage_of_its_own(size):
    """.NET's garbage collector works in the child too, which has one thread only, whatever the parent's were doing."""
    children.run(
        f"""
        import os, signal, threading, warnings
        from dlpack import asdlpack
        from dlpack.tests import foreign
        warnings.simplefilter("ignore")
        going = True
        memory = bytearray({size})
        start = foreign.ctypes.addressof((foreign.ctypes.c_char * len(memory)).from_buffer(memory))
        # Every other byte, which no one function of C copies.
        lender = foreign.Lender((len(memory) // 2,), (2,), dtype=(1, 8, 1), data=start)

        def work():
            dl = asdlpack(lender)
            while going:
                asdlpack(dl, copy=True)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                for _ in range(30000):  # Some 10 MB of managed objects.
                    asdlpack(b"Hello!", copy=True)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        going = False
        for thread in threads:
            thread.join()
        """
    )


@pytest.mark.parametrize("others", [0, 3])
def test_a_forked_child_with_threads_of_its_own_collects_garbage(others):
    """They get the stacks of threads that the child has not got, of which .NET's collector must know no more."""
    children.run(
        f"""
        import os, signal, threading, warnings
        from dlpack import asdlpack, _dlpack
        warnings.simplefilter("ignore")
        done = threading.Event()
        called = threading.Barrier({others + 1})

        def lend():
            asdlpack(b"Hello!", copy=True)
            called.wait()
            done.wait()

        for _ in range({others}):
            threading.Thread(target=lend, daemon=True).start()
        asdlpack(b"Hello!")
        called.wait()
        for _ in range(3):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                before = _dlpack._live()
                for target in [bytes, bytes, lambda: asdlpack(b"Hello!", copy=True)]:
                    thread = threading.Thread(target=target)
                    thread.start()
                    thread.join()
                    # Where the variables of threads were that are not here.
                    rubbish = [bytearray(b"\\xff" * size) for size in range(50, 4000, 8)]
                large = bytearray(1 << 20)
                for _ in range(300):  # Some collections.
                    asdlpack(large, copy=True)
                assert _dlpack._live() == before, (_dlpack._live(), before)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        done.set()
        """
    )


@pytest.mark.parametrize("much", ["asdlpack(dl, copy=True)", "dl.__dlpack__(copy=True)", "asdlpack(text).__dlpack__()"])
def test_other_threads_run_while_much_is_copied(much):
    children.run(
        f"""
        import sys, threading
        from dlpack import asdlpack
        dl, text = asdlpack(bytearray(1 << 26)), bytes(1 << 26)
        ran = []
        sys.setswitchinterval(1000)  # Others have the lock only where it is let go of.
        hold = threading.Lock()
        hold.acquire()
        thread = threading.Thread(target=lambda: hold.acquire() and ran.append(1))
        thread.start()
        hold.release()
        while not ran:
            {much}
        thread.join()
        """
    )


def test_a_child_ends_that_was_forked_while_a_thread_waited_for_the_lock():
    """The thread, which Python does not know, is not in the child, where nobody may wait for it."""
    children.run(
        """
        import ctypes, os, signal, sys, warnings
        from dlpack import _dlpack, asdlpack
        from dlpack.tests import foreign
        warnings.simplefilter("ignore")
        before = _dlpack._live()
        borrower = foreign.Borrower(asdlpack(bytearray(8)).__dlpack__(max_version=(1, 3)))
        sys.setswitchinterval(1000)
        libc, thread = ctypes.PyDLL(None), ctypes.c_ulong()  # Called with the lock, which so nobody else gets.
        deleter, pointer = ctypes.c_void_p(borrower.managed.deleter), ctypes.c_void_p(borrower.pointer)
        assert libc.pthread_create(ctypes.byref(thread), None, deleter, pointer) == 0
        for _ in range(100000):
            libc.sched_yield()
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert ctypes.CDLL(None).pthread_join(thread, None) == 0
        assert _dlpack._live() == before, _dlpack._live()
        """
    )


def test_multiprocessing_by_fork():
    out = children.run(
        """
        import multiprocessing, warnings
        warnings.simplefilter("ignore")
        from dlpack import asdlpack

        dl = asdlpack(bytearray(b"abc"))

        def work(i):
            return memoryview(asdlpack(dl)).tobytes() + bytes([48 + i])

        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map(work, range(4)))
        """
    )
    assert out == "[b'abc0', b'abc1', b'abc2', b'abc3']"


SUBINTERPRETER = """
    import sys
    try:
        import _interpreters as interpreters
    except ImportError:
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            print("absent")
            sys.exit()
    FIRST
    def run(interpreter):
        if hasattr(interpreters, "exec"):
            failure = interpreters.exec(interpreter, CODE)
            return failure and failure.msg
        try:
            interpreters.run_string(interpreter, CODE)
        except Exception as e:
            return str(e)

    # Those that share the lock and everything else with the main one, and those that share nothing.
    for arguments in ([], ["legacy"]):
        try:
            i = interpreters.create(*arguments)
        except (TypeError, ValueError):
            continue
        print("refused:" if (reason := run(i)) else "worked", reason)
        interpreters.destroy(i)
    import dlpack
    assert dlpack.asdlpack(b"Hello!").shape == (6,)
"""


@pytest.mark.parametrize("first", ["import dlpack", ""], ids=["after the main one", "before the main one"])
def test_a_sub_interpreter_is_refused_clearly(first):
    code = "import dlpack; assert dlpack.asdlpack(b'Hello!').shape == (6,)"
    out = children.run(SUBINTERPRETER.replace("CODE", repr(code)).replace("FIRST", first))
    for line in out.splitlines():
        assert line == "absent" or (line.startswith("refused:") and "interpreter" in line), out
    assert out


@pytest.mark.parametrize("lock", ["PYFUNCTYPE", "CFUNCTYPE"], ids=["with the lock", "without the lock"])
def test_a_sub_interpreter_may_let_go_of_what_the_main_one_lent(lock):
    """It may have a lock and an allocator of its own, so that the memory waits for the main interpreter."""
    out = children.run(
        """
        import gc
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        from dlpack import _dlpack, asdlpack
        from dlpack.tests import foreign

        class Buffer(bytearray):
            pass

        run = getattr(interpreters, "exec", interpreters.run_string)
        for arguments, named in (([], {}), (["legacy"], {}), ([], {"isolated": False})):
            try:
                i = interpreters.create(*arguments, **named)
            except (TypeError, ValueError):
                continue
            lent = [foreign.Borrower(asdlpack(Buffer(b"abc")).__dlpack__()) for _ in range(100)]
            addresses = [(x.managed.deleter, x.pointer) for x in lent]
            failure = run(i, f'''if True:
                try:
                    import ctypes
                except ImportError:  # Of Python 3.12, in some.
                    print("no ctypes")
                else:
                    for deleter, pointer in {addresses}:
                        ctypes.LOCK(None, ctypes.c_void_p)(deleter)(pointer)
                    print("done")
            ''')
            assert failure is None, failure
            interpreters.destroy(i)
            gc.collect()
            live = _dlpack._live()
            assert live["lent"] in (0, 100) and live["tensors"] == live["lent"] and not live["queued"], live
        """.replace("LOCK", lock)
    )
    assert set(out.split("\n")) <= {"done", "no ctypes"} and "done" in out


def test_a_thread_without_the_lock_lets_go_at_once_beside_a_sub_interpreter():
    """Before Python 3.12 it may be the sub-interpreter's, which cannot be told: then the next call lets go."""
    children.run(
        """
        import ctypes, sys, threading, weakref
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        from dlpack import _dlpack, asdlpack
        from dlpack.tests import foreign

        class Buffer(bytearray):
            pass

        interpreters.destroy(interpreters.create())
        source = Buffer(b"abc")
        gone = weakref.ref(source)
        lent = foreign.Borrower(asdlpack(source).__dlpack__())
        del source
        assert gone() is not None

        def let_go():
            ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lent.managed.deleter)(lent.pointer)
            if sys.version_info < (3, 12):
                _dlpack._live()
            went.append(gone() is None)

        # While the main thread, which Python would ask to do it later, waits.
        went = []
        thread = threading.Thread(target=let_go)
        thread.start()
        thread.join()
        assert went == [True]
        """
    )


def test_a_debug_build_of_python_finds_nothing_wrong():
    """It checks each object of which its collector learns, by the functions of the type."""
    debug = shutil.which("python{}.{}d".format(*sys.version_info))
    if debug is None:
        pytest.skip("there is no debug build of this Python")
    children.run(
        """
        import gc, sys
        from dlpack import _dlpack, asdlpack
        assert hasattr(sys, "gettotalrefcount")
        for source in (bytearray(b"abc"), memoryview(b"abc"), asdlpack(b"abc").__dlpack__()):
            dl = asdlpack(source)
            assert memoryview(dl) == b"abc"
            del dl
            gc.collect()
        """,
        python=debug,
    )


def test_tensors_of_tensors_without_end_let_go_of_each_other():
    """As a loop makes them that lends its result to the next round; a stack has room for far fewer."""
    children.run(
        """
        from dlpack import _dlpack, asdlpack, from_dlpack
        from dlpack.tests import foreign
        for lend in (memoryview, lambda dl: dl.__dlpack__(max_version=(1, 3)), lambda dl: dl.__dlpack__()):
            last = source = bytearray(b"abc")
            for _ in range(200000):
                last = asdlpack(lend(asdlpack(last)))
            assert memoryview(last).tobytes() == b"abc"
            assert not last.readonly
            del last
            source.append(1)
            assert _dlpack._live()["tensors"] == 0, _dlpack._live()
        """
    )


def test_an_interrupt_still_ends_a_program():
    out = children.run(
        """
        import os, signal
        # A shell lets what runs in its background ignore interrupts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        from dlpack import asdlpack
        asdlpack(b"Hello!")
        try:
            os.kill(os.getpid(), signal.SIGINT)
            while True:
                pass
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    assert out == "interrupted"


def test_signal_handlers_stay_as_they_are():
    out = children.run(
        """
        import signal
        seen = []
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *a: seen.append("term"))
        signal.signal(signal.SIGUSR1, lambda *a: seen.append("usr1"))
        import dlpack, os
        dlpack.asdlpack(b"Hello!")
        for s in (signal.SIGTERM, signal.SIGUSR1):
            os.kill(os.getpid(), s)
        print(seen)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        """
    )
    assert out == "['term', 'usr1']"


@pytest.mark.parametrize(
    "death, number",
    [("os.kill(os.getpid(), 15)", 15), ("os.abort()", 6), ("ctypes.string_at(0)", 11)],
)
def test_a_deadly_signal_still_kills(death, number):
    program = f"import ctypes, dlpack, os; dlpack.asdlpack(b''); {death}"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert result.returncode == -number


def test_all_of_python_ends_with_numpy_views_alive():
    numpy_from_dlpack()
    children.run(
        """
        import sys
        import numpy
        from dlpack import asdlpack
        sys.kept = [numpy.from_dlpack(asdlpack(numpy.arange(10.0))) for _ in range(10)]
        sys.more = [numpy.asarray(asdlpack(bytearray(10))) for _ in range(10)]
        """
    )


def test_all_of_python_ends_with_torch_views_alive():
    library("torch")
    children.run(
        """
        import sys
        import torch
        from dlpack import asdlpack
        sys.kept = [torch.from_dlpack(asdlpack(bytearray(10))) for _ in range(10)]
        sys.more = [asdlpack(torch.arange(4.0)) for _ in range(10)]
        """
    )


def test_the_module_is_the_same_after_a_second_import():
    children.run(
        """
        import sys, dlpack
        first = dlpack.DLPackObject
        dl = dlpack.asdlpack(b"Hello!")
        for name in [n for n in sys.modules if n.startswith("dlpack")]:
            del sys.modules[name]
        import dlpack
        again = dlpack.asdlpack(dl)
        assert again.shape == (6,)
        del dl, first
        """
    )


@pytest.mark.parametrize("set_by_user", ["", "as the user says"])
@pytest.mark.parametrize("name", ["jax", "tensorflow"])
def test_no_library_takes_a_gpu_for_itself_alone(name, set_by_user, tmp_path):
    """What it reads when it starts; of the library itself there is only the name."""
    variable, frugal = {
        "jax": ("XLA_PYTHON_CLIENT_PREALLOCATE", "false"),
        "tensorflow": ("TF_FORCE_GPU_ALLOW_GROWTH", "true"),
    }[name]
    (tmp_path / f"{name}.py").write_text(f"import os; SEEN = os.environ.get({variable!r}); __version__ = '0'")
    out = children.run(
        f"""
        import os, sys
        os.environ.pop({variable!r}, None)
        if {set_by_user!r}:
            os.environ[{variable!r}] = {set_by_user!r}
        sys.path.insert(0, {str(tmp_path)!r})
        from dlpack._libraries import version
        print(version({name!r}), sys.modules[{name!r}].SEEN)
        """
    )
    assert out == f"0 {set_by_user or frugal}"


def test_the_table_of_libraries_runs():
    out = children.run(
        """
        import sys
        from dlpack.__main__ import main
        status = main()
        print("status", status)
        """,
        timeout=300,
    )
    assert "bytes" in out and "memoryview" in out
    assert out.endswith("status 0"), out
