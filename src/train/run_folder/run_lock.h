/* SPDX-License-Identifier: MIT */
/**
 * One owner at a time for the folder of a run, on this host or on any other that shares the disk. All local: rank 0
 * alone has the lock.
 *
 * The owner is named by the file DIR/.lock, which it makes in one step where there is none, and whose number it counts
 * up every other second. An owner on this host is looked up among the processes; of one on another host the number
 * tells: where it stands still for 20 s, its host or its process is gone. Clocks of other hosts do not matter, and no
 * lock of the file system (flock) does, which network file systems may grant to several.
 *
 * Whoever takes a folder over first makes the file DIR/.lock.TOKEN, TOKEN being that of the owner before, in one step
 * where there is none: so one of several takes over. That of an owner on another host stays, to tell it so should it
 * have been suspended and go on: it then ends without writing anything.
 */
#ifndef NNI_TRAIN_RUN_FOLDER_RUN_LOCK_H
#define NNI_TRAIN_RUN_FOLDER_RUN_LOCK_H

#include <stdbool.h>
#include <stdio.h>

#include "comm/comm.h"
#include "nntrain/status.h"

typedef struct nni_run_lock nni_run_lock;

/**
 * Takes a folder, and starts the thread that keeps it.
 *
 * @param patient  a process of this host that has the folder is given some seconds to end: it may have been killed
 * @param out      where to say that there is something to wait for; NULL: nowhere
 * @return NN_SYSTEM naming the process that has it, or what the file system objects to; NN_STOPPED where a signal ended
 * the wait
 */
nn_status nni_run_lock_take(const char *folder, bool patient, FILE *out, nni_run_lock **lock, nn_error *error);

/** Before something is written. @return NN_SYSTEM naming who has the folder now, where that is not this run */
nn_status nni_run_lock_check(nni_run_lock *lock, nn_error *error);

/** The same on all ranks, where rank 0's lock decides. Collective. */
nn_status nni_run_lock_agree(nni_run_lock *lock, nn_comm *comm, nn_error *error);

/** @return whether the folder is another's, as far as the thread has seen; NULL: false */
bool nni_run_lock_lost(const nni_run_lock *lock);

/** @return whether some run has a folder now, for those who only look: of an owner on another host by the time of its
 * file, so that nobody waits for a beat */
bool nni_run_lock_is_held(const char *folder);

/** Gives the folder back. NULL is fine. */
void nni_run_lock_release(nni_run_lock *lock);

#endif
