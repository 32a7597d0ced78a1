/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* dladdr */

#include "hdf5_crash.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hdf5/process/guard.h"

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
enum { SIGNALS = sizeof signals / sizeof *signals };

static struct sigaction before[SIGNALS];

/* The library's own guard would take crashes of all it calls for HDF5's; here it is none. */
nn_status nni_hdf5_guard(const char *path, nn_status (*run)(void *context, nn_error *error), void *context,
                         nn_error *error)
{
    (void)path;
    return run(context, error);
}

bool nni_hdf5_is_lost(void)
{
    return false;
}

static bool is_in(const void *address, const char *library)
{
    Dl_info facts;
    return dladdr(address, &facts) && strstr(facts.dli_fname, library);
}

/* Behind the kernel's return into the C library come the frames of the crash. HDF5's is the innermost that is not the C
 * library's, or behind it: a sanitizer's memmove, and what that calls, are part of this program. */
static bool is_of_hdf5(void)
{
    enum { SANITIZER = 2 };
    void *frames[64];
    const int count = backtrace(frames, sizeof frames / sizeof *frames);
    int i = 0;
    while (i < count && !is_in(frames[i], "libc.so"))
        i++;
    while (i < count && is_in(frames[i], "libc.so"))
        i++;
    for (int behind = 0; behind <= SANITIZER && i + behind < count; behind++)
        if (is_in(frames[i + behind], "libhdf5"))
            return true;
    return false;
}

static void note(void)
{
    const char *path = getenv("FUZZ_HDF5_CRASHES");
    const int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    static const char line[] = "libhdf5 crashed\n";
    if (file >= 0 && write(file, line, sizeof line - 1) > 0)
        close(file);
}

static void take(int number, siginfo_t *facts, void *context)
{
    if (is_of_hdf5()) {
        note();
        _exit(0);
    }
    for (size_t i = 0; i < SIGNALS; i++)
        if (signals[i] == number) {
            if ((before[i].sa_flags & SA_SIGINFO) && before[i].sa_sigaction)
                before[i].sa_sigaction(number, facts, context);
            sigaction(number, &before[i], NULL);
        }
}

void fuzz_part_hdf5_crashes(void)
{
    static char room[1 << 17];
    const stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    static bool done;
    if (done)
        return;
    done = true;
    struct sigaction action = {.sa_sigaction = take, .sa_flags = SA_ONSTACK | SA_SIGINFO | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, &before[i]);
}
