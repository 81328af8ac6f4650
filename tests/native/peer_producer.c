/* A producer whose tensors own memory from malloc. */
#include "peer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_llong deleter_calls;
static atomic_llong live_tensors;

/* Everything that belongs to one tensor; manager_ctx points here. */
typedef struct {
    union {
        DLManagedTensorVersioned versioned;
        DLManagedTensor legacy;
    } lent;
    char *memory;
    int64_t *extents;
} Produced;

static void destroy(Produced *produced) {
    free(produced->memory);
    free(produced->extents);
    /* So that a consumer that looks once more sees nothing that makes sense. */
    memset(produced, 0xDD, sizeof *produced);
    free(produced);
    atomic_fetch_sub(&live_tensors, 1);
}

static void delete_versioned(DLManagedTensorVersioned *self) {
    atomic_fetch_add(&deleter_calls, 1);
    destroy(self->manager_ctx);
}

static void delete_legacy(DLManagedTensor *self) {
    atomic_fetch_add(&deleter_calls, 1);
    destroy(self->manager_ctx);
}

/* Allocates what lies between the lowest and the highest element; data points at element 0 less byte_offset. */
static void lay_out(Produced *produced, DLTensor *tensor, const PeerRecipe *recipe) {
    int64_t lowest = 0, highest = 0, row_major = 1, count = 1;
    int64_t *shape = produced->extents, *strides = shape + recipe->ndim;
    for (int32_t i = recipe->ndim - 1; i >= 0; i--) {
        shape[i] = recipe->shape[i];
        strides[i] = recipe->strides ? recipe->strides[i] : row_major;
        int64_t reach = (shape[i] - 1) * strides[i];
        *(reach < 0 ? &lowest : &highest) += reach;
        row_major *= shape[i] > 0 ? shape[i] : 1;
        count *= shape[i];
    }
    *tensor = (DLTensor){
        .device = recipe->device,
        .ndim = recipe->ndim,
        .dtype = recipe->dtype,
        .shape = recipe->ndim ? shape : NULL,
        .strides = recipe->ndim && !recipe->send_null_strides ? strides : NULL,
        .byte_offset = recipe->byte_offset,
    };
    if (count > 0) {
        int64_t size = (recipe->dtype.bits * recipe->dtype.lanes + 7) / 8;
        produced->memory = calloc(1, (size_t)((highest - lowest + 1) * size) + recipe->byte_offset);
        tensor->data = produced->memory - lowest * size;
        for (int64_t i = 0; i < count; i++) {
            peer_write(tensor, i, (double)i);
        }
    }
}

void *peer_produce(const PeerRecipe *recipe) {
    Produced *produced = calloc(1, sizeof *produced);
    produced->extents = calloc(2 * (size_t)recipe->ndim + 1, sizeof(int64_t));
    atomic_fetch_add(&live_tensors, 1);
    if (recipe->kind == PEER_LEGACY) {
        DLManagedTensor *legacy = &produced->lent.legacy;
        legacy->manager_ctx = produced;
        legacy->deleter = recipe->send_null_deleter ? NULL : delete_legacy;
        lay_out(produced, &legacy->dl_tensor, recipe);
        return legacy;
    }
    DLManagedTensorVersioned *versioned = &produced->lent.versioned;
    versioned->version = recipe->version;
    versioned->manager_ctx = produced;
    versioned->deleter = recipe->send_null_deleter ? NULL : delete_versioned;
    versioned->flags = recipe->flags;
    lay_out(produced, &versioned->dl_tensor, recipe);
    if (recipe->poison_after_flags) {
        memset(&versioned->dl_tensor, 0xDD, sizeof versioned->dl_tensor);
    }
    return versioned;
}

void peer_discard(void *tensor, int32_t kind) {
    destroy(kind == PEER_VERSIONED ? ((DLManagedTensorVersioned *)tensor)->manager_ctx
                                   : ((DLManagedTensor *)tensor)->manager_ctx);
}

int64_t peer_deleter_calls(void) { return atomic_load(&deleter_calls); }

int64_t peer_live_tensors(void) { return atomic_load(&live_tensors); }
