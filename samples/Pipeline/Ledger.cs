using DlPackNet;

namespace Pipeline;

/// <summary>
/// Shows where each step finds its numbers and what it allocates, and remembers whether all was as it should be.
/// </summary>
internal sealed class Ledger
{
    private long _allocated = GC.GetTotalAllocatedBytes(precise: true);

    /// <summary>Whether every check so far held.</summary>
    public bool AllRight { get; private set; } = true;

    /// <summary>Begins a step: what was allocated before does not count.</summary>
    public void Begin(string step)
    {
        Console.WriteLine(step);
        _allocated = GC.GetTotalAllocatedBytes(precise: true);
    }

    /// <summary>Prints where a library sees a tensor, which must be where the tensor is.</summary>
    public void Same(string library, nint address, DlPackObject tensor, string name)
    {
        Check(
            address == tensor.Data,
            $"{library} works at 0x{address:x}, where {name} is: {tensor.DType} "
            + $"[{string.Join(", ", tensor.Shape.ToArray())}], {tensor.ByteLength} bytes");
    }

    /// <summary>Ends a step that copies nothing: what it allocates is less than its numbers take.</summary>
    public void EndWithoutCopy(params DlPackObject[] tensors)
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocated;
        long taken = tensors.Sum(tensor => tensor.ByteLength);
        Check(allocated < taken, $"{allocated} bytes allocated on the managed heap; its tensors take {taken}");
    }

    /// <summary>Prints a check, and remembers if it fails.</summary>
    public void Check(bool right, string what)
    {
        Console.WriteLine($"   {(right ? "ok  " : "FAIL")} {what}");
        AllRight &= right;
    }
}
