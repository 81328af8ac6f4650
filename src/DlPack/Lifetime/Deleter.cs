namespace DlPackNet.Lifetime;

/// <summary>Runs a deleter's work where no exception may pass.</summary>
internal static unsafe class Deleter
{
    /// <summary>Releases a block; what fails is reported, since native code cannot catch it.</summary>
    public static void Run(TensorBlock* block)
    {
        try
        {
            // Calling a deleter with null is a consumer's mistake that C's free() forgives.
            if (block != null)
            {
                TensorBlock.Release(block);
            }
        }
        catch (Exception e)
        {
            DlPackDiagnostics.ReportReleaseFailure(e);
        }
    }
}
