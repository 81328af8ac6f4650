/*
 * A C program that exchanges tensors with the library, for a memory checker to watch. Without arguments it does
 * everything right, and the checker must stay silent. With the name of a misdeed it does that one thing wrong, and
 * the checker must find it: that shows that silence means something.
 */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern DLManagedTensorVersioned *host_export_array(int64_t rows, int64_t columns);
extern DLManagedTensor *host_export_array_legacy(int64_t rows, int64_t columns);
extern DLManagedTensorVersioned *host_export_reversed(int64_t length);
extern DLManagedTensorVersioned *host_export_allocated(int64_t rows, int64_t columns);
extern DLManagedTensorVersioned *host_export_owned(float *data, int64_t length, void (*release)(void *));
extern void host_forget_capsule(float *data, int64_t length, void (*release)(void *));
extern DLManagedTensorVersioned *host_export_many_dimensions(int32_t ndim);
extern int32_t host_export_failing(void);
extern intptr_t host_import(DLManagedTensorVersioned *tensor);
extern intptr_t host_import_legacy(DLManagedTensor *tensor);
extern double host_sum(intptr_t handle);
extern void host_fill(intptr_t handle, float value);
extern DLManagedTensorVersioned *host_lend(intptr_t handle);
extern void host_drop(intptr_t handle);
extern void host_forget(intptr_t handle);
extern int64_t host_live(void);

#define CHECK(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))

static void fail(const char *condition, int line) {
    fprintf(stderr, "memcheck.c:%d: not so: %s\n", line, condition);
    /* Not exit: at the exit of a program that stopped halfway, the checker would report leaks that are none. */
    abort();
}

static const int64_t two_by_three[] = {2, 3};

static void *produce(int32_t kind, const int64_t *strides) {
    PeerRecipe recipe = {
        .device = {kDLCPU, 0},
        .dtype = {kDLFloat, 32, 1},
        .ndim = 2,
        .shape = two_by_three,
        .strides = strides,
        .version = {DLPACK_MAJOR_VERSION, DLPACK_MINOR_VERSION},
        .kind = kind,
    };
    return peer_produce(&recipe);
}

static void check_export(DLManagedTensorVersioned *tensor, double sum) {
    CHECK(tensor != NULL);
    CHECK(peer_complaint(tensor, PEER_VERSIONED) == NULL);
    CHECK(peer_sum(&tensor->dl_tensor) == sum);
    for (int64_t i = 0, count = peer_count(&tensor->dl_tensor); i < count; i++) {
        peer_write(&tensor->dl_tensor, i, 1);
        CHECK(peer_read(&tensor->dl_tensor, i) == 1);
    }
}

static void exports(void) {
    /* The second round finds blocks in the pool, the first does not. */
    for (int round = 0; round < 2; round++) {
        DLManagedTensorVersioned *tensors[] = {
            host_export_array(2, 3),
            host_export_reversed(6),
            host_export_allocated(2, 3),
        };
        for (int i = 0; i < 3; i++) {
            check_export(tensors[i], 15);
            peer_delete(tensors[i], PEER_VERSIONED);
        }
        DLManagedTensorVersioned *big = host_export_many_dimensions(20);
        check_export(big, 0);
        peer_delete_on_thread(big, PEER_VERSIONED);
        DLManagedTensorVersioned *empty = host_export_array(0, 3);
        check_export(empty, 0);
        peer_delete(empty, PEER_VERSIONED);
        DLManagedTensor *legacy = host_export_array_legacy(2, 3);
        CHECK(peer_complaint(legacy, PEER_LEGACY) == NULL);
        CHECK(peer_sum(&legacy->dl_tensor) == 15);
        peer_delete_on_thread(legacy, PEER_LEGACY);
        CHECK(host_export_failing());
    }
}

/* More threads than a thread's own pool has blocks, so that blocks wander between threads. */
static void exports_deleted_by_threads(void) {
    enum { COUNT = 48 };
    void *tensors[COUNT];
    for (int i = 0; i < COUNT; i++) {
        tensors[i] = i % 2 ? host_export_allocated(4, 5) : host_export_array(4, 5);
        check_export(tensors[i], 190);
    }
    peer_delete_on_threads(tensors, COUNT, PEER_VERSIONED);

    PeerHolder *holder = peer_hold(host_export_allocated(1, 1), PEER_VERSIONED);
    CHECK(host_live() > 0);
    peer_let_go(holder);
}

static int releases;

static void release(void *memory) {
    releases++;
    free(memory);
}

static float *six_floats(void) {
    float *memory = malloc(6 * sizeof *memory);
    for (int i = 0; i < 6; i++) {
        memory[i] = (float)i;
    }
    return memory;
}

static void owners(void) {
    DLManagedTensorVersioned *tensor = host_export_owned(six_floats(), 6, release);
    CHECK(releases == 0);
    check_export(tensor, 15);
    peer_delete_on_thread(tensor, PEER_VERSIONED);
    CHECK(releases == 1);

    host_forget_capsule(six_floats(), 6, release);
    CHECK(host_live() == 0);
    CHECK(releases == 2);
}

static void imports(void) {
    intptr_t versioned = host_import(produce(PEER_VERSIONED, NULL));
    CHECK(versioned && host_sum(versioned) == 15);
    host_fill(versioned, 2);
    DLManagedTensorVersioned *lent_on = host_lend(versioned);
    host_drop(versioned);
    CHECK(peer_sum(&lent_on->dl_tensor) == 12);
    CHECK(peer_live_tensors() == 1);
    peer_delete_on_thread(lent_on, PEER_VERSIONED);
    CHECK(peer_live_tensors() == 0);

    intptr_t legacy = host_import_legacy(produce(PEER_LEGACY, NULL));
    CHECK(legacy && host_sum(legacy) == 15);
    host_drop(legacy);
    CHECK(peer_live_tensors() == 0);

    host_forget(host_import(produce(PEER_VERSIONED, NULL)));
    CHECK(host_live() == 0);
    CHECK(peer_live_tensors() == 0);
}

static void faulty_imports(void) {
    for (int32_t fault = PEER_NEGATIVE_NDIM; fault <= PEER_NULL_DATA; fault++) {
        intptr_t versioned = host_import(peer_produce_bad(fault, PEER_VERSIONED));
        intptr_t legacy = host_import_legacy(peer_produce_bad(fault, PEER_LEGACY));
        if (versioned || legacy) {
            fprintf(stderr, "fault %d was accepted\n", fault);
        }
        CHECK(!versioned && !legacy);
        CHECK(peer_live_tensors() == 0);
    }
    PeerRecipe next_major = {
        .device = {kDLCPU, 0}, .dtype = {kDLFloat, 32, 1}, .ndim = 2, .shape = two_by_three,
        .version = {2, 0}, .kind = PEER_VERSIONED, .poison_after_flags = 1,
    };
    CHECK(!host_import(peer_produce(&next_major)));
    CHECK(peer_live_tensors() == 0);
}

static void do_everything_right(void) {
    exports();
    exports_deleted_by_threads();
    owners();
    imports();
    faulty_imports();
    CHECK(host_live() == 0);
}

/* What a misdeed reads goes here, so that the compiler cannot leave the reading out. */
static volatile char sink;

static void read_data_after_delete(void) {
    DLManagedTensorVersioned *tensor = host_export_allocated(64, 64);
    char *data = tensor->dl_tensor.data;
    peer_delete(tensor, PEER_VERSIONED);
    sink = *data;
}

static void write_data_after_delete(void) {
    DLManagedTensorVersioned *tensor = host_export_allocated(64, 64);
    char *data = tensor->dl_tensor.data;
    peer_delete(tensor, PEER_VERSIONED);
    *data = 1;
}

static void read_struct_after_delete(void) {
    DLManagedTensorVersioned *tensor = host_export_many_dimensions(20);
    peer_delete(tensor, PEER_VERSIONED);
    sink = (char)*(volatile int32_t *)&tensor->dl_tensor.ndim;
}

static void write_before_data(void) {
    DLManagedTensorVersioned *tensor = produce(PEER_VERSIONED, NULL);
    ((volatile char *)tensor->dl_tensor.data)[-1] = 1;
    peer_delete(tensor, PEER_VERSIONED);
}

/* Here it is .NET that reads too far, believing what it was told: the checker sees managed code as well. */
static void lie_about_the_shape(void) {
    DLManagedTensorVersioned *tensor = produce(PEER_VERSIONED, NULL);
    tensor->dl_tensor.shape[0] = 3;
    intptr_t handle = host_import(tensor);
    sink = host_sum(handle) > 0;
    host_drop(handle);
}

static void leak_a_tensor(void) {
    DLManagedTensorVersioned *tensor = host_export_allocated(64, 64);
    memset(&tensor, 0, sizeof tensor);
    sink = host_live() == 0;
}

static void leak_an_array(void) {
    DLManagedTensorVersioned *tensor = host_export_array(64, 64);
    memset(&tensor, 0, sizeof tensor);
    sink = host_live() == 0;
}

/* The library never calls the producer's deleter, since nobody lets go of what it lends on. */
static void leak_an_import(void) {
    intptr_t handle = host_import(produce(PEER_VERSIONED, NULL));
    DLManagedTensorVersioned *lent_on = host_lend(handle);
    memset(&lent_on, 0, sizeof lent_on);
    host_drop(handle);
    sink = host_live() == 0;
}

static const struct {
    const char *name;
    void (*commit)(void);
} misdeeds[] = {
    {"read-data-after-delete", read_data_after_delete},
    {"write-data-after-delete", write_data_after_delete},
    {"read-struct-after-delete", read_struct_after_delete},
    {"write-before-data", write_before_data},
    {"lie-about-the-shape", lie_about_the_shape},
    {"leak", leak_a_tensor},
    {"leak-an-array", leak_an_array},
    {"leak-an-import", leak_an_import},
};

int main(int count, char **arguments) {
    if (count == 1) {
        do_everything_right();
        puts("everything was exchanged and given back");
        return 0;
    }
    for (size_t i = 0; i < sizeof misdeeds / sizeof *misdeeds; i++) {
        if (strcmp(arguments[1], misdeeds[i].name) == 0) {
            misdeeds[i].commit();
            return 0;
        }
    }
    fprintf(stderr, "unknown misdeed: %s\n", arguments[1]);
    return 2;
}
