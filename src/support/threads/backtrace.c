/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* syscall */
#include "support/threads/backtrace.h"

#include <dirent.h>
#include <execinfo.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CALLS = 64 };

/* What a handler has to know and to tell. */
static volatile sig_atomic_t target;
static sem_t told;

int nni_backtrace_signal(void)
{
    return SIGRTMIN + 4; /* the first ones are the C library's and, with some MPIs, a debugger's */
}

/* The first call is this handler, the second the system's frame for it. */
static void tell(int number)
{
    enum { OWN_CALLS = 2 };
    void *calls[MOST_CALLS];
    (void)number;
    const int count = backtrace(calls, MOST_CALLS);
    if (count > OWN_CALLS)
        backtrace_symbols_fd(calls + OWN_CALLS, count - OWN_CALLS, target);
    sem_post(&told);
}

void nni_backtrace_prepare(void)
{
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
    void *calls[MOST_CALLS];
    backtrace(calls, MOST_CALLS); /* loads the library that unwinds */
    sem_init(&told, 0, 0);
    sigemptyset(&action.sa_mask);
    sigaction(nni_backtrace_signal(), &action, NULL);
}

/* The name and the state that the system tells of a thread, such as "nntrain" and 'S'; false where it is gone. */
static bool describe(const char *thread, char name[32], char *state)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", thread);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    const bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    const char *open = read ? strchr(line, '(') : NULL, *close = read ? strrchr(line, ')') : NULL;
    if (!open || !close || close < open || close[1] == '\0')
        return false;
    snprintf(name, 32, "%.*s", (int)(close - open - 1), open + 1);
    *state = close[2];
    return true;
}

static bool answers(pid_t thread)
{
    struct timespec until;
    if (syscall(SYS_tgkill, getpid(), thread, nni_backtrace_signal()) != 0)
        return false;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 2;
    return sem_timedwait(&told, &until) == 0;
}

void nni_backtrace_write(int file)
{
    DIR *threads = opendir("/proc/self/task");
    if (!threads)
        return;
    target = file;
    for (struct dirent *entry; (entry = readdir(threads));) {
        char name[32], state;
        const pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
        if (thread <= 0 || thread == (pid_t)syscall(SYS_gettid) || !describe(entry->d_name, name, &state))
            continue;
        dprintf(file, "thread %d (%s), state %c:\n", (int)thread, name, state);
        if (!answers(thread))
            dprintf(file, "  does not answer\n");
    }
    closedir(threads);
}
