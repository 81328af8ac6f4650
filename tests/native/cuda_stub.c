/*
 * Stands in for the CUDA driver, with two GPUs whose memory is main memory in truth. It shows what is asked of a driver
 * and in which order, and proves nothing about any GPU. Handles are numbers: contexts from 0x1000 (primary ones 0x1f00
 * and 0x1f01), streams from 0x2000, events from 0x3000, the rest from 0x4000.
 */
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define MAX_BLOCKS 256
#define PRIMARY 0x1f00u

enum { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, DEINITIALIZED = 4, INVALID_CONTEXT = 201, INVALID_HANDLE = 400,
       LAUNCH_FAILED = 719, CAPTURE_UNSUPPORTED = 900, CAPTURE_IMPLICIT = 906,
       CAPTURED_EVENT = 907 };
enum { KIND_HOST = 1, KIND_DEVICE = 2, KIND_MANAGED = 3, RELAXED = 2 };

typedef struct {
    char *start;
    size_t bytes;
    uintptr_t context;
    int kind;
    int device;
    int is_only_locked;
} Block;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static pthread_cond_t released = PTHREAD_COND_INITIALIZER;
static Block blocks[MAX_BLOCKS];
static char journal[1 << 16];
static size_t journal_length;
static int events_are_held, failing_calls, failing_waits, failing_locks, failing_contexts, failing_stream_waits, has_ended, primary_references[2];
static int streams_are_held, stream_waits;
static char destroyed_streams[0x1000];
static uintptr_t stream_contexts[0x1000], event_contexts[0x1000];
static uintptr_t next_context = 0x1000, next_stream = 0x2000, next_event = 0x3000, next_other = 0x4000;

static _Thread_local uintptr_t contexts[64];
static _Thread_local int depth, capture_mode;
static volatile int capture_questions;

/* 1: a thread captures a stream of which others need not know; 2: one that the legacy stream would wait for. */
static int is_capturing;
static uintptr_t captured_stream;

static uintptr_t current(void) { return depth ? contexts[depth - 1] : 0; }

static int device_of(uintptr_t context) { return context == PRIMARY + 1 ? 1 : 0; }

static void note(const char *format, ...)
{
    va_list arguments;
    pthread_mutex_lock(&gate);
    size_t room = sizeof journal - journal_length;
    va_start(arguments, format);
    int length = vsnprintf(journal + journal_length, room, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < room)
        journal_length += (size_t)length;
    pthread_mutex_unlock(&gate);
}

/* What a thread may not do while another captures, unless it says that it knows what it does. */
static int breaks_capture(const char *what)
{
    if (is_capturing && capture_mode != RELAXED)
        note("%s breaks the capture\n", what);
    return is_capturing && capture_mode != RELAXED;
}

/* Why a stream cannot be used now. To ask is harmless, and to use it breaks the capture. */
static int unusable(uintptr_t stream) { return is_capturing == 2 && stream == 1 ? CAPTURE_IMPLICIT : OK; }

static int breaks_by_use(uintptr_t stream)
{
    if (unusable(stream))
        note("using stream %zx breaks the capture\n", stream);
    return unusable(stream);
}

static Block *find(const void *address)
{
    for (int i = 0; i < MAX_BLOCKS; i++)
        if (blocks[i].start && (char *)address >= blocks[i].start && (char *)address < blocks[i].start + blocks[i].bytes)
            return &blocks[i];
    return NULL;
}

static void *add(size_t bytes, uintptr_t context, int kind, int device)
{
    void *start = aligned_alloc(256, (bytes + 255) / 256 * 256);
    pthread_mutex_lock(&gate);
    for (int i = 0; i < MAX_BLOCKS; i++)
        if (!blocks[i].start) {
            blocks[i] = (Block){start, bytes, context, kind, device, 0};
            pthread_mutex_unlock(&gate);
            return start;
        }
    abort();
}

static int is_locked(const void *address)
{
    Block *block = find(address);
    return block && block->is_only_locked;
}

/* For tests. */

EXPORT int stub_take_journal(char *buffer, int size)
{
    pthread_mutex_lock(&gate);
    int length = (int)journal_length < size ? (int)journal_length : size;
    memcpy(buffer, journal, (size_t)length);
    journal_length = 0;
    pthread_mutex_unlock(&gate);
    return length;
}

EXPORT void stub_hold_events(int hold)
{
    pthread_mutex_lock(&gate);
    events_are_held = hold;
    pthread_cond_broadcast(&released);
    pthread_mutex_unlock(&gate);
}

/* Whether who waits for a stream, or destroys one, goes on doing so. */
EXPORT void stub_hold_streams(int hold)
{
    pthread_mutex_lock(&gate);
    streams_are_held = hold;
    pthread_cond_broadcast(&released);
    pthread_mutex_unlock(&gate);
}

/* Returns when somebody waits for a stream that is held, or destroys it. */
EXPORT void stub_await_stream_wait(void)
{
    pthread_mutex_lock(&gate);
    while (!stream_waits)
        pthread_cond_wait(&released, &gate);
    pthread_mutex_unlock(&gate);
}

EXPORT void stub_fail_records(int count) { failing_calls = count; }

/* The next waits for events fail as they do once a kernel has. */
EXPORT void stub_fail_waits(int count) { failing_waits = count; }

EXPORT void stub_fail_locks(int count) { failing_locks = count; }

EXPORT void stub_fail_stream_waits(int count) { failing_stream_waits = count; }

EXPORT void stub_fail_contexts(int count) { failing_contexts = count; }

/* What the driver does after its own end, while the process ends. */
EXPORT void stub_end_driver(int ended) { has_ended = ended; }

/* Whether some other thread captures a stream into a graph. */
EXPORT void stub_capture(int capture, uintptr_t stream)
{
    is_capturing = capture;
    captured_stream = stream;
}

/* How often a stream was asked about while something was captured. */
EXPORT int stub_capture_questions(void) { return capture_questions; }

EXPORT int stub_capture_mode(void) { return capture_mode; }

/* A forked child that does nothing until it is ended. */
EXPORT int stub_fork(int closes_files)
{
    int ready[2];
    if (pipe(ready) != 0)
        abort();
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        for (int file = 3; closes_files && file < 1024; file++)
            if (file != ready[1])
                close(file);
        close(ready[1]);
        for (;;)
            pause();
    }
    char end;
    close(ready[1]);
    if (closes_files && read(ready[0], &end, 1) != 0)
        abort();
    close(ready[0]);
    return child;
}

EXPORT void stub_end_child(int child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* Calls a deleter in a forked child. 0: it came back and the driver was not asked for anything. */
EXPORT int stub_delete_in_child(void (*deleter)(void *), void *tensor)
{
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        size_t before = journal_length;
        deleter(tensor);
        _exit(journal_length == before ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

EXPORT void *stub_allocate(size_t bytes, uintptr_t context, int kind, int device)
{
    return add(bytes, context, kind, device);
}

/* Needs the gate. */
static int live_blocks(void)
{
    int count = 0;
    for (int i = 0; i < MAX_BLOCKS; i++)
        count += blocks[i].start != NULL && !blocks[i].is_only_locked;
    return count;
}

EXPORT int stub_live_blocks(void)
{
    pthread_mutex_lock(&gate);
    int count = live_blocks();
    pthread_mutex_unlock(&gate);
    return count;
}

/* Waits until memory of the GPU has been freed but for so many blocks: who frees it does so on a thread of its own. */
EXPORT void stub_wait_for_frees(int count)
{
    pthread_mutex_lock(&gate);
    while (live_blocks() > count)
        pthread_cond_wait(&freed, &gate);
    pthread_mutex_unlock(&gate);
}

EXPORT uintptr_t stub_current_context(void) { return current(); }

EXPORT void stub_make_current(uintptr_t context)
{
    depth = 0;
    if (context)
        contexts[depth++] = context;
}

EXPORT void stub_free(void *address)
{
    Block *block = find(address);
    if (!block)
        abort();
    free(block->start);
    block->start = NULL;
}

/* The driver: start, devices. */

EXPORT int cuInit(unsigned flags) { (void)flags; return OK; }
EXPORT int cuDriverGetVersion(int *version) { *version = 12040; return OK; }
EXPORT int cuDeviceGetCount(int *count) { *count = 2; return OK; }

EXPORT int cuDeviceGet(int *device, int ordinal)
{
    *device = ordinal;
    return ordinal >= 0 && ordinal < 2 ? OK : 101;
}

EXPORT int cuDeviceGetName(char *name, int length, int device)
{
    snprintf(name, (size_t)length, "Stub %d", device);
    return OK;
}

EXPORT int cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; *bytes = (size_t)1 << 30; return OK; }

EXPORT int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    switch (attribute) {
    case 10: *value = 32; break;              /* warp size */
    case 75: *value = 8; break;               /* compute capability, major */
    case 76: *value = 0; break;               /* and minor */
    case 8: case 81: *value = 49152; break;   /* shared memory */
    case 19: case 91: *value = 1; break;      /* maps host memory; uses host pointers */
    case 33: *value = device; break;          /* PCI bus */
    default: *value = 1024; break;
    }
    return OK;
}

EXPORT int cuGetErrorName(int error, const char **name)
{
    *name = error == INVALID_VALUE ? "CUDA_ERROR_INVALID_VALUE" : "CUDA_ERROR_OF_THE_STUB";
    return OK;
}

EXPORT int cuGetErrorString(int error, const char **text) { return cuGetErrorName(error, text); }

/* Contexts. */

EXPORT int cuCtxCreate_v2(uintptr_t *context, unsigned flags, int device)
{
    (void)flags;
    if (failing_contexts > 0) {
        failing_contexts--;
        return OUT_OF_MEMORY;
    }
    *context = next_context++;
    contexts[depth++] = *context;
    note("create context %zx on %d\n", *context, device);
    return OK;
}

EXPORT int cuCtxDestroy_v2(uintptr_t context)
{
    note("destroy context %zx\n", context);
    if (depth && current() == context)
        depth--;
    return !context || context >= PRIMARY ? INVALID_CONTEXT : OK;
}

EXPORT int cuCtxSetCurrent(uintptr_t context)
{
    if (depth)
        depth--;
    if (context)
        contexts[depth++] = context;
    return OK;
}

EXPORT int cuCtxPushCurrent_v2(uintptr_t context)
{
    if (has_ended)
        return DEINITIALIZED;
    contexts[depth++] = context;
    return OK;
}

EXPORT int cuCtxPopCurrent_v2(uintptr_t *context)
{
    if (!depth)
        return INVALID_CONTEXT;
    *context = contexts[--depth];
    return OK;
}

EXPORT int cuCtxGetDevice(int *device) { *device = device_of(current()); return OK; }

EXPORT int cuDevicePrimaryCtxRetain(uintptr_t *context, int device)
{
    primary_references[device]++;
    *context = PRIMARY + (unsigned)device;
    note("retain primary context of %d\n", device);
    return OK;
}

EXPORT int cuThreadExchangeStreamCaptureMode(int *mode)
{
    int before = capture_mode;
    capture_mode = *mode;
    *mode = before;
    return OK;
}

EXPORT int cuCtxSynchronize(void)
{
    if (is_capturing) {
        note("waiting for a context breaks the capture\n");
        return CAPTURE_UNSUPPORTED;
    }
    note("a thread waits for all of %zx\n", current());
    return OK;
}

EXPORT int cuCtxGetCacheConfig(int *config) { *config = 0; return OK; }
EXPORT int cuCtxSetCacheConfig(int config) { (void)config; return OK; }
EXPORT int cuCtxGetSharedMemConfig(int *config) { *config = 0; return OK; }
EXPORT int cuCtxSetSharedMemConfig(int config) { (void)config; return OK; }

EXPORT int cuDeviceCanAccessPeer(int *can, int device, int peer) { *can = device != peer; return OK; }
EXPORT int cuCtxEnablePeerAccess(uintptr_t peer, unsigned flags) { (void)peer; (void)flags; return OK; }
EXPORT int cuCtxDisablePeerAccess(uintptr_t peer) { (void)peer; return OK; }

/* Memory. */

EXPORT int cuPointerGetAttribute(void *data, int attribute, void *address)
{
    Block *block = find(address);
    if (!block)
        return INVALID_VALUE;
    switch (attribute) {
    case 1: *(uintptr_t *)data = block->context; return block->context ? OK : INVALID_VALUE;
    case 2: *(int *)data = block->kind == KIND_HOST ? KIND_HOST : KIND_DEVICE; return OK;
    case 8: *(unsigned *)data = block->kind == KIND_MANAGED; return OK;
    case 9: *(int *)data = block->device; return OK;
    default: return INVALID_VALUE;
    }
}

EXPORT int cuMemGetInfo_v2(size_t *free, size_t *total) { *free = *total = (size_t)1 << 30; return OK; }

EXPORT int cuMemAlloc_v2(void **address, size_t bytes)
{
    if (breaks_capture("an allocation"))
        return CAPTURE_UNSUPPORTED;
    if (!current())
        return INVALID_CONTEXT;
    *address = add(bytes, current(), KIND_DEVICE, device_of(current()));
    note("allocate %zu bytes in %zx\n", bytes, current());
    return OK;
}

EXPORT int cuMemFree_v2(void *address)
{
    if (breaks_capture("a release"))
        return CAPTURE_UNSUPPORTED;
    Block *block = find(address);
    note("free in %zx\n", current());
    if (!block || block->context != current())
        return INVALID_VALUE;
    pthread_mutex_lock(&gate);
    free(block->start);
    block->start = NULL;
    pthread_cond_broadcast(&freed);
    pthread_mutex_unlock(&gate);
    return OK;
}

EXPORT int cuMemcpyAsync(void *to, const void *from, size_t bytes, uintptr_t stream)
{
    if (breaks_by_use(stream))
        return CAPTURE_IMPLICIT;
    note("copy %zu bytes on %zx in %zx%s\n", bytes, stream, current(), is_locked(to) || is_locked(from) ? ", locked" : "");
    memcpy(to, from, bytes);
    return OK;
}

EXPORT int cuMemcpyDtoH_v2(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
    return OK;
}

EXPORT int cuMemHostAlloc(void **address, size_t bytes, unsigned flags)
{
    if (!current())
        return INVALID_CONTEXT;
    *address = add(bytes, current(), KIND_HOST, 0);
    note("allocate %zu pinned bytes%s\n", bytes, flags & 1 ? "" : " for one context only");
    return OK;
}

EXPORT int cuMemFreeHost(void *address)
{
    Block *block = find(address);
    note("free pinned\n");
    if (!block || block->kind != KIND_HOST)
        return INVALID_VALUE;
    free(block->start);
    block->start = NULL;
    return OK;
}

EXPORT int cuMemsetD8Async(void *to, unsigned char value, size_t bytes, uintptr_t stream)
{
    note("set %zu bytes on %zx in %zx\n", bytes, stream, current());
    memset(to, value, bytes);
    return OK;
}

EXPORT int cuMemHostRegister_v2(void *address, size_t bytes, unsigned flags)
{
    if (breaks_capture("locking"))
        return CAPTURE_UNSUPPORTED;
    note("lock %zu bytes%s\n", bytes, flags & 1 ? "" : " for one context only");
    if (failing_locks > 0) {
        failing_locks--;
        return OUT_OF_MEMORY;
    }
    pthread_mutex_lock(&gate);
    for (int i = 0; i < MAX_BLOCKS; i++)
        if (!blocks[i].start) {
            blocks[i] = (Block){address, bytes, 0, KIND_HOST, 0, 1};
            break;
        }
    pthread_mutex_unlock(&gate);
    return OK;
}

EXPORT int cuMemHostUnregister(void *address)
{
    if (breaks_capture("unlocking"))
        return CAPTURE_UNSUPPORTED;
    Block *block = find(address);
    if (!block || !block->is_only_locked)
        return INVALID_VALUE;
    note("unlock\n");
    block->start = NULL;
    return OK;
}

EXPORT int cuMemHostGetDevicePointer_v2(void **mapped, void *address, unsigned flags)
{
    (void)flags;
    *mapped = address;
    return OK;
}

/* Streams and events. */

static void wait_while_held(void)
{
    pthread_mutex_lock(&gate);
    stream_waits++;
    pthread_cond_broadcast(&released);
    while (streams_are_held)
        pthread_cond_wait(&released, &gate);
    stream_waits--;
    pthread_mutex_unlock(&gate);
}

/* Numbers that no stream was made with, and those of the default streams, are streams of whatever is current. */
static uintptr_t context_of_stream(uintptr_t stream)
{
    uintptr_t context = stream >= 0x2000 && stream < 0x3000 ? stream_contexts[stream - 0x2000] : 0;
    return context ? context : current();
}

EXPORT int cuStreamGetCtx(uintptr_t stream, uintptr_t *context)
{
    *context = context_of_stream(stream);
    return OK;
}

EXPORT int cuStreamCreate(uintptr_t *stream, unsigned flags)
{
    (void)flags;
    *stream = next_stream++;
    stream_contexts[*stream - 0x2000] = current();
    return OK;
}

EXPORT int cuStreamDestroy_v2(uintptr_t stream)
{
    note("destroy stream %zx\n", stream);
    destroyed_streams[stream - 0x2000] = 1;
    wait_while_held();
    return OK;
}

static int is_destroyed(uintptr_t stream)
{
    return stream >= 0x2000 && stream < 0x3000 && destroyed_streams[stream - 0x2000];
}

EXPORT int cuStreamIsCapturing(uintptr_t stream, int *status)
{
    *status = is_capturing && stream == captured_stream;
    capture_questions += is_capturing != 0;
    return unusable(stream);
}

EXPORT int cuStreamSynchronize(uintptr_t stream)
{
    if (failing_stream_waits > 0) {
        failing_stream_waits--;
        return LAUNCH_FAILED;
    }
    if (breaks_by_use(stream))
        return CAPTURE_IMPLICIT;
    if (breaks_capture("waiting for a stream"))
        return CAPTURE_UNSUPPORTED;
    note("host waits for stream %zx in %zx\n", stream, current());
    wait_while_held();
    return OK;
}

EXPORT int cuStreamWaitEvent(uintptr_t stream, uintptr_t event, unsigned flags)
{
    (void)flags;
    if (breaks_by_use(stream))
        return CAPTURE_IMPLICIT;
    note("stream %zx waits for event %zx in %zx\n", stream, event, current());
    return OK;
}

EXPORT int cuEventCreate(uintptr_t *event, unsigned flags)
{
    *event = next_event++;
    event_contexts[*event - 0x3000] = current();
    note("create event %zx%s\n", *event, flags & 2 ? "" : " with timing");
    return OK;
}

EXPORT int cuEventDestroy_v2(uintptr_t event) { note("destroy event %zx\n", event); return OK; }

EXPORT int cuEventRecord(uintptr_t event, uintptr_t stream)
{
    if (breaks_by_use(stream))
        return CAPTURE_IMPLICIT;
    note("record event %zx on stream %zx in %zx\n", event, stream, current());
    if (failing_calls > 0) {
        failing_calls--;
        return INVALID_VALUE;
    }
    return is_destroyed(stream) || context_of_stream(stream) != event_contexts[event - 0x3000] ? INVALID_HANDLE : OK;
}

EXPORT int cuEventSynchronize(uintptr_t event)
{
    if (breaks_capture("waiting for an event"))
        return CAPTURE_UNSUPPORTED;
    note("a thread waits for event %zx\n", event);
    pthread_mutex_lock(&gate);
    while (events_are_held)
        pthread_cond_wait(&released, &gate);
    int fails = failing_waits > 0 && failing_waits--;
    pthread_mutex_unlock(&gate);
    return fails ? LAUNCH_FAILED : OK;
}

/* Kernels. */

EXPORT int cuModuleLoadData(uintptr_t *module, const char *text)
{
    (void)text;
    *module = next_other++;
    note("load module in %zx\n", current());
    return OK;
}

EXPORT int cuModuleLoadDataEx(uintptr_t *module, const char *text, unsigned count, void *options, void *values)
{
    (void)count;
    (void)options;
    (void)values;
    return cuModuleLoadData(module, text);
}

EXPORT int cuModuleUnload(uintptr_t module) { (void)module; note("unload module in %zx\n", current()); return OK; }

EXPORT int cuModuleGetFunction(uintptr_t *function, uintptr_t module, const char *name)
{
    (void)module;
    (void)name;
    *function = next_other++;
    return OK;
}

EXPORT int cuLaunchKernel(uintptr_t function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                          unsigned bz, unsigned shared, uintptr_t stream, void **arguments, void **extra)
{
    (void)function; (void)gx; (void)gy; (void)gz; (void)bx; (void)by; (void)bz; (void)shared;
    (void)arguments; (void)extra;
    note("launch on stream %zx in %zx\n", stream, current());
    return OK;
}

EXPORT int cuOccupancyMaxPotentialBlockSize(int *grid, int *block, uintptr_t function, void *callback, size_t shared,
                                            int limit)
{
    (void)function; (void)callback; (void)shared; (void)limit;
    *grid = *block = 128;
    return OK;
}

EXPORT int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *count, uintptr_t function, int size, size_t shared)
{
    (void)function; (void)size; (void)shared;
    *count = 4;
    return OK;
}
