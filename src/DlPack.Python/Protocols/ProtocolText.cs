namespace DlPackNet.Python;

/// <summary>What protocols are called in Python.</summary>
internal static class ProtocolText
{
    public static string ToText(this Protocol protocol) => protocol switch
    {
        Protocol.ExchangeApi => "__dlpack_c_exchange_api__",
        Protocol.Dlpack => "__dlpack__",
        Protocol.Capsule => "capsule",
        Protocol.CudaArrayInterface => "__cuda_array_interface__",
        Protocol.ArrayInterface => "__array_interface__",
        Protocol.ArrayStruct => "__array_struct__",
        Protocol.ArrayAttributes => "__array_shape__",
        Protocol.Buffer => "buffer",
        _ => ".NET",
    };
}
