/* SPDX-License-Identifier: MIT */
#include "support/threads/worker.h"

#include <pthread.h>

#include "support/memory.h"
#include "support/system/c_locale.h"
#include "support/threads/thread.h"

struct nni_worker {
    pthread_t thread;
    pthread_mutex_t mutex; /* over all that follows, and over done of every job */
    pthread_cond_t work, progress;
    nni_job *first, *last; /* not begun */
    bool stop;
};

static void *work(void *context)
{
    nni_worker *worker = context;
    const nni_c_locale locale = nni_c_locale_enter();
    pthread_mutex_lock(&worker->mutex);
    while (!worker->stop) {
        nni_job *job = worker->first;
        if (!job) {
            pthread_cond_wait(&worker->work, &worker->mutex);
            continue;
        }
        worker->first = job->next;
        pthread_mutex_unlock(&worker->mutex);
        const nn_status status = job->run(job->context, &job->error);
        pthread_mutex_lock(&worker->mutex);
        job->status = status;
        job->done = true;
        pthread_cond_signal(&worker->progress);
    }
    pthread_mutex_unlock(&worker->mutex);
    nni_c_locale_leave(locale);
    return NULL;
}

nn_status nni_worker_create(nni_worker **result, nn_error *error)
{
    nni_worker *worker = NULL;
    NN_TRY(nni_allocate(1, sizeof *worker, "a thread", &worker, error));
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->work, NULL);
    pthread_cond_init(&worker->progress, NULL);
    const nn_status status = nni_thread_start(&worker->thread, work, worker, error);
    if (status != NN_OK) {
        nni_release(worker);
        return status;
    }
    *result = worker;
    return NN_OK;
}

void nni_worker_free(nni_worker *worker)
{
    if (!worker)
        return;
    pthread_mutex_lock(&worker->mutex);
    worker->stop = true;
    pthread_cond_signal(&worker->work);
    pthread_mutex_unlock(&worker->mutex);
    pthread_join(worker->thread, NULL);
    pthread_cond_destroy(&worker->progress);
    pthread_cond_destroy(&worker->work);
    pthread_mutex_destroy(&worker->mutex);
    nni_release(worker);
}

void nni_worker_submit(nni_worker *worker, nni_job *job)
{
    job->done = false;
    job->next = NULL;
    pthread_mutex_lock(&worker->mutex);
    if (worker->first)
        worker->last->next = job;
    else
        worker->first = job;
    worker->last = job;
    pthread_cond_signal(&worker->work);
    pthread_mutex_unlock(&worker->mutex);
}

nn_status nni_worker_wait(nni_worker *worker, const nni_job *job, nn_error *error)
{
    pthread_mutex_lock(&worker->mutex);
    while (!job->done)
        pthread_cond_wait(&worker->progress, &worker->mutex);
    pthread_mutex_unlock(&worker->mutex);
    if (job->status != NN_OK && error)
        *error = job->error;
    return job->status;
}
