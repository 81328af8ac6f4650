using System.Diagnostics;
using System.Reflection;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>What a tensor says of itself: properties, text, and what a debugger shows.</summary>
public sealed class DescriptionTests : LeakChecked
{
    [Fact]
    public void Properties_describe_the_tensor_in_elements_and_bytes()
    {
        var array = new short[2, 3, 4];
        using DlPackObject dl = DlPack.AsDlPack(array);

        dl.DType.Should().Be(DLDataType.Int16);
        dl.Device.Should().Be(DLDevice.Cpu);
        dl.DlpackDevice().Should().Be(DLDevice.Cpu);
        dl.NDim.Should().Be(3);
        dl.Shape.ToArray().Should().Equal(2, 3, 4);
        dl.Strides.ToArray().Should().Equal(12, 4, 1);
        dl.Length.Should().Be(24);
        dl.ByteLength.Should().Be(48);
        dl.IsReadOnly.Should().BeFalse();
        dl.IsCopied.Should().BeFalse();
        dl.IsContiguous.Should().BeTrue();
        dl.IsSubBytePadded.Should().BeFalse();
        dl.ByteOffset.Should().Be(0);
        dl.Data.Should().NotBe(0);
    }

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 1 }, true)]
    [InlineData(new long[] { 2, 3 }, new long[] { 4, 1 }, false)]
    [InlineData(new long[] { 2, 3 }, new long[] { 1, 2 }, false)]
    [InlineData(new long[] { 3 }, new long[] { 2 }, false)]
    [InlineData(new long[] { 3 }, new long[] { 0 }, false)]
    [InlineData(new long[] { 1, 3 }, new long[] { 7, 1 }, true)]
    [InlineData(new long[] { 3, 1 }, new long[] { 1, 7 }, true)]
    [InlineData(new long[] { 3, 1, 2 }, new long[] { 2, -5, 1 }, true)]
    [InlineData(new long[] { 0, 3 }, new long[] { 9, 9 }, true)]
    [InlineData(new long[] { 1, 1 }, new long[] { 0, 0 }, true)]
    [InlineData(new long[] { }, new long[] { }, true)]
    public void Contiguity_is_judged_by_dimensions_that_matter(long[] shape, long[] strides, bool contiguous)
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[10], shape, strides);

        dl.IsContiguous.Should().Be(contiguous);
    }

    [Fact]
    public void The_text_gives_dtype_shape_device_and_values()
    {
        using DlPackObject dl = DlPack.AsDlPack(new[,] { { 1, 2 }, { 30, 4 } });
        using DlPackObject transposed = DlPack.AsDlPack(dl, [2, 2], [1, 2]);
        using DlPackObject readOnly = DlPack.AsDlPack("ab".AsMemory());

        dl.ToString().Split(Environment.NewLine, 2).Should().Equal("int32[2, 2] on cpu:0", "[[ 1  2]\n [30  4]]");
        transposed.ToString().Should().EndWith("[[ 1 30]\n [ 2  4]]");
        readOnly.ToString().Should().Be("uint16[2] on cpu:0, read-only" + Environment.NewLine + "[97 98]");
    }

    [Fact]
    public void The_text_of_scalars_and_of_nothing_is_there()
    {
        using DlPackObject scalar = DlPack.AsDlPack((double[])[1.5], []);
        using DlPackObject empty = DlPack.AsDlPack(new float[0, 3]);

        scalar.ToString().Should().Be("float64[] on cpu:0" + Environment.NewLine + "1.5");
        empty.ToString().Should().StartWith("float32[0, 3] on cpu:0").And.Contain("[]");
    }

    [Fact]
    public void The_text_of_what_cannot_be_read_has_no_values_and_never_throws()
    {
        DlPackObject disposed = DlPack.AsDlPack(new int[2]);
        disposed.Dispose();
        using DlPackObject gpu = DlPack.AsDlPack((nint)0x10, DLDataType.Float32, [2], device: DLDevice.Cuda());
        using DlPackObject unknown = DlPack.AsDlPack(new long[2], new DLDataType((DLDataTypeCode)99, 64));

        disposed.ToString().Should().Be("int32[2] on cpu:0, disposed");
        gpu.ToString().Should().Be("float32[2] on cuda:0");
        unknown.ToString().Should().StartWith("code99_64[2] on cpu:0");
    }

    [Fact]
    public void Printing_pins_nothing_afterwards()
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[2]);

        _ = dl.ToString();

        Live.Pins.Should().Be(0);
    }

    [Fact]
    public void A_debugger_shows_a_line_and_the_parts()
    {
        Type type = typeof(DlPackObject);
        using DlPackObject dl = DlPack.AsDlPack(new[,] { { 1, 2 }, { 3, 4 } });

        string property = type.GetCustomAttribute<DebuggerDisplayAttribute>()!.Value.Trim('{', '}').Split(',')[0];
        object? line = type.GetProperty(property, BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(dl);
        line.Should().Be("int32[2, 2] on cpu:0");

        Type proxyType = Type.GetType(type.GetCustomAttribute<DebuggerTypeProxyAttribute>()!.ProxyTypeName)!;
        object proxy = Activator.CreateInstance(proxyType, dl)!;
        Dictionary<string, object?> parts = proxyType.GetProperties().ToDictionary(p => p.Name, p => p.GetValue(proxy));
        parts["DType"].Should().Be("int32");
        parts["Device"].Should().Be("cpu:0");
        parts["Shape"].Should().BeEquivalentTo((long[])[2, 2]);
        parts["Strides"].Should().BeEquivalentTo((long[])[2, 1], options => options.WithStrictOrdering());
        ((string[])parts["Values"]!).Should().Contain("[[1 2]").And.Contain(" [3 4]]");
    }
}
