using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>
/// Keeps the memory of a value by a reference of its own, for what <see cref="OrtValueOwner"/> cannot take over.
/// </summary>
internal sealed class OrtSequenceOwner : DlPackOwner
{
    private OrtValue? _value;
    private OrtValue? _sequence;

    /// <summary>What keeps the memory in place, if anything has to; taken over.</summary>
    public OrtPin? Pin { private get; set; }

    /// <summary>Takes a value over. If it throws, there is nothing to release.</summary>
    public void TakeOver(OrtValue value)
    {
        // ONNX Runtime counts the references to a tensor, and being a member of a sequence is one. So the memory
        // outlives the disposal of the results of a run, which is how they are mostly used. The sequence disposes the
        // value.
        _sequence = OrtValue.CreateSequence([value]);
        _value = value;
    }

    protected override void Release()
    {
        if (_value is null)
        {
            return;
        }

        // Whoever lends the value right now is done first.
        lock (_value)
        {
            _value.Dispose();
        }

        _sequence!.Dispose();
        Pin?.Release();
    }
}
