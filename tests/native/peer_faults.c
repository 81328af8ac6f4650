/* Tensors that no consumer may accept. */
#include "peer.h"

static void spoil(DLTensor *tensor, PeerFault fault) {
    switch (fault) {
    case PEER_NEGATIVE_NDIM:
        tensor->ndim = -1;
        break;
    case PEER_HUGE_NDIM:
        tensor->ndim = INT32_MAX;
        break;
    case PEER_NULL_SHAPE:
        tensor->shape = NULL;
        break;
    case PEER_NEGATIVE_EXTENT:
        tensor->shape[1] = -3;
        break;
    case PEER_OVERFLOWING_EXTENTS:
        /* 2^64 elements: their number wraps to 0. */
        tensor->shape[0] = tensor->shape[1] = INT64_C(1) << 32;
        break;
    case PEER_OVERFLOWING_BYTES:
        /* 2^62 elements can be counted, the bytes from the first to the last cannot. */
        tensor->shape[0] = INT64_C(1) << 62;
        tensor->shape[1] = 1;
        tensor->strides[0] = 1;
        break;
    case PEER_OVERFLOWING_STRIDES:
        tensor->strides[0] = tensor->strides[1] = INT64_MAX;
        break;
    case PEER_OVERFLOWING_BYTE_OFFSET:
        tensor->byte_offset = UINT64_MAX;
        break;
    case PEER_ZERO_BITS:
        tensor->dtype.bits = 0;
        break;
    case PEER_ZERO_LANES:
        tensor->dtype.lanes = 0;
        break;
    case PEER_NULL_DATA:
        tensor->data = NULL;
        break;
    }
}

void *peer_produce_bad(int32_t fault, int32_t kind) {
    static const int64_t shape[] = {2, 3};
    PeerRecipe recipe = {
        .device = {kDLCPU, 0},
        .dtype = {kDLFloat, 32, 1},
        .ndim = 2,
        .shape = shape,
        .version = {DLPACK_MAJOR_VERSION, DLPACK_MINOR_VERSION},
        .kind = kind,
    };
    void *tensor = peer_produce(&recipe);
    spoil(kind == PEER_VERSIONED ? &((DLManagedTensorVersioned *)tensor)->dl_tensor
                                 : &((DLManagedTensor *)tensor)->dl_tensor,
          (PeerFault)fault);
    return tensor;
}
