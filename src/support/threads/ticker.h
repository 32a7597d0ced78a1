/* SPDX-License-Identifier: MIT */
/** A thread that calls a function at intervals until it is stopped. */
#ifndef NNI_SUPPORT_THREADS_TICKER_H
#define NNI_SUPPORT_THREADS_TICKER_H

#include "nntrain/status.h"

typedef struct nni_ticker nni_ticker;

/**
 * Starts the thread. It takes no signals: these belong to the thread that trains.
 *
 * @param seconds  from the end of one call to the beginning of the next
 */
nn_status nni_ticker_start(double seconds, void (*tick)(void *context), void *context, nni_ticker **ticker,
                           nn_error *error);

/** Waits for a call at work and ends the thread. NULL is fine. */
void nni_ticker_stop(nni_ticker *ticker);

#endif
