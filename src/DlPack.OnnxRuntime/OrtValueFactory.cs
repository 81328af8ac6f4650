using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>The methods of <see cref="OrtValueExtensions"/> in the form <c>DlPack.AsDlPack(value)</c>.</summary>
public static class OrtValueFactory
{
    extension(DlPack)
    {
        /// <inheritdoc cref="OrtValueExtensions.AsDlPack(OrtValue)"/>
        public static DlPackObject AsDlPack(OrtValue value) => OrtValueExtensions.AsDlPack(value);
    }
}
