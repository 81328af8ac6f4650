using System.Runtime.InteropServices;

namespace DlPackNet.Tests.Lifetime;

/// <summary>A handle that counts how often it is closed.</summary>
internal sealed class CountedHandle : SafeHandle
{
    private int _closings;

    public CountedHandle()
        : base(invalidHandleValue: 0, ownsHandle: true) => SetHandle(1);

    /// <summary>How often it has been closed.</summary>
    public int Closings => Volatile.Read(ref _closings);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Interlocked.Increment(ref _closings);
        return true;
    }
}
