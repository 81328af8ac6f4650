using System.Numerics.Tensors;

namespace Pipeline;

/// <summary>How far the best score of each image is above the second best: how sure the network is.</summary>
internal static class Margins
{
    /// <summary>Computes them with .NET's own means.</summary>
    /// <param name="scores">The scores, [images, digits].</param>
    /// <param name="margins">One for each image.</param>
    public static void Compute(in ReadOnlyTensorSpan<float> scores, Span<float> margins)
    {
        for (nint image = 0; image < margins.Length; image++)
        {
            float best = 0;
            float second = 0;
            for (nint digit = 0; digit < scores.Lengths[1]; digit++)
            {
                float score = scores[image, digit];
                second = MathF.Max(second, MathF.Min(best, score));
                best = MathF.Max(best, score);
            }

            margins[(int)image] = best - second;
        }
    }
}
