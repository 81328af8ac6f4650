"""inspect shows every field and changes nothing."""

import pytest

from dlpack import asdlpack, from_dlpack, inspect

from . import foreign


@pytest.mark.parametrize("versioned", [True, False])
def test_every_field_of_a_capsule(versioned):
    lender = foreign.Lender((2, 3), (1, 2), versioned=versioned, byte_offset=8, flags=1)
    capsule = lender.capsule()
    fields = inspect(capsule)
    assert fields["name"] == ("dltensor_versioned" if versioned else "dltensor")
    assert fields["data"] == lender.address
    assert fields["byte_offset"] == 8
    assert tuple(fields["shape"]) == (2, 3)
    assert tuple(fields["strides"]) == (1, 2)
    assert fields["ndim"] == 2
    assert tuple(fields["device"]) == (1, 0)
    assert fields["dtype"] == "float32" or tuple(fields["dtype"]) == (2, 32, 1)
    if versioned:
        assert tuple(fields["version"]) == (1, 3)
        assert fields["flags"] == 1
    assert lender.deletes == 0
    assert inspect(capsule) == fields
    assert memoryview(from_dlpack(capsule)).tobytes()
    assert lender.deletes == 1


def test_of_an_object():
    dl = asdlpack(b"Hello!")
    fields = inspect(dl)
    assert tuple(fields["shape"]) == (6,)
    assert fields["data"] + fields["byte_offset"] == dl.__array_interface__["data"][0]
    assert fields["flags"] & 1


def test_of_another_librarys_object():
    lender = foreign.Lender()
    assert tuple(inspect(lender)["shape"]) == (3,)
    assert lender.deletes == lender.lent


def test_of_what_a_producer_leaves_out():
    fields = inspect(foreign.Lender((2, 3), None).capsule())
    assert fields["strides"] is None
    assert inspect(foreign.Lender((), shape_pointer=False).capsule())["ndim"] == 0


def test_of_a_consumed_capsule():
    capsule = foreign.Lender().capsule()
    dl = from_dlpack(capsule)
    with pytest.raises((BufferError, ValueError, TypeError), match="(?i)consumed|used"):
        inspect(capsule)
    del dl
