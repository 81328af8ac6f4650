using System.Globalization;
using System.Text;

namespace DlPackNet.MatrixTests;

/// <summary>The file docs/matrix.md: cells by the names of producer and consumer.</summary>
internal sealed class MatrixDocument
{
    /// <summary>What stands where no run has been yet.</summary>
    public const string NotRun = "NOT RUN YET";

    private const string Head = """
        # The matrix

        Each library lends a float32 tensor of shape [2, 3] (row), and each takes it in (column), by DLPack, with one
        adapter for each library and no converter for any pair. Every cell is a run, not a claim: the consumer reads all
        elements after the producer's tensor has been disposed, sees what the producer then writes to its own buffer,
        writes an element that the producer finds in its buffer, and leaves no object, capsule, block, pin, allocation or
        import behind.

        - **shared**: all of that.
        - **read-only**: all of that, but the consumer does not write, for the reason below.

        `DLPACK_MATRIX=write dotnet test --project tests/DlPack.MatrixTests` writes this file; without the variable, the
        test compares it with what it runs. A machine that lacks a library checks, and writes, the other cells.
        """;

    private readonly Dictionary<(string Producer, string Consumer), Cell> _cells = [];

    /// <summary>A cell; null if there is none.</summary>
    public Cell? this[string producer, string consumer]
    {
        get => _cells.GetValueOrDefault((producer, consumer));
        set => _cells[(producer, consumer)] = value!;
    }

    /// <summary>Reads the table back from the text of the file.</summary>
    public static MatrixDocument Parse(string text)
    {
        var document = new MatrixDocument();
        string[] lines = text.Split('\n');
        string[] reasons =
        [
            .. lines.Where(line => line.Length > 3 && char.IsAsciiDigit(line[0]) && line.Contains(". ", StringComparison.Ordinal))
                .Select(line => line[(line.IndexOf(". ", StringComparison.Ordinal) + 2)..]),
        ];
        string[]? consumers = null;
        foreach (string line in lines.Where(line => line.StartsWith('|')).TakeWhile(line => !line.StartsWith("| library", StringComparison.Ordinal)))
        {
            string[] fields = [.. line.Trim('|').Split('|').Select(field => field.Trim())];
            if (consumers is null)
            {
                consumers = fields;
            }
            else if (fields[0].StartsWith("**", StringComparison.Ordinal))
            {
                for (int i = 1; i < fields.Length; i++)
                {
                    if (fields[i] == NotRun)
                    {
                        continue;
                    }

                    string[] parts = fields[i].Split(' ');
                    string reason = parts.Length < 2
                        ? string.Empty
                        : reasons[int.Parse(parts[1].Trim('(', ')'), CultureInfo.InvariantCulture) - 1];
                    document[fields[0].Trim('*'), consumers[i]] = new Cell(parts[0], reason);
                }
            }
        }

        return document;
    }

    /// <summary>The text of the file.</summary>
    /// <param name="libraries">The rows, which are the columns too.</param>
    public string Render(IReadOnlyList<Library> libraries)
    {
        var reasons = new List<string>();
        var text = new StringBuilder(Head);
        string[] names = [.. libraries.Select(library => library.Name)];
        text.Append("\n\n| lends \\ takes in | ").AppendJoin(" | ", names).Append(" |\n");
        text.Append("|---|").Insert(text.Length, "---|", names.Length).Append('\n');
        foreach (string producer in names)
        {
            IEnumerable<string> fields = names.Select(consumer => Field(this[producer, consumer], reasons));
            text.Append(CultureInfo.InvariantCulture, $"| **{producer}** | ").AppendJoin(" | ", fields).Append(" |\n");
        }

        text.Append('\n');
        for (int i = 0; i < reasons.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i + 1}. {reasons[i]}\n");
        }

        text.Append("\n| library | how | its row and column are run |\n|---|---|---|\n");
        foreach (Library library in libraries)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {library.Name} | {library.How} | {library.Where} |\n");
        }

        return text.ToString();
    }

    private static string Field(Cell? cell, List<string> reasons)
    {
        if (cell is null)
        {
            return NotRun;
        }

        if (cell.Reason.Length == 0)
        {
            return cell.Outcome;
        }

        if (!reasons.Contains(cell.Reason))
        {
            reasons.Add(cell.Reason);
        }

        return $"{cell.Outcome} ({reasons.IndexOf(cell.Reason) + 1})";
    }
}
