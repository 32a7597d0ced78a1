/* SPDX-License-Identifier: MIT */
#include "support/threads/thread.h"

#include <signal.h>
#include <string.h>

#include "support/threads/backtrace.h"

/* A new thread has its maker's mask, so that is closed meanwhile. */
nn_status nni_thread_start(pthread_t *thread, void *(*run)(void *context), void *context, nn_error *error)
{
    sigset_t closed, before;
    sigfillset(&closed);
    sigdelset(&closed, nni_backtrace_signal());
    pthread_sigmask(SIG_SETMASK, &closed, &before);
    const int code = pthread_create(thread, NULL, run, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code == 0)
        return NN_OK;
    return nn_fail(error, NN_SYSTEM,
                   "cannot start a thread beside those that compute: %s; raise the limit of processes (ulimit -u)",
                   strerror(code));
}
