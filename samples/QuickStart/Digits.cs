namespace QuickStart;

/// <summary>1,797 handwritten digits of 8 x 8 pixels; where they come from is told in data/README.md.</summary>
internal static class Digits
{
    private const int Pixels = 64;

    /// <summary>Loads the images, one a row with pixels from 0 (paper) to 16 (ink), and what they show.</summary>
    public static (float[,] Images, int[] Truth) Load()
    {
        float[,] table = CsvTable.Read("data/digits.csv.gz");
        float[,] images = new float[table.GetLength(0), Pixels];
        int[] truth = new int[table.GetLength(0)];
        for (int image = 0; image < truth.Length; image++)
        {
            for (int pixel = 0; pixel < Pixels; pixel++)
            {
                images[image, pixel] = table[image, pixel];
            }
            truth[image] = (int)table[image, Pixels];
        }
        return (images, truth);
    }

    /// <summary>Draws an image with characters, two a pixel.</summary>
    public static string Picture(float[,] images, int image)
    {
        const string Ink = " .:-=+*#%";
        var rows = Enumerable.Range(0, 8).Select(row => "      " + string.Concat(Enumerable.Range(0, 8).Select(
            column => new string(Ink[(int)images[image, (row * 8) + column] / 2], 2))));
        return string.Join(Environment.NewLine, rows);
    }
}
