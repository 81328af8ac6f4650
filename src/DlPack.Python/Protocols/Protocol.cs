namespace DlPackNet.Python;

/// <summary>How a tensor came to Python's <c>DLPackObject</c>.</summary>
internal enum Protocol
{
    /// <summary>Lent by .NET.</summary>
    DotNet,

    /// <summary>The functions of a type's <c>__dlpack_c_exchange_api__</c>.</summary>
    ExchangeApi,

    /// <summary>The method <c>__dlpack__</c>.</summary>
    Dlpack,

    /// <summary>A capsule by itself.</summary>
    Capsule,

    /// <summary><c>__cuda_array_interface__</c>.</summary>
    CudaArrayInterface,

    /// <summary><c>__array_interface__</c>.</summary>
    ArrayInterface,

    /// <summary><c>__array_struct__</c>.</summary>
    ArrayStruct,

    /// <summary><c>__array_shape__</c> and its sisters.</summary>
    ArrayAttributes,

    /// <summary>The buffer protocol.</summary>
    Buffer,
}
