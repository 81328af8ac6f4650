using System.Runtime.CompilerServices;
using ILGPU;

namespace DlPackNet;

/// <summary>Turns checked strides into the stride types of ILGPU, whose own checks end the process.</summary>
internal static class Strides
{
    public static TStride Of1D<TStride>(in ViewLayout layout)
        where TStride : struct, IStride1D
    {
        Index3D steps = Compact(layout);
        if (typeof(TStride) == typeof(Stride1D.Dense) && steps.X == 1)
        {
            return default;
        }

        return typeof(TStride) == typeof(Stride1D.General)
            ? As<Stride1D.General, TStride>(new(steps.X))
            : throw Unsuitable<TStride>(layout);
    }

    public static TStride Of2D<TStride>(in ViewLayout layout)
        where TStride : struct, IStride2D
    {
        Index3D steps = Compact(layout);
        if (typeof(TStride) == typeof(Stride2D.DenseY) && steps is { X: >= 1, Y: 1 })
        {
            return As<Stride2D.DenseY, TStride>(new(steps.X));
        }

        if (typeof(TStride) == typeof(Stride2D.DenseX) && IsOne(steps.X, layout.Extent.X) && steps.Y >= 1)
        {
            return As<Stride2D.DenseX, TStride>(new(steps.Y));
        }

        return typeof(TStride) == typeof(Stride2D.General)
            ? As<Stride2D.General, TStride>(new(new Index2D(steps.X, steps.Y)))
            : throw Unsuitable<TStride>(layout);
    }

    public static TStride Of3D<TStride>(in ViewLayout layout)
        where TStride : struct, IStride3D
    {
        Index3D steps = Compact(layout);
        if (typeof(TStride) == typeof(Stride3D.DenseZY) && steps is { Y: >= 1, Z: 1 } && steps.X >= steps.Y)
        {
            return As<Stride3D.DenseZY, TStride>(new(steps.X, steps.Y));
        }

        if (typeof(TStride) == typeof(Stride3D.DenseXY)
            && IsOne(steps.X, layout.Extent.X) && steps.Y >= 1 && steps.Z >= steps.Y)
        {
            return As<Stride3D.DenseXY, TStride>(new(steps.Y, steps.Z));
        }

        return typeof(TStride) == typeof(Stride3D.General)
            ? As<Stride3D.General, TStride>(new(steps))
            : throw Unsuitable<TStride>(layout);
    }

    // Where there are no elements any strides do, and ILGPU refuses those of a tensor without columns, which are 0.
    private static Index3D Compact(in ViewLayout layout) => layout.Reach == 0 ? new(1, 1, 1) : layout.Steps;

    private static bool IsOne(int step, long extent) => step == 1 || extent == 1;

    private static TStride As<TKnown, TStride>(TKnown stride)
        where TKnown : struct
        where TStride : struct => Unsafe.As<TKnown, TStride>(ref stride);

    private static DlPackException Unsuitable<TStride>(in ViewLayout layout) => new(
        $"Extents {layout.Extent} with strides {layout.Steps} cannot be seen with {typeof(TStride).FullName}. Ask for "
        + "a General stride, which any tensor has whose strides are not negative, or take Copy(), which is row-major.");
}
