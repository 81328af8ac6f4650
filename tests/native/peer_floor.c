/* The least that an exchange costs, in C: what benchmarks compare with. */
#include "peer.h"

#include <stdlib.h>

typedef struct {
    DLManagedTensorVersioned lent;
    int64_t shape[2];
    int64_t strides[2];
} Block;

static void free_block(DLManagedTensorVersioned *self) { free(self); }

static float elements[6];

static DLManagedTensorVersioned *make_block(void) {
    Block *block = malloc(sizeof *block);
    block->shape[0] = 2;
    block->shape[1] = 3;
    block->strides[0] = 3;
    block->strides[1] = 1;
    block->lent = (DLManagedTensorVersioned){
        .version = {DLPACK_MAJOR_VERSION, DLPACK_MINOR_VERSION},
        .deleter = free_block,
        .dl_tensor = {
            .data = elements,
            .device = {kDLCPU, 0},
            .ndim = 2,
            .dtype = {kDLFloat, 32, 1},
            .shape = block->shape,
            .strides = block->strides,
        },
    };
    return &block->lent;
}

void peer_floor_export(int64_t times) {
    /* Through a volatile, so that the compiler cannot see that nobody looks at the tensor. */
    DLManagedTensorVersioned *volatile lent;
    for (int64_t i = 0; i < times; i++) {
        lent = make_block();
        DLManagedTensorVersioned *received = lent;
        received->deleter(received);
    }
}

uint64_t peer_floor_import(const DLManagedTensorVersioned *tensor, int64_t times) {
    const DLManagedTensorVersioned *volatile lent = tensor;
    uint64_t addresses = 0;
    for (int64_t i = 0; i < times; i++) {
        const DLManagedTensorVersioned *received = lent;
        if (!peer_complaint(received, PEER_VERSIONED)) {
            addresses += (uintptr_t)received->dl_tensor.data + received->dl_tensor.byte_offset;
        }
    }
    return addresses;
}
