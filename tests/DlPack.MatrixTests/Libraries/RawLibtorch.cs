using System.Runtime.InteropServices;
using DlPackNet.Tests;
using DlPackNet.Tests.Native;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>PyTorch's native library by its own DLPack functions, without TorchSharp.</summary>
internal sealed unsafe class RawLibtorch : Library
{
    /// <inheritdoc/>
    public override string Name => "libtorch";

    /// <inheritdoc/>
    public override string How => "libtorch's `fromDLPackVersioned`, `toDLPackVersioned`";

    /// <inheritdoc/>
    public override string Where => "on Linux x64, where `DLPACK_TESTS_LIBTORCH=true`";

    /// <inheritdoc/>
    public override string? Missing { get; } = WhyMissing();

    /// <inheritdoc/>
    public override Lent Lend()
    {
        TorchTensor torch = TorchTensor.Zeros(TorchDType.Float32, 2, 3);
        DlPackObject tensor = DlPack.FromDlpack(torch.ToDlpack());
        return new Lent(tensor, (i, j) => *At(torch, i, j), (i, j, value) => *At(torch, i, j) = value);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor)
    {
        TorchTensor torch = TorchTensor.FromDlpack(DlPack.Export(tensor));
        return new Taken(
            (i, j) => *At(torch, i, j),
            tensor.IsReadOnly ? null : (i, j, value) => *At(torch, i, j) = value,
            torch.Dispose);
    }

    private static float* At(TorchTensor torch, int i, int j) =>
        (float*)torch.Data + (i * torch.Strides[0]) + (j * torch.Strides[1]);

    private static string? WhyMissing()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return "libtorch's C++ functions are known on Linux x64 only";
        }

        return string.IsNullOrEmpty(TestedAsset.Metadata("LibtorchFolder"))
            ? "the tests were built without libtorch: set DLPACK_TESTS_LIBTORCH=true and run dotnet test again"
            : null;
    }
}
