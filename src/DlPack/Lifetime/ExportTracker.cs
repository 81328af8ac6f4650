using System.Collections.Concurrent;
using System.Diagnostics;
using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>Remembers where each live export was made, while it is switched on.</summary>
internal static class ExportTracker
{
    private static readonly ConcurrentDictionary<nint, DlPackLiveExport> _exports = new();
    private static volatile bool _isOn;

    /// <summary>Whether new exports are remembered.</summary>
    public static bool IsOn
    {
        get => _isOn;
        set => _isOn = value;
    }

    /// <summary>The exports that were remembered and are still live.</summary>
    public static DlPackLiveExport[] Snapshot() => [.. _exports.Values];

    /// <summary>Remembers an export with the caller's stack.</summary>
    public static unsafe void Remember(nint block, DLTensor* tensor)
    {
        var shape = new ReadOnlySpan<long>(tensor->shape, tensor->ndim);
        _exports[block] = new DlPackLiveExport(tensor->dtype, tensor->device, shape.ToArray(), CallersStack());
    }

    /// <summary>Forgets an export that has been released.</summary>
    public static void Forget(nint block) => _exports.TryRemove(block, out _);

    private static string CallersStack()
    {
        var stack = new StackTrace();
        int own = 0;
        while (own < stack.FrameCount && OwnFrames.Contain(stack.GetFrame(own)))
        {
            own++;
        }

        // Again, since a stack cannot be cut, and the files are looked up for the frames that are shown only.
        return new StackTrace(own, fNeedFileInfo: true).ToString();
    }
}
