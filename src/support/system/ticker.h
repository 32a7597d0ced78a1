/** A thread that looks at something now and then until it is told to stop. */
#ifndef NNI_SUPPORT_SYSTEM_TICKER_H
#define NNI_SUPPORT_SYSTEM_TICKER_H

#include "nntrain/status.h"

typedef struct nn_ticker nn_ticker;

/**
 * Starts the thread. It takes no signals: these belong to the thread that trains.
 *
 * @param seconds  from the end of one call to the beginning of the next
 */
nn_status nn_ticker_start(double seconds, void (*tick)(void *context), void *context, nn_ticker **ticker,
                          nn_error *error);

/** Waits for a call at work and ends the thread. NULL is fine. */
void nn_ticker_stop(nn_ticker *ticker);

#endif
