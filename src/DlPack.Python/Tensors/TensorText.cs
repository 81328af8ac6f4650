namespace DlPackNet.Python;

/// <summary>What a Python tensor looks like as text.</summary>
internal static unsafe class TensorText
{
    /// <summary>Everything that its attributes say.</summary>
    public static string Repr(PyTensor* self) =>
        $"DLPackObject(shape={Tuple(self->Shape)}, strides={Tuple(self->Strides)}, dtype='{self->Tensor.dtype}', "
        + $"device=({(int)self->Tensor.device.device_type}, {self->Tensor.device.device_id}), "
        + $"readonly={(self->IsReadOnly ? "True" : "False")})";

    private static string Tuple(ReadOnlySpan<long> numbers) => numbers.Length == 1
        ? $"({numbers[0]},)"
        : "(" + string.Join(", ", numbers.ToArray()) + ")";
}
