// Three .NET arrays are lent through DLPack to ONNX Runtime, a native library, which works on them where they lie:
// a small neural network reads 1,797 handwritten digits from one and writes scores and answers into the others.
// Every address, score and answer is checked; the exit code is 0 only if all are right. Start it with `dotnet run`.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet;
using Microsoft.ML.OnnxRuntime;
using QuickStart;

const int Seen = 1347;              // the network was trained on this many images; it has never seen the rest
const int SeenRight = 1347;         // how many of them it answers right, as model/README.md records
const int UnseenRight = 419;
const float Tolerance = 1e-5f;      // float32 here against float64 in scikit-learn, on scores from 0 to 1

bool allRight = true;
DlPackDiagnostics.ReleaseFailed += failure => Check(false, failure.Message); // such as a deleter called twice

Console.WriteLine("1. Read images, their true digits, and the scores that scikit-learn computed for them.");
(float[,] images, int[] truth) = Digits.Load();
float[,] expected = CsvTable.Read("model/expected-scores.csv.gz");
int count = images.GetLength(0);
float[,] scores = new float[count, 10];
long[] answers = new long[count];
Console.WriteLine(Digits.Picture(images, Seen));
Console.WriteLine($"   {count} images of 8 x 8 pixels; above: image {Seen}, a {truth[Seen]}");

Console.WriteLine("2. Lend three arrays: an ordinary float[,] to read from, a float[,] and a long[] to write into.");
using (DlPackObject lentImages = DlPack.AsDlPack(images))
using (DlPackObject lentScores = DlPack.AsDlPack(scores))
using (DlPackObject lentAnswers = DlPack.AsDlPack(answers))
{
    Console.WriteLine("3. ONNX Runtime borrows them: each becomes an OrtValue over the same memory.");
    using OrtValue input = lentImages.ToOrtValue();
    using OrtValue scoresOutput = lentScores.ToOrtValue();
    using OrtValue answersOutput = lentAnswers.ToOrtValue();
    CheckSameMemory("images", images, lentImages, input);
    CheckSameMemory("scores", scores, lentScores, scoresOutput);
    CheckSameMemory("answers", answers, lentAnswers, answersOutput);

    Console.WriteLine("4. Run the network. It writes into our arrays; there is no result to fetch.");
    using var session = new InferenceSession(Path.Combine(AppContext.BaseDirectory, "model/digits.onnx"));
    using var options = new RunOptions();
    void Run() => session.Run(
        options, ["pixels"], [input], ["scores", "digits"], [scoresOutput, answersOutput]);
    Run();
    Console.WriteLine($"   answers: {lentAnswers}");
    float difference = LargestDifference();
    int seenRight = CountRight(0, Seen);
    int unseenRight = CountRight(Seen, count);
    Check(difference <= Tolerance, $"{scores.Length} scores are at most {difference:0.0e+0} from scikit-learn's");
    Check(seenRight == SeenRight, $"{seenRight} of {Seen} images that it was trained on are right");
    Check(unseenRight == UnseenRight, $"{unseenRight} of {count - Seen} images that it never saw are right");

    Console.WriteLine("5. .NET borrows the images too, with FromDlpack, and copies image 4 over image 0.");
    using (DlPackObject borrowed = DlPack.FromDlpack(lentImages.Dlpack()))
    {
        Span<float> pixels = borrowed.AsSpan<float>();
        pixels.Slice(4 * 64, 64).CopyTo(pixels);
    }
    Check(images[0, 3] == images[4, 3] && answers[0] == 0, "the array has changed, the old answer still stands");
    Run();
    Check(answers[0] == 4, $"run again without lending again, image 0 is now a {answers[0]}");
    bool sameScores = Enumerable.Range(0, 10).All(i => Math.Abs(scores[0, i] - expected[4, i]) <= Tolerance);
    Check(sameScores, "and scores as image 4 does");

    Console.WriteLine("6. ILGPU borrows the scores: a kernel finds the largest of each image.");
    (long[] largest, string where) = Kernel.Largest(lentScores);
    Check(largest.AsSpan().SequenceEqual(answers), $"on {where}: the same {count} answers as the network's own");
}

Console.WriteLine("7. All is given back: every deleter has run once, and no array is pinned any more.");
Check(DlPackDiagnostics.LiveObjects == 0 && DlPackDiagnostics.LiveCapsules == 0, "no live objects or capsules");
Check(DlPackDiagnostics.LiveBlocks == 0 && DlPackDiagnostics.LivePins == 0, "no lent tensors or pinned arrays");
Check(DlPackDiagnostics.LiveImports == 0 && DlPackDiagnostics.LiveAllocations == 0, "no borrowed or allocated memory");

Console.WriteLine(allRight ? "All right." : "Something is wrong, see FAIL above.");
return allRight ? 0 : 1;

void Check(bool right, string what)
{
    Console.WriteLine($"   {(right ? "ok  " : "FAIL")} {what}");
    allRight &= right;
}

// Zero-copy means that all three name one place. The array cannot move while it is lent.
unsafe void CheckSameMemory(string name, Array array, DlPackObject lent, OrtValue borrowed)
{
    nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
    nint ort = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(borrowed.GetTensorMutableRawData()));
    Console.WriteLine($"   {name}: {lent.DType} [{string.Join(", ", lent.Shape.ToArray())}] on {lent.Device}");
    Console.WriteLine($"        array 0x{address:x}, DlPackObject 0x{lent.Data:x}, OrtValue 0x{ort:x}");
    Check(address == lent.Data && address == ort, "one address");
}

float LargestDifference()
{
    float largest = 0;
    for (int image = 0; image < count; image++)
    {
        for (int digit = 0; digit < 10; digit++)
        {
            largest = MathF.Max(largest, MathF.Abs(scores[image, digit] - expected[image, digit]));
        }
    }
    return largest;
}

int CountRight(int from, int to) => Enumerable.Range(from, to - from).Count(image => answers[image] == truth[image]);
