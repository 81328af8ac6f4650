// An ILGPU kernel fills a buffer, Python works on the same memory, and .NET sees what Python did. On a machine with an
// NVIDIA GPU the memory is the GPU's and Python needs PyTorch or CuPy; elsewhere it is main memory, and NumPy does too.
// Start it with `dotnet run`; the exit code is 0 if all values are right, also where there is no Python.

using DlPackNet;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using IlgpuToPython;

const int Count = 1000;

DlPackCuda.Initialize();                                  // before ILGPU looks for CUDA
using Context context = Context.CreateDefault();
using Accelerator accelerator = context.GetCudaDevices().Count > 0
    ? DlPackCuda.CreateAccelerator(context)               // in the context that PyTorch and CuPy use
    : context.CreateCPUAccelerator(0);
Console.WriteLine($"1. A kernel on {accelerator.Name} writes the squares of 0 to {Count - 1}.");
using MemoryBuffer1D<float, Stride1D.Dense> buffer = accelerator.Allocate1D<float>(Count);
var square = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(
    static (i, view) => view[i] = (float)i.X * i.X);
square(Count, buffer.View);

Console.WriteLine("2. The buffer is lent to Python where it lies.");
bool pythonWrote;
using (DlPackObject tensor = buffer.AsDlPack())
{
    Console.WriteLine($"   {tensor.DType} [{Count}] on {tensor.Device} at 0x{tensor.Data:x}");
    pythonWrote = Python.Run(tensor);
}

string seen = pythonWrote ? "what Python has doubled" : "its own values: nobody in Python could write";
Console.WriteLine($"3. .NET sees {seen}.");
DlPackCuda.WaitForReleases();
float[] values = buffer.GetAsArray1D();
int factor = pythonWrote ? 2 : 1;
bool isRight = Enumerable.Range(0, Count).All(i => values[i] == factor * (float)i * i);
Console.WriteLine($"   buffer[3] is {values[3]}; tensors still lent: {DlPackDiagnostics.LiveBlocks}");
Console.WriteLine(isRight && DlPackDiagnostics.LiveBlocks == 0 ? "All right." : "Something is wrong.");
return isRight && DlPackDiagnostics.LiveBlocks == 0 ? 0 : 1;
