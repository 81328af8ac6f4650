using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using CommunityToolkit.HighPerformance;
using DlPackNet.AdapterTests;
using DlPackNet.Interop;
using DlPackNet.Tests;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using Xunit;

namespace DlPackNet.MatrixTests;

/// <summary>
/// One memory through all libraries in a row, each of which lends on what it has borrowed, while all before it have let
/// theirs go. TorchSharp is among them where it loads; <see cref="MatrixTests"/> says where it does not.
/// </summary>
public sealed class ChainTests
{
    private static readonly Lazy<Accelerator> Cpu =
        new(() => Context.Create(builder => builder.CPU()).CreateCPUAccelerator(0));

    [Fact]
    public void Native_memory_comes_out_where_it_was_and_is_released_once()
    {
        LiveCounts before = LiveCounts.AfterFinalizers();
        int releases = 0;
        Run(() => releases++, () => releases);
        (LiveCounts.AfterFinalizers() - before).Should().Be(default(LiveCounts));
        releases.Should().Be(1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Run(Action release, Func<int> releases)
        {
            DlPackObject memory = DlPack.Allocate<float>([2, 3]);
            Enumerable.Range(1, 6).Select(i => (float)i).ToArray().CopyTo(memory.AsSpan<float>());
            DlPackOwner owner = DlPackOwner.FromCallback(() =>
            {
                release();
                memory.Dispose();
            });
            using DlPackObject end = Through(
                DlPack.AsDlPack(memory.Data, DLDataType.Float32, [2, 3], owner: owner));
            LiveCounts.AfterFinalizers();
            releases().Should().Be(0);
            end.Data.Should().Be(memory.Data);
            end.AsTensorSpan<float>()[1, 2] = 60;
            memory.AsSpan<float>().ToArray().Should().Equal(1, 2, 3, 4, 5, 60);
        }
    }

    [Fact]
    public void An_array_comes_out_where_it_was_and_is_pinned_no_more()
    {
        LiveCounts before = LiveCounts.AfterFinalizers();
        Run();
        (LiveCounts.AfterFinalizers() - before).Should().Be(default(LiveCounts));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Run()
        {
            float[] array = [1, 2, 3, 4, 5, 6];
            Tensor<float> shared;
            using (DlPackObject lent = DlPack.AsDlPack(array, [2, 3]))
            {
                shared = lent.ToTensor<float>();
            }

            using DlPackObject end = Through(shared.AsDlPack());
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            end.AsSpan2D<float>()[0, 1] = 20;
            array.Should().Equal(1, 20, 3, 4, 5, 6);
            array[4] = 50;
            end.ToArray<float>().Should().Equal(1, 20, 3, 4, 50, 6);
        }
    }

    /// <summary>From library to library. Each tensor is disposed once the next one has its memory.</summary>
    private static DlPackObject Through(DlPackObject tensor) =>
        Arrow(Memory2D(Ilgpu(TorchSharp(OnnxRuntime(tensor)))));

    private static DlPackObject OnnxRuntime(DlPackObject tensor)
    {
        using DlPackObject borrowed = tensor;
        using OrtValue value = borrowed.ToOrtValue();
        return value.AsDlPack();
    }

    private static DlPackObject TorchSharp(DlPackObject tensor)
    {
        if (TorchLibrary.Missing is not null)
        {
            return tensor;
        }

        using DlPackObject borrowed = tensor;
        using torch.Tensor view = borrowed.ToTorchTensor();
        return view.AsDlPack();
    }

    private static DlPackObject Ilgpu(DlPackObject tensor)
    {
        using DlPackObject borrowed = tensor;
        ArrayView2D<float, Stride2D.DenseY> view = borrowed.AsArrayView2D<float>(Cpu.Value);
        DlPackObject lent = view.AsDlPack();
        view.Release();
        return lent;
    }

    private static DlPackObject Memory2D(DlPackObject tensor)
    {
        using DlPackObject borrowed = tensor;
        return borrowed.AsMemory2D<float>().AsDlPack();
    }

    private static DlPackObject Arrow(DlPackObject tensor)
    {
        using DlPackObject borrowed = tensor;
        using IArrowArray array = borrowed.ToArrowArray();
        return array.AsDlPack(isWritable: true);
    }
}
