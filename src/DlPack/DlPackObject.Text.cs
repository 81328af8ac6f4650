using System.Diagnostics;
using DlPackNet.Layout;
using DlPackNet.Lifetime;
using DlPackNet.Text;

namespace DlPackNet;

public sealed unsafe partial class DlPackObject
{
    private string DebuggerText => $"{DType}{TensorLayout.Describe(Shape)} on {Device}"
        + (IsReadOnly ? ", read-only" : string.Empty)
        + (_keeper is null ? ", disposed" : string.Empty);

    /// <summary>
    /// Dtype, shape and device, and below them the values as NumPy would print them, shortened above 1000 elements.
    /// </summary>
    /// <returns>The text. Values that the main processor cannot read, or not yet, are not shown.</returns>
    public override string ToString()
    {
        object? keeper = _keeper;
        if (keeper is null || !Device.IsCpuReadable || ProducerStream is not null)
        {
            return DebuggerText;
        }

        try
        {
            return DebuggerText + Environment.NewLine + FormatValues();
        }
        catch (ObjectDisposedException)
        {
            return DebuggerText;
        }
    }

    private string FormatValues()
    {
        using TensorAccess access = Access();
        return TensorFormatter.Format((byte*)access.Address, DType, Shape, Strides, IsSubBytePadded);
    }

    /// <summary>What a debugger shows when the object is opened.</summary>
    private sealed class DlPackObjectDebugView(DlPackObject tensor)
    {
        public string DType => tensor.DType.ToString();

        public string Device => tensor.Device.ToString();

        public long[] Shape => tensor.Shape.ToArray();

        public long[] Strides => tensor.Strides.ToArray();

        public bool IsReadOnly => tensor.IsReadOnly;

        public bool IsCopied => tensor.IsCopied;

        [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
        public string[] Values => tensor.ToString().Split('\n');
    }
}
