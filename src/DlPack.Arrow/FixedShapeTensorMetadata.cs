using System.Buffers;
using System.Text;
using System.Text.Json;

namespace DlPackNet;

/// <summary>What the type <c>arrow.fixed_shape_tensor</c> keeps as JSON.</summary>
/// <param name="Shape">The extents in the order of memory.</param>
/// <param name="Permutation">
/// For each dimension that a reader sees, which one of <paramref name="Shape"/> it is.
/// </param>
/// <param name="DimNames">The names of the dimensions in the order of memory; empty for none.</param>
/// <remarks>
/// https://arrow.apache.org/docs/format/CanonicalExtensions.html#fixed-shape-tensor
/// </remarks>
internal sealed record FixedShapeTensorMetadata(int[] Shape, int[] Permutation, string[] DimNames)
{
    /// <summary>The number of elements of one tensor; 0 for no possible shape.</summary>
    public int Count
    {
        get
        {
            long count = 1;
            return Shape.All(extent => extent > 0 && (count *= extent) <= int.MaxValue) ? (int)count : 0;
        }
    }

    /// <summary>Whether the parts go together.</summary>
    public bool IsValid =>
        Count != 0
        && Permutation.Order().SequenceEqual(Enumerable.Range(0, Shape.Length))
        && (DimNames.Length == 0 || DimNames.Length == Shape.Length);

    private bool IsPermuted => !Permutation.SequenceEqual(Enumerable.Range(0, Shape.Length));

    /// <summary>Reads the JSON; null if it is none, or makes no sense.</summary>
    public static FixedShapeTensorMetadata? TryParse(string? json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json ?? string.Empty);
            JsonElement root = document.RootElement;
            int[] shape = [.. root.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())];
            int[] permutation = TryGetArray(root, "permutation") is { } order
                ? [.. order.EnumerateArray().Select(i => i.GetInt32())]
                : [.. Enumerable.Range(0, shape.Length)];
            string[] names = TryGetArray(root, "dim_names") is { } list
                ? [.. list.EnumerateArray().Select(name => name.GetString() ?? string.Empty)]
                : [];
            var metadata = new FixedShapeTensorMetadata(shape, permutation, names);
            return metadata.IsValid ? metadata : null;
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The JSON, as other readers expect it.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            Write(writer, "shape", Shape, writer.WriteNumberValue);
            if (IsPermuted)
            {
                Write(writer, "permutation", Permutation, writer.WriteNumberValue);
            }

            if (DimNames.Length != 0)
            {
                Write(writer, "dim_names", DimNames, writer.WriteStringValue);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write<T>(Utf8JsonWriter writer, string name, T[] values, Action<T> write)
    {
        writer.WriteStartArray(name);
        Array.ForEach(values, write);
        writer.WriteEndArray();
    }

    private static JsonElement? TryGetArray(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value : null;
}
