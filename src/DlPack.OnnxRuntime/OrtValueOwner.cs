using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>
/// Keeps the memory of a value in the value's place, even after the value is disposed by somebody else.
/// </summary>
internal sealed class OrtValueOwner : DlPackOwner
{
    private OrtValue? _value;
    private nint _handle;
    private OrtPin? _pin;

    /// <summary>Takes a value over. From here on its disposal releases nothing; the end of this owner does.</summary>
    /// <param name="value">A value that releases its handle.</param>
    public void TakeOver(OrtValue value)
    {
        _pin = OrtPin.Of(value);
        _value = value;
        _handle = OrtNative.Handle(value);
        OrtNative.IsOwned(value) = false;
    }

    protected override unsafe void Release()
    {
        if (_value is null)
        {
            return;
        }

        // Also to forget the handle: whoever still has the value is told that it is disposed, and whoever lends it
        // right now is done first.
        lock (_value)
        {
            _value.Dispose();
        }

        OrtNative.ReleaseValue(_handle);
        _pin?.Release();
    }
}
