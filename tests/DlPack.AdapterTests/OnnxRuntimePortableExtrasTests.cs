using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Where the public members of ONNX Runtime's .NET library alone do less, and what is refused then.</summary>
public sealed unsafe class OnnxRuntimePortableExtrasTests : LeakChecked
{
    public OnnxRuntimePortableExtrasTests()
    {
        OrtNative.IsAvailable = false;
        AtEnd(() => OrtNative.IsAvailable = true);
    }

    [Fact]
    public void More_elements_than_an_int_counts_come_in_and_are_held_until_the_value_is_collected()
    {
        const long Length = int.MaxValue + 17L;
        LeaveTheRestToFinalizers();
        Check();
        LiveAfterFinalizers().Allocations.Should().Be(0);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Check()
        {
            DlPackObject large = DlPack.Allocate<byte>([Length], zeroed: false);
            ((byte*)large.Data)[Length - 1] = 42;
            OrtValue value = large.ToOrtValue();
            large.Dispose();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            value.GetTensorSizeInBytes().Should().Be(Length);
            GC.KeepAlive(value);
        }
    }

    [Fact]
    public void An_address_that_ONNX_Runtime_does_not_tell_is_refused()
    {
        using DlPackObject large = DlPack.Allocate<float>([700_000_000], zeroed: false);
        using OrtValue value = large.ToOrtValue();
        Action lend = () => value.AsDlPack();
        lend.Should().Throw<DlPackException>().WithMessage("*2800000000 bytes*Bind a tensor*");
    }

    [Fact]
    public void Element_types_that_the_dotnet_library_does_not_know_are_refused()
    {
        using DlPackObject tensor = DlPack.Allocate(DLDataType.Float8E4M3FN, [4]);
        Action wrap = () => tensor.ToOrtValue();
        wrap.Should().Throw<DlPackException>().WithMessage("*float8_e4m3fn*");
        OrtNative.IsAvailable = true;
        using OrtValue value = tensor.ToOrtValue();
        OrtNative.IsAvailable = false;
        Action lend = () => value.AsDlPack();
        lend.Should().Throw<DlPackException>().WithMessage("*float8_e4m3fn*");
    }

    [Fact]
    public void What_is_no_tensor_of_numbers_or_is_disposed_is_refused()
    {
        using OrtValue strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [2]);
        OrtValue disposed = OrtValues.Allocate(TensorElementType.Float, [1]);
        disposed.Dispose();
        Action lendStrings = () => strings.AsDlPack();
        Action lendDisposed = () => disposed.AsDlPack();
        lendStrings.Should().Throw<DlPackException>().WithMessage("*GetStringTensorAsArray*");
        lendDisposed.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Disposing_the_value_first_leaves_the_tensor_its_memory()
    {
        OrtValue value = OrtValues.Allocate(TensorElementType.UInt8, [64 << 20]);
        using DlPackObject tensor = value.AsDlPack();
        value.Dispose();

        // Memory of this size goes back to the system when it is freed, and touching it would end the process.
        tensor.AsSpan<byte>().Fill(3);
        tensor.AsSpan<byte>()[^1].Should().Be(3);
    }
}
