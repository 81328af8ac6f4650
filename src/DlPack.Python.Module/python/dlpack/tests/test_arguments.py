"""__dlpack__ takes what the array API standard says, and refuses the rest with the error it says."""

import pytest

from dlpack import asdlpack, from_dlpack

from . import foreign
from .foreign import COPIED, LEGACY, READ_ONLY, VERSIONED, Borrower
from .interfaces import CudaInterface


def name(capsule):
    return foreign.get_name(capsule)


@pytest.mark.parametrize("max_version", [None, (0, 0), (0, 8)])
def test_legacy_for_who_knows_no_versions(max_version):
    assert name(asdlpack(bytearray(3)).__dlpack__(max_version=max_version)) == LEGACY
    assert name(asdlpack(bytearray(3)).__dlpack__()) == LEGACY


@pytest.mark.parametrize("max_version", [(1, 0), (1, 3), (2, 0), (100, 3)])
def test_versioned_for_who_knows_them(max_version):
    capsule = asdlpack(bytearray(3)).__dlpack__(max_version=max_version)
    assert name(capsule) == VERSIONED
    borrower = Borrower(capsule)
    assert (borrower.managed.version.major, borrower.managed.version.minor) == (1, 3)
    borrower.delete()


def test_each_call_is_looked_at_afresh():
    """Neither versions nor names are taken for those of an earlier call, wherever they lie in memory."""
    dl = asdlpack(bytearray(3))
    for i in range(300):
        major = (1, 0, 2, 1, 0)[i % 5]
        arguments = {"max_version": tuple([major, i % 4]), "copy": None, "stream": None, "dl_device": (1, 0)}
        names = sorted(arguments, key=lambda n: hash((n, i)))[: i % 5]
        capsule = dl.__dlpack__(**{"".join(list(n)): arguments[n] for n in names})
        assert name(capsule) == (VERSIONED if "max_version" in names and major else LEGACY)
        with pytest.raises(TypeError, match="copies"):
            dl.__dlpack__(**{"".join(["cop", "ies"]): None})


def test_all_arguments_may_be_none():
    assert asdlpack(bytearray(3)).__dlpack__(stream=None, max_version=None, dl_device=None, copy=None)


def test_read_only_is_flagged_to_who_can_read_it():
    borrower = Borrower(asdlpack(b"Hello!").__dlpack__(max_version=(1, 0)))
    assert borrower.flags == READ_ONLY
    borrower.delete()


def test_read_only_goes_out_as_a_legacy_copy():
    source = b"Hello!"
    dl = asdlpack(source)
    borrower = Borrower(dl.__dlpack__())
    assert borrower.address != dl.__array_interface__["data"][0]
    assert borrower.shape == (6,)
    borrower.delete()
    with pytest.raises(BufferError, match="(?i)read.?only"):
        dl.__dlpack__(copy=False)


def test_copy_true_is_a_flagged_copy():
    lender = foreign.Lender((2, 3), (1, 2))
    borrower = Borrower(asdlpack(lender).__dlpack__(max_version=(1, 3), copy=True))
    assert borrower.flags & COPIED
    assert borrower.address != lender.address
    assert borrower.address % 256 == 0
    assert borrower.strides == (3, 1)
    borrower.delete()


def test_copy_false_shares():
    lender = foreign.Lender()
    borrower = Borrower(asdlpack(lender).__dlpack__(max_version=(1, 3), copy=False))
    assert (borrower.address, borrower.flags) == (lender.address, 0)
    borrower.delete()


def test_arguments_are_told_apart_by_name_in_any_order():
    dl = asdlpack(bytearray(3))
    for _ in range(3):
        assert name(dl.__dlpack__(max_version=(1, 3), copy=None)) == VERSIONED
        assert name(dl.__dlpack__(copy=None, max_version=(1, 3))) == VERSIONED
        assert name(dl.__dlpack__(copy=None)) == LEGACY
        assert name(dl.__dlpack__(dl_device=(1, 0), max_version=(1, 3))) == VERSIONED
        with pytest.raises(TypeError, match="copy"):
            dl.__dlpack__(max_version=None, copy=(1, 3))
        with pytest.raises(TypeError, match="max_versions"):
            dl.__dlpack__(max_versions=(1, 3))


def test_versions_are_told_apart_where_one_takes_the_place_of_another():
    dl = asdlpack(bytearray(3))
    for major, minor in [(1, 3), (0, 8), (1, 0), (0, 3)] * 3:
        # Made anew, at the address that the one before has left.
        assert name(dl.__dlpack__(max_version=tuple([major, minor]))) == (VERSIONED if major else LEGACY)


@pytest.mark.parametrize("dl_device", [None, (1, 0)])
def test_its_own_device_is_granted(dl_device):
    assert asdlpack(bytearray(3)).__dlpack__(dl_device=dl_device)


def test_an_enum_is_a_device_type():
    import enum

    class Device(enum.IntEnum):
        CPU = 1

    assert asdlpack(bytearray(3)).__dlpack__(dl_device=(Device.CPU, 0))


def test_another_device_cannot_be_granted():
    with pytest.raises(BufferError):
        asdlpack(bytearray(3)).__dlpack__(dl_device=(4, 0))


@pytest.mark.parametrize(
    "arguments, error",
    [
        ({"stream": 1}, (ValueError, BufferError)),
        ({"stream": "0"}, TypeError),
        ({"stream": 1.5}, TypeError),
        ({"max_version": 1}, TypeError),
        ({"max_version": (1,)}, (TypeError, ValueError)),
        ({"max_version": (1, 2, 3)}, (TypeError, ValueError)),
        ({"max_version": ("1", "0")}, TypeError),
        ({"max_version": (-1, 0)}, ValueError),
        ({"max_version": (2**70, 0)}, (ValueError, OverflowError)),
        ({"dl_device": 1}, TypeError),
        ({"dl_device": (1,)}, (TypeError, ValueError)),
        ({"dl_device": ("cpu", 0)}, TypeError),
        ({"copy": "yes"}, TypeError),
        ({"copies": True}, TypeError),
    ],
)
def test_wrong_arguments(arguments, error):
    with pytest.raises(error):
        asdlpack(bytearray(3)).__dlpack__(**arguments)


@pytest.mark.parametrize("name", ["max_version", "dl_device"])
def test_a_tuple_of_another_length_is_called_that(name):
    with pytest.raises(TypeError, match=r"a tuple \(.*\) of ints, not a tuple of 3\."):
        asdlpack(bytearray(3)).__dlpack__(**{name: (1, 0, 0)})


@pytest.mark.parametrize(
    "source, arguments, way_out",
    [
        (b"abc", {"copy": False}, "copy is False. Leave copy None, or pass max_version=(1, 0)"),
        (foreign.Lender(dtype=(0, 4, 1), flags=4), {}, "Pass max_version=(1, 0)."),
        (bytearray(3), {"dl_device": (4, 0)}, "ask for one of these, or let the consumer copy"),
        (bytearray(3), {"stream": 5}, "Leave stream None"),
        (foreign.Lender(device=(2, 0)), {"dl_device": (1, 0), "copy": False}, "copy is False. Leave copy None"),
        (foreign.Lender(device=(16, 0)), {"copy": True}, "This module has one for CUDA only"),
    ],
    ids=["read-only", "padded", "device", "stream", "to the host", "no adapter"],
)
def test_what_cannot_be_lent_is_told_in_words_of_python(source, arguments, way_out):
    with pytest.raises((BufferError, ValueError)) as caught:
        asdlpack(source).__dlpack__(**arguments)
    text = str(caught.value)
    assert way_out in text
    dotnet = ("null", "dlDevice", "AllowReadOnlyLegacyExport", "DlPackDeviceRuntime", "Param")
    assert not any(word in text for word in dotnet)


def test_arguments_are_keywords():
    dl = asdlpack(bytearray(3))
    with pytest.raises(TypeError):
        dl.__dlpack__(None)
    with pytest.raises(TypeError):
        dl.__dlpack_device__(1)
    with pytest.raises(TypeError):
        asdlpack()
    with pytest.raises(TypeError):
        asdlpack(b"", b"")
    with pytest.raises(TypeError):
        asdlpack(b"", streams=1)
    with pytest.raises(TypeError):
        asdlpack(obj=b"")


def test_arrays_are_asked_with_all_keywords_first():
    lender = foreign.Lender()
    from_dlpack(lender)
    assert lender.calls[0]["max_version"][0] >= 1
    assert lender.calls[0].get("stream") is None


def test_a_producer_that_knows_no_keywords_is_asked_again():
    class Old(foreign.Lender):
        def __dlpack__(self):
            return self.capsule()

    lender = Old(versioned=False)
    assert memoryview(asdlpack(lender)).tolist() == [1, 2, 3]
    assert lender.lent == 1


def test_a_producer_that_knows_the_stream_only_is_asked_again():
    class Old(foreign.Lender):
        def __dlpack__(self, stream=None):
            return self.capsule()

    assert memoryview(from_dlpack(Old(versioned=False))).tolist() == [1, 2, 3]


def test_a_copy_is_made_on_the_way_in():
    lender = foreign.Lender()
    dl = asdlpack(lender, copy=True)
    assert dl.__array_interface__["data"][0] != lender.address
    assert memoryview(dl).tolist() == [1, 2, 3]
    dl = asdlpack(lender, copy=False)
    assert dl.__array_interface__["data"][0] == lender.address
    assert asdlpack(bytearray(b"abc"), copy=True).__array_interface__["data"][1] is False


def test_the_device_of_the_way_in():
    assert asdlpack(bytearray(3), device=(1, 0)).device == (1, 0)
    for arguments in ({"device": (4, 0)}, {"device": (2, 0)}, {"device": (2, 0), "stream": 5}):
        with pytest.raises(BufferError, match="on cpu:0 and the consumer wants it on"):
            asdlpack(bytearray(3), **arguments)


def test_a_stream_makes_no_sense_on_the_host():
    with pytest.raises((ValueError, BufferError)):
        asdlpack(bytearray(3), stream=1)


@pytest.mark.parametrize(
    "device, stream", [((2, 0), 0), ((2, 0), -5), ((13, 0), 0), ((3, 0), 0), ((10, 0), 1), ((10, 0), -2), ((1, 0), -1)]
)
def test_a_number_that_is_no_stream_of_the_device_is_refused_before_anybody_is_asked(device, stream):
    source = foreign.Lender(device=device)
    with pytest.raises(ValueError, match="stream"):
        asdlpack(source, stream=stream)
    assert source.calls == []
    with pytest.raises(ValueError, match="stream"):
        asdlpack(source.capsule(), stream=stream)


def test_a_number_that_is_no_stream_is_refused_where_the_tensor_names_none():
    for stream in (0, -5):
        for copy in (None, False, True):
            with pytest.raises(ValueError, match="stream"):
                asdlpack(CudaInterface(version=3), stream=stream, copy=copy)
    assert asdlpack(CudaInterface(version=3), stream=-1).device == (2, 0)
