using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using DlPackNet.Lifetime;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>What travels beside address and dims, in as little room as it may take.</summary>
public sealed class TensorHeaderTests
{
    [Fact]
    public void Copies_of_it_need_no_wide_registers() => Unsafe.SizeOf<TensorHeader>().Should().BeLessThan(32);

    [Fact]
    public void What_is_put_in_comes_out()
    {
        DLPackFlags all = DLPackFlags.ReadOnly | DLPackFlags.IsCopied | DLPackFlags.IsSubByteTypePadded;
        var device = new DLDevice(DLDeviceType.kDLCUDA, int.MaxValue);

        var header = new TensorHeader(DLDataType.Complex128, device, all, ndim: 64, ulong.MaxValue);

        (header.DType, header.Device, header.Flags, header.NDim, header.ByteOffset)
            .Should().Be((DLDataType.Complex128, device, all, 64, ulong.MaxValue));
        (header with { NDim = 3 }).Should().Be(
            new TensorHeader(DLDataType.Complex128, device, all, ndim: 3, ulong.MaxValue));
    }
}
