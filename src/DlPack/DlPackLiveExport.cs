using DlPackNet.Interop;
using DlPackNet.Layout;

namespace DlPackNet;

/// <summary>An export whose deleter has not run yet, and where it was made.</summary>
public sealed class DlPackLiveExport
{
    private readonly long[] _shape;

    internal DlPackLiveExport(DLDataType dtype, DLDevice device, long[] shape, string stackTrace)
    {
        DType = dtype;
        Device = device;
        _shape = shape;
        StackTrace = stackTrace;
    }

    /// <summary>The type of the elements.</summary>
    public DLDataType DType { get; }

    /// <summary>Where the memory is.</summary>
    public DLDevice Device { get; }

    /// <summary>The extents in elements.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>The call stack of the export, the innermost call first.</summary>
    public string StackTrace { get; }

    /// <summary>The tensor in a line and below it the stack.</summary>
    public override string ToString() =>
        $"{DType}{TensorLayout.Describe(_shape)} on {Device}, lent{Environment.NewLine}{StackTrace}";
}
