"""The tests that come along with the wheel: dlpack.tests.run() runs them on what the environment has."""

import importlib.util
import os


def run(*arguments):
    """Runs the tests with pytest, given pytest's arguments, and returns its exit status: 0 if all is well.

    What is not installed is skipped with the reason. The environment variable DLPACK_TESTS_REQUIRE names libraries,
    separated by spaces, that must be there: without them the tests that need them fail.
    """
    if importlib.util.find_spec("pytest") is None:
        raise ModuleNotFoundError("dlpack.tests needs pytest: install it, for instance by `pip install pytest`")
    import pytest

    # What fails in a deleter that Python code was given cannot be raised: pytest only warns of it.
    strict = ["-W", "error::pytest.PytestUnraisableExceptionWarning"]
    return int(pytest.main([os.path.dirname(__file__), "-p", "no:cacheprovider", *strict, *arguments]))
