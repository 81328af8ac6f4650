using DlPackNet;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace QuickStart;

/// <summary>An ILGPU kernel over scores that ONNX Runtime wrote into an array of ours.</summary>
internal static class Kernel
{
    /// <summary>The number of the largest score of each row.</summary>
    /// <param name="scores">float32 of shape [n, classes].</param>
    /// <returns>int64 of shape [n], made by the kernel, and where it ran.</returns>
    public static (long[] Answers, string Where) Largest(DlPackObject scores)
    {
        DlPackCuda.Initialize();                                   // before ILGPU looks for CUDA
        using Context context = Context.CreateDefault();
        bool hasGpu = context.GetCudaDevices().Count > 0;
        using Accelerator accelerator = hasGpu
            ? DlPackCuda.CreateAccelerator(context)
            : context.CreateCPUAccelerator(0);
        using MemoryBuffer1D<long, Stride1D.Dense> answers = accelerator.Allocate1D<long>(scores.Shape[0]);
        var kernel = accelerator
            .LoadAutoGroupedStreamKernel<Index1D, ArrayView2D<float, Stride2D.DenseY>, ArrayView<long>>(FindLargest);
        if (hasGpu)
        {
            using MemoryBuffer2D<float, Stride2D.DenseY> there =
                accelerator.Allocate2DDenseY(scores.ToArray2D<float>());
            kernel((int)answers.Length, there.View, answers.View);
            accelerator.Synchronize();
        }
        else
        {
            ArrayView2D<float, Stride2D.DenseY> view = scores.AsArrayView2D<float>(accelerator);   // no copy
            kernel((int)answers.Length, view, answers.View);
            accelerator.Synchronize();
            view.Release();
        }
        using DlPackObject lent = answers.AsDlPack();
        using DlPackObject copy = lent.Copy();                     // from the GPU, if there is one
        return (copy.ToArray<long>(), $"{accelerator.Name}, {lent.Device}");
    }

    private static void FindLargest(Index1D row, ArrayView2D<float, Stride2D.DenseY> scores, ArrayView<long> answers)
    {
        long best = 0;
        for (int i = 1; i < scores.IntExtent.Y; i++)
        {
            if (scores[row, i] > scores[row, (int)best])
            {
                best = i;
            }
        }
        answers[row] = best;
    }
}
