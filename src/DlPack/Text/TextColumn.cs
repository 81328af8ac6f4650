namespace DlPackNet.Text;

/// <summary>Gives words a common width.</summary>
internal static class TextColumn
{
    /// <summary>Pads the words on the left, in place, to the width of the longest.</summary>
    public static string[] AlignRight(string[] words, int minimumWidth = 0)
    {
        int width = minimumWidth;
        foreach (string word in words)
        {
            width = Math.Max(width, word.Length);
        }

        for (int i = 0; i < words.Length; i++)
        {
            words[i] = words[i].PadLeft(width);
        }

        return words;
    }
}
