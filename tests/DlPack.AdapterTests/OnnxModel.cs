using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet.AdapterTests;

/// <summary>
/// Models of one operator, encoded by hand: what an ONNX file holds is a protobuf message of few fields.
/// </summary>
internal static class OnnxModel
{
    private const int IrVersion = 8;
    private const int Opset = 17;

    /// <summary>A session that computes <c>y = op(inputs)</c>, each of any shape and the same type.</summary>
    public static InferenceSession Session(string op, TensorElementType type, params string[] inputs) =>
        new(Encode(op, inputs, ["y"], _ => type));

    /// <summary>A session that computes <c>y = x[i]</c> along the first dimension, where i is an int64.</summary>
    public static InferenceSession Gather(TensorElementType type) =>
        new(Encode("Gather", ["x", "i"], ["y"], name => name == "i" ? TensorElementType.Int64 : type));

    /// <summary>A session that puts its input out too, in front of <c>y = -x</c>.</summary>
    public static InferenceSession PassThrough() =>
        new(Encode("Neg", ["x"], ["x", "y"], _ => TensorElementType.Float));

    /// <summary>A session that puts both its inputs out too, in front of <c>y = -b</c>, of any shapes.</summary>
    public static InferenceSession PassThrough(TensorElementType a, TensorElementType b) =>
        new(Encode("Neg", ["a", "b"], ["a", "b", "y"], name => name == "a" ? a : b, used: ["b"]));

    private static byte[] Encode(
        string op,
        string[] inputs,
        string[] outputs,
        Func<string, TensorElementType> type,
        string[]? used = null)
    {
        byte[] node = [.. (used ?? inputs).SelectMany(name => Text(1, name)), .. Text(2, "y"), .. Text(4, op)];
        byte[] graph =
        [
            .. Message(1, node),
            .. Text(2, "graph"),
            .. inputs.SelectMany(name => Message(11, Declare(name, type(name)))),
            .. outputs.SelectMany(name => Message(12, Declare(name, type(name)))),
        ];
        return [.. Number(1, IrVersion), .. Message(7, graph), .. Message(8, Number(2, Opset))];
    }

    private static byte[] Declare(string name, TensorElementType type) =>
        [.. Text(1, name), .. Message(2, Message(1, Number(1, (int)type)))];

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content) =>
        [.. Varint((field << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Number(int field, int value) => [.. Varint(field << 3), .. Varint(value)];

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
