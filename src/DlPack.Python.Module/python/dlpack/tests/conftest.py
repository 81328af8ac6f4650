import gc
import os

import pytest

from dlpack import _dlpack
from dlpack._libraries import Unavailable

from . import foreign

REQUIRED = os.environ.get("DLPACK_TESTS_REQUIRE", "").split()


def pytest_configure(config):
    config.addinivalue_line("markers", "gpu: needs a CUDA device")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """What is not here skips its tests, unless it is required."""
    if call.excinfo is not None and call.excinfo.errisinstance(Unavailable):
        reason = str(call.excinfo.value)
        if reason.split(" ")[0].split(".")[0] not in REQUIRED:
            call.excinfo = pytest.ExceptionInfo.from_exc_info(as_skip(reason))
    yield


def as_skip(reason):
    try:
        pytest.skip(reason)
    except BaseException as e:
        return type(e), e, e.__traceback__


@pytest.fixture(autouse=True)
def nothing_leaks():
    """Every test ends with as many live tensors, pins, references and foreign tensors as it began with."""
    gc.collect()
    gc.freeze()  # Modules and pytest's own objects are not looked through by every collection to come.
    before, foreign_before = _dlpack._live(), foreign.live()
    yield
    gc.collect()
    assert _dlpack._live() == before
    assert foreign.live() == foreign_before
