"""What JAX, TensorFlow, CuPy, cuDF and Numba ask for, where they are not at hand: see standins.py."""

import pytest

from dlpack import _elements as elements
from dlpack import asdlpack, from_dlpack

from . import foreign, standins
from .interfaces import CudaInterface
from .standins import CPU, CUDA, CUDA_MANAGED, Refused

SHAPES = ((), (1,), (7,), (2, 3), (3, 1, 2))
TAKERS = {
    "JAX": (standins.jax_from_dlpack, CPU, elements.ALL, SHAPES),
    "JAX, CUDA": (standins.jax_from_dlpack, CUDA, elements.ALL, SHAPES),
    "TensorFlow": (
        lambda dl: standins.tensorflow_from_dlpack(dl.__dlpack__()),
        CPU,
        elements.ALL[:-2],
        SHAPES,
    ),
    "TensorFlow, CUDA": (
        lambda dl: standins.tensorflow_from_dlpack(dl.__dlpack__()),
        CUDA,
        elements.ALL[:-2],
        SHAPES,
    ),
    "cuDF": (
        lambda dl: standins.cudf_from_dlpack(dl.__dlpack__()),
        CUDA,
        elements.INTEGERS + elements.FLOATS[1:],
        ((1,), (7,)),
    ),
    "CuPy": (standins.cupy_from_dlpack, CUDA, elements.ALL, SHAPES),
    "CuPy, managed": (standins.cupy_from_dlpack, CUDA_MANAGED, elements.ALL, SHAPES),
    "Numba": (standins.NumbaArray, CUDA, elements.ALL, SHAPES),
    "nanobind": (standins.nanobind_take, CPU, elements.ALL, SHAPES),
}
NAMES = pytest.mark.parametrize("name", TAKERS)


@NAMES
def test_every_dtype_and_shape_arrives_where_it_lies(name):
    take, device, dtypes, shapes = TAKERS[name]
    for dtype in dtypes:
        for shape in shapes:
            source = standins.lender(dtype, shape, device=(device, 0))
            taken = take(asdlpack(source))
            assert taken.values() == elements.values(dtype, elements.count(shape)), (dtype, shape)
            assert taken.address == source.start
            taken.release()
            assert source.deletes == source.lent == 1


@NAMES
def test_it_lives_as_long_as_the_library_looks_at_it(name):
    take, device, _, _ = TAKERS[name]
    source = standins.lender("float32", (6,), device=(device, 0))
    first, second = (take(dl) for dl in [asdlpack(source)] * 2)
    first.release()
    assert second.values() == elements.values("float32", 6)
    second.release()
    assert source.deletes == source.lent == 1


@pytest.mark.parametrize("name", ["CuPy", "CuPy, managed", "Numba"])
@pytest.mark.parametrize("strides", [(1, 2), (8, 2), (-3, 1), (0, 1)])
def test_any_strides_arrive(name, strides):
    take, device, _, _ = TAKERS[name]
    source = standins.lender("int32", (20,), device=(device, 0))
    source.shape, source.strides = (2, 3), strides
    source.fields["data"] = start = source.start + 12
    taken = take(asdlpack(source))
    assert (taken.shape, taken.strides) == ((2, 3), strides)
    assert taken.values() == standins.read(start, "int32", (2, 3), strides)
    taken.release()


def test_jax_takes_transposed_tensors_and_refuses_what_has_gaps():
    source = standins.lender("float32", (2, 3), strides=(1, 2))
    taken = standins.jax_from_dlpack(asdlpack(source))
    assert (taken.strides, taken.address) == ((1, 2), source.start)
    taken.release()
    with pytest.raises(Refused):
        standins.jax_from_dlpack(asdlpack(standins.lender("float32", (2, 3), strides=(4, 1))))
    dense = asdlpack(standins.lender("float32", (2, 3), strides=(4, 1)), copy=True)
    standins.jax_from_dlpack(dense).release()


def test_jax_copies_what_is_not_aligned_and_shares_a_copy_of_ours():
    source = standins.lender("float32", (6,), alignment=16)
    assert standins.jax_from_dlpack(asdlpack(source)).copy
    assert source.deletes == 1
    aligned = standins.jax_from_dlpack(asdlpack(source, copy=True))
    assert aligned.copy is None and aligned.address % 256 == 0
    assert aligned.values() == elements.values("float32", 6)
    aligned.release()


@pytest.mark.parametrize(
    "take",
    [standins.jax_from_dlpack, lambda dl: standins.tensorflow_from_dlpack(dl.__dlpack__()), standins.nanobind_take],
    ids=["JAX", "TensorFlow", "nanobind"],
)
def test_who_cannot_be_told_of_read_only_data_gets_a_copy(take):
    source = b"Hello!"
    dl = asdlpack(source)
    taken = take(dl)
    assert bytes(taken.values()) == source
    assert taken.address != dl.__array_interface__["data"][0]
    taken.release()


def test_tensorflow_is_spared_what_would_end_it_by_a_copy():
    awkward = [
        standins.lender("float32", (6,), alignment=16),
        standins.lender("float32", (2, 3), strides=(1, 2)),
        standins.lender("float32", (2, 3), strides=(4, 1)),
        foreign.Lender((3,), byte_offset=8),
    ]
    for source in awkward:
        with pytest.raises((Refused, standins.ProcessEnds)):
            standins.tensorflow_from_dlpack(asdlpack(source).__dlpack__())
        taken = standins.tensorflow_from_dlpack(asdlpack(source).__dlpack__(copy=True))
        assert taken.values() == elements.unpack("float32", memoryview(asdlpack(source)).tobytes())
        taken.release()


def test_tensorflow_finds_rows_where_an_axis_has_one_index():
    source = standins.lender("int16", (1, 4, 1), strides=(999, 1, -5))
    taken = standins.tensorflow_from_dlpack(asdlpack(source).__dlpack__())
    assert taken.values() == elements.values("int16", 4)
    taken.release()


def test_cudf_takes_columns():
    source = standins.lender("float64", (3, 2), strides=(1, 3), device=(CUDA, 0))
    taken = standins.cudf_from_dlpack(asdlpack(source).__dlpack__())
    assert taken.values() == standins.read(source.start, "float64", (3, 2), (1, 3))
    assert source.deletes == 1
    column = standins.lender("float64", (3, 1), strides=(1, 77), device=(CUDA, 0))
    assert standins.cudf_from_dlpack(asdlpack(column).__dlpack__()).values() == elements.values("float64", 3)
    for dtype, shape in (("float64", (3, 2)), ("bool", (3,)), ("float16", (3,)), ("float64", (3, 2, 1))):
        refused = standins.lender(dtype, shape, device=(CUDA, 0))
        with pytest.raises(Refused):
            standins.cudf_from_dlpack(asdlpack(refused).__dlpack__())
        assert refused.deletes == refused.lent == 1


@pytest.mark.parametrize("stream", [1, 2])
def test_cupy_may_name_each_of_its_default_streams(stream):
    # Nothing that is complete has to wait, so that no driver is needed.
    source = CudaInterface(version=3)
    taken = standins.cupy_from_dlpack(asdlpack(source), stream)
    assert (taken.address, taken.values()) == (source.address, [1, 2, 3, 4, 5, 6])
    taken.release()


def test_main_memory_is_none_for_who_works_on_cuda():
    dl = asdlpack(bytearray(6))
    for take in (standins.cupy_from_dlpack, standins.NumbaArray):
        with pytest.raises(Refused):
            take(dl)


def test_numba_is_told_the_stream_to_wait_for():
    assert standins.NumbaArray(asdlpack(CudaInterface(version=3, stream=7))).stream == 7
    assert standins.NumbaArray(asdlpack(CudaInterface(version=3))).stream is None


class Recorder(foreign.Lender):
    """Notes what it was asked, by the arguments that its library's method has."""

    def asked(self, **arguments):
        self.calls.append({k: v for k, v in arguments.items() if v is not None})
        return self.capsule()


class JaxArray(Recorder):
    """Legacy only; it refuses stream 0, and any stream in main memory."""

    def __dlpack__(self, *, stream=None):
        if stream == 0 or (stream is not None and self.device[0] == CPU):
            raise ValueError(f"stream {stream}")
        return self.asked(stream=stream)


class CupyArray(Recorder):
    """Versioned; a stream of None or 0 is one for CuPy's users only, and no consumer's.

    But for a copy in main memory: on a stream that is named it is only queued, and it is complete where none is.
    """

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        if dl_device == (CPU, 0):
            self.calls.append({"stream": stream, "copy": copy})
            values = elements.values("float32", 6) if stream is None else [0] * 6
            host = foreign.Lender((2, 3), flags=foreign.COPIED)
            host.memory[:6] = values
            return host.capsule()
        if not stream:
            raise ValueError(f"stream {stream}")
        return self.asked(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)


def test_jax_arrays_come_in():
    for take in (asdlpack, from_dlpack):
        source = standins.lender("float32", (2, 3), kind=JaxArray, versioned=False)
        assert memoryview(take(source)).tolist() == [[-20.5, -19.5, -18.5], [-17.5, -16.5, -15.5]]
        assert source.calls == [{}] and source.deletes == 1


def test_jax_arrays_on_cuda_come_in_on_a_stream_that_they_can_name():
    source = standins.lender("float32", (2, 3), device=(CUDA, 1), kind=JaxArray, versioned=False)
    dl = asdlpack(source)
    assert (dl.device, source.calls) == ((CUDA, 1), [{"stream": 1}])
    assert standins.NumbaArray(dl).values() == elements.values("float32", 6)


def test_cupy_arrays_come_in_by_one_call():
    source = standins.lender("float32", (2, 3), device=(CUDA, 0), kind=CupyArray)
    dl = asdlpack(source)
    assert source.calls == [{"stream": 1, "max_version": (1, 3)}]
    taken = standins.cupy_from_dlpack(dl)
    assert taken.values() == elements.values("float32", 6)
    taken.release()
    assert asdlpack(source, stream=2).device == (CUDA, 0)
    assert source.calls[1]["stream"] == 2


@pytest.mark.parametrize("copy", [None, True])
@pytest.mark.parametrize("take", [asdlpack, from_dlpack])
def test_cupy_arrays_come_to_the_host_complete(take, copy):
    source = standins.lender("float32", (2, 3), device=(CUDA, 0), kind=CupyArray)
    dl = take(source, device=(CPU, 0), copy=copy)
    assert dl.device == (CPU, 0)
    assert memoryview(dl).tolist() == [[-20.5, -19.5, -18.5], [-17.5, -16.5, -15.5]]
    assert source.calls == [{"stream": None, "copy": copy}]


@pytest.mark.parametrize("stream", [7, 1, 0, -1])
def test_no_stream_can_be_named_for_what_is_wanted_on_the_host(stream):
    source = standins.lender("float32", (2, 3), device=(CUDA, 0), kind=CupyArray)
    dl = asdlpack(source)
    for x in (source, dl, dl.__dlpack__(), CudaInterface(version=3, stream=7), bytearray(3)):
        with pytest.raises(ValueError, match="Main memory has no streams"):
            asdlpack(x, device=(CPU, 0), stream=stream)
    assert source.calls == [{"stream": 1, "max_version": (1, 3)}]


def test_numba_arrays_come_in_with_their_stream():
    class DeviceArray(CudaInterface):
        pass

    dl = asdlpack(DeviceArray(version=3, strides=(4, 8), stream=5))
    assert (dl.strides, dl.__cuda_array_interface__["stream"]) == ((1, 2), 5)


def test_tensorflow_tensors_come_in_by_a_capsule_of_theirs():
    source = standins.lender("int64", (2, 3), versioned=False)
    assert memoryview(from_dlpack(source.capsule())).tolist() == [[0, -1, -2], [-3, -4, -5]]
    assert source.deletes == 1
