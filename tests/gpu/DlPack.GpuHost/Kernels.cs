using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet.GpuHost;

/// <summary>The kernels that commands run.</summary>
internal static class Kernels
{
    /// <summary>Copies an element.</summary>
    public static void Copy<T>(
        Index3D index, ArrayView3D<T, Stride3D.General> from, ArrayView3D<T, Stride3D.General> to)
        where T : unmanaged => to[index] = from[index];

    /// <summary>
    /// Works for a while and only then writes, so that who comes too early sees what was there before.
    /// </summary>
    public static void Slow(Machine machine, string tensor, float value, int rounds, int stream)
    {
        AcceleratorStream queue = machine.Streams[stream];
        ArrayView1D<float, Stride1D.Dense> view =
            machine.Get<DlPackObject>(tensor).AsArrayView1D<float>(machine.Accelerator, queue);
        var kernel = machine.Accelerator
            .LoadAutoGroupedKernel<Index1D, ArrayView1D<float, Stride1D.Dense>, float, int>(SlowElement);
        kernel(queue, view.IntExtent, view, value, rounds);
        view.Release();
    }

    /// <summary>Adds 1 to floats at an address, whatever context they are in: for probes only.</summary>
    public static void AddRaw(Machine machine, nint address, long count)
    {
        using var buffer = new RawBuffer((CudaAccelerator)machine.Accelerator, address, count);
        var kernel = machine.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>>(AddOne);
        kernel(machine.Accelerator.DefaultStream, (int)count, new ArrayView<float>(buffer, 0, count));
        machine.Accelerator.Synchronize();
    }

    /// <summary>
    /// What the same kernel does in an accelerator's own context, and after a move to the primary one.
    /// </summary>
    public static string AcrossTheSwap()
    {
        DlPackCuda.Initialize();
        using Context context = Context.Create(builder => builder.Cuda());
        using CudaAccelerator plain = context.GetCudaDevices()[0].CreateCudaAccelerator(context);
        using CudaAccelerator primary = DlPackCuda.CreateAccelerator(context, context.GetCudaDevices()[0]);
        return $"{AddTwice(plain)} {AddTwice(primary)} {AddTwice(plain)}";
    }

    private static float AddTwice(CudaAccelerator accelerator)
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = accelerator.Allocate1D(new float[] { 5 });
        var kernel = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>>(AddOne);
        kernel(accelerator.DefaultStream, 1, buffer.View);
        kernel(accelerator.DefaultStream, 1, buffer.View);
        accelerator.Synchronize();
        return buffer.GetAsArray1D()[0];
    }

    private static void AddOne(Index1D index, ArrayView<float> view) => view[index] += 1;

    private static void SlowElement(Index1D index, ArrayView1D<float, Stride1D.Dense> view, float value, int rounds)
    {
        float x = view[index];
        for (int i = 0; i < rounds; i++)
        {
            x = (x * 0.999f) + 0.001f;
        }

        // Never equal, but the compiler does not know: the rounds must not be optimized away.
        view[index] = x == -12345.678f ? x : value;
    }
}
