using System.Globalization;
using System.IO.Compression;

namespace QuickStart;

/// <summary>Reads the compressed tables that lie beside the program.</summary>
internal static class CsvTable
{
    /// <summary>Reads a gzipped file of numbers, one row a line, separated by commas.</summary>
    /// <param name="name">The file, relative to the program's directory.</param>
    public static float[,] Read(string name)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, name));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        float[,] table = new float[lines.Length, lines[0].Split(',').Length];
        for (int row = 0; row < table.GetLength(0); row++)
        {
            string[] cells = lines[row].Split(',');
            for (int column = 0; column < table.GetLength(1); column++)
            {
                table[row, column] = float.Parse(cells[column], CultureInfo.InvariantCulture);
            }
        }
        return table;
    }
}
