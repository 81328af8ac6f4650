using DlPackNet.Interop;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>Native memory, as C has it: an address, a struct, and a deleter.</summary>
internal sealed unsafe class NativeMemory : Library
{
    /// <inheritdoc/>
    public override string Name => "native";

    /// <inheritdoc/>
    public override string How => "`DlPack.AsDlPack(pointer, …)`, `DlPack.Export(tensor)`";

    /// <inheritdoc/>
    public override Lent Lend()
    {
        nint memory = (nint)System.Runtime.InteropServices.NativeMemory.AllocZeroed(6, sizeof(float));
        DlPackOwner owner = DlPackOwner.FromCallback(
            () => System.Runtime.InteropServices.NativeMemory.Free((void*)memory));
        return new Lent(
            DlPack.AsDlPack(memory, DLDataType.Float32, [2, 3], owner: owner),
            (i, j) => ((float*)memory)[(3 * i) + j],
            (i, j, value) => ((float*)memory)[(3 * i) + j] = value);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor)
    {
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        return new Taken(
            (i, j) => *At(i, j),
            (lent->flags & DLPackFlags.ReadOnly) != 0 ? null : (i, j, value) => *At(i, j) = value,
            () => lent->deleter(lent));

        float* At(int i, int j) =>
            (float*)lent->dl_tensor.data + (i * lent->dl_tensor.strides[0]) + (j * lent->dl_tensor.strides[1]);
    }
}
