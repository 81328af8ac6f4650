// TorchSharp and ILGPU on one GPU: each works on the other's memory. Exit codes: 0 right, 1 wrong, 3 TorchSharp does not
// load here.

using DlPackNet;
using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using TorchSharp;

try
{
    if (!torch.cuda.is_available())
    {
        Console.WriteLine("TorchSharp sees no GPU");
        return 3;
    }
}
catch (Exception e) when (e is not DlPackException)
{
    Console.WriteLine($"TorchSharp does not load: {e.Message}");
    return 3;
}

DlPackCuda.Initialize();
using Context context = Context.Create(builder => builder.Cuda());
using CudaAccelerator gpu = DlPackCuda.CreateAccelerator(context);
var add = gpu.LoadAutoGroupedKernel<Index2D, ArrayView2D<float, Stride2D.General>, float>(
    static (i, view, value) => view[i] += value);

OutOfTorch();
IntoTorch();
DlPackCuda.WaitForReleases();
GC.Collect();
GC.WaitForPendingFinalizers();
Check(DlPackDiagnostics.LiveBlocks == 0 && DlPackDiagnostics.LiveImports == 0, "nothing is lent any more");
Console.WriteLine($"TorchSharp {typeof(torch).Assembly.GetName().Version} and ILGPU, same memory both ways, strided too");
return 0;

void OutOfTorch()
{
    using torch.Tensor whole = torch.arange(24, dtype: torch.float32, device: torch.CUDA).reshape(4, 6);
    using torch.Tensor part = whole[torch.TensorIndex.Slice(1), torch.TensorIndex.Slice(0, null, 2)].t();
    using DlPackObject lent = part.AsDlPack();
    Check(lent.Device == DLDevice.Cuda() && lent.Shape.SequenceEqual([3, 3]), "device and shape");
    Check(lent.Strides.SequenceEqual([2, 6]), "strides");
    using (DlPackObject copy = lent.Copy())
    {
        Check(copy.ToArray<float>().SequenceEqual([6, 12, 18, 8, 14, 20, 10, 16, 22]), "values in a copy");
    }

    ArrayView2D<float, Stride2D.General> view = lent.AsArrayView2D<float, Stride2D.General>(gpu);
    add(gpu.DefaultStream, view.IntExtent, view, 100f);
    gpu.Synchronize();
    view.Release();
    using torch.Tensor seen = whole.cpu();
    Check(seen[2, 4].item<float>() == 116 && seen[2, 3].item<float>() == 15, "what ILGPU wrote into torch's memory");
}

void IntoTorch()
{
    using MemoryBuffer2D<float, Stride2D.DenseX> buffer = gpu.Allocate2DDenseX<float>(new(5, 7));
    buffer.MemSetToZero();
    add(gpu.DefaultStream, buffer.IntExtent, buffer.View.AsGeneral(), 3f);
    DlPackObject lent = buffer.View.AsDlPack();
    torch.Tensor tensor = lent.ToTorchTensor();
    lent.Dispose();
    Check(tensor.device_type == DeviceType.CUDA && tensor.shape.SequenceEqual([5L, 7]), "device and shape in torch");
    tensor.mul_(2);
    torch.cuda.synchronize();
    float[,] seen = buffer.GetAsArray2D();
    Check(seen.Cast<float>().All(value => value == 6), "what torch wrote into ILGPU's memory");
    tensor.Dispose();
}

static void Check(bool isRight, string what)
{
    if (!isRight)
    {
        Console.WriteLine($"wrong: {what}");
        Environment.Exit(1);
    }
}
