using DlPackNet;
using TorchSharp;

namespace Pipeline;

/// <summary>How far the best score of each image is above the second best: how sure the network is.</summary>
internal static class Margins
{
    /// <summary>Computes them by TorchSharp, or without it where it does not load.</summary>
    /// <param name="scores">The scores, [images, digits].</param>
    /// <param name="ledger">Where to print what happens.</param>
    /// <returns>One number for each image, in torch's memory or in .NET's.</returns>
    public static DlPackObject Of(DlPackObject scores, Ledger ledger)
    {
        if (TorchLibrary.Missing is { } reason)
        {
            Console.WriteLine($"   Without TorchSharp: {reason}.");
            DlPackObject computed = DlPack.AsDlPack(ByHand(scores));
            ledger.EndWithoutCopy(scores);
            return computed;
        }

        DlPackObject margins = ByTorch(scores, ledger);
        ledger.EndWithoutCopy(scores, margins);
        return margins;
    }

    private static DlPackObject ByTorch(DlPackObject scores, Ledger ledger)
    {
        using torch.Tensor tensor = scores.ToTorchTensor();
        using (DlPackObject seen = tensor.AsDlPack())
        {
            ledger.Same("TorchSharp", seen.Data, scores, "scores");
        }

        using DisposeScope temporaries = torch.NewDisposeScope();
        torch.Tensor best = tensor.topk(2, dim: 1).values;
        return best.select(1, 0).sub(best.select(1, 1)).AsDlPack();
    }

    private static float[] ByHand(DlPackObject scores)
    {
        var view = scores.AsReadOnlyTensorSpan<float>();
        var margins = new float[view.Lengths[0]];
        for (int image = 0; image < margins.Length; image++)
        {
            float best = 0;
            float second = 0;
            for (int digit = 0; digit < view.Lengths[1]; digit++)
            {
                float score = view[image, digit];
                second = MathF.Max(second, MathF.Min(best, score));
                best = MathF.Max(best, score);
            }

            margins[image] = best - second;
        }

        return margins;
    }
}
