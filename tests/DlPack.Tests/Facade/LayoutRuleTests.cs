using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>What consumers have stumbled over elsewhere, and how it goes out and comes in here.</summary>
public sealed unsafe class LayoutRuleTests : LeakChecked
{
    [Theory]
    [InlineData(new long[] { 0 }, new long[] { 1 })]
    [InlineData(new long[] { 1, 8, 0, 128 }, new long[] { 1024, 128, 128, 1 })]
    [InlineData(new long[] { 3, 0 }, new long[] { 1, 1 })]
    [InlineData(new long[] { 0, 3 }, new long[] { 3, 1 })]
    public void Empty_tensors_go_out_with_null_data_and_canonical_strides(long[] shape, long[] strides)
    {
        using DlPackObject dl = DlPack.AsDlPack(new float[4], shape);
        using DlPackObject odd = DlPack.AsDlPack(new float[4], shape, new long[shape.Length], offset: 4);
        using var borrowed = new Borrowed(dl);
        using var ofOdd = new Borrowed(odd.Dlpack(maxVersion: new DLPackVersion(0, 8)));
        using DlPackObject back = DlPack.FromDlpack(odd.Dlpack());

        foreach (Borrowed each in new[] { borrowed, ofOdd })
        {
            each.Shape.Should().Equal(shape);
            each.Strides.Should().Equal(strides);
            (each.Tensor->data is null).Should().BeTrue();
        }

        back.Shape.ToArray().Should().Equal(shape);
        back.Length.Should().Be(0);
        back.IsContiguous.Should().BeTrue();
        back.IsReadOnly.Should().BeFalse("no element stands for several");
    }

    [Fact]
    public void Scalars_go_out_with_null_shape_and_strides()
    {
        double[] array = [1, 2];
        using DlPackObject dl = DlPack.AsDlPack(array, shape: [], offset: 1);
        using var borrowed = new Borrowed(dl);
        using DlPackObject back = DlPack.FromDlpack(dl.Dlpack());

        borrowed.Tensor->ndim.Should().Be(0);
        (borrowed.Tensor->shape is null).Should().BeTrue();
        (borrowed.Tensor->strides is null).Should().BeTrue();
        (*(double*)borrowed.Data).Should().Be(2);
        back.Length.Should().Be(1);
        back.AsSpan<double>()[0] = 20;
        array[1].Should().Be(20);
    }

    [Theory]
    [InlineData(new long[] { 1, 128 }, new long[] { 1, 1 }, new long[] { 128, 1 })]
    [InlineData(new long[] { 128, 1 }, new long[] { 1, 777 }, new long[] { 1, 1 })]
    [InlineData(new long[] { 1 }, new long[] { -9 }, new long[] { 1 })]
    [InlineData(new long[] { 1, 1, 1 }, new long[] { 0, long.MaxValue, long.MinValue }, new long[] { 1, 1, 1 })]
    [InlineData(new long[] { 2, 1, 4 }, new long[] { 8, 0, 2 }, new long[] { 8, 8, 2 })]
    public void Dimensions_of_one_index_go_out_with_the_strides_that_consumers_expect(
        long[] shape, long[] strides, long[] expected)
    {
        using DlPackObject dl = DlPack.AsDlPack(new byte[200], shape, strides);
        using var borrowed = new Borrowed(dl);

        borrowed.Strides.Should().Equal(expected);
        dl.Strides.ToArray().Should().Equal(expected);
        dl.IsReadOnly.Should().BeFalse();
    }

    [Fact]
    public void Negative_strides_go_out_as_they_are_and_come_back()
    {
        int[] array = [1, 2, 3];
        using DlPackObject dl = DlPack.AsDlPack(array, [3], strides: [-1], offset: 2);
        using var borrowed = new Borrowed(dl);
        using DlPackObject back = DlPack.FromDlpack(dl.Dlpack());
        using var copy = new Borrowed(dl.Dlpack(copy: true));

        borrowed.Strides.Should().Equal(-1);
        borrowed.Elements<int>().Should().Equal(3, 2, 1);
        fixed (int* start = array)
        {
            borrowed.Data.Should().Be((nint)(start + 2));
        }

        back.ToArray<int>().Should().Equal(3, 2, 1);
        copy.Strides.Should().Equal(1);
        copy.Elements<int>().Should().Equal(3, 2, 1);
    }

    [Fact]
    public void An_element_that_stands_for_several_is_read_only()
    {
        float[] array = [1, 2];
        using DlPackObject dl = DlPack.AsDlPack(array, [2, 3], strides: [1, 0]);
        using var borrowed = new Borrowed(dl);
        using var raw = new Borrowed((nint)DlPack.Export(array, [2, 3], strides: [1, 0]), isVersioned: true);
        using DlPackObject back = DlPack.FromDlpack(dl.Dlpack(maxVersion: new DLPackVersion(0, 8)));

        borrowed.Flags.Should().Be(DLPackFlags.ReadOnly);
        raw.Flags.Should().Be(DLPackFlags.ReadOnly);
        borrowed.Elements<float>().Should().Equal(1, 1, 1, 2, 2, 2);
        back.ToArray<float>().Should().Equal(1, 1, 1, 2, 2, 2);
        ((Action)(() => dl.AsSpan<float>())).Should().Throw<DlPackException>().WithMessage("*read-only*");
    }

    [Fact]
    public void Strides_are_always_sent()
    {
        using DlPackObject dl = DlPack.AsDlPack(new long[2, 3, 4]);
        using var versioned = new Borrowed(dl);
        using var legacy = new Borrowed(dl.Dlpack(maxVersion: new DLPackVersion(0, 8)));

        (versioned.Tensor->strides is null).Should().BeFalse();
        versioned.Strides.Should().Equal(12, 4, 1);
        legacy.Strides.Should().Equal(12, 4, 1);
    }

    [Fact]
    public void As_many_dimensions_as_numpy_has_go_out_and_come_back()
    {
        for (int ndim = 0; ndim <= 64; ndim++)
        {
            long[] shape = [.. Enumerable.Repeat(1L, ndim)];
            using DlPackObject dl = DlPack.AsDlPack(new int[1], shape);
            using DlPackObject back = DlPack.FromDlpack(dl.Dlpack());

            back.Shape.ToArray().Should().Equal(shape);
            back.Strides.ToArray().Should().Equal(shape);
        }
    }
}
