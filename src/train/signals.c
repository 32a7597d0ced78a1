#include "train/signals.h"

#include <signal.h>
#include <stddef.h>

/* The one mutable global: a signal handler has nothing else to write to. */
static volatile sig_atomic_t stop_requested;

static struct sigaction former_term, former_usr1;
static sigset_t former_mask;

static void on_signal(int number)
{
    (void)number;
    stop_requested = 1;
}

static sigset_t both(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR1);
    return signals;
}

void nn_signals_hold(void)
{
    const sigset_t held = both();
    pthread_sigmask(SIG_BLOCK, &held, NULL);
}

void nn_signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    stop_requested = 0;
    sigaction(SIGTERM, &action, &former_term);
    sigaction(SIGUSR1, &action, &former_usr1);
    /* What a program held back until now arrives. */
    const sigset_t caught = both();
    pthread_sigmask(SIG_UNBLOCK, &caught, &former_mask);
}

void nn_signals_release(void)
{
    pthread_sigmask(SIG_SETMASK, &former_mask, NULL);
    sigaction(SIGTERM, &former_term, NULL);
    sigaction(SIGUSR1, &former_usr1, NULL);
}

bool nn_signals_stop_requested(void)
{
    return stop_requested != 0;
}
