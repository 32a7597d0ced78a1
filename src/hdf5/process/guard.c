/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* sigaction, sigsetjmp */

#include "hdf5/process/guard.h"

#include <hdf5.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
enum { SIGNALS = sizeof signals / sizeof *signals };

/* Handlers have no context. */
static sigjmp_buf landing;
static volatile sig_atomic_t lost;

static void land(int number)
{
    lost = 1;
    siglongjmp(landing, number);
}

/* Damaged files make HDF5 recurse, too; then the stack has no room for a handler. */
static void catch_signals(struct sigaction before[SIGNALS], stack_t *stack_before)
{
    static char stack_memory[1 << 16];
    const stack_t stack = {.ss_sp = stack_memory, .ss_size = sizeof stack_memory};
    struct sigaction action = {.sa_handler = land, .sa_flags = SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    sigaltstack(&stack, stack_before);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, &before[i]);
}

/* Once the sentence is out, and HDF5 crashes again while MPI or the end of the process tidies it up. */
static void end(int number)
{
    (void)number;
    _exit(NN_DATA);
}

static void expect_the_end(void)
{
    struct sigaction action = {.sa_handler = end};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, NULL);
}

static void release_signals(const struct sigaction before[SIGNALS], const stack_t *stack_before)
{
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
    sigaltstack(stack_before, NULL);
}

nn_status nni_hdf5_guard(const char *path, nn_status (*run)(void *context, nn_error *error), void *context,
                         nn_error *error)
{
    struct sigaction before[SIGNALS];
    stack_t stack_before;
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    catch_signals(before, &stack_before);
    nn_status status = NN_DATA;
    const int crashed = sigsetjmp(landing, 1);
    if (!crashed)
        status = run(context, error);
    release_signals(before, &stack_before);
    if (!crashed)
        return status;
    expect_the_end();
    return nn_fail(error, NN_DATA, "%s is damaged: HDF5 %u.%u.%u crashed over it (signal %d)", path, major, minor,
                   release, crashed);
}

bool nni_hdf5_is_lost(void)
{
    return lost;
}
