using DlPackNet.Interop;

namespace DlPackNet.AdapterTests;

/// <summary>A buffer of int32 elements 1 to 6 in the shape [2, 3] that is lent, and whose end is counted.</summary>
/// <param name="Tensor">The tensor over it.</param>
/// <param name="Dispose">What its owner does when it needs the buffer no more; nothing where it is collected.</param>
/// <param name="Releases">
/// How often the library has let the memory go; of memory that is collected, whether it is gone.
/// </param>
public sealed record Counted(DlPackObject Tensor, Action Dispose, Func<int> Releases)
{
    /// <summary>A buffer over memory that ends when it is collected.</summary>
    public static Counted Collected(DlPackObject tensor, object memory)
    {
        var watched = new WeakReference(memory);
        return new Counted(tensor, () => { }, () => watched.IsAlive ? 0 : 1);
    }

    /// <summary>A tensor over native memory of 1 to 6 in the shape [2, 3].</summary>
    /// <param name="released">Called when the last that has it lets go.</param>
    public static DlPackObject Memory(Action released)
    {
        DlPackObject memory = DlPack.Allocate<int>([2, 3]);
        Enumerable.Range(1, 6).ToArray().CopyTo(memory.AsSpan<int>());
        return DlPack.AsDlPack(
            memory.Data,
            DLDataType.Int32,
            [2, 3],
            owner: DlPackOwner.FromCallback(() =>
            {
                released();
                memory.Dispose();
            }));
    }
}
