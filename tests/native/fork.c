/* What native libraries do in a forked child. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Calls a function for each value in a forked child. 0: it came back each time. */
__attribute__((visibility("default")))
int fork_release(void (*release)(void *), void **values, int count) {
    pid_t child = fork();
    if (child == 0) {
        /* Should it wait for a thread that the child has not, the test fails rather than waits. */
        alarm(60);
        for (int i = 0; i < count; i++)
            release(values[i]);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}
