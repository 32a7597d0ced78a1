/* SPDX-License-Identifier: MIT */
#include "hdf5/process/lock.h"

#include <pthread.h>

/* HDF5's state is global, and so are its locks. A waiting thread holds `next`, so that a thread that reads run after
 * run cannot lock again before it: a mutex alone is not fair. */
static pthread_mutex_t next = PTHREAD_MUTEX_INITIALIZER, inside = PTHREAD_MUTEX_INITIALIZER;

void nni_hdf5_lock(void)
{
    pthread_mutex_lock(&next);
    pthread_mutex_lock(&inside);
    pthread_mutex_unlock(&next);
}

void nni_hdf5_unlock(void)
{
    pthread_mutex_unlock(&inside);
}
