using System.Text;

namespace DlPackNet.Text;

/// <summary>Sets the printed values into brackets and lines.</summary>
internal sealed class ArrayText
{
    private const int LineWidth = 75;
    private const string Gap = "...";

    private readonly ShownElements _shown;
    private readonly string[] _words;
    private readonly StringBuilder _text = new();
    private int _nextWord;

    /// <summary>Prepares the text.</summary>
    /// <param name="shown">The shape to print.</param>
    /// <param name="words">A word for each shown element, in row-major order.</param>
    public ArrayText(ShownElements shown, string[] words)
    {
        _shown = shown;
        _words = words;
    }

    private int Rank => _shown.Counts.Length;

    /// <summary>Builds the text, once.</summary>
    public string Build()
    {
        if (Rank == 0)
        {
            return _words[0];
        }

        WriteAxis(0);
        return _text.ToString();
    }

    private void WriteAxis(int axis)
    {
        _text.Append('[');
        if (axis == Rank - 1)
        {
            WriteRow(axis);
        }
        else
        {
            WriteBlocks(axis);
        }

        _text.Append(']');
    }

    /// <summary>Sub-tensors stand below each other, with one more empty line for each level between.</summary>
    private void WriteBlocks(int axis)
    {
        int count = _shown.Counts[axis];
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
            {
                BreakBlock(axis);
            }

            if (_shown.Gaps[axis] && i == count / 2)
            {
                _text.Append(Gap);
                BreakBlock(axis);
            }

            WriteAxis(axis + 1);
        }
    }

    private void BreakBlock(int axis) => _text.Append('\n', Rank - axis - 1).Append(' ', axis + 1);

    private void WriteRow(int axis)
    {
        int count = _shown.Counts[axis];
        int column = Rank;
        for (int i = 0; i < count; i++)
        {
            if (_shown.Gaps[axis] && i == count / 2)
            {
                WriteWord(Gap, ref column);
            }

            WriteWord(_words[_nextWord++], ref column);
        }
    }

    private void WriteWord(string word, ref int column)
    {
        bool isFirstOfLine = column == Rank;
        if (!isFirstOfLine)
        {
            _text.Append(' ');
            column++;
        }

        // Every row keeps room for all closing brackets. A word that is too long for any line is not moved.
        if (column + word.Length > LineWidth - Rank && !isFirstOfLine)
        {
            TrimLine();
            _text.Append('\n').Append(' ', Rank);
            column = Rank;
        }

        _text.Append(word);
        column += word.Length;
    }

    /// <summary>Words may end in padding, which no line should.</summary>
    private void TrimLine()
    {
        while (_text[_text.Length - 1] == ' ')
        {
            _text.Length--;
        }
    }
}
