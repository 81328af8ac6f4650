namespace DlPackNet.Python;

/// <summary>What keeps a Python tensor's memory valid.</summary>
internal enum PyTensorSource
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>A reference to a Python object.</summary>
    Reference,

    /// <summary>A view by the buffer protocol.</summary>
    View,

    /// <summary>A tensor that came in, whose deleter is to be called.</summary>
    Versioned,

    /// <summary>A tensor that came in in the struct from before DLPack 1.0.</summary>
    Legacy,

    /// <summary>A .NET tensor, by a handle.</summary>
    Managed,
}
