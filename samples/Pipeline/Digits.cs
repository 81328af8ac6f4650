using System.Numerics.Tensors;
using CommunityToolkit.HighPerformance;

namespace Pipeline;

/// <summary>
/// 1,797 handwritten digits of 8 x 8 pixels; where they come from is told in QuickStart's data/README.md.
/// </summary>
internal static class Digits
{
    /// <summary>The pixels of one image; behind them its row has what the image shows.</summary>
    public const int Pixels = 64;

    private const float FullInk = 16;

    /// <summary>Reads the table as bytes: a row an image, with a column more than it has pixels.</summary>
    public static byte[,] Read()
    {
        float[,] cells = QuickStart.CsvTable.Read("data/digits.csv.gz");
        byte[,] table = new byte[cells.GetLength(0), cells.GetLength(1)];
        for (int row = 0; row < table.GetLength(0); row++)
        {
            for (int column = 0; column < table.GetLength(1); column++)
            {
                table[row, column] = (byte)cells[row, column];
            }
        }

        return table;
    }

    /// <summary>
    /// Turns the pixels into the numbers that the network wants, the only step that writes them anew, since a byte is
    /// no float; and then brightens each image in place, so that its darkest pixel is full ink.
    /// </summary>
    /// <returns>How many images had full ink already, and stay as they are.</returns>
    public static int Normalize(ReadOnlySpan2D<byte> pixels, Span2D<float> images)
    {
        int unchanged = 0;
        for (int i = 0; i < images.Height; i++)
        {
            Span<float> image = images.GetRowSpan(i);
            TensorPrimitives.ConvertTruncating<byte, float>(pixels.GetRowSpan(i), image);
            float ink = TensorPrimitives.Max<float>(image);
            TensorPrimitives.Multiply(image, FullInk / ink, image);
            unchanged += ink == FullInk ? 1 : 0;
        }

        return unchanged;
    }
}
