/* SPDX-License-Identifier: MIT */
/* A watchdog: a training that makes no progress for hours looks like one that works. A thread of every rank checks now
 * and then whether its rank has begun something new. A rank that has not, and waits for nobody, prints the stacks of
 * its threads and ends the run; one that waits for others gives them time to do so, and ends the run where they cannot
 * (a stopped process, a lost host). */
#include <stdio.h>
#include <unistd.h>

#include "support/memory.h"
#include "support/threads/backtrace.h"
#include "support/threads/ticker.h"
#include "train/callbacks/callbacks.h"
#include "train/run/run.h"
#include "train/run/signals.h"

typedef struct watchdog {
    nni_timeline *timeline; /* of the run */
    const nn_comm *comm;
    double patience; /* seconds without progress */
    double pause;    /* seconds from one check to the next */
    nni_pulse last;  /* seen at the last check */
    double since;    /* clock when it was new */
    double before;   /* clock of the last check */
    nni_ticker *ticker;
} watchdog;

/* One of the ranks that wait is to print, so their patience differs; a rank that mpirun is ending because of another is
 * to print nothing. */
static double patience_of(const watchdog *dog, nni_span_kind doing)
{
    const double margin = 5, turn = 5, last_words = 60;
    const int turns = dog->comm->rank < 40 ? dog->comm->rank : 40;
    if (doing != NNI_SPAN_WAIT)
        return dog->patience;
    return 1.25 * dog->patience + margin + turn * turns + (nni_signals_stop_requested() ? last_words : 0);
}

/* The process ends here: what hangs can neither be asked to end nor be waited for, and mpirun ends the others. */
static void give_up(const watchdog *dog, nni_span_kind doing, double seconds)
{
    const nn_comm *comm = dog->comm;
    fflush(stdout);
    dprintf(STDERR_FILENO, "threads of rank %d on %s, innermost call first:\n", comm->rank, comm->host);
    nni_backtrace_write(STDERR_FILENO);
    if (doing == NNI_SPAN_WAIT)
        dprintf(STDERR_FILENO,
                "nntrain: rank %d on %s has waited %.0f s for other ranks, and none of them tells why: a process or a "
                "host of theirs is stopped or gone (parallel.hang_after); continue with --resume\n",
                comm->rank, comm->host, seconds);
    else
        dprintf(STDERR_FILENO,
                "nntrain: rank %d on %s hangs: no progress for %.0f s (%s) at the calls above (parallel.hang_after); "
                "continue with --resume\n",
                comm->rank, comm->host, seconds, nni_span_name(doing));
    _exit(NN_SYSTEM);
}

static void check_pulse(void *context)
{
    watchdog *dog = context;
    const nni_pulse pulse = nni_timeline_pulse(dog->timeline);
    const double now = nni_clock();
    /* A pause much longer than asked for: this process itself was stopped, or its host was suspended. */
    if (pulse.beats != dog->last.beats || now - dog->before > dog->pause + 0.5 * dog->patience)
        dog->since = now;
    else if (now - dog->since > patience_of(dog, pulse.kind))
        give_up(dog, pulse.kind, now - dog->since);
    dog->last = pulse;
    dog->before = now;
}

static nn_status begin(void *self, nni_run *run, nn_error *error)
{
    watchdog *dog = self;
    nni_backtrace_prepare();
    dog->last = nni_timeline_pulse(dog->timeline);
    dog->since = dog->before = nni_clock();
    return nn_comm_agree(run->comm, nni_ticker_start(dog->pause, check_pulse, dog, &dog->ticker, error), error);
}

static void release(void *self)
{
    watchdog *dog = self;
    nni_ticker_stop(dog->ticker);
    nni_release(dog);
}

nn_status nni_callback_hang(nni_run *run, nni_callback *callback, nn_error *error)
{
    *callback = (nni_callback){.self = NULL};
    if (run->recipe->parallel.hang_seconds == 0)
        return NN_OK;
    watchdog *dog = NULL;
    NN_TRY(nni_allocate(1, sizeof *dog, "the watch for hung ranks", &dog, error));
    dog->timeline = &run->timeline;
    dog->comm = run->comm;
    dog->patience = run->recipe->parallel.hang_seconds;
    dog->pause = dog->patience / 16 < 1 ? dog->patience / 16 : 1;
    *callback = (nni_callback){.begin = begin, .free = release, .self = dog};
    return NN_OK;
}
