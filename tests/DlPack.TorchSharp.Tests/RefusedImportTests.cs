using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using TorchSharp;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>
/// What libtorch would answer with the end of the process, a copy or a crash; nothing is left behind.
/// </summary>
public sealed unsafe class RefusedImportTests : TorchLeakChecked
{
    [Fact]
    public void Read_only_memory_needs_to_be_allowed()
    {
        using DlPackObject tensor = DlPack.AsDlPack((ReadOnlyMemory<float>)new float[] { 1, 2 });
        Refuses(tensor, "*read-only*Copy()*allowReadOnly*");
        using torch.Tensor view = tensor.ToTorchTensor(allowReadOnly: true);
        view.sum().item<float>().Should().Be(3);
        using DlPackObject copy = tensor.Copy();
        using torch.Tensor writable = copy.ToTorchTensor();
        writable.add_(1).sum().item<float>().Should().Be(5);
    }

    [Fact]
    public void Unaligned_elements_are_refused_and_their_copy_is_not()
    {
        using DlPackObject memory = DlPack.Allocate<byte>([64]);
        foreach ((DLDataType dtype, int offset) in ((DLDataType, int)[])[
            (DLDataType.Complex128, 8), (DLDataType.Complex64, 4), (DLDataType.Float64, 4), (DLDataType.Int16, 1)])
        {
            using DlPackObject tensor = DlPack.AsDlPack(memory.Data + offset, dtype, [2]);
            Refuses(tensor, $"*{dtype}*{dtype.BytesPerElement} bytes*Copy()*");
            using DlPackObject copy = tensor.Copy();
            using torch.Tensor view = copy.ToTorchTensor();
            view.NumberOfElements.Should().Be(2);
        }
    }

    [Fact]
    public void An_aligned_complex_array_is_taken_where_it_lies()
    {
        using DlPackObject tensor = DlPack.Allocate<Complex>([4]);
        tensor.AsSpan<Complex>().Fill(new Complex(1, 2));
        using torch.Tensor view = tensor.ToTorchTensor();

        // The operation that crashes if the elements are not aligned.
        view.prod().item<Complex>().Should().Be(new Complex(-7, -24));
        view.mul_(2);
        tensor.AsSpan<Complex>()[3].Should().Be(new Complex(2, 4));
    }

    [Fact]
    public void Dtypes_that_torch_has_not_are_refused()
    {
        foreach (DLDataType dtype in (DLDataType[])[
            DLDataType.Float8E3M4,
            DLDataType.Float6E2M3FN,
            DLDataType.Float4E2M1FN,
            new(DLDataTypeCode.kDLFloat, 32, 4),
            new(DLDataTypeCode.kDLOpaqueHandle, 64),
            new(DLDataTypeCode.kDLInt, 128)])
        {
            using DlPackObject tensor = DlPack.AsDlPack(256, dtype, [8]);
            Refuses(tensor, $"*no elements of {dtype}*");
        }
    }

    [Fact]
    public void Devices_that_torch_has_not_here_are_refused()
    {
        foreach (DLDevice device in (DLDevice[])[
            DLDevice.Cuda(), DLDevice.Cuda(7), new(DLDeviceType.kDLVulkan, 0), new(DLDeviceType.kDLROCM, 0)])
        {
            using DlPackObject tensor = DlPack.AsDlPack(256, DLDataType.Float32, [8], device: device);
            Refuses(tensor, $"*{device}*Copy()*main memory*");
        }
    }

    [Fact]
    public void What_torch_refuses_is_released_once()
    {
        int released = 0;
        using DlPackObject memory = DlPack.Allocate<float>([8]);
        using (DlPackObject backwards = DlPack.AsDlPack(
            memory.Data + 16, DLDataType.Float32, [2, 2], [-2, 1], owner: DlPackOwner.FromCallback(() => released++)))
        {
            // Past the checks, into libtorch's C functions, which do not throw.
            DLManagedTensorVersioned* lent = DlPack.Export(backwards);
            Action view = () => TorchBlob.Take(lent, torch.ScalarType.Float32, isContiguous: false);
            view.Should().Throw<DlPackException>().WithMessage("libtorch cannot*")
                .Which.InnerException.Should().NotBeNull();
            Live.Blocks.Should().Be(0);
        }

        released.Should().Be(1);
    }

    [Fact]
    public void What_torch_cannot_begin_with_is_released_once()
    {
        using DlPackObject tensor = DlPack.Allocate<float>([8]);
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        lent->dl_tensor.shape[0] = -1;
        Action take = () => TorchBlob.Take(lent, torch.ScalarType.Float32, isContiguous: true);
        take.Should().Throw<DlPackException>().WithMessage("libtorch cannot*");
        Live.Blocks.Should().Be(0);
    }

    [Fact]
    public void No_tensor_is_refused()
    {
        Action take = () => ((DlPackObject)null!).ToTorchTensor();
        take.Should().Throw<ArgumentNullException>();
    }

    private void Refuses(DlPackObject tensor, string message)
    {
        foreach (bool direct in (bool[])[true, false])
        {
            Action take = () => ImportTests.Take(tensor, direct);
            take.Should().Throw<DlPackException>().WithMessage(message);
            Live.Blocks.Should().Be(0);
        }
    }
}
