using System.Numerics;
using DlPackNet.Interop;
using DlPackNet.Tests.Lifetime;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>Tensors of libtorch become tensors of .NET on the same memory, from both structs.</summary>
public sealed unsafe class LibtorchImportTests : LeakCheckedTests
{
    public LibtorchImportTests() => Libtorch.Load();

    [Fact]
    public void Every_type_comes_in_and_goes_back_with_the_same_bytes()
    {
        foreach ((TorchDType torchDType, DLDataType dtype) in LibtorchHarnessTests.DTypes)
        {
            using TorchTensor torch = TorchTensor.Zeros(torchDType, 2, 3);
            using DlPackObject versioned = DlPack.FromDlpack(torch.ToDlpack());
            using DlPackObject legacy = DlPack.FromDlpack(torch.ToDlpackLegacy());
            versioned.DType.Should().Be(dtype);
            legacy.DType.Should().Be(dtype);
            versioned.Data.Should().Be(torch.Data);
            legacy.Data.Should().Be(torch.Data);
            for (int i = 0; i < versioned.ByteLength; i++)
            {
                ((byte*)torch.Data)[i] = dtype == DLDataType.Bool ? (byte)(i & 1) : (byte)(i + 1);
            }

            using DlPackObject copy = versioned.Copy();
            Bytes(copy).SequenceEqual(Bytes(legacy)).Should().BeTrue("{0} was copied", dtype);
            using TorchTensor back = TorchTensor.FromDlpack(DlPack.Export(copy));
            using TorchTensor backLegacy = TorchTensor.FromDlpack(DlPack.ExportLegacy(copy));
            back.DType.Should().Be(torchDType);
            backLegacy.DType.Should().Be(torchDType);
            back.Shape.Should().Equal(2, 3);
            new ReadOnlySpan<byte>((void*)back.Data, (int)copy.ByteLength).SequenceEqual(Bytes(versioned))
                .Should().BeTrue();
        }
    }

    [Fact]
    public void Values_that_libtorch_made_have_the_dotnet_types_values()
    {
        CheckRamp<byte>(TorchDType.UInt8);
        CheckRamp<sbyte>(TorchDType.Int8);
        CheckRamp<short>(TorchDType.Int16);
        CheckRamp<int>(TorchDType.Int32);
        CheckRamp<long>(TorchDType.Int64);
        CheckRamp<Half>(TorchDType.Float16);
        CheckRamp<float>(TorchDType.Float32);
        CheckRamp<double>(TorchDType.Float64);
        CheckRamp<ushort>(TorchDType.UInt16);
        CheckRamp<uint>(TorchDType.UInt32);
        CheckRamp<ulong>(TorchDType.UInt64);
        CheckRamp<Complex>(TorchDType.Complex128);
    }

    [Fact]
    public void Booleans_and_brain_floats_have_their_values_too()
    {
        using TorchTensor truth = TorchTensor.Ramp(TorchDType.Bool, 3);
        using DlPackObject booleans = DlPack.FromDlpack(truth.ToDlpack());
        booleans.ToArray<bool>().Should().Equal(false, true, true);

        using TorchTensor brain = TorchTensor.Ramp(TorchDType.BFloat16, 3);
        using DlPackObject brainFloats = DlPack.FromDlpack(brain.ToDlpack());
        brainFloats.ToArray<ushort>().Should().Equal(0, 0x3F80, 0x4000);
    }

    [Fact]
    public void Views_of_libtorch_keep_their_layout_and_are_copied_in_row_major_order()
    {
        using TorchTensor torch = TorchTensor.Ramp(TorchDType.Int32, 3, 4);
        using TorchTensor transposed = torch.Transpose();
        using TorchTensor slice = torch.Slice(1, 1, 4, 2);
        using TorchTensor scalar = torch.View([], [], 7);
        using TorchTensor repeated = torch.View([3], [0], 2);
        using TorchTensor thin = torch.View([1, 3, 1], [50, 4, 60], 1);

        Check(torch, [3, 4], [.. Enumerable.Range(0, 12)]);
        Check(transposed, [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
        Check(slice, [3, 2], [1, 3, 5, 7, 9, 11]);
        Check(scalar, [], [7]);
        Check(repeated, [3], [2, 2, 2]);
        Check(thin, [1, 3, 1], [1, 5, 9]);
    }

    [Fact]
    public void Empty_tensors_come_in_empty()
    {
        foreach (long[] shape in new long[][] { [0], [0, 4], [1, 8, 0, 128] })
        {
            using TorchTensor torch = TorchTensor.Empty(TorchDType.Float32, shape);
            using DlPackObject tensor = DlPack.FromDlpack(torch.ToDlpack());
            using DlPackObject legacy = DlPack.FromDlpack(torch.ToDlpackLegacy());

            tensor.Shape.ToArray().Should().Equal(shape);
            tensor.Length.Should().Be(0);
            legacy.ToArray<float>().Should().BeEmpty();
        }
    }

    [Fact]
    public void What_either_side_writes_the_other_sees()
    {
        using TorchTensor torch = TorchTensor.Ramp(TorchDType.Float32, 2, 3);
        using DlPackObject tensor = DlPack.FromDlpack(torch.ToDlpack());

        tensor.AsSpan<float>()[5] = 100;
        torch.Sum().Should().Be(110);

        torch.Multiply(2);
        tensor.AsSpan<float>().ToArray().Should().Equal(0, 2, 4, 6, 8, 200);
    }

    [Fact]
    public void The_memory_outlives_libtorchs_own_tensor_until_dotnet_lets_go()
    {
        var memory = new CountedMemory();
        DlPackObject tensor;
        using (DlPackObject lender = memory.Lend())
        using (TorchTensor torch = TorchTensor.FromDlpack(DlPack.Export(lender)))
        {
            tensor = DlPack.FromDlpack(torch.ToDlpack());
        }

        Collect.Everything();
        memory.Releases.Should().Be(0, "libtorch's deleter was not called");
        tensor.AsSpan<float>()[5].Should().Be(5);

        tensor.Dispose();
        memory.Releases.Should().Be(1, "libtorch's deleter was called, and it called ours");
    }

    private static void CheckRamp<T>(TorchDType dtype)
        where T : unmanaged, INumberBase<T>
    {
        using TorchTensor torch = TorchTensor.Ramp(dtype, 2, 3);
        using DlPackObject tensor = DlPack.FromDlpack(torch.ToDlpack());
        tensor.ToArray<T>().Should().Equal(Enumerable.Range(0, 6).Select(T.CreateChecked));
    }

    private static void Check(TorchTensor torch, long[] shape, int[] elements)
    {
        using DlPackObject versioned = DlPack.FromDlpack(torch.ToDlpack());
        using DlPackObject legacy = DlPack.FromDlpack(torch.ToDlpackLegacy());
        foreach (DlPackObject tensor in new[] { versioned, legacy })
        {
            tensor.Shape.ToArray().Should().Equal(shape);
            tensor.Data.Should().Be(torch.Data);
            tensor.ToArray<int>().Should().Equal(elements);
        }
    }

    private static ReadOnlySpan<byte> Bytes(DlPackObject tensor) => new((void*)tensor.Data, (int)tensor.ByteLength);
}
