/** A thread that does jobs in their order while its owner goes on. */
#ifndef NNI_SUPPORT_SYSTEM_WORKER_H
#define NNI_SUPPORT_SYSTEM_WORKER_H

#include <stdbool.h>

#include "nntrain/status.h"

/** One job; memory of the one who submits it, which it outlives, and untouched until it is awaited. */
typedef struct nn_job {
    nn_status (*run)(void *context, nn_error *error);
    void *context;
    /* The worker's: */
    bool done;
    nn_status status;
    nn_error error;
    struct nn_job *next;
} nn_job;

typedef struct nn_worker nn_worker;

/** Starts a thread without work. It takes no signals: these belong to the thread that trains. */
nn_status nn_worker_create(nn_worker **worker, nn_error *error);

/** Waits for the job at work, drops those behind it, ends the thread. NULL is fine. */
void nn_worker_free(nn_worker *worker);

/** Sets a job behind those submitted before. Called, as all of these, by one thread alone. */
void nn_worker_submit(nn_worker *worker, nn_job *job);

/** Waits until a job that was submitted is done. @return what its run returned, with its message */
nn_status nn_worker_wait(nn_worker *worker, const nn_job *job, nn_error *error);

#endif
