using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>The code that the README shows, as it stands there.</summary>
public sealed unsafe class ReadmeTests : LeakChecked
{
    [Fact]
    public void The_snippet_does_what_it_says()
    {
        float[,] m = { { 1, 2, 3 }, { 4, 5, 6 } };
        using DlPackObject dl = DlPack.AsDlPack(m);
        DLDevice where = dl.DlpackDevice();
        using DlPackCapsule capsule = dl.Dlpack();
        string name = capsule.Name;
        nint tensor = capsule.Consume();
        using DlPackObject back = DlPack.FromDlpack((DLManagedTensorVersioned*)tensor);
        Span<float> view = back.AsSpan<float>();
        view[0] = 10;
        using DlPackCapsule old = dl.Dlpack(maxVersion: new DLPackVersion(0, 8));

        where.Should().Be(new DLDevice(DLDeviceType.kDLCPU, 0));
        name.Should().Be("dltensor_versioned");
        old.Name.Should().Be("dltensor");
        m[0, 0].Should().Be(10);
        view.ToArray().Should().Equal(10, 2, 3, 4, 5, 6);
        back.Shape.ToArray().Should().Equal(2, 3);
        back.DType.Should().Be(DLDataType.Float32);
    }

    [Fact]
    public void The_raw_path_lends_the_array_and_its_deleter_ends_it()
    {
        var array = new float[64];
        array[63] = 7;

        DLManagedTensorVersioned* raw = DlPack.Export(array);

        ((float*)raw->dl_tensor.data)[63].Should().Be(7);
        ((float*)raw->dl_tensor.data)[0] = 5;
        array[0].Should().Be(5);
        Live.Should().Be(new LiveCounts(0, 0, Blocks: 1, Pins: 1, 0, 0));
        raw->deleter(raw);
        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void The_raw_path_allocates_nothing_on_the_managed_heap()
    {
        var array = new float[64];
        var vectors = new System.Numerics.Vector3[4];
        ReadOnlySpan<long> shape = [8, 8];
        ReadOnlySpan<long> strides = [1, 8];
        ExportInEachWay(array, vectors, shape, strides);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 100; i++)
        {
            ExportInEachWay(array, vectors, shape, strides);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void The_raw_path_can_say_shape_strides_dtype_and_offset()
    {
        ushort[] array = [0, 1, 2, 3, 4, 5, 6];

        using var borrowed = new Borrowed(
            (nint)DlPack.Export(array, shape: [2, 3], strides: [1, 2], dtype: DLDataType.BFloat16, offset: 1), true);
        using var legacy = new Borrowed(
            (nint)DlPack.ExportLegacy(array, shape: [2, 2], strides: [3, 1]), isVersioned: false);

        borrowed.DType.Should().Be(DLDataType.BFloat16);
        borrowed.Version.Should().Be(new DLPackVersion(1, 3));
        borrowed.Elements<ushort>().Should().Equal(1, 3, 5, 2, 4, 6);
        legacy.Elements<ushort>().Should().Equal(0, 1, 3, 4);
    }

    [Fact]
    public void The_raw_path_leaves_nothing_behind_when_it_fails()
    {
        var array = new float[6];
        var bytes = new byte[6];

        ((Action)(() => DlPack.Export((float[])null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPack.Export((DlPackObject)null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPack.Export(array, shape: [7]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Export(array, shape: [2], offset: -1))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Export(array, shape: [2, 2], strides: [4]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Export(array, shape: new long[65]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Export(array, [6], dtype: DLDataType.Int64))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.ExportLegacy(bytes, [2], dtype: DLDataType.Float4E2M1FN, offset: 1)))
            .Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Export(new decimal[2]))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void An_object_can_be_exported_and_disposed_at_once()
    {
        int[] array = [1, 2, 3];
        DlPackObject dl = DlPack.AsDlPack(array);

        using var borrowed = new Borrowed(dl);
        dl.Dispose();

        borrowed.Elements<int>().Should().Equal(1, 2, 3);
        borrowed.At<int>(1) = 20;
        array[1].Should().Be(20);
    }

    private static void ExportInEachWay(
        float[] array, System.Numerics.Vector3[] vectors, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        DLManagedTensorVersioned* flat = DlPack.Export(array);
        DLManagedTensorVersioned* structs = DlPack.Export(vectors);
        DLManagedTensorVersioned* shaped = DlPack.Export(array, shape, strides);
        DLManagedTensor* legacy = DlPack.ExportLegacy(array, shape);
        flat->deleter(flat);
        structs->deleter(structs);
        shaped->deleter(shaped);
        legacy->deleter(legacy);
    }
}
