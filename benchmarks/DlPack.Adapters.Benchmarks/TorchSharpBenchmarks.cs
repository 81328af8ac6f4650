using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet.Benchmarks;

/// <summary>Takes 8 x 8 floats into torch, and lends them out of it; each time they are given back at once.</summary>
public unsafe class TorchSharpBenchmarks
{
    private readonly DlPackObject _tensor = DlPack.Allocate<float>([8, 8]);
    private readonly long* _emptyFunction = (long*)NativeMemory.AllocZeroed(4 * sizeof(long));
    private readonly torch.Tensor _torch = Libtorch.IsThere
        ? torch.zeros(8, 8)
        : throw new NotSupportedException("TorchSharp is not here: DLPACK_TESTS_LIBTORCH=true, eng/in-trixie.sh.");

    [Benchmark(Description = "in: libtorch's fromDLPackVersioned")]
    public void RawIn() => Libtorch.DeleteTensor(FromDlpack());

    [Benchmark(Description = "in: the same, with TorchSharp's object")]
    public void RawInWithObject() => torch.Tensor.UnsafeCreateTensor(FromDlpack()).Dispose();

    [Benchmark(Description = "in: ToTorchTensor")]
    public void In() => _tensor.ToTorchTensor().Dispose();

    [Benchmark(Description = "in: ToTorchTensor, portable")]
    public void PortableIn()
    {
        nint handle = TorchImport.Take(_tensor, allowReadOnly: false, useLibtorchDlpack: false);
        torch.Tensor.UnsafeCreateTensor(handle).Dispose();
    }

    [Benchmark(Description = "out: libtorch's toDLPackVersioned")]
    public void RawOut()
    {
        DLManagedTensorVersioned* lent = Libtorch.ToDlpack(_torch.Handle);
        lent->deleter(lent);
    }

    [Benchmark(Description = "out: Export")]
    public void RawExport()
    {
        DLManagedTensorVersioned* lent = DlPack.Export(_torch);
        lent->deleter(lent);
    }

    [Benchmark(Description = "out: AsDlPack")]
    public void Out()
    {
        using DlPackObject tensor = _torch.AsDlPack();
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        lent->deleter(lent);
    }

    [Benchmark(Description = "out: the object alone, of the same address")]
    public void ObjectOut()
    {
        using DlPackObject tensor = DlPack.AsDlPack(
            _tensor.Data, DLDataType.Float32, [8, 8], owner: DlPackOwner.FromCallback(&Nothing, null));
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        lent->deleter(lent);
    }

    [Benchmark(Description = "out: TorchSharp's accessors for the same facts")]
    public long ManagedOut()
    {
        using torch.Tensor alias = _torch.alias();
        fixed (byte* data = alias.bytes)
        {
            return alias.shape[0] + alias.stride()[0] + (long)alias.dtype + alias.device_index + (long)data;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Nothing(void* context)
    {
    }

    private nint FromDlpack()
    {
        nint handle;
        Libtorch.NewTensor(&handle);
        Libtorch.FromDlpack(handle, DlPack.Export(_tensor), _emptyFunction);
        return handle;
    }
}
