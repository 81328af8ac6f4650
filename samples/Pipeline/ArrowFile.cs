using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DlPackNet;

namespace Pipeline;

/// <summary>Tensors as columns of an Arrow file.</summary>
internal static class ArrowFile
{
    /// <summary>
    /// Writes the columns from the memory in which they are, and reads the file again to see that it is right.
    /// </summary>
    public static void Write(
        string path, DlPackObject images, DlPackObject answers, DlPackObject margins, Ledger ledger)
    {
        using (RecordBatch batch = new RecordBatch.Builder()
            .Append("pixels", nullable: false, images.ToArrowArray())
            .Append("digit", nullable: false, answers.ToArrowArray())
            .Append("margin", nullable: false, margins.ToArrowArray())
            .Build())
        {
            // Where TorchSharp is missing, the margins are in a .NET array, which moves until somebody asks for its
            // address.
            _ = margins.Data;
            var pixels = (FloatArray)((FixedShapeTensorArray)batch.Column("pixels")).Values;
            var digits = (Int64Array)batch.Column("digit");
            var sure = (FloatArray)batch.Column("margin");
            ledger.Same("Arrow", AddressOf(pixels.Values), images, "images");
            ledger.Same("Arrow", AddressOf(digits.Values), answers, "answers");
            ledger.Same("Arrow", AddressOf(sure.Values), margins, "margins");
            ledger.EndWithoutCopy(images, answers, margins);
            using var writer = new ArrowFileWriter(File.Create(path), batch.Schema);
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        using var reader = new ArrowFileReader(File.OpenRead(path));
        using RecordBatch read = reader.ReadNextRecordBatch();
        bool isEqual = ((Int64Array)read.Column("digit")).Values.SequenceEqual(answers.AsReadOnlySpan<long>())
            && ((FloatArray)read.Column("margin")).Values.SequenceEqual(margins.AsReadOnlySpan<float>());
        ledger.Check(isEqual, $"{Path.GetFileName(path)} has {read.Length} rows, and the same answers and margins");
    }

    private static unsafe nint AddressOf<T>(ReadOnlySpan<T> values) =>
        (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(values));
}
