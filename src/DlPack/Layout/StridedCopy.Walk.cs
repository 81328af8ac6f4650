namespace DlPackNet.Layout;

internal static unsafe partial class StridedCopy
{
    /// <summary>Copies the two innermost loops from given starting points.</summary>
    private interface IPlane
    {
        void Copy(byte* source, byte* destination);
    }

    /// <summary>Runs the outer loops around a plane.</summary>
    private static void Walk<TPlane>(ReadOnlySpan<Loop> outer, byte* source, byte* destination, ref TPlane plane)
        where TPlane : struct, IPlane
    {
        if (outer.IsEmpty)
        {
            plane.Copy(source, destination);
            return;
        }

        Loop loop = outer[0];
        for (nint i = 0; i < loop.Extent; i++)
        {
            Walk(outer[1..], source, destination, ref plane);
            source += loop.SourceStride;
            destination += loop.DestinationStride;
        }
    }

    /// <summary>Two plain nested loops over items.</summary>
    private readonly struct StridedPlane<TItem>(Loop rows, Loop columns, TItem item) : IPlane
        where TItem : struct, IItem
    {
        public void Copy(byte* source, byte* destination)
        {
            for (nint i = 0; i < rows.Extent; i++)
            {
                CopyRow(columns, source, destination, item);
                source += rows.SourceStride;
                destination += rows.DestinationStride;
            }
        }

        private static void CopyRow(Loop columns, byte* source, byte* destination, TItem item)
        {
            nint sourceStride = columns.SourceStride;
            nint destinationStride = columns.DestinationStride;
            for (nint left = columns.Extent; left > 0; left--)
            {
                item.Copy(source, destination);
                source += sourceStride;
                destination += destinationStride;
            }
        }
    }
}
