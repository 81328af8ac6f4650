using DlPackNet.MatrixTests.Libraries;
using DlPackNet.Tests;
using FluentAssertions;
using Xunit;

namespace DlPackNet.MatrixTests;

/// <summary>Runs every cell of docs/matrix.md that can be run here.</summary>
public sealed class MatrixTests
{
    private static readonly Library[] All =
    [
        new Arrays(), new Memories(), new NativeMemory(), new HighPerformance(), new Tensors(), new Arrow(),
        new OnnxRuntime(), new Ilgpu(), new RawLibtorch(), new Libraries.TorchSharp(), new NumPy(),
    ];

    [Fact]
    public void The_table_is_what_runs_here()
    {
        string path = Path.Combine(Root(), "docs", "matrix.md");
        string committed = File.Exists(path) ? File.ReadAllText(path) : string.Empty;
        MatrixDocument known = MatrixDocument.Parse(committed);
        var document = new MatrixDocument();
        foreach (Library producer in All)
        {
            foreach (Library consumer in All)
            {
                Cell? cell = producer.Missing is null && consumer.Missing is null
                    ? Cell.Run(producer, consumer)
                    : known[producer.Name, consumer.Name];
                cell?.Outcome.Should().NotBe(Cell.Failed, "{0} -> {1}: {2}", producer.Name, consumer.Name, cell.Reason);
                document[producer.Name, consumer.Name] = cell!;
            }
        }

        string text = document.Render(All);
        if (Environment.GetEnvironmentVariable("DLPACK_MATRIX") == "write")
        {
            File.WriteAllText(path, text);
        }
        else
        {
            text.Should().NotContain(MatrixDocument.NotRun);
            committed.Should().Be(text, "docs/matrix.md is what runs (DLPACK_MATRIX=write writes it)");
        }
    }

    [Fact]
    public void Every_library_is_here_or_run_elsewhere()
    {
        string[] missing =
            [.. All.Where(library => !library.IsRunElsewhere).Select(library => library.Missing!).Where(why => why is not null)];
        Requires.That(missing.Length == 0, string.Join("; ", missing));
        All.Where(library => library.Missing is null).Should().HaveCountGreaterThan(6);
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "DlPack.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The tests run outside of the repository.");
    }
}
