using System.Numerics;
using System.Reflection;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>Elements of every type, as a C producer made them.</summary>
public sealed unsafe class ImportDTypeTests : PeerLeakCheckedTests
{
    private static readonly Dictionary<DLDataType, Func<DlPackObject, IEnumerable<double>>> Readers = new()
    {
        [DLDataType.Int8] = Read<sbyte>,
        [DLDataType.Int16] = Read<short>,
        [DLDataType.Int32] = Read<int>,
        [DLDataType.Int64] = Read<long>,
        [DLDataType.UInt8] = Read<byte>,
        [DLDataType.UInt16] = Read<ushort>,
        [DLDataType.UInt32] = Read<uint>,
        [DLDataType.UInt64] = Read<ulong>,
        [DLDataType.Float16] = Read<Half>,
        [DLDataType.Float32] = Read<float>,
        [DLDataType.Float64] = Read<double>,
        [DLDataType.Bool] = tensor => tensor.ToArray<bool>().Select(value => value ? 1.0 : 0.0),
        [DLDataType.BFloat16] = tensor => tensor.ToArray<ushort>()
            .Select(bits => (double)BitConverter.Int32BitsToSingle(bits << 16)),
    };

    public static TheoryData<DLDataType> TypesThatCReads => [.. Readers.Keys];

    /// <summary>Every type that the library has a name for, vectors, and types that it has no name for.</summary>
    public static TheoryData<DLDataType> AllTypes =>
    [
        .. typeof(DLDataType).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => (DLDataType)property.GetValue(null)!),
        new DLDataType(DLDataTypeCode.kDLFloat, 32, 4),
        new DLDataType(DLDataTypeCode.kDLInt, 8, 3),
        new DLDataType(DLDataTypeCode.kDLInt, 4),
        new DLDataType(DLDataTypeCode.kDLUInt, 2),
        new DLDataType(DLDataTypeCode.kDLFloat4_e2m1fn, 4, 2),
        new DLDataType(DLDataTypeCode.kDLOpaqueHandle, 64),
        new DLDataType(DLDataTypeCode.kDLBcomplex, 32),
    ];

    [Theory]
    [MemberData(nameof(TypesThatCReads))]
    public void Values_are_those_that_C_wrote(DLDataType dtype)
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(new PeerTensor { Shape = [2, 3], DType = dtype });
        DLManagedTensor* strided = NativePeer.Legacy(
            new PeerTensor { Shape = [2, 3], Strides = [-1, 4], DType = dtype, ByteOffset = 16 });
        double[] expected = dtype == DLDataType.Bool ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 5];

        using DlPackObject tensor = DlPack.FromDlpack(lent);
        using DlPackObject stridedTensor = DlPack.FromDlpack(strided);

        Readers[dtype](tensor).Should().Equal(expected);
        Readers[dtype](stridedTensor).Should().Equal(expected);
    }

    [Theory]
    [MemberData(nameof(TypesThatCReads))]
    public void Values_that_C_writes_later_are_seen_and_those_of_dotnet_by_C(DLDataType dtype)
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(new PeerTensor { Shape = [2, 3], DType = dtype });
        using DlPackObject tensor = DlPack.FromDlpack(lent);

        NativePeer.Write(&lent->dl_tensor, 0, 1);
        Readers[dtype](tensor).First().Should().Be(1);

        Bytes(tensor).Clear();
        NativePeer.Sum(&lent->dl_tensor).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void The_type_and_each_byte_come_in_and_go_out_unchanged(DLDataType dtype)
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(new PeerTensor { Shape = [4, 6], DType = dtype });
        using DlPackObject tensor = DlPack.FromDlpack(lent);
        int byteCount = 24 * dtype.BitsPerElement / 8;
        tensor.DType.Should().Be(dtype);
        tensor.ByteLength.Should().Be(byteCount);
        for (int i = 0; i < byteCount; i++)
        {
            ((byte*)lent->dl_tensor.data)[i] = (byte)(i + 1);
        }

        using DlPackObject copy = DlPack.FromDlpack(tensor.Dlpack(copy: true));
        DLManagedTensorVersioned* lentOn = DlPack.Export(tensor);

        copy.DType.Should().Be(dtype);
        Bytes(copy).SequenceEqual(Bytes(tensor)).Should().BeTrue();
        Bytes(tensor)[byteCount - 1].Should().Be((byte)byteCount);
        NativePeer.Complaint(lentOn).Should().BeNull();
        lentOn->dl_tensor.dtype.Should().Be(dtype);
        ((nint)lentOn->dl_tensor.data).Should().Be((nint)lent->dl_tensor.data);
        NativePeer.Delete(lentOn);
    }

    [Fact]
    public void Padded_elements_take_a_byte_each_and_say_so_when_they_are_lent_on()
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(new PeerTensor
        {
            Shape = [2, 3],
            DType = DLDataType.Float4E2M1FN,
            Flags = DLPackFlags.IsSubByteTypePadded,
        });
        using DlPackObject tensor = DlPack.FromDlpack(lent);
        tensor.AsSpan<byte>().Fill(7);

        DLManagedTensorVersioned* lentOn = DlPack.Export(tensor);

        tensor.IsSubBytePadded.Should().BeTrue();
        new ReadOnlySpan<byte>(lent->dl_tensor.data, 6).ToArray().Should().AllBeEquivalentTo(7);
        lentOn->flags.Should().Be(DLPackFlags.IsSubByteTypePadded);
        NativePeer.Delete(lentOn);
    }

    [Fact]
    public void Flags_come_in_and_go_out_and_unknown_ones_are_dropped()
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(new PeerTensor
        {
            Shape = [6],
            Flags = DLPackFlags.ReadOnly | DLPackFlags.IsCopied | (DLPackFlags)(1UL << 40),
            Version = new DLPackVersion(1, 99),
        });
        using DlPackObject tensor = DlPack.FromDlpack(lent);

        tensor.IsReadOnly.Should().BeTrue();
        tensor.IsCopied.Should().BeTrue();
        Action write = () => tensor.AsSpan<float>();
        write.Should().Throw<DlPackException>().WithMessage("*read-only*");
        DLManagedTensorVersioned* lentOn = DlPack.Export(tensor);
        (lentOn->flags & DLPackFlags.ReadOnly).Should().Be(DLPackFlags.ReadOnly);
        NativePeer.Complaint(lentOn).Should().BeNull();
        NativePeer.Delete(lentOn);
    }

    private static IEnumerable<double> Read<T>(DlPackObject tensor)
        where T : unmanaged, INumberBase<T> => tensor.ToArray<T>().Select(double.CreateChecked);

    private static Span<byte> Bytes(DlPackObject tensor) => new((void*)tensor.Data, (int)tensor.ByteLength);
}
