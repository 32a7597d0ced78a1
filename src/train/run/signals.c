/* SPDX-License-Identifier: MIT */
#include "train/run/signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "support/system/launcher.h"

/* Mutable globals, for a signal handler has nothing else to write to. */
static volatile sig_atomic_t stop_requested;

/* The first two are held while MPI starts; Ctrl-C then ends a program that has nothing to lose. */
static const int numbers[] = {SIGTERM, SIGUSR1, SIGINT};
enum { HELD = 2, CAUGHT = 3 };

static struct sigaction before[CAUGHT];
static sigset_t mask_before;

/* The process of mpirun or srun that started this one; 0: none did. */
static pid_t launcher;

static void on_signal(int number)
{
    (void)number;
    stop_requested = 1;
}

static sigset_t first(size_t count)
{
    sigset_t signals;
    sigemptyset(&signals);
    for (size_t i = 0; i < count; i++)
        sigaddset(&signals, numbers[i]);
    return signals;
}

void nni_signals_hold(void)
{
    const sigset_t held = first(HELD);
    pthread_sigmask(SIG_BLOCK, &held, NULL);
}

void nni_signals_catch(void)
{
    stop_requested = 0;
    launcher = nni_launcher_rank() ? getppid() : 0;
    for (size_t i = 0; i < CAUGHT; i++) {
        /* A second Ctrl-C ends the program at once. */
        struct sigaction action = {.sa_handler = on_signal,
                                   .sa_flags = SA_RESTART | (numbers[i] == SIGINT ? (int)SA_RESETHAND : 0)};
        sigemptyset(&action.sa_mask);
        sigaction(numbers[i], &action, &before[i]);
        /* A shell without job control has what it puts into the background ignore Ctrl-C. */
        if (numbers[i] == SIGINT && before[i].sa_handler == SIG_IGN)
            sigaction(SIGINT, &before[i], NULL);
    }
    /* What a program held back until now arrives. */
    const sigset_t caught = first(CAUGHT);
    pthread_sigmask(SIG_UNBLOCK, &caught, &mask_before);
}

void nni_signals_release(void)
{
    pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
    for (size_t i = 0; i < CAUGHT; i++)
        sigaction(numbers[i], &before[i], NULL);
}

bool nni_signals_stop_requested(void)
{
    /* Where Open MPI 5's mpirun is killed, its ranks receive no signal, and would go on for nobody. */
    return stop_requested != 0 || (launcher != 0 && getppid() != launcher);
}
