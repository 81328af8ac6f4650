/*
 * The other side of an exchange, in C: a consumer that complains about everything the header forbids, a producer
 * that makes tensors good and bad, and foreign threads to delete them on. It knows nothing of .NET.
 */
#ifndef PEER_H
#define PEER_H

#include "dlpack_abi.h"

#if defined(_WIN32)
#define PEER_API __declspec(dllexport)
#else
#define PEER_API __attribute__((visibility("default")))
#endif

/* Both kinds of managed tensor travel as void*, with this beside them. */
typedef enum { PEER_LEGACY = 0, PEER_VERSIONED = 1 } PeerKind;

/* ---- Consumer ---- */

/* What is wrong with a tensor that a careful producer lent, or NULL. Reads nothing past flags if major is not 1. */
PEER_API const char *peer_complaint(const void *tensor, int32_t kind);

/* Elements by their row-major index, over any strides and offset. Types without a C counterpart give NaN. */
PEER_API int64_t peer_count(const DLTensor *tensor);
PEER_API double peer_read(const DLTensor *tensor, int64_t index);
PEER_API void peer_write(const DLTensor *tensor, int64_t index, double value);
PEER_API double peer_sum(const DLTensor *tensor);

/* Calls the deleter, unless it is null: here, on a new thread, or on one thread a tensor, all let go at once. */
PEER_API void peer_delete(void *tensor, int32_t kind);
PEER_API void peer_delete_on_thread(void *tensor, int32_t kind);
PEER_API void peer_delete_on_threads(void **tensors, int32_t count, int32_t kind);

/* Calls the deleters in a forked child. 0: they came back, and of so many bytes of each tensor's struct none changed. */
PEER_API int32_t peer_delete_in_child(void **tensors, int32_t count, int32_t kind, int32_t bytes);

/* A thread that keeps a tensor, and deletes it only when told to let go; letting go waits until it has. */
typedef struct PeerHolder PeerHolder;
PEER_API PeerHolder *peer_hold(void *tensor, int32_t kind);
PEER_API void peer_let_go(PeerHolder *holder);

/* ---- Producer ---- */

typedef struct {
    DLDevice device;
    DLDataType dtype;
    int32_t ndim;
    const int64_t *shape;
    const int64_t *strides; /* null: row-major */
    uint64_t byte_offset;
    uint64_t flags;
    DLPackVersion version;
    int32_t kind;
    int32_t send_null_strides;
    int32_t send_null_deleter;
    int32_t poison_after_flags; /* what a consumer of another major version must not read is 0xDD */
} PeerRecipe;

/* A tensor in memory of its own whose elements are 0, 1, 2 … in row-major order; null if memory is short. */
PEER_API void *peer_produce(const PeerRecipe *recipe);

/* Frees a tensor that was sent without a deleter. */
PEER_API void peer_discard(void *tensor, int32_t kind);

/* Calls of the producer's deleter, and tensors not yet deleted or discarded, since the library was loaded. */
PEER_API int64_t peer_deleter_calls(void);
PEER_API int64_t peer_live_tensors(void);

/* Tensors that no consumer may accept: a good 2 x 3 float32 with one thing spoilt. Their deleter works. */
typedef enum {
    PEER_NEGATIVE_NDIM,
    PEER_HUGE_NDIM,
    PEER_NULL_SHAPE,
    PEER_NEGATIVE_EXTENT,
    PEER_OVERFLOWING_EXTENTS,
    PEER_OVERFLOWING_BYTES,
    PEER_OVERFLOWING_STRIDES,
    PEER_OVERFLOWING_BYTE_OFFSET,
    PEER_ZERO_BITS,
    PEER_ZERO_LANES,
    PEER_NULL_DATA
} PeerFault;
PEER_API void *peer_produce_bad(int32_t fault, int32_t kind);

/* ---- Floor for benchmarks ---- */

/* A producer's whole work in C, so many times: allocate, fill in, call the deleter, free. */
PEER_API void peer_floor_export(int64_t times);

/* A consumer's whole work in C but for the deleter, so many times: check, and find the first element's address. */
PEER_API uint64_t peer_floor_import(const DLManagedTensorVersioned *tensor, int64_t times);

#endif
