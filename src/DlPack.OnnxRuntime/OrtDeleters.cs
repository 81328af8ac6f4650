using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>
/// The deleters that a thread has at hand for the values it makes next: one from the system costs as much as all else
/// that a value's hold on its tensor takes.
/// </summary>
/// <remarks>
/// Only its thread touches it. When the thread is gone, it is finalized, and gives back what it had.
/// </remarks>
internal sealed unsafe class OrtDeleters
{
    private const int MaxFree = 16;

    [ThreadStatic]
    private static OrtDeleters? _current;

    private OrtDeleter* _free;
    private int _freeCount;

    private OrtDeleters() => OrtDeleter.Compile();

    ~OrtDeleters()
    {
        while (_free is not null)
        {
            OrtDeleter* deleter = _free;
            _free = deleter->Next;
            NativeMemory.Free(deleter);
        }
    }

    /// <summary>A deleter of nothing yet; <see cref="Give"/> takes it back.</summary>
    public static OrtDeleter* Take()
    {
        OrtDeleters own = _current ??= new OrtDeleters();
        OrtDeleter* deleter = own._free;
        if (deleter is null)
        {
            return OrtDeleter.Allocate();
        }

        own._free = deleter->Next;
        own._freeCount--;
        return deleter;
    }

    /// <summary>Takes back a deleter that nobody calls any more. Any thread may, and nothing fails.</summary>
    public static void Give(OrtDeleter* deleter)
    {
        // A thread that makes no values, as many of ONNX Runtime's do not, needs none.
        if (_current is { _freeCount: < MaxFree } own)
        {
            deleter->Next = own._free;
            own._free = deleter;
            own._freeCount++;
        }
        else
        {
            NativeMemory.Free(deleter);
        }
    }
}
