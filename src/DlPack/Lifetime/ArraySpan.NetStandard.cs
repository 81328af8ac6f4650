namespace DlPackNet.Lifetime;

/// <summary>Spans over arrays, which the garbage collector follows: nothing is pinned.</summary>
internal static unsafe class ArraySpan
{
    /// <summary>A span over checked bytes of an array, if this target can make one.</summary>
    public static bool TryCreate<T>(Array array, nint byteOffset, int count, out Span<T> span)
        where T : unmanaged
    {
        if (array is T[] typed && array.GetType() == typeof(T[]) && byteOffset % sizeof(T) == 0)
        {
            span = new Span<T>(typed, (int)(byteOffset / sizeof(T)), count);
            return true;
        }

        span = default;
        return false;
    }
}
