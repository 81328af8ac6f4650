// A table of handwritten digits goes through five libraries, each of which works on the numbers where the one before
// left them: CommunityToolkit's Memory2D reads pixels, System.Numerics.Tensors normalizes them, ONNX Runtime scores
// them, TorchSharp (or .NET, where it does not load) compares the scores, and Arrow writes a file. Every step prints
// the addresses that its library sees and what it allocated. The exit code is 0 only if no step copied and every answer
// is right. Start it with `dotnet run`.

using System.Runtime.CompilerServices;
using CommunityToolkit.HighPerformance;
using DlPackNet;
using Microsoft.ML.OnnxRuntime;
using Pipeline;

const float Tolerance = 1e-5f; // float32 here against float64 in scikit-learn, on scores from 0 to 1
const int Unchanged = 1765;    // images that have full ink already, whose scores scikit-learn has computed
const int Right = 1766;        // images that are answered right after they were brightened
const int Unsure = 11;         // images whose best two scores are closer than Close
const float Close = 0.2f;

var ledger = new Ledger();

ledger.Begin("1. Read a table of bytes, and lend the pixels in it: its last column, the truth, is left out.");
byte[,] table = Digits.Read();
int count = table.GetLength(0);
Memory2D<byte> pixels = table.AsMemory2D(0, 0, count, Digits.Pixels);
Memory2D<byte> truth = table.AsMemory2D(0, Digits.Pixels, count, 1);
using DlPackObject lentPixels = pixels.AsDlPack();
ledger.Same("Memory2D", AddressOf(ref table[0, 0]), lentPixels, "pixels");
ledger.Check(lentPixels.Strides[0] == Digits.Pixels + 1, $"rows are {lentPixels.Strides[0]} bytes apart, not packed");

using DlPackObject images = DlPack.Allocate<float>([count, Digits.Pixels]);
using DlPackObject scores = DlPack.Allocate<float>([count, 10]);
using DlPackObject answers = DlPack.Allocate<long>([count]);

ledger.Begin("2. Turn bytes into floats, the one step that must write anew, and normalize them in place.");
Span2D<float> rows = images.AsSpan2D<float>();
int unchanged = Digits.Normalize(lentPixels.AsReadOnlySpan2D<byte>(), rows);
ledger.Same("TensorPrimitives", AddressOf(ref rows.DangerousGetReference()), images, "images");
ledger.EndWithoutCopy(images);
ledger.Check(unchanged == Unchanged, $"{unchanged} of {count} images had full ink already");

using var session = new InferenceSession(Path.Combine(AppContext.BaseDirectory, "model/digits.onnx"));
using var options = new RunOptions();
ledger.Begin("3. Score them: ONNX Runtime reads the images and writes scores and answers.");
using (OrtValue input = images.ToReadOnlyOrtValue())
{
    ledger.Same("ONNX Runtime", AddressOf(ref input.GetTensorMutableDataAsSpan<float>()[0]), images, "images");
}
session.Run(options, ["pixels"], [images], ["scores", "digits"], [scores, answers]);
ledger.EndWithoutCopy(images, scores, answers);
ledger.Check(LargestDifference() <= Tolerance, $"unchanged images score within {Tolerance} of scikit-learn's");
ledger.Check(CountRight() == Right, $"{CountRight()} of {count} images are answered right");

ledger.Begin("4. Compute how sure each answer is: how far its score is above the next best.");
using DlPackObject margins = Margins.Of(scores, ledger);
int unsure = CountUnsure();
ledger.Check(unsure == Unsure, $"{unsure} answers are less than {Close} above the next best");

ledger.Begin("5. Write pixels, answers and margins to an Arrow file.");
ArrowFile.Write(Path.Combine(AppContext.BaseDirectory, "digits.arrow"), images, answers, margins, ledger);

ledger.Begin("6. All is given back.");
foreach (DlPackObject tensor in new[] { lentPixels, images, scores, answers, margins })
{
    tensor.Dispose();
}
ledger.Check(DlPackDiagnostics.LiveObjects == 0 && DlPackDiagnostics.LiveBlocks == 0, "no objects or lent tensors");
ledger.Check(DlPackDiagnostics.LivePins == 0 && DlPackDiagnostics.LiveAllocations == 0, "no pins, no native memory");

Console.WriteLine(ledger.AllRight ? "All right." : "Something is wrong, see FAIL above.");
return ledger.AllRight ? 0 : 1;

static unsafe nint AddressOf<T>(ref T first) => (nint)Unsafe.AsPointer(ref first);

int CountRight()
{
    ReadOnlySpan<long> found = answers.AsReadOnlySpan<long>();
    int right = 0;
    for (int i = 0; i < count; i++)
    {
        right += found[i] == truth.Span[i, 0] ? 1 : 0;
    }
    return right;
}

int CountUnsure()
{
    int number = 0;
    foreach (float margin in margins.AsReadOnlySpan<float>())
    {
        number += margin < Close ? 1 : 0;
    }
    return number;
}

float LargestDifference()
{
    float[,] expected = QuickStart.CsvTable.Read("model/expected-scores.csv.gz");
    ReadOnlySpan2D<float> found = scores.AsReadOnlySpan2D<float>();
    float largest = 0;
    for (int i = 0; i < count; i++)
    {
        bool isUnchanged = pixels.Span.GetRowSpan(i).Contains((byte)16);
        for (int digit = 0; digit < 10 && isUnchanged; digit++)
        {
            largest = MathF.Max(largest, MathF.Abs(found[i, digit] - expected[i, digit]));
        }
    }
    return largest;
}
