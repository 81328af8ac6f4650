using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>What a run has put out, as tensors.</summary>
internal static class OrtOutputs
{
    /// <summary>A tensor over each value.</summary>
    /// <param name="values">What the run has put out. The caller disposes them.</param>
    /// <param name="names">The output that each value is.</param>
    /// <param name="bound">The tensors in whose memory an output may be, that of its name first.</param>
    public static DlPackObject[] Lend(
        IReadOnlyList<OrtValue> values,
        IReadOnlyCollection<string> names,
        Func<string, IEnumerable<DlPackObject>> bound)
    {
        var tensors = new DlPackObject[values.Count];
        int count = 0;
        try
        {
            foreach (string name in names)
            {
                tensors[count] = Lend(values[count], bound(name));
                count++;
            }

            return tensors;
        }
        catch
        {
            Array.ForEach(tensors, tensor => tensor?.Dispose());
            throw;
        }
    }

    // An output may be in memory that was bound to it, or to an input that the model passes through: values by the
    // public members alone do not hold that, and none says that it is read-only.
    private static DlPackObject Lend(OrtValue value, IEnumerable<DlPackObject> bound)
    {
        DlPackObject tensor = value.AsDlPack();
        DlPackObject? same = tensor.Length == 0 ? null : bound.FirstOrDefault(other => AreSame(other, tensor));
        if (same is null)
        {
            return tensor;
        }

        tensor.Dispose();
        return same.AsDlPack();
    }

    // Several tensors may be laid over one address. All that the main processor can read is main memory to ONNX
    // Runtime.
    private static bool AreSame(DlPackObject bound, DlPackObject tensor) =>
        bound.DType == tensor.DType
        && bound.Shape.SequenceEqual(tensor.Shape)
        && (bound.Device == tensor.Device || (bound.Device.IsCpuReadable && tensor.Device.IsCpuReadable))
        && bound.Data == tensor.Data;
}
