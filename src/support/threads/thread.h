/* SPDX-License-Identifier: MIT */
/** Threads beside those that compute. */
#ifndef NNI_SUPPORT_THREADS_THREAD_H
#define NNI_SUPPORT_THREADS_THREAD_H

#include <pthread.h>

#include "nntrain/status.h"

/**
 * Starts a thread. It takes no signals but the one that asks for its stack (backtrace.h): all others belong to the
 * thread that trains.
 *
 * @return NN_SYSTEM where the system has no room for one more
 */
nn_status nni_thread_start(pthread_t *thread, void *(*run)(void *context), void *context, nn_error *error);

#endif
