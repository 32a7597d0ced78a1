/* SPDX-License-Identifier: MIT */
/** A thread that runs jobs in the order of submission while its owner goes on. */
#ifndef NNI_SUPPORT_THREADS_WORKER_H
#define NNI_SUPPORT_THREADS_WORKER_H

#include <stdbool.h>

#include "nntrain/status.h"

/** One job; memory of the one who submits it, which it outlives, and untouched until it is awaited. */
typedef struct nni_job {
    nn_status (*run)(void *context, nn_error *error);
    void *context;
    /* The worker's: */
    bool done;
    nn_status status;
    nn_error error;
    struct nni_job *next;
} nni_job;

typedef struct nni_worker nni_worker;

/** Starts a thread without work. It takes no signals: these belong to the thread that trains. */
nn_status nni_worker_create(nni_worker **worker, nn_error *error);

/** Waits for the job at work, drops those behind it, ends the thread. NULL is fine. */
void nni_worker_free(nni_worker *worker);

/** Sets a job behind those submitted before. Called, as all of these, by one thread alone. */
void nni_worker_submit(nni_worker *worker, nni_job *job);

/** Waits until a job that was submitted is done. @return what its run returned, with its message */
nn_status nni_worker_wait(nni_worker *worker, const nni_job *job, nn_error *error);

#endif
