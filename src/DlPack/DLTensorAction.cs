using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Work on a tensor that is lent for the length of the call.</summary>
/// <param name="tensor">The tensor. Neither it nor its memory may be used after the call.</param>
public unsafe delegate void DLTensorAction(DLTensor* tensor);
