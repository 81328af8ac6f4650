/* Deleting tensors: here, on threads that .NET has never seen, and in children. */
#include "peer.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    void *tensor;
    int32_t kind;
    /* How many threads have yet to arrive before any may go on; null: go on at once. */
    atomic_int *gate;
} Task;

void peer_delete(void *tensor, int32_t kind) {
    if (kind == PEER_VERSIONED) {
        DLManagedTensorVersioned *versioned = tensor;
        if (versioned->deleter) {
            versioned->deleter(versioned);
        }
    } else {
        DLManagedTensor *legacy = tensor;
        if (legacy->deleter) {
            legacy->deleter(legacy);
        }
    }
}

static void *run(void *argument) {
    Task *task = argument;
    if (task->gate) {
        atomic_fetch_sub(task->gate, 1);
        while (atomic_load(task->gate) > 0) {
            sched_yield();
        }
    }
    peer_delete(task->tensor, task->kind);
    return NULL;
}

/* Without threads no test here means anything, and a test host that ends is noticed. */
static pthread_t start(void *(*body)(void *), void *argument) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, argument) != 0) {
        abort();
    }
    return thread;
}

void peer_delete_on_thread(void *tensor, int32_t kind) {
    Task task = {tensor, kind, NULL};
    pthread_join(start(run, &task), NULL);
}

void peer_delete_on_threads(void **tensors, int32_t count, int32_t kind) {
    atomic_int gate = count;
    Task *tasks = malloc((size_t)count * sizeof *tasks);
    pthread_t *threads = malloc((size_t)count * sizeof *threads);
    for (int32_t i = 0; i < count; i++) {
        tasks[i] = (Task){tensors[i], kind, &gate};
        threads[i] = start(run, &tasks[i]);
    }
    for (int32_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
    free(tasks);
}

int32_t peer_delete_in_child(void **tensors, int32_t count, int32_t kind, int32_t bytes) {
    size_t size = (size_t)bytes;
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        for (int32_t i = 0; i < count; i++) {
            void *before = malloc(size);
            memcpy(before, tensors[i], size);
            peer_delete(tensors[i], kind);
            if (memcmp(before, tensors[i], size) != 0) {
                _exit(1);
            }
        }
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

struct PeerHolder {
    void *tensor;
    int32_t kind;
    int told;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t thread;
};

static void *keep(void *argument) {
    PeerHolder *holder = argument;
    pthread_mutex_lock(&holder->mutex);
    while (!holder->told) {
        pthread_cond_wait(&holder->changed, &holder->mutex);
    }
    pthread_mutex_unlock(&holder->mutex);
    peer_delete(holder->tensor, holder->kind);
    return NULL;
}

PeerHolder *peer_hold(void *tensor, int32_t kind) {
    PeerHolder *holder = malloc(sizeof *holder);
    holder->tensor = tensor;
    holder->kind = kind;
    holder->told = 0;
    pthread_mutex_init(&holder->mutex, NULL);
    pthread_cond_init(&holder->changed, NULL);
    holder->thread = start(keep, holder);
    return holder;
}

void peer_let_go(PeerHolder *holder) {
    pthread_mutex_lock(&holder->mutex);
    holder->told = 1;
    pthread_cond_signal(&holder->changed);
    pthread_mutex_unlock(&holder->mutex);
    pthread_join(holder->thread, NULL);
    pthread_cond_destroy(&holder->changed);
    pthread_mutex_destroy(&holder->mutex);
    free(holder);
}
