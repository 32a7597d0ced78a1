/* SPDX-License-Identifier: MIT */
/** Whether somebody trains in the folder of a run, by its lock file. */
#ifndef NNI_WATCH_STANDING_H
#define NNI_WATCH_STANDING_H

#include <stdbool.h>

#include "train/run_folder/lock_file.h"

/** What was seen of a lock so far; all zero at first. */
typedef struct nni_standing {
    nni_lock_owner owner;
    double changed; /**< clock when its beat was first seen as it is; 0: it was not yet */
} nni_standing;

/**
 * Looks at the lock. A process of this host is looked up; one of another host counts as running until its beat has
 * stood still for 20 s.
 *
 * @param words  receives who trains
 * @return whether somebody does
 */
bool nni_standing_look(nni_standing *standing, const char *folder, nni_lock_words *words);

#endif
