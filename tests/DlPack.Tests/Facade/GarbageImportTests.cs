using System.Numerics;
using CsCheck;
using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>
/// Structs with anything in them, as broken producers send: each is refused, or is a tensor all of whose numbers hold
/// together; and each is released once.
/// </summary>
public sealed unsafe class GarbageImportTests : LeakChecked
{
    // More than a tensor may have, so that whoever trusts ndim reads what is there.
    private const int Room = 80;

    private static readonly Gen<long> Number = Gen.Frequency(
        (12, Gen.Long[-4, 4]),
        (1, Gen.OneOf(int.MaxValue, 1L << 32, 1L << 61, (1L << 62) + 3, long.MaxValue, long.MinValue)),
        (1, Gen.Long));

    private static readonly Gen<DLDataType> DType =
        from code in Gen.Int[0, 21]
        from bits in Gen.Frequency((4, Gen.OneOf<byte>(1, 4, 6, 8, 16, 32, 64, 128)), (1, Gen.Byte))
        from lanes in Gen.Frequency((4, Gen.Const((ushort)1)), (1, Gen.UShort))
        select new DLDataType((DLDataTypeCode)code, bits, lanes);

    private static readonly Gen<Garbage> Structs =
        from ndim in Gen.Frequency((6, Gen.Int[0, 4]), (2, Gen.Int[-2, 70]), (1, Gen.Int))
        from dims in Number.Array[2 * Room]
        from dtype in DType
        from device in Gen.Select(Gen.Int[-2, 24], Gen.Int)
        from flags in Gen.ULong
        from byteOffset in Gen.Frequency((3, Gen.Const(0UL)), (1, Gen.ULong))
        from nulls in Gen.Select(Gen.Int[0, 15], Gen.Int[0, 3], Gen.Int[0, 15])
        select new Garbage(
            ndim, dims, dtype, new((DLDeviceType)device.Item1, device.Item2), (DLPackFlags)flags, byteOffset)
        {
            HasShape = nulls.Item1 != 0,
            HasStrides = nulls.Item2 != 0,
            HasData = nulls.Item3 != 0,
        };

    [Fact]
    public void Any_struct_is_refused_or_becomes_a_tensor_that_holds_together()
    {
        Requires.CCompiler();
        int accepted = 0;
        Structs.Sample(
            garbage =>
            {
                long calls = NativePeer.DeleterCalls;
                fixed (long* dims = garbage.Dims)
                {
                    accepted += Import(garbage, dims) ? 1 : 0;
                }

                NativePeer.DeleterCalls.Should().Be(calls + 1);
            },
            iter: 5_000,
            threads: 1);

        accepted.Should().BeInRange(500, 4_500, "the structs should be a mixture");
    }

    // Whether it was accepted. The memory is not there: nothing may read it.
    private static bool Import(Garbage garbage, long* dims)
    {
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(new PeerTensor { Shape = [1], Flags = garbage.Flags });
        tensor->dl_tensor = garbage.Tensor(dims);
        DlPackObject dl;
        try
        {
            dl = DlPack.FromDlpack(tensor);
        }
        catch (DlPackException)
        {
            return false;
        }

        using (dl)
        {
            CheckNumbers(dl, garbage);
            CheckViews(dl);
            DLManagedTensorVersioned* lentOn = DlPack.Export(dl);
            Dims(&lentOn->dl_tensor).Should().Equal([.. dl.Shape, .. dl.Strides]);
            lentOn->deleter(lentOn);
            DLTensor canonical;
            long* room = stackalloc long[2 * Room];
            DLPackFlags flags = DlPack.ReadTensor(&tensor->dl_tensor, garbage.Flags, &canonical, room);
            ((nint)canonical.data).Should().Be(dl.Data);
            ((flags & DLPackFlags.ReadOnly) != 0).Should().Be(dl.IsReadOnly);
            Dims(&canonical).Should().Equal([.. dl.Shape, .. dl.Strides]);
        }

        return true;
    }

    private static long[] Dims(DLTensor* tensor) =>
    [
        .. new ReadOnlySpan<long>(tensor->shape, tensor->ndim),
        .. new ReadOnlySpan<long>(tensor->strides, tensor->ndim),
    ];

    private static void CheckNumbers(DlPackObject dl, Garbage garbage)
    {
        Int128 length = 1;
        (Int128 lowest, Int128 highest) = (0, 0);
        for (int i = 0; i < dl.NDim; i++)
        {
            length *= dl.Shape[i];
            Int128 reach = (Int128)(dl.Shape[i] - 1) * dl.Strides[i];
            (lowest, highest) = reach < 0 ? (lowest + reach, highest) : (lowest, highest + reach);
        }

        dl.NDim.Should().Be(garbage.NDim).And.BeInRange(0, 64);
        ((Int128)dl.Length).Should().Be(length);
        dl.ByteLength.Should().BeGreaterThanOrEqualTo(0);
        if (length > 0)
        {
            // From the first to the last element, no address is more than 64 bits away.
            ((highest - lowest) * dl.DType.BitsPerElement / 8).Should().BeLessThanOrEqualTo(long.MaxValue);
        }

        dl.ToString().Should().StartWith(dl.DType.ToString());
    }

    // Each says what is there, or that it cannot; nothing overflows into a view of what is not the tensor's.
    private static void CheckViews(DlPackObject dl)
    {
        Permits(() => dl.AsReadOnlySpan<byte>().Length.Should().Be((int)dl.ByteLength));
        Permits(() => dl.AsSpan<Vector3>().Length.Should().Be((int)(dl.ByteLength / sizeof(Vector3))));
        Permits(() => dl.LayoutIn<Matrix4x4>().Shape.Should().HaveCountLessThanOrEqualTo(dl.NDim));
        Permits(() =>
        {
            using DlPackObject last = DlPack.AsDlPack(dl, [], offset: dl.Length - 1);
            last.Length.Should().Be(1);
        });
    }

    private static void Permits(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is DlPackException or ArgumentException)
        {
        }
    }

    private sealed record Garbage(
        int NDim, long[] Dims, DLDataType DType, DLDevice Device, DLPackFlags Flags, ulong ByteOffset)
    {
        public bool HasShape { get; init; }

        public bool HasStrides { get; init; }

        public bool HasData { get; init; }

        public DLTensor Tensor(long* dims) => new()
        {
            data = HasData ? (void*)0x1000 : null,
            // Main memory would be read to be printed.
            device = Device.IsCpuReadable ? DLDevice.Cuda() : Device,
            ndim = NDim,
            dtype = DType,
            shape = HasShape ? dims : null,
            strides = HasStrides ? dims + Room : null,
            byte_offset = ByteOffset,
        };
    }
}
