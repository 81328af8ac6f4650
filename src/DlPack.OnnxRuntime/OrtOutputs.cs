using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>What a run has put out, as tensors.</summary>
internal static class OrtOutputs
{
    /// <summary>A tensor over each value.</summary>
    /// <param name="values">What the run has put out. The caller disposes them.</param>
    /// <param name="bound">The tensors that the run worked on.</param>
    public static DlPackObject[] Lend(IReadOnlyList<OrtValue> values, IEnumerable<BoundTensor> bound)
    {
        var tensors = new DlPackObject[values.Count];
        try
        {
            for (int i = 0; i < tensors.Length; i++)
            {
                tensors[i] = Lend(values[i], bound);
            }

            return tensors;
        }
        catch
        {
            Array.ForEach(tensors, tensor => tensor?.Dispose());
            throw;
        }
    }

    // A model may pass an input through as an output: then the value is over the input's memory, which values by the
    // public members alone do not hold.
    private static DlPackObject Lend(OrtValue value, IEnumerable<BoundTensor> bound)
    {
        DlPackObject tensor = value.AsDlPack();
        DlPackObject? same = tensor.Length == 0
            ? null
            : bound.Select(b => b.Tensor).FirstOrDefault(
                other => other.Data == tensor.Data && other.Device == tensor.Device);
        if (same is null)
        {
            return tensor;
        }

        tensor.Dispose();
        return same.AsDlPack();
    }
}
