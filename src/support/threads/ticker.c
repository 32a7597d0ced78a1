/* SPDX-License-Identifier: MIT */
#include "support/threads/ticker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "support/memory.h"
#include "support/system/c_locale.h"
#include "support/threads/thread.h"

struct nni_ticker {
    double seconds;
    void (*tick)(void *context);
    void *context;
    pthread_t thread;
    pthread_mutex_t mutex; /* over stop */
    pthread_cond_t stopped;
    bool stop;
};

/* Sleeps; true once the thread is to end. */
static bool over_after(nni_ticker *ticker)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    const double nanoseconds = (double)until.tv_nsec + 1e9 * ticker->seconds;
    until.tv_sec += (time_t)(nanoseconds / 1e9);
    until.tv_nsec = (long)(nanoseconds - 1e9 * (double)(time_t)(nanoseconds / 1e9));
    pthread_mutex_lock(&ticker->mutex);
    while (!ticker->stop && pthread_cond_timedwait(&ticker->stopped, &ticker->mutex, &until) != ETIMEDOUT)
        ;
    const bool over = ticker->stop;
    pthread_mutex_unlock(&ticker->mutex);
    return over;
}

static void *run(void *context)
{
    nni_ticker *ticker = context;
    const nni_c_locale locale = nni_c_locale_enter();
    while (!over_after(ticker))
        ticker->tick(ticker->context);
    nni_c_locale_leave(locale);
    return NULL;
}

static void release(nni_ticker *ticker)
{
    pthread_cond_destroy(&ticker->stopped);
    pthread_mutex_destroy(&ticker->mutex);
    nni_release(ticker);
}

nn_status nni_ticker_start(double seconds, void (*tick)(void *context), void *context, nni_ticker **result,
                           nn_error *error)
{
    nni_ticker *ticker = NULL;
    pthread_condattr_t monotonic;
    NN_TRY(nni_allocate(1, sizeof *ticker, "a thread that looks on", &ticker, error));
    ticker->seconds = seconds;
    ticker->tick = tick;
    ticker->context = context;
    pthread_mutex_init(&ticker->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&ticker->stopped, &monotonic);
    pthread_condattr_destroy(&monotonic);
    const nn_status status = nni_thread_start(&ticker->thread, run, ticker, error);
    if (status != NN_OK) {
        release(ticker);
        return status;
    }
    *result = ticker;
    return NN_OK;
}

void nni_ticker_stop(nni_ticker *ticker)
{
    if (!ticker)
        return;
    pthread_mutex_lock(&ticker->mutex);
    ticker->stop = true;
    pthread_cond_signal(&ticker->stopped);
    pthread_mutex_unlock(&ticker->mutex);
    pthread_join(ticker->thread, NULL);
    release(ticker);
}
