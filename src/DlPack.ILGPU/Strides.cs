using System.Runtime.CompilerServices;
using ILGPU;

namespace DlPackNet;

/// <summary>Turns checked strides into the stride types of ILGPU, whose own checks end the process.</summary>
internal static class Strides
{
    public static TStride Of1D<TStride>(ViewLayout layout)
        where TStride : struct, IStride1D
    {
        int[] steps = Compact(layout);
        if (typeof(TStride) == typeof(Stride1D.Dense) && steps[0] == 1)
        {
            return default;
        }

        return typeof(TStride) == typeof(Stride1D.General)
            ? As<Stride1D.General, TStride>(new(steps[0]))
            : throw Unsuitable<TStride>(layout);
    }

    public static TStride Of2D<TStride>(ViewLayout layout)
        where TStride : struct, IStride2D
    {
        int[] steps = Compact(layout);
        if (typeof(TStride) == typeof(Stride2D.DenseY) && steps is [>= 1, 1])
        {
            return As<Stride2D.DenseY, TStride>(new(steps[0]));
        }

        if (typeof(TStride) == typeof(Stride2D.DenseX) && IsOne(steps[0], layout.X) && steps[1] >= 1)
        {
            return As<Stride2D.DenseX, TStride>(new(steps[1]));
        }

        return typeof(TStride) == typeof(Stride2D.General)
            ? As<Stride2D.General, TStride>(new(new Index2D(steps[0], steps[1])))
            : throw Unsuitable<TStride>(layout);
    }

    public static TStride Of3D<TStride>(ViewLayout layout)
        where TStride : struct, IStride3D
    {
        int[] steps = Compact(layout);
        if (typeof(TStride) == typeof(Stride3D.DenseZY) && steps is [_, >= 1, 1] && steps[0] >= steps[1])
        {
            return As<Stride3D.DenseZY, TStride>(new(steps[0], steps[1]));
        }

        if (typeof(TStride) == typeof(Stride3D.DenseXY)
            && IsOne(steps[0], layout.X) && steps[1] >= 1 && steps[2] >= steps[1])
        {
            return As<Stride3D.DenseXY, TStride>(new(steps[1], steps[2]));
        }

        return typeof(TStride) == typeof(Stride3D.General)
            ? As<Stride3D.General, TStride>(new(new Index3D(steps[0], steps[1], steps[2])))
            : throw Unsuitable<TStride>(layout);
    }

    // Where there are no elements any strides do, and ILGPU refuses those of a tensor without columns, which are 0.
    private static int[] Compact(ViewLayout layout)
    {
        if (layout.Reach != 0)
        {
            return layout.Steps;
        }

        int[] ones = [.. layout.Steps];
        Array.Fill(ones, 1);
        return ones;
    }

    private static bool IsOne(int step, long extent) => step == 1 || extent == 1;

    private static TStride As<TKnown, TStride>(TKnown stride)
        where TKnown : struct
        where TStride : struct => Unsafe.As<TKnown, TStride>(ref stride);

    private static DlPackException Unsuitable<TStride>(ViewLayout layout) => new(
        $"Shape [{string.Join(", ", layout.Shape)}] with strides [{string.Join(", ", layout.Steps)}] cannot be seen "
        + "with "
        + $"{typeof(TStride).FullName}. Ask for a General stride, which any tensor has whose strides are not "
        + "negative, or "
        + "take Copy(), which is row-major.");
}
