using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>
/// What keeps memory of .NET in place for all tensors that a value over it is lent as: ONNX Runtime holds the address
/// only.
/// </summary>
internal sealed class OrtPin
{
    private static readonly ConditionalWeakTable<OrtValue, OrtPin> _pins = [];

    private readonly MemoryHandle _handle;
    private int _holders;

    private OrtPin(MemoryHandle handle) => _handle = handle;

    /// <summary>Takes the pin out of a value, or shares the one that was taken; null where there is none.</summary>
    /// <param name="value">A value that the caller has locked and that is not disposed.</param>
    public static OrtPin? Of(OrtValue value)
    {
        if (OrtNative.Pin(value) is { } handle)
        {
            _pins.Add(value, new OrtPin(handle));
            OrtNative.Pin(value) = null;
        }
        else if (OrtNative.IsOwned(value))
        {
            return null;
        }

        if (_pins.TryGetValue(value, out OrtPin? pin))
        {
            Interlocked.Increment(ref pin._holders);
        }

        return pin;
    }

    /// <summary>Lets the memory move again, if this is the last that holds it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _handle.Dispose();
        }
    }
}
